import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { get } from 'node:https';
import { Resolver } from 'node:dns/promises';
import { connect } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from 'vitest';
import type { TestContext } from 'vitest';
import { dnsmasqMissing, startDnsmasq } from '../servers/dnsmasq.ts';
import { dovecotMissing, startDovecot } from '../../src-main/demo/dovecot.ts';
import type { Dovecot } from '../../src-main/demo/dovecot.ts';
import { startLocalSubmission } from '../../src-main/demo/local-delivery.ts';
import { greeting } from '../../src-main/demo/loopback.ts';
import { removeDir } from '../../src-main/demo/server-process.ts';
import { startDemoWorld } from '../../src-main/demo/world.ts';
import type { DemoWorld } from '../../src-main/demo/world.ts';
import { until } from '../../src-main/demo/waiting.ts';
import { cyrusMissing, startCyrus } from '../servers/cyrus.ts';
import { FaultProxy } from '../servers/fault-proxy.ts';
import { postfixMissing, startPostfix } from '../servers/postfix.ts';
import { RawImap } from '../servers/raw-imap.ts';
import { startSmtpSink } from '../servers/smtp-sink.ts';
import { SmtpDialogue } from '../servers/smtp-dialogue.ts';

const ann = { name: 'ann', password: 'secret' };
const bob = { name: 'bob', password: 'geheim' };
const running: { stop(): Promise<void> }[] = [];

async function keep<T extends { stop(): Promise<void> }>(starting: Promise<T>): Promise<T> {
  const server = await starting;
  running.push(server);
  return server;
}

afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.stop()));
});

function need(context: TestContext, missing: string | undefined): void {
  if (missing !== undefined) context.skip(missing);
}

const message = (subject: string): string =>
  `From: Bob <bob@example.test>\r\nTo: ann@example.test\r\nSubject: ${subject}\r\nMessage-ID: <${subject}@test>\r\n\r\nHello.\r\n`;

async function refusesConnections(port: number): Promise<boolean> {
  return await new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    socket.on('connect', () => {
      socket.destroy();
      resolve(false);
    });
    socket.on('error', () => resolve(true));
  });
}

const inbox = async (server: Dovecot, user = ann): Promise<string[]> => {
  const client = await RawImap.open({
    port: server.imapsPort,
    ca: server.ca,
    user: user.name,
    password: user.password,
  });
  try {
    return (await client.messages('INBOX')).map((found) => found.messageId);
  } finally {
    await client.close();
  }
};

describe('Dovecot', () => {
  test('two instances greet side by side, keep their mail apart and leave nothing', async (context) => {
    need(context, dovecotMissing());
    const [one, two] = await Promise.all([
      keep(startDovecot({ users: [ann] })),
      keep(startDovecot({ users: [ann] })),
    ]);
    one.seedMaildir('ann', 'INBOX', [{ bytes: message('first') }, { bytes: message('second') }], {
      uidValidity: 7,
    });
    expect(await inbox(one)).toEqual(['<first@test>', '<second@test>']);
    expect(await inbox(two)).toEqual([]);
    await Promise.all(running.splice(0).map((server) => server.stop()));
    expect([existsSync(one.dir), existsSync(two.dir)]).toEqual([false, false]);
    expect(await refusesConnections(one.imapPort)).toBe(true);
  });

  test('seeds flags, dates, keywords and folders in any script', async (context) => {
    need(context, dovecotMissing());
    const server = await keep(startDovecot({ users: [ann] }));
    server.seedMaildir(
      'ann',
      'Projects/旅行 & more',
      [
        {
          bytes: message('a'),
          flags: ['\\Seen', '$Forwarded'],
          internalDate: new Date('2025-03-04T05:06:07Z'),
        },
      ],
      { uidValidity: 77, firstUid: 5 },
    );
    const client = await RawImap.open({ port: server.imapPort, user: 'ann', password: 'secret' });
    const folders = await client.folders();
    expect(folders.map((folder) => folder.path)).toContain('Projects/旅行 & more');
    expect(folders.find((folder) => folder.path === 'Sent')?.attributes).toContain('\\Sent');
    const [found] = await client.messages('Projects/旅行 & more');
    expect(found).toMatchObject({ uid: 5, messageId: '<a@test>' });
    expect(found?.flags.toSorted()).toEqual(['$Forwarded', '\\Seen']);
    expect(new Date(found?.internalDate ?? '').toISOString()).toBe('2025-03-04T05:06:07.000Z');
    expect((await client.select('Projects/旅行 & more')).uidValidity).toBe(77);
    await client.close();
  });

  test('shows other capabilities on another address, limits connections and quota', async (context) => {
    need(context, dovecotMissing());
    const server = await keep(
      startDovecot({
        users: [ann, { ...bob, quota: '10k' }],
        addresses: {
          '127.0.0.2': { imapCapability: 'IMAP4rev1 UIDPLUS', maxConnections: 1 },
          '127.0.0.3': { disablePlaintext: true },
        },
      }),
    );
    expect(await greeting(server.imapPort, '127.0.0.3')).toContain('LOGINDISABLED');
    const where = { host: '127.0.0.2', port: server.imapPort, user: 'ann', password: 'secret' };
    const client = await RawImap.open(where);
    expect(await client.capabilities()).toEqual(['IMAP4rev1', 'UIDPLUS']);
    await expect(RawImap.open(where)).rejects.toThrow('Maximum number of connections');
    await client.close();
    const [refused] = await server.deliver('bob@example.test', message('big') + 'x'.repeat(20_000));
    expect(refused?.reply).toMatch(/^552 5\.2\.2/);
  });

  test('comes back on the same ports with the same mail', async (context) => {
    need(context, dovecotMissing());
    const server = await keep(startDovecot({ users: [ann] }));
    expect(await server.deliver('ann@example.test', message('kept'))).toEqual([]);
    await server.down();
    expect(await refusesConnections(server.imapPort)).toBe(true);
    await server.start();
    expect(await inbox(server)).toEqual(['<kept@test>']);
  });

  test('takes mail by submission and refuses strangers', async (context) => {
    need(context, dovecotMissing());
    const server = await keep(startDovecot({ users: [ann, bob] }));
    const submission = await keep(startLocalSubmission(server));
    const smtp = await SmtpDialogue.open({ port: submission.smtpPort, ca: submission.ca, ...ann });
    expect(await smtp.say('MAIL FROM:<ann@example.test>')).toMatch(/^250/);
    expect(await smtp.say('RCPT TO:<nobody@example.test>')).toMatch(/^550 5\.1\.1/);
    expect(await smtp.say('RCPT TO:<x@elsewhere.test>')).toMatch(/^550 5\.1\.2/);
    expect(await smtp.say('RCPT TO:<bob@example.test>')).toMatch(/^250/);
    expect(await smtp.data(message('sent'))).toMatch(/^250/);
    smtp.close();
    expect(submission.taken.map((mail) => mail.to)).toEqual([['bob@example.test']]);
    expect(await inbox(server, bob)).toEqual(['<sent@test>']);
  });
});

test('Cyrus greets, two side by side, and makes the folders of a new user', async (context) => {
  need(context, cyrusMissing());
  const [one, two] = await Promise.all([
    keep(startCyrus({ users: [ann] })),
    keep(startCyrus({ users: [ann] })),
  ]);
  expect(one.imapPort).not.toBe(two.imapPort);
  const client = await RawImap.open({ port: one.imapsPort, ca: one.ca, user: 'ann', password: 'secret' });
  expect(await client.capabilities()).toContain('OBJECTID');
  await client.append('INBOX', message('cyrus'), ['\\Seen']);
  expect(await client.messages('INBOX')).toMatchObject([{ messageId: '<cyrus@test>', flags: ['\\Seen'] }]);
  expect((await client.folders()).map((folder) => folder.path)).toContain('Sent');
  await client.close();
  await Promise.all(running.splice(0).map((server) => server.stop()));
  expect(existsSync(one.dir)).toBe(false);
});

test('Postfix authenticates by Dovecot and delivers to it', async (context) => {
  need(context, dovecotMissing() ?? postfixMissing());
  const server = await keep(startDovecot({ users: [ann, bob] }));
  const postfix = await startPostfix(server);
  try {
    const smtp = await SmtpDialogue.open({ port: postfix.submissionPort, ca: postfix.ca, ...ann });
    expect(await smtp.say('MAIL FROM:<ann@example.test>')).toMatch(/^250/);
    expect(await smtp.say('RCPT TO:<bob@example.test>')).toMatch(/^250/);
    expect(await smtp.data(message('relayed'))).toMatch(/^250/);
    smtp.close();
    const found = await until(
      'The delivery',
      async () => {
        const ids = await inbox(server, bob);
        return ids.length > 0 ? ids : undefined;
      },
      { withinMs: 15_000, everyMs: 100, explain: postfix.log },
    );
    expect(found).toEqual(['<relayed@test>']);
  } finally {
    await postfix.stop();
  }
});

test('dnsmasq answers with the records given and nothing else', async (context) => {
  need(context, dnsmasqMissing());
  const srv = [
    { name: '_imaps._tcp.example.test', target: 'imap.example.test', port: 18993 },
    { name: '_pop3s._tcp.example.test', target: '.', port: 0 },
  ];
  const dns = await keep(startDnsmasq({ addresses: { 'example.test': '127.0.0.1' }, srv }));
  const resolver = new Resolver({ timeout: 1500, tries: 1 });
  resolver.setServers([`127.0.0.1:${dns.port}`]);
  expect(await resolver.resolveSrv('_imaps._tcp.example.test')).toMatchObject([
    { name: 'imap.example.test', port: 18993 },
  ]);
  expect(await resolver.resolveSrv('_pop3s._tcp.example.test')).toMatchObject([{ name: '' }]);
  await expect(resolver.resolve4('www.elsewhere.test')).rejects.toMatchObject({ code: 'ENOTFOUND' });
  expect(dns.queries()).toContain('www.elsewhere.test A');
});

describe('The fault proxy', () => {
  test('passes, counts, records, and breaks where it is told to', async (context) => {
    need(context, dovecotMissing());
    const server = await keep(startDovecot({ users: [ann] }));
    server.seedMaildir('ann', 'INBOX', [{ bytes: message('whole') + 'line\r\n'.repeat(1000) }]);
    const proxy = await keep(FaultProxy.start({ targetPort: server.imapPort }));
    const open = (): Promise<RawImap> => RawImap.open({ port: proxy.port, user: 'ann', password: 'secret' });

    const first = await open();
    expect(await first.messages('INBOX')).toHaveLength(1);
    expect(proxy.clientLines.some((line) => line.includes('UID FETCH 1:*'))).toBe(true);
    expect(proxy.bytes.fromServer).toBeGreaterThan(6000);
    proxy.cut({ side: 'server', insideLiteralOf: / FETCH /, then: 'reset' });
    await expect(first.messages('INBOX')).rejects.toThrow();

    const second = await open();
    proxy.when({ side: 'client', pattern: /EXAMINE/, then: 'drop', passOn: false });
    await expect(second.messages('INBOX')).rejects.toThrow();

    const third = await open();
    proxy.set('black-hole');
    let answered = false;
    const late = third.ok('NOOP').then(() => (answered = true));
    await until(
      'The request in the hole',
      () => (proxy.clientLines.at(-1)?.includes('NOOP') ? true : undefined),
      {
        withinMs: 3000,
      },
    );
    expect(answered).toBe(false);
    proxy.heal();
    await late;
    await third.close();

    proxy.set('refuse');
    await expect(open()).rejects.toThrow();
  });
});

test('The SMTP sink follows its script', async () => {
  const sink = await keep(
    startSmtpSink({
      script: {
        onRecipient: (address) =>
          address.startsWith('full@') ? { code: 452, text: '4.2.2 Mailbox full' } : undefined,
      },
    }),
  );
  const smtp = await SmtpDialogue.open({ port: sink.smtpPort, ca: sink.ca, ...ann });
  expect(await smtp.say('MAIL FROM:<ann@example.test> SIZE=100')).toMatch(/^250/);
  expect(await smtp.say('RCPT TO:<full@example.test>')).toBe('452 4.2.2 Mailbox full');
  expect(await smtp.say('RCPT TO:<bob@example.test>')).toMatch(/^250/);
  expect(await smtp.data(message('kept'))).toMatch(/^250/);
  expect(sink.mails).toMatchObject([{ user: 'ann', from: 'ann@example.test', to: ['bob@example.test'] }]);
  sink.script = { afterData: () => 'cut-before-taking' };
  expect(await smtp.say('MAIL FROM:<ann@example.test>')).toMatch(/^250/);
  expect(await smtp.say('RCPT TO:<bob@example.test>')).toMatch(/^250/);
  await expect(smtp.data(message('lost'))).rejects.toThrow();
  expect(sink.mails).toHaveLength(1);
});

test.for(['SIGTERM', 'SIGKILL'] as const)(
  'a Dovecot ends when its owner gets %s',
  async (signal, context) => {
    need(context, dovecotMissing());
    const owner = spawn(process.execPath, ['--input-type=module', '-e', ownerSource], {
      cwd: fileURLToPath(new URL('.', import.meta.url)),
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(owner.stdout, 'data')) as [Buffer];
    const { port, dir } = JSON.parse(line.toString()) as { port: number; dir: string };
    try {
      owner.kill(signal);
      await until('The end of Dovecot', async () => ((await refusesConnections(port)) ? true : undefined), {
        withinMs: 8000,
      });
      // Nothing can tidy up after SIGKILL; the temporary folder is all that stays.
      if (signal === 'SIGTERM') expect(existsSync(dir)).toBe(false);
    } finally {
      removeDir(dir);
    }
  },
);

const ownerSource = `
import { startDovecot } from '../../src-main/demo/dovecot.ts';
const server = await startDovecot({ users: [{ name: 'ann', password: 'secret' }] });
console.log(JSON.stringify({ port: server.imapPort, dir: server.dir }));
setInterval(() => undefined, 1000);
`;

test('the demo’s world is found by DNS and by its settings file, and holds mail', async (context) => {
  need(context, dovecotMissing());
  const world = await keep(startDemoWorld({ count: 120, now: new Date('2026-11-20T14:32:00Z') }));
  const resolver = new Resolver({ timeout: 1500, tries: 1 });
  resolver.setServers([`127.0.0.1:${world.dns.port}`]);
  expect(await resolver.resolveSrv('_imaps._tcp.verhoeven.test')).toMatchObject([
    { name: 'imap.verhoeven.test', port: 993 },
  ]);
  expect(await resolver.resolveSrv('_pop3s._tcp.verhoeven.test')).toMatchObject([{ name: '', port: 0 }]);
  expect(await resolver.resolveMx('noordlicht.test')).toMatchObject([{ exchange: 'mail.noordlicht.test' }]);
  expect(await resolver.resolve4('imap.noordlicht.test')).toEqual(['127.0.0.1']);
  await expect(resolver.resolve4('elsewhere.test')).rejects.toMatchObject({ code: 'ENOTFOUND' });
  await expect(resolver.resolve6('imap.noordlicht.test')).rejects.toMatchObject({ code: 'ENODATA' });
  expect(await settingsFileOf(world)).toContain('<hostname>imap.noordlicht.test</hostname>');
  for (const account of world.accounts) {
    const client = await RawImap.open({
      port: world.dovecot.imapsPort,
      ca: world.dovecot.ca,
      user: account.address,
      password: account.password,
    });
    const listed = await client.folders();
    // "Projects" only holds folders.
    const real = listed.filter(
      ({ attributes }) => !attributes.some((word) => /^\\(noselect|nonexistent)$/i.test(word)),
    );
    const folders = real.map((folder) => folder.path);
    expect(folders).toContain(account.kind === 'work' ? 'Projects/Harbour museum' : '旅行');
    let count = 0;
    for (const folder of folders) count += (await client.select(folder, true)).exists;
    expect(count).toBe(120);
    await client.close();
  }
});

async function settingsFileOf(world: DemoWorld): Promise<string> {
  return await new Promise((resolve, reject) => {
    const request = get(
      {
        host: '127.0.0.1',
        port: world.autoconfig.port,
        servername: 'autoconfig.noordlicht.test',
        headers: { host: 'autoconfig.noordlicht.test' },
        path: '/mail/config-v1.1.xml?emailaddress=ina%40noordlicht.test',
        ca: readFileSync(world.dovecot.ca),
      },
      (response) => {
        let text = '';
        response.on('data', (chunk: Buffer) => (text += chunk.toString()));
        response.on('end', () => resolve(text));
      },
    );
    request.on('error', reject);
  });
}
