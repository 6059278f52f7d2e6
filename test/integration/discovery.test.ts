import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createHttp } from 'node:http';
import { createServer as createHttps, type Server } from 'node:https';
import { type AddressInfo, createServer as createTcp, type Server as TcpServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer as createTls } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeCertificates, type Certificates } from '../../src-main/demo/certificates.ts';
import { dovecotMissing } from '../../src-main/demo/dovecot.ts';
import { startTinyDns, type DnsRecord, type TinyDns } from '../../src-main/demo/tiny-dns.ts';
import { startDemoWorld } from '../../src-main/demo/world.ts';
import { discover, type DiscoverOptions } from '../../src-main/discovery/discover.ts';
import { AdvanceableClock } from '../../src-main/platform/clock.ts';
import { createNetwork, type NetworkOptions } from '../../src-main/platform/network.ts';
import { readOptions } from '../../src-main/platform/options.ts';
import type { Discovery, TriedSource } from '../../src-shared/ipc/areas/account.ts';
import { dnsmasqMissing, startDnsmasq } from '../servers/dnsmasq.ts';

type Reply = { status?: number; headers?: Record<string, string>; body?: string };

const dir = mkdtempSync(join(tmpdir(), 'posthorn-discovery-'));
const servers: (Server | TcpServer)[] = [];
const sockets = new Set<Socket>();
let certificates: Certificates;
let strangers: Certificates;
/** By host: what the https server answers. */
const pages = new Map<string, (path: string) => Reply>();
const requests: string[] = [];
/** Everything that was said to a mail server. */
const said: string[] = [];
let httpsPort = 0;
let badHttpsPort = 0;
let httpPort = 0;
const httpRequests: string[] = [];
const mailPorts = { imaps: 0, imap: 0, smtps: 0, smtp: 0, imapNoTls: 0, imapInjecting: 0, badImaps: 0 };

async function listen(server: Server | TcpServer): Promise<number> {
  servers.push(server);
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

beforeAll(async () => {
  const domains = ['own.test', 'hoster.test', 'database.test', 'bare.test', 'plain.test', 'mixed.test'];
  certificates = await makeCertificates(join(dir, 'good'), { domains });
  strangers = await makeCertificates(join(dir, 'strangers'), { domains });
  const secret = (from: Certificates) => ({ cert: readFileSync(from.cert), key: readFileSync(from.key) });
  const answer = (request: { headers: { host?: string | undefined }; url?: string | undefined }): Reply => {
    const host = (request.headers.host ?? '').replace(/:\d+$/, '');
    requests.push(`${host} ${request.url ?? ''}`);
    return pages.get(host)?.(request.url ?? '') ?? { status: 404 };
  };
  for (const from of [certificates, strangers]) {
    const port = await listen(
      createHttps(secret(from), (request, response) => {
        const { status = 200, headers = {}, body = '' } = answer(request);
        response.writeHead(status, headers).end(body);
      }),
    );
    if (from === certificates) httpsPort = port;
    else badHttpsPort = port;
  }
  httpPort = await listen(
    createHttp((request, response) => {
      httpRequests.push(request.url ?? '');
      response.end(config({ host: 'imap.own.test', port: 993, tls: 'SSL' }));
    }),
  );
  const speak = (greeting: string, answers: (line: string) => string) => (socket: Socket) => {
    socket.on('error', () => undefined);
    socket.write(greeting);
    socket.on('data', (part) => {
      for (const line of part
        .toString('latin1')
        .split('\r\n')
        .filter((text) => text !== '')) {
        said.push(line);
        socket.write(answers(line));
      }
    });
  };
  const imap = (capabilities: string, startTls = ''): ((socket: Socket) => void) =>
    speak('* OK ready\r\n', (line) => {
      const [tag = '', name = ''] = line.split(' ');
      if (name === 'CAPABILITY') return `* CAPABILITY IMAP4rev1 ${capabilities}\r\n${tag} OK done\r\n`;
      if (name === 'STARTTLS' && startTls !== '') return `${tag} OK go on\r\n${startTls}`;
      return `${tag} OK\r\n`;
    });
  const smtp = speak('220-hello\r\n220 there\r\n', (line) =>
    line.startsWith('EHLO') ? '250-me\r\n250-SIZE 1000\r\n250 AUTH PLAIN SCRAM-SHA-256\r\n' : '221 bye\r\n',
  );
  mailPorts.imaps = await listen(createTls(secret(certificates), imap('AUTH=PLAIN AUTH=SCRAM-SHA-256')));
  mailPorts.badImaps = await listen(createTls(secret(strangers), imap('AUTH=PLAIN')));
  mailPorts.smtps = await listen(createTls(secret(certificates), smtp));
  mailPorts.imapNoTls = await listen(createTcp(imap('AUTH=CRAM-MD5')));
  mailPorts.imapInjecting = await listen(
    createTcp(imap('STARTTLS LOGINDISABLED', '* CAPABILITY AUTH=PLAIN\r\n')),
  );
  mailPorts.smtp = await listen(createTcp(smtp));
});

afterAll(async () => {
  for (const socket of sockets) socket.destroy();
  for (const server of servers) await new Promise((resolve) => server.close(resolve));
  rmSync(dir, { recursive: true, force: true });
});

interface ConfigServer {
  host: string;
  port: number;
  tls: string;
}

function config(
  imap: ConfigServer,
  smtp: ConfigServer = { ...imap, host: imap.host.replace('imap', 'smtp'), port: 465 },
): string {
  const fields = ({ host, port, tls }: ConfigServer): string =>
    `<hostname>${host}</hostname><port>${port}</port><socketType>${tls}</socketType><username>%EMAILADDRESS%</username><authentication>password-cleartext</authentication>`;
  return `<?xml version="1.0"?><clientConfig version="1.1"><emailProvider id="x"><incomingServer type="imap">${fields(imap)}</incomingServer><outgoingServer type="smtp">${fields(smtp)}</outgoingServer></emailProvider></clientConfig>`;
}

const here: DnsRecord = { type: 'A', address: '127.0.0.1' };
const working = (domain: string): NetworkOptions['connectTo'] => [
  to(`imap.${domain}`, 993, mailPorts.imaps),
  to(`smtp.${domain}`, 465, mailPorts.smtps),
];
const to = (host: string, port: number, toPort: number) => ({ host, port, toAddress: '127.0.0.1', toPort });
const nobody = 1;

interface Case {
  zone?: Record<string, DnsRecord[]>;
  connectTo?: NetworkOptions['connectTo'];
  databaseUrl?: string;
  cacheDir?: string;
  signal?: AbortSignal;
  clock?: AdvanceableClock;
  onProgress?: (tried: TriedSource) => void;
}

/** Discovers in a world where nothing but what the case names can be reached. */
async function find(address: string, wishes: Case): Promise<Discovery & { queries: string[] }> {
  const dns = await startTinyDns(wishes.zone ?? {});
  try {
    const found = await discover(optionsOf(address, dns, wishes));
    return { ...found, queries: dns.queries };
  } finally {
    await dns.stop();
  }
}

function optionsOf(address: string, dns: Pick<TinyDns, 'host' | 'port'>, wishes: Case): DiscoverOptions {
  const domain = address.split('@')[1] ?? '';
  const usual = ['', 'imap.', 'pop.', 'smtp.', 'mail.'].flatMap((prefix) =>
    [110, 143, 465, 587, 993, 995].map((port) => to(`${prefix}${domain}`, port, nobody)),
  );
  return {
    address,
    network: createNetwork({
      dns: `${dns.host}:${dns.port}`,
      extraCa: [readFileSync(certificates.ca, 'utf8')],
      connectTo: [
        ...(wishes.connectTo ?? []),
        ...usual,
        ...[...pages.keys(), domain, `autoconfig.${domain}`].map((host) => to(host, 443, httpsPort)),
        ...[domain, `autoconfig.${domain}`].map((host) => to(host, 80, httpPort)),
      ],
      log: () => undefined,
    }),
    providerDatabaseUrl: wishes.databaseUrl ?? '',
    cacheDir: wishes.cacheDir ?? join(dir, 'cache'),
    signal: wishes.signal ?? new AbortController().signal,
    clock: wishes.clock ?? new AdvanceableClock(),
    log: () => undefined,
    onProgress: wishes.onProgress ?? (() => undefined),
  };
}

function fresh(entries: Record<string, Reply | ((path: string) => Reply)>): void {
  pages.clear();
  for (const [host, reply] of Object.entries(entries))
    pages.set(host, typeof reply === 'function' ? reply : () => reply);
  requests.length = 0;
  said.length = 0;
  httpRequests.length = 0;
}

const outcome = (found: Discovery, source: string): TriedSource | undefined =>
  found.tried.find((entry) => entry.source === source);

/** Nothing that a mail server was told names the user or tries to sign in. */
function expectNothingTold(): void {
  for (const line of said) {
    expect(line).toMatch(
      /^(?:P\d (?:CAPABILITY|STARTTLS|LOGOUT)|EHLO \[127\.0\.0\.1\]|STARTTLS|STLS|CAPA|QUIT)$/,
    );
  }
}

describe('settings files', () => {
  test('the domain is told the address over https, and what it names is probed', async () => {
    fresh({ 'autoconfig.own.test': { body: config({ host: 'imap.own.test', port: 993, tls: 'SSL' }) } });
    const progress: TriedSource[] = [];
    const found = await find('Ann@own.test', {
      connectTo: working('own.test'),
      onProgress: (tried) => progress.push(tried),
    });
    expect(found.candidates[0]).toEqual({
      source: 'autoconfig',
      incoming: {
        protocol: 'imap',
        host: 'imap.own.test',
        port: 993,
        tls: 'implicit',
        auth: ['PLAIN', 'SCRAM-SHA-256'],
        username: 'Ann@own.test',
      },
      outgoing: {
        host: 'smtp.own.test',
        port: 465,
        tls: 'implicit',
        auth: ['PLAIN', 'SCRAM-SHA-256'],
        username: 'Ann@own.test',
      },
    });
    expect(requests.sort()).toEqual([
      'autoconfig.own.test /mail/config-v1.1.xml?emailaddress=Ann%40own.test',
      'own.test /.well-known/autoconfig/mail/config-v1.1.xml',
    ]);
    expect(found.confirmHosts).toEqual([]);
    expect(found.warnings).toEqual([]);
    expect(progress).toEqual(found.tried);
    expect(httpRequests).toEqual([]);
    expectNothingTold();
  });

  test('http only: nothing is used', async () => {
    fresh({});
    const found = await find('ann@own.test', {
      connectTo: [to('autoconfig.own.test', 443, nobody), to('own.test', 443, nobody)],
    });
    expect(found.candidates).toEqual([]);
    expect(outcome(found, 'autoconfig')).toMatchObject({
      outcome: 'failed',
      detail: 'autoconfig.own.test could not be asked: nothing answers there.',
    });
    expect(httpRequests).toEqual([]);
  });

  test('https with a certificate of a stranger: nothing is used, and the words say so', async () => {
    fresh({ 'autoconfig.own.test': { body: config({ host: 'imap.own.test', port: 993, tls: 'SSL' }) } });
    const found = await find('ann@own.test', { connectTo: [to('autoconfig.own.test', 443, badHttpsPort)] });
    expect(found.candidates).toEqual([]);
    expect(outcome(found, 'autoconfig')?.outcome).toBe('failed');
    expect(outcome(found, 'autoconfig')?.detail).toMatch(
      /autoconfig\.own\.test could not be asked: its certificate/,
    );
    // The address is in the request, so no request may have been made.
    expect(requests.filter((request) => request.includes('autoconfig.own.test '))).toEqual([]);
  });

  test('a redirect to http is not followed', async () => {
    fresh({
      'autoconfig.own.test': {
        status: 302,
        headers: { location: 'http://autoconfig.own.test/mail/config-v1.1.xml' },
      },
    });
    const found = await find('ann@own.test', {});
    expect(found.candidates).toEqual([]);
    expect(outcome(found, 'autoconfig')?.detail).toMatch(/not encrypted \(https\)/);
    expect(httpRequests).toEqual([]);
  });

  test('a redirect to a hoster loses the address, and its hosts must be confirmed', async () => {
    fresh({
      'autoconfig.own.test': (path) => ({
        status: 301,
        headers: { location: `https://conf.hoster.test${path}&x=1` },
      }),
      'mail.hoster.test': { body: config({ host: 'imap.hoster.test', port: 993, tls: 'SSL' }) },
      'own.test': (path) => ({
        status: 301,
        headers: { location: `https://mail.hoster.test${path}?who=ann@own.test&v=2` },
      }),
    });
    const found = await find('ann@own.test', {
      connectTo: [to('conf.hoster.test', 443, nobody), ...working('hoster.test')],
    });
    expect(requests).toContain('mail.hoster.test /.well-known/autoconfig/mail/config-v1.1.xml?v=2');
    expect(requests.filter((request) => request.includes('hoster.test ') && request.includes('ann'))).toEqual(
      [],
    );
    expect(found.candidates[0]?.source).toBe('well-known');
    expect(found.confirmHosts.sort()).toEqual(['imap.hoster.test', 'smtp.hoster.test']);
  });

  test('endless redirects, too large, an entity bomb, an error, a web page: each said, none used', async () => {
    const bomb =
      '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]><clientConfig>&b;</clientConfig>';
    const cases: [Reply, RegExp][] = [
      [{ status: 302, headers: { location: '/again' } }, /leads on and on/],
      [{ status: 302, headers: { location: 'https://' } }, /no address/],
      [
        { body: `${config({ host: 'imap.own.test', port: 993, tls: 'SSL' })}${' '.repeat(300_000)}` },
        /too large/,
      ],
      [{ headers: { 'transfer-encoding': 'chunked' }, body: 'x'.repeat(300_000) }, /too large/],
      [{ body: bomb }, /entities/],
      [{ status: 503 }, /error 503/],
      [{ body: '<html><body>Welcome!</body></html>' }, /not a file with mail settings/],
      [{ body: config({ host: 'imap.own.test', port: 993, tls: 'SSL' }).slice(0, 250) }, /not readable XML/],
    ];
    for (const [reply, words] of cases) {
      fresh({ 'autoconfig.own.test': reply });
      const found = await find('ann@own.test', {});
      expect(found.candidates).toEqual([]);
      expect(outcome(found, 'autoconfig')?.outcome).toBe('failed');
      expect(outcome(found, 'autoconfig')?.detail).toMatch(words);
    }
  });

  test('without encryption: last, never silently; the same place with STARTTLS is preferred', async () => {
    fresh({
      'autoconfig.plain.test': {
        body: config(
          { host: 'imap.plain.test', port: 143, tls: 'plain' },
          { host: 'smtp.plain.test', port: 465, tls: 'SSL' },
        ),
      },
    });
    const found = await find('ann@plain.test', {
      connectTo: [
        to('imap.plain.test', 143, mailPorts.imapNoTls),
        to('smtp.plain.test', 465, mailPorts.smtps),
      ],
    });
    expect(found.candidates.map(({ incoming }) => [incoming.tls, incoming.auth])).toEqual([
      ['none', ['CRAM-MD5']],
    ]);
    expect(found.warnings.join()).toMatch(/imap\.plain\.test:143 is named without encryption/);
    expectNothingTold();

    fresh({
      'autoconfig.mixed.test': {
        body: config(
          { host: 'imap.mixed.test', port: 143, tls: 'plain' },
          { host: 'smtp.mixed.test', port: 465, tls: 'SSL' },
        ),
      },
    });
    const better = await find('ann@mixed.test', { connectTo: working('mixed.test') });
    expect(better.candidates.map(({ source, incoming }) => [source, incoming.tls])).toEqual([
      ['guess', 'implicit'],
    ]);
  });
});

describe('name server', () => {
  const srv = (target: string, port: number, priority = 0): DnsRecord => ({
    type: 'SRV',
    priority,
    weight: 1,
    port,
    target,
  });

  test('SRV comes first; a host outside the domain is to be confirmed', async () => {
    fresh({ 'autoconfig.own.test': { body: config({ host: 'imap.own.test', port: 993, tls: 'SSL' }) } });
    const found = await find('ann@own.test', {
      zone: {
        '_imaps._tcp.own.test': [srv('imap.late.test', 993, 20), srv('imap.hoster.test', 993, 10)],
        '_submissions._tcp.own.test': [srv('smtp.hoster.test', 465)],
        '_pop3s._tcp.own.test': [srv('', 0)],
      },
      connectTo: [...working('hoster.test'), ...working('own.test'), to('imap.late.test', 993, nobody)],
    });
    expect(found.candidates.map(({ source, incoming }) => [source, incoming.host])).toEqual([
      ['srv', 'imap.hoster.test'],
      ['autoconfig', 'imap.own.test'],
      ['srv', 'imap.late.test'],
    ]);
    expect(found.confirmHosts).toEqual(['imap.hoster.test', 'smtp.hoster.test', 'imap.late.test']);
    expect(found.tried).toContainEqual({
      source: 'srv',
      outcome: 'not-offered',
      detail: 'own.test says that it does not offer POP3 with TLS (_pop3s).',
    });
    expect(found.tried).toContainEqual({
      source: 'probe',
      outcome: 'failed',
      detail: 'imap.late.test:993 (TLS): nothing answers there.',
    });
  });

  test('what is not offered is not guessed, and who takes mail elsewhere is asked without the address', async () => {
    fresh({
      'autoconfig.hoster.test': { body: config({ host: 'imap.hoster.test', port: 993, tls: 'SSL' }) },
    });
    const found = await find('ann@bare.test', {
      zone: {
        '_imaps._tcp.bare.test': [srv('', 0)],
        'bare.test': [here, { type: 'MX', preference: 10, target: 'mx1.eu.hoster.test' }],
      },
      connectTo: [...working('bare.test'), ...working('hoster.test')],
    });
    expect(found.candidates.map(({ source, incoming }) => [source, incoming.host])).toEqual([
      ['mx', 'imap.hoster.test'],
    ]);
    expect(requests).toContain('autoconfig.hoster.test /mail/config-v1.1.xml');
    expect(found.confirmHosts).toEqual(['imap.hoster.test', 'smtp.hoster.test']);
    expect(found.queries.filter((query) => query.includes('ann'))).toEqual([]);
    expectNothingTold();
  });

  test('a guess needs a good certificate; text slipped in before TLS is noticed', async () => {
    fresh({});
    const bad = await find('ann@own.test', {
      connectTo: [
        to('imap.own.test', 993, mailPorts.badImaps),
        to('imap.own.test', 143, mailPorts.imapInjecting),
        to('mail.own.test', 143, mailPorts.imapNoTls),
        to('smtp.own.test', 465, mailPorts.smtps),
      ],
    });
    expect(bad.candidates).toEqual([]);
    const { detail = '' } = outcome(bad, 'guess') ?? {};
    expect(detail).toMatch(/imap\.own\.test:993 \(TLS\): its certificate cannot be trusted/);
    expect(detail).toMatch(/imap\.own\.test:143 \(STARTTLS\): it goes on talking in clear/);
    expect(detail).toMatch(/mail\.own\.test:143 \(STARTTLS\): it offers no encryption/);
    expect(bad.warnings.join()).toMatch(/not both for reading and for sending/);

    const good = await find('ann@own.test', { connectTo: working('own.test') });
    expect(good.candidates.map(({ source, incoming }) => [source, incoming.host, incoming.tls])).toEqual([
      ['guess', 'imap.own.test', 'implicit'],
    ]);
    expectNothingTold();
  });

  test('Google behind a domain of one’s own is said in words', async () => {
    fresh({});
    const found = await find('ann@own.test', {
      zone: { 'own.test': [here, { type: 'MX', preference: 1, target: 'aspmx.l.google.com' }] },
      connectTo: [to('autoconfig.google.com', 443, nobody)],
    });
    expect(found.warnings.join()).toMatch(/app password/);
  });

  const missing = dnsmasqMissing();
  if (missing !== undefined) console.log(`discovery with dnsmasq is skipped: ${missing}`);
  test.skipIf(missing !== undefined)('with dnsmasq', async () => {
    fresh({});
    const dns = await startDnsmasq({
      srv: [
        { name: '_imaps._tcp.own.test', target: 'imap.own.test', port: 993 },
        { name: '_submissions._tcp.own.test', target: 'smtp.own.test', port: 465 },
        { name: '_imap._tcp.own.test', target: '.', port: 0 },
      ],
      mx: [{ domain: 'own.test', target: 'mx.own.test' }],
    });
    try {
      const found = await discover(optionsOf('ann@own.test', dns, { connectTo: working('own.test') }));
      expect(found.candidates[0]).toMatchObject({
        source: 'srv',
        incoming: { host: 'imap.own.test' },
        outgoing: { host: 'smtp.own.test' },
      });
      expect(
        found.tried.some((entry) => entry.outcome === 'not-offered' && entry.detail.includes('_imap)')),
      ).toBe(true);
      expect(dns.queries().filter((query) => query.includes('ann'))).toEqual([]);
    } finally {
      await dns.stop();
    }
  });
});

test('the provider database learns the domain only; its answer is kept for a week', async () => {
  const cacheDir = join(dir, 'database-cache');
  const clock = new AdvanceableClock();
  const hours = 3_600_000;
  const wishes: Case = {
    databaseUrl: 'https://db.database.test/v1.1/',
    cacheDir,
    clock,
    connectTo: working('hoster.test'),
  };
  const asked = (): string[] => requests.filter((request) => request.startsWith('db.database.test'));
  const ofDatabase = await makeCertificates(join(dir, 'database'), {
    domains: ['db.database.test'],
    authority: certificates,
  });
  const port = await listen(
    createHttps(
      { cert: readFileSync(ofDatabase.cert), key: readFileSync(ofDatabase.key) },
      (request, response) => {
        requests.push(`db.database.test ${request.url ?? ''}`);
        response.end(config({ host: 'imap.hoster.test', port: 993, tls: 'SSL' }));
      },
    ),
  );
  const reached = { ...wishes, connectTo: [to('db.database.test', 443, port), ...working('hoster.test')] };
  fresh({});
  const first = await find('ann@bare.test', reached);
  expect(first.candidates[0]).toMatchObject({
    source: 'provider-database',
    incoming: { host: 'imap.hoster.test' },
  });
  expect(asked()).toEqual(['db.database.test /v1.1/bare.test']);
  const again = await find('bob@bare.test', reached);
  expect(again.candidates[0]?.incoming.username).toBe('bob@bare.test');
  expect(asked()).toHaveLength(1);
  clock.advance(8 * 24 * hours);
  await find('ann@bare.test', reached);
  expect(asked()).toHaveLength(2);
  // A damaged copy is a missing one.
  const [file = ''] = readdirSync(cacheDir);
  expect(readdirSync(cacheDir)).toHaveLength(1);
  expect(readFileSync(join(cacheDir, file), 'utf8')).not.toContain('ann');
  writeFileSync(join(cacheDir, file), '{"url":');
  await find('ann@bare.test', reached);
  expect(asked()).toHaveLength(3);
});

test('without a network it says so, soon', async () => {
  fresh({});
  // A port on which nobody answers for the name server, too.
  const found = await discover(
    optionsOf(
      'ann@own.test',
      { host: '127.0.0.1', port: nobody },
      { connectTo: [to('autoconfig.own.test', 443, nobody), to('own.test', 443, nobody)] },
    ),
  );
  expect(found.candidates).toEqual([]);
  expect(found.warnings).toEqual([expect.stringMatching(/Check the network/)]);
  expect(outcome(found, 'srv')?.detail).toMatch(/name server did not say what is known/);
}, 15_000);

test('stopped at once, it answers with what it has; silent servers end by its own clock', async () => {
  const silent = await listen(createTcp((socket) => void socket.on('error', () => undefined)));
  fresh({ 'autoconfig.own.test': { body: config({ host: 'imap.own.test', port: 993, tls: 'SSL' }) } });
  const hang = {
    connectTo: [
      to('imap.own.test', 993, silent),
      to('smtp.own.test', 465, silent),
      to('own.test', 443, silent),
    ],
  };
  const stop = new AbortController();
  const found = await find('ann@own.test', {
    ...hang,
    signal: stop.signal,
    onProgress: ({ source }) => {
      if (source === 'autoconfig') stop.abort();
    },
  });
  expect(found.candidates[0]).toMatchObject({ source: 'autoconfig', incoming: { host: 'imap.own.test' } });
  expect(outcome(found, 'well-known')?.outcome).toBe('aborted');
  expect(outcome(found, 'guess')?.outcome).toBe('aborted');

  const clock = new AdvanceableClock();
  const late = await find('ann@own.test', {
    ...hang,
    clock,
    onProgress: ({ source }) => {
      if (source === 'mx') clock.advance(60_000);
    },
  });
  expect(late.tried.map(({ source }) => source)).toContain('well-known');
});

const noDovecot = dovecotMissing();
if (noDovecot !== undefined) console.log(`discovery in the demo's world is skipped: ${noDovecot}`);
test.skipIf(noDovecot !== undefined)("finds the demo's accounts by SRV and by a settings file", async () => {
  const world = await startDemoWorld({ count: 1 });
  try {
    const flags = readOptions(world.flags, true);
    const network = createNetwork({
      dns: flags.dns ?? '',
      extraCa: flags.extraCa.map((file) => readFileSync(file, 'utf8')),
      connectTo: flags.connectTo,
      log: () => undefined,
    });
    const run = (address: string): Promise<Discovery> =>
      discover({ ...optionsOf(address, world.dns, {}), network });
    const [srv, autoconfig] = [await run('ina@verhoeven.test'), await run('ina@noordlicht.test')];
    expect(srv.candidates[0]).toMatchObject({
      source: 'srv',
      incoming: {
        protocol: 'imap',
        host: 'imap.verhoeven.test',
        port: 993,
        tls: 'implicit',
        username: 'ina@verhoeven.test',
      },
      outgoing: { host: 'smtp.verhoeven.test', port: 465, tls: 'implicit' },
    });
    expect(autoconfig.candidates[0]).toMatchObject({
      source: 'autoconfig',
      incoming: { protocol: 'imap', host: 'imap.noordlicht.test', port: 993, tls: 'implicit' },
      outgoing: { host: 'smtp.noordlicht.test', port: 465, tls: 'implicit' },
    });
    for (const { candidates, confirmHosts, warnings } of [srv, autoconfig]) {
      expect(candidates[0]?.incoming.auth).toContain('PLAIN');
      expect([confirmHosts, warnings]).toEqual([[], []]);
    }
    // STARTTLS against a real server, for the guess found it too.
    expect(autoconfig.tried.map(({ source }) => source)).toContain('guess');
    // Nobody tried to sign in.
    expect(world.dovecot.log()).not.toMatch(/auth failed|Login: user=/i);
  } finally {
    await world.stop();
  }
});
