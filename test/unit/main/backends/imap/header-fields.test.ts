import { describe, expect, test } from 'vitest';
import {
  isPlainSender,
  readHeaderFields,
  referencesIn,
} from '../../../../../src-main/backends/imap/header-fields.ts';

describe('the fields beside ENVELOPE', () => {
  test('the first From and the References are found in any order, folded, in any case', () => {
    const text =
      'REFERENCES: <a@x>\r\n\t<b@x>\r\nFrom : "Ann,\r\n  of X" <ann@x.test>\r\nFrom: mal@evil.test\r\n\r\n';
    const fields = readHeaderFields(text);
    expect(fields).toEqual({ from: '"Ann,\r\n  of X" <ann@x.test>', references: '<a@x>\r\n\t<b@x>' });
    expect(referencesIn(fields.references)).toEqual(['<a@x>', '<b@x>']);
    expect(readHeaderFields(Buffer.from('From: Zo\xeb <z@x.test>\r\n\r\n', 'latin1')).from).toBe(
      'Zo\xeb <z@x.test>',
    );
  });

  test('nothing, junk and other fields are no fields', () => {
    for (const text of ['', '\r\n', 'From', 'Fromage: a@b\r\nReferences-x: <a@b>\r\n', ': x\r\n \r\n'])
      expect(readHeaderFields(text)).toEqual({ from: '', references: '' });
    expect(readHeaderFields(null)).toEqual({ from: '', references: '' });
    expect(referencesIn('')).toEqual([]);
  });

  test.each([
    ['ann@x.test', 'ann@x.test', true],
    ['<ann@x.test>', 'ann@x.test', true],
    ['Ann <ann@x.test>', 'ann@x.test', true],
    ['"Ann, \\"of\\" X@Y"\r\n <ann@x.test>', 'ann@x.test', true],
    ['=?utf-8?B?WsOz?= =?utf-8?Q?x?= <z@x.test>', 'z@x.test', true],
    ['Ann (at work) <ann@x.test>', 'ann@x.test', true],
    ['ann@x.test (Ann)', 'ann@x.test', true],
    ['boss@good.test <mal@evil.test>', 'boss@good.test', false],
    ['boss@good.test <mal@evil.test>', 'mal@evil.test', false],
    ['Ann <ann@x.test>', 'ann@y.test', false],
    ['"Boss <boss@good.test>', 'boss@good.test', false],
    ['Boss <boss@good.test', 'boss@good.test', false],
    ['boss@good.test:mal@evil.test;', 'boss@good.test', false],
    ['a@x.test, b@x.test', 'a@x.test', false],
    ['(x) boss@good.test <mal@evil.test>', 'mal@evil.test', false],
  ])('%s read as %s: plain %s', (field, address, plain) => {
    expect(isPlainSender(field, [{ name: '', address }])).toBe(plain);
    expect(isPlainSender(field, [])).toBe(false);
    expect(
      isPlainSender(field, [
        { name: '', address },
        { name: '', address },
      ]),
    ).toBe(false);
  });

  test('a hostile length costs as much as its length', () => {
    const time = (length: number): number => {
      const fields = ['"', '(', ' ', 'a@', '\\"', '<a@b'].map((one) => one.repeat(length));
      const begin = performance.now();
      for (const field of fields) isPlainSender(field, [{ name: '', address: 'a@b' }]);
      return performance.now() - begin;
    };
    // The best of some: others use the machine too.
    const best = (length: number): number => Math.min(...[1, 2, 3, 4, 5].map(() => time(length)));
    time(1_000);
    const short = Math.max(0.2, best(20_000));
    expect(best(200_000)).toBeLessThan(short * 60);
  });
});
