import { expect, test } from 'vitest';
import { withoutAddress } from '../../../../src-main/discovery/autoconfig.ts';
import { guessesFor } from '../../../../src-main/discovery/guess.ts';
import { asciiHost, readMailName, registrable } from '../../../../src-main/discovery/names.ts';
import { providerNotes } from '../../../../src-main/discovery/provider-notes.ts';
import { inOrder } from '../../../../src-main/discovery/srv.ts';

test.each([
  ['IMAP.Example.ORG', 'imap.example.org'],
  ['imap.example.org.', 'imap.example.org'],
  ['bücher.example', 'xn--bcher-kva.example'],
  ['192.0.2.1', '192.0.2.1'],
  ['', null],
  ['.', null],
  ['a b.example', null],
  ['a.example\r\nX: y', null],
  ['a.example\0', null],
  ['user@a.example', null],
  ['a.example/x', null],
  ['a.example:993', null],
  ['-a.example', null],
  ['a..example', null],
  [`${'a'.repeat(64)}.example`, null],
])('host name %j is %j', (text, expected) => {
  expect(asciiHost(text)).toBe(expected);
});

test('an address is taken apart at its last @, its domain in ASCII', () => {
  expect(readMailName('"a@b"@Bücher.example')).toEqual({
    address: '"a@b"@xn--bcher-kva.example',
    local: '"a@b"',
    domain: 'xn--bcher-kva.example',
  });
  for (const bad of ['ann', '@example.org', 'ann@', 'ann@a b.org', 'a\r\nb@example.org', 'ann@192.0.2.1']) {
    expect(() => readMailName(bad)).toThrow(/not a mail address/);
  }
});

test('who registered a name', () => {
  expect(registrable('imap.mail.example.co.uk')).toBe('example.co.uk');
  expect(registrable('imap.verhoeven.test')).toBe('verhoeven.test');
  // Customers of one company below its own suffix are strangers to each other.
  expect(registrable('mail.alice.github.io')).not.toBe(registrable('mail.bob.github.io'));
  expect(registrable('127.0.0.1')).toBe('127.0.0.1');
});

test('a redirect out of the domain goes without the address, or not at all', () => {
  const mail = readMailName('ann@example.test');
  const to = (url: string): string | null => withoutAddress(new URL(url), mail)?.href ?? null;
  expect(to('https://conf.example.test/x?emailaddress=ann%40example.test')).toContain('ann%40example.test');
  expect(to('https://hoster.test/x?emailaddress=ann%40example.test&v=1')).toBe('https://hoster.test/x?v=1');
  expect(to('https://hoster.test/x?a=ANN%2540example.test')).toBe('https://hoster.test/x');
  expect(to('https://hoster.test/x#ann@example.test')).toBe('https://hoster.test/x');
  expect(to('https://hoster.test/ann@example.test/config.xml')).toBeNull();
  expect(to('https://hoster.test/ann%40example.test/config.xml')).toBeNull();
});

test('what the domain says it does not offer is not guessed', () => {
  const mail = readMailName('ann@example.test');
  const imaps = { protocol: 'imap', tls: 'implicit' } as const;
  const imap = { protocol: 'imap', tls: 'starttls' } as const;
  const pop = { protocol: 'pop3', tls: 'implicit' } as const;
  const places = (
    notOffered: Parameters<typeof guessesFor>[1]['notOffered'],
    servers: Parameters<typeof guessesFor>[1]['servers'] = [],
  ) => new Set(guessesFor(mail, { notOffered, servers }).map(({ protocol, port }) => `${protocol} ${port}`));
  expect([...places([])].sort()).toEqual([
    'imap 143',
    'imap 993',
    'pop3 110',
    'pop3 995',
    'smtp 465',
    'smtp 587',
  ]);
  expect([...places([imaps, pop])].sort()).toEqual(['smtp 465', 'smtp 587']);
  const offered = {
    source: 'srv',
    host: 'imap.example.test',
    port: 993,
    auth: [],
    username: '',
    ...imaps,
  } as const;
  expect(places([imap], [offered])).toContain('imap 993');
  expect(places([imap], [offered])).not.toContain('imap 143');
});

test('SRV records by priority, then weight', () => {
  const record = (name: string, priority: number, weight: number) => ({ name, priority, weight, port: 993 });
  const sorted = inOrder([record('c', 20, 100), record('b', 10, 1), record('a', 10, 60)]);
  expect(sorted.map(({ name }) => name)).toEqual(['a', 'b', 'c']);
});

test('providers that take only browser sign-in are named in words', () => {
  expect(providerNotes('gmail.com', [])[0]).toMatch(/app password/);
  expect(providerNotes('example.test', ['aspmx.l.google.com'])[0]).toMatch(/Google/);
  expect(providerNotes('example.test', ['example-test.mail.protection.outlook.com'])[0]).toMatch(/Microsoft/);
  expect(providerNotes('hotmail.co.uk', [])[0]).toMatch(/Microsoft/);
  expect(providerNotes('notgmail.com', ['google.com.example.test'])).toEqual([]);
});
