import { expect, test } from 'vitest';
import {
  mostConfigBytes,
  readClientConfig,
  UnreadableConfig,
} from '../../../../src-main/discovery/client-config.ts';
import { readMailName } from '../../../../src-main/discovery/names.ts';

const mail = readMailName('Ann.Lee@Example.TEST');

const server = (kind: 'incoming' | 'outgoing', type: string, fields: Record<string, string>): string => {
  const inner = Object.entries(fields).map(([name, value]) => `<${name}>${value}</${name}>`);
  return `<${kind}Server type="${type}">${inner.join('')}</${kind}Server>`;
};
const imap = (fields: Record<string, string> = {}): string =>
  server('incoming', 'imap', {
    hostname: 'imap.example.test',
    port: '993',
    socketType: 'SSL',
    username: '%EMAILADDRESS%',
    authentication: 'password-cleartext',
    ...fields,
  });
const file = (...servers: string[]): string =>
  `<?xml version="1.0"?><clientConfig version="1.1"><emailProvider id="example.test">${servers.join('\n')}</emailProvider></clientConfig>`;
const read = (xml: string): ReturnType<typeof readClientConfig> => readClientConfig(xml, 'autoconfig', mail);

test('reads every server in its order and fills in the placeholders', () => {
  const servers = read(
    file(
      imap({ hostname: 'mail.%EMAILDOMAIN%' }),
      imap({
        port: '143',
        socketType: 'STARTTLS',
        username: '%EMAILLOCALPART%',
        authentication: 'password-encrypted',
      }),
      server('incoming', 'pop3', {
        hostname: 'pop.example.test',
        port: '995',
        socketType: 'SSL',
        username: 'x',
      }),
      server('outgoing', 'smtp', { hostname: 'smtp.example.test', port: '465', socketType: 'SSL' }),
    ),
  );
  expect(
    servers.map(({ protocol, host, port, tls, username }) => [protocol, host, port, tls, username]),
  ).toEqual([
    ['imap', 'mail.example.test', 993, 'implicit', 'Ann.Lee@example.test'],
    ['imap', 'imap.example.test', 143, 'starttls', 'Ann.Lee'],
    ['pop3', 'pop.example.test', 995, 'implicit', 'x'],
    ['smtp', 'smtp.example.test', 465, 'implicit', 'Ann.Lee@example.test'],
  ]);
  expect(servers.map(({ auth }) => auth)).toEqual([['PLAIN', 'LOGIN'], ['CRAM-MD5'], [], []]);
});

test('an address is text, not a replacement pattern', () => {
  const odd = readMailName("$&$'@example.test");
  expect(readClientConfig(file(imap()), 'autoconfig', odd)[0]?.username).toBe("$&$'@example.test");
});

test.each([
  ['a line end in the host', { hostname: 'imap.example.test&#10;evil' }],
  ['a blank in the host', { hostname: 'imap.example.test evil' }],
  ['a path in the host', { hostname: 'imap.example.test/x' }],
  ['a port in the host', { hostname: 'imap.example.test:25' }],
  ['no host', { hostname: '' }],
  ['port 0', { port: '0' }],
  ['port 70000', { port: '70000' }],
  ['a port in hexadecimal', { port: '0x3e1' }],
  ['unknown encryption', { socketType: 'maybe' }],
])('leaves out a server with %s', (_, fields) => {
  expect(read(file(imap(fields)))).toEqual([]);
});

test('writes international host names in ASCII', () => {
  expect(read(file(imap({ hostname: 'imap.bücher.example' })))[0]?.host).toBe('imap.xn--bcher-kva.example');
});

test('a name to sign in with that cannot be filled in is the address', () => {
  expect(read(file(imap({ username: '%CUSTOMERNUMBER%' })))[0]?.username).toBe('Ann.Lee@example.test');
  expect(read(file(imap({ username: 'a\u0007b' })))[0]?.username).toBe('Ann.Lee@example.test');
});

test('a bomb of entities is refused before it is parsed', () => {
  const levels = Array.from(
    { length: 12 },
    (_, at) => `<!ENTITY a${at + 1} "${`&a${at};`.repeat(10)}">`,
  ).join('');
  const bomb = `<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a0 "ha">${levels}]>${file(imap({ hostname: '&a12;' }))}`;
  const before = performance.now();
  expect(() => read(bomb)).toThrow(UnreadableConfig);
  expect(() => read(bomb.replace('<!DOCTYPE', '<!doctype'))).toThrow(/entities/);
  expect(() => read(file(`<!DOCTYPE x SYSTEM "file:///etc/passwd">`, imap()))).toThrow(UnreadableConfig);
  // Written out it would be a thousand thousand million words.
  expect(performance.now() - before).toBeLessThan(10_000);
});

test('too large, not XML, a web page: all are said to be no settings file', () => {
  expect(() => read(file(imap()) + ' '.repeat(mostConfigBytes))).toThrow(/too large/);
  expect(() => read('<clientConfig><emailProvider>')).toThrow(UnreadableConfig);
  expect(() => read('<html><body>Welcome</body></html>')).toThrow(UnreadableConfig);
  expect(() => read('')).toThrow(UnreadableConfig);
  expect(() => read('\u0000\u0001<')).toThrow(UnreadableConfig);
});

test('names of prototypes are elements like any other', () => {
  const odd = `<clientConfig><__proto__><emailProvider/></__proto__><constructor/><emailProvider>${imap()}</emailProvider></clientConfig>`;
  const outcome = ((): unknown => {
    try {
      return read(odd).length;
    } catch (error) {
      return error;
    }
  })();
  expect(outcome === 1 || outcome instanceof UnreadableConfig).toBe(true);
  expect(Object.hasOwn(Object.prototype, 'emailProvider')).toBe(false);
});

test('hundreds of servers are cut to what can be probed', () => {
  expect(
    read(file(...Array.from({ length: 300 }, (_, at) => imap({ port: String(1000 + at) })))).length,
  ).toBeLessThan(20);
});
