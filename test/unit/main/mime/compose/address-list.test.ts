import { describe, expect, test } from 'vitest';
import { formatAddress, parseAddressField } from '../../../../../src-main/mime/compose/address-list.ts';

const read = (text: string): [string, string][] =>
  parseAddressField('To', text).map(({ name, address }) => [name, address]);

describe('an address field', () => {
  test.each<[string, [string, string][]]>([
    ['ann@example.test', [['', 'ann@example.test']]],
    [
      'Ann Lee <ann@example.test>, bob@example.test',
      [
        ['Ann Lee', 'ann@example.test'],
        ['', 'bob@example.test'],
      ],
    ],
    [
      '"Lee, Ann" <ann@example.test>; bob@example.test;',
      [
        ['Lee, Ann', 'ann@example.test'],
        ['', 'bob@example.test'],
      ],
    ],
    ['"eve@evil.test x"@internal.example', [['', '"eve@evil.test x"@internal.example']]],
    ['"eve@evil.test" <ann@example.test>', [['eve@evil.test', 'ann@example.test']]],
    ['ann@example.test (Ann (the) Lee)', [['', 'ann@example.test']]],
    [
      'Team: ann@example.test, Bob <bob@example.test>;',
      [
        ['', 'ann@example.test'],
        ['Bob', 'bob@example.test'],
      ],
    ],
    ['Jörg <jörg@bücher.example>', [['Jörg', 'jörg@xn--bcher-kva.example']]],
    [
      'ann@[127.0.0.1], <b@[IPv6:::1]>',
      [
        ['', 'ann@[127.0.0.1]'],
        ['', 'b@[IPv6:::1]'],
      ],
    ],
    ['"a \\"b\\" c" <x@y.test>', [['a "b" c', 'x@y.test']]],
    [' , ;', []],
  ])('%s', (text, expected) => {
    expect(read(text)).toEqual(expected);
  });

  test.each([
    'ann',
    'ann@',
    '@example.test',
    'a b@example.test',
    'ann@exa mple.test',
    'ann@evil.test@example.test',
    'Ann <ann@example.test> <eve@evil.test>',
    'Ann <ann@example.test> eve@evil.test',
    '<ann@example.test',
    '"ann@example.test',
    'ann..lee@example.test',
    'ann@-example.test',
    'ann@example..test',
    `${'a'.repeat(200)}@example.test`,
    '<@evil.test:ann@example.test>',
  ])('refuses %s', (text) => {
    expect(() => read(text)).toThrow(/^The message was not sent\. To:/);
  });

  test('reads back what it writes', () => {
    for (const entry of [
      { name: 'Lee, Ann', address: 'ann@example.test' },
      { name: 'a "b" \\ c', address: '"x y"@example.test' },
      { name: 'Änn (née) <x>', address: 'ann@example.test' },
    ]) {
      expect(parseAddressField('To', formatAddress(entry))).toEqual([entry]);
    }
  });

  test('takes names and addresses given apart as they are', () => {
    expect(
      parseAddressField('To', [{ name: 'Ann <x@y>, Bob', address: 'ann@example.test' }, 'bob@example.test']),
    ).toEqual([
      { name: 'Ann <x@y>, Bob', address: 'ann@example.test' },
      { name: '', address: 'bob@example.test' },
    ]);
    expect(() => parseAddressField('To', [{ name: '', address: 'ann@example.test, eve@evil.test' }])).toThrow(
      'not a mail address',
    );
  });
});
