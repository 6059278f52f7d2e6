import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, onTestFailed, test } from 'vitest';
import { checkImapServer } from '../../src-main/backends/imap/check-imap-server.ts';
import type { Credentials } from '../../src-main/backends/socket/server-stream.ts';
import { dovecotMissing } from '../../src-main/demo/dovecot.ts';
import { makeCertificates } from '../../src-main/demo/certificates.ts';
import { freePorts } from '../../src-main/demo/loopback.ts';
import { until } from '../../src-main/demo/waiting.ts';
import { systemClock } from '../../src-main/platform/clock.ts';
import { createNetwork } from '../../src-main/platform/network.ts';
import { AppError } from '../../src-shared/error.ts';
import type { Params } from '../../src-shared/ipc/contract.ts';
import type { Headless } from '../harness/headless.ts';
import { type ClientCertificateFiles, makeClientCertificate } from '../servers/client-certificate.ts';
import { type EveryMechanism, startEveryMechanism } from '../servers/every-mechanism.ts';
import { folderNamed, mail, Profile, rowsOf, synced } from './sync-world.ts';

const missing = dovecotMissing();
if (missing !== undefined) process.stderr.write(`skipped: client certificates on Dovecot: ${missing}\n`);

/** Nobody gets in without a certificate, whatever the password. */
const required = 'auth_ssl_require_client_cert = yes';
const passphrase = 'open sesame';

describe.skipIf(missing !== undefined)('a client certificate, on a Dovecot that asks for one', () => {
  const dir = mkdtempSync(join(tmpdir(), 'posthorn-client-cert-'));
  let world: EveryMechanism;
  let files: ClientCertificateFiles;
  let profile: Profile | null = null;
  beforeAll(async () => {
    world = await startEveryMechanism(required);
    files = await makeClientCertificate(dir, world.dovecot.certificates, 'ann');
    world.dovecot.seedMaildir('ann', 'INBOX', [{ bytes: mail(1) }, { bytes: mail(2) }]);
  });
  afterEach(async () => {
    await profile?.remove();
    profile = null;
  });
  afterAll(async () => {
    await world.stop();
    rmSync(dir, { recursive: true, force: true });
  });

  function start(): Headless {
    const own = (profile ??= new Profile(['--extra-ca', world.dovecot.ca]));
    onTestFailed(() => console.log(own.stderr().slice(-6_000), world.dovecot.log().slice(-3_000)));
    return own.start();
  }

  type Incoming = Params<'account.add'>['incoming'];
  const incoming = (auth: Incoming['auth'], protocol: Incoming['protocol'] = 'imap'): Incoming => ({
    protocol,
    host: 'localhost',
    port: protocol === 'imap' ? world.dovecot.imapsPort : world.dovecot.pop3sPort,
    tls: 'implicit',
    username: 'ann',
    ...(auth === undefined ? {} : { auth }),
  });
  const add = (
    posthorn: Headless,
    server: Incoming,
    more: Partial<Params<'account.add'>> = {},
  ): Promise<{ accountId: string }> =>
    posthorn.call('account.add', {
      address: 'ann@example.test',
      mode: 'disconnected',
      incoming: server,
      outgoing: null,
      ...more,
    });

  test('signs in for both servers, and goes on when the file is gone: the profile has its copy, not in clear', async () => {
    let posthorn = start();
    const file = join(dir, 'moved-away.p12');
    writeFileSync(file, readFileSync(files.p12));
    const clientCertificate = { file, passphrase };
    const { accountId } = await add(posthorn, incoming({ clientCertificate }), {
      outgoing:
        world.submissionsPort === 0
          ? null
          : { host: 'localhost', port: world.submissionsPort, tls: 'implicit', auth: { clientCertificate } },
    });
    await synced(posthorn, accountId);
    await posthorn.quit();
    rmSync(file);

    posthorn = start();
    world.dovecot.seedMaildir('ann', 'INBOX', [{ bytes: mail(3) }]);
    await synced(posthorn, accountId);
    const inbox = await folderNamed(posthorn, accountId, 'INBOX');
    expect((await rowsOf(posthorn, inbox.folderId)).map((row) => row.subject).sort()).toEqual([
      'Mail 1',
      'Mail 2',
      'Mail 3',
    ]);
    const [account] = await posthorn.call('account.list', {});
    expect(account?.settings.incoming.clientCertificate).toMatchObject({
      name: 'moved-away.p12',
      subject: 'ann',
      issuer: 'Posthorn test authority',
    });
    if (world.submissionsPort !== 0) {
      const { outboxId } = await posthorn.call('message.send', {
        accountId,
        to: 'bob@example.test',
        subject: 'Sent by certificate',
        text: 'Without a name, without a password.',
      });
      await until(
        'The mail that the certificate let through',
        async () =>
          (await posthorn.call('outbox.list', { all: true })).find((item) => item.outboxId === outboxId)
            ?.state === 'sent'
            ? true
            : undefined,
        { withinMs: 60_000 },
      );
      expect(world.sent.map(({ to }) => to)).toEqual([['bob@example.test']]);
    }
    // Changing something else keeps it; taking it away leaves nothing to sign in with, and then nothing is changed.
    await posthorn.call('account.update', { accountId, incoming: { username: 'ann@example.test' } });
    await expect(
      posthorn.call('account.update', { accountId, incoming: { auth: { clientCertificate: null } } }),
    ).rejects.toMatchObject({ data: { code: 'auth-failed' } });
    await synced(posthorn, accountId);
    await posthorn.quit();
    const key = readFileSync(files.p12).toString('base64').slice(40, 100);
    expect(filesOf(profile?.dir ?? '').filter((path) => hasAny(path, [passphrase, key]))).toEqual([]);
  });

  test.each([
    ['PEM with its key', () => ({ file: files.pem })],
    ['PEM with its key under a passphrase', () => ({ file: files.lockedPem, passphrase })],
    ['PEM and key apart', () => ({ file: files.cert, keyFile: files.key })],
    [
      'the bytes, as a window gives them',
      () => ({ data: readFileSync(files.p12).toString('base64'), name: 'ann.p12', passphrase }),
    ],
  ])('%s signs in over POP3', async (_what, clientCertificate) => {
    const posthorn = start();
    const { accountId } = await add(posthorn, incoming({ clientCertificate: clientCertificate() }, 'pop3'));
    await synced(posthorn, accountId);
    const inbox = await folderNamed(posthorn, accountId, 'INBOX');
    expect((await rowsOf(posthorn, inbox.folderId)).length).toBeGreaterThan(1);
    await posthorn.quit();
  });

  test('what is wrong with a file is said in plain words, and nothing is kept', async () => {
    const posthorn = start();
    const other = await makeClientCertificate(dir, world.dovecot.certificates, 'eve');
    const noFile = join(dir, 'nowhere.p12');
    const garbage = join(dir, 'garbage.p12');
    writeFileSync(garbage, 'not a certificate at all');
    const cases: [NonNullable<NonNullable<Incoming['auth']>['clientCertificate']>, RegExp][] = [
      [{ file: noFile }, /nowhere\.p12” is not there/],
      [{ file: files.p12, passphrase: 'wrong' }, /does not open with this passphrase/],
      [{ file: files.p12 }, /is protected by a passphrase/],
      [{ file: files.lockedPem, passphrase: 'wrong' }, /does not open with this passphrase/],
      [{ file: files.lockedPem }, /is protected by a passphrase/],
      [{ file: files.cert }, /without its private key/],
      [{ file: files.key }, /holds no certificate/],
      [{ file: files.cert, keyFile: other.key }, /does not belong to its certificate/],
      [{ file: garbage }, /not a certificate that Posthorn can read/],
      [{ file: dir }, /is a folder/],
    ];
    for (const [clientCertificate, words] of cases)
      await expect(add(posthorn, incoming({ clientCertificate }))).rejects.toMatchObject({
        data: { code: 'bad-params', detail: expect.stringMatching(words) as string },
      });
    expect(await posthorn.call('account.list', {})).toEqual([]);
    await posthorn.quit();
  });

  test('a server that wants a certificate, or another one, is understood', async () => {
    const posthorn = start();
    await expect(add(posthorn, { ...incoming(undefined), password: 'secret' })).rejects.toMatchObject({
      data: {
        code: 'auth-failed',
        server: expect.objectContaining({ text: expect.any(String) as string }) as object,
      },
    });
    const strangers = await makeCertificates(join(dir, 'strangers'));
    const stranger = await makeClientCertificate(dir, strangers, 'ann');
    await expect(
      add(posthorn, incoming({ clientCertificate: { file: stranger.pem } })),
    ).rejects.toMatchObject({ data: { code: 'auth-failed', next: 'tell-user' } });
    await posthorn.quit();
  });
});

describe('TLS itself says no to a client (openssl s_server)', () => {
  const dir = mkdtempSync(join(tmpdir(), 'posthorn-client-alert-'));
  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  test.each(['-tls1_3', '-tls1_2'])('%s: no certificate, and one of a stranger', async (version) => {
    const certificates = await makeCertificates(join(dir, version));
    const strangers = await makeCertificates(join(dir, `strangers${version}`));
    const stranger = await makeClientCertificate(dir, strangers, 'ann');
    const [port = 0] = await freePorts(1);
    const server = spawn(
      'openssl',
      [
        ...['s_server', '-accept', String(port), '-quiet', version, '-Verify', '1', '-verify_return_error'],
        ...['-cert', certificates.cert, '-key', certificates.key, '-CAfile', certificates.ca],
      ],
      { stdio: ['pipe', 'ignore', 'ignore'] },
    );
    try {
      await until('The port of openssl', () => isOpen(port), { withinMs: 30_000 });
      const check = (certificate: Credentials['certificate']): Promise<unknown> =>
        checkImapServer({
          server: { host: 'localhost', port, tls: 'implicit', username: 'ann' },
          credentials: { password: 'secret', certificate },
          network: createNetwork({
            extraCa: [readFileSync(certificates.ca, 'utf8')],
            connectTo: [{ host: 'localhost', port, toAddress: '127.0.0.1', toPort: port }],
            log: () => undefined,
          }),
          clock: systemClock,
        }).catch((error: unknown) => (error instanceof AppError ? error.data : error));
      const data = readFileSync(stranger.pem).toString('base64');
      expect(await check({ data })).toMatchObject({
        code: 'auth-failed',
        next: 'tell-user',
        detail: expect.stringContaining('does not know who issued it') as string,
      });
      // TLS 1.2 has no alert of its own for that: the handshake just fails.
      expect(await check(undefined)).toMatchObject(
        version === '-tls1_3'
          ? {
              code: 'auth-failed',
              detail: expect.stringContaining('lets in only who shows a certificate') as string,
            }
          : { code: 'offline' },
      );
    } finally {
      server.kill();
    }
  });
});

async function isOpen(port: number): Promise<true | undefined> {
  return await new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    socket.on('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(undefined));
  });
}

function filesOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path, { throwIfNoEntry: false })?.isFile() === true);
}

const hasAny = (path: string, words: readonly string[]): boolean => {
  const bytes = readFileSync(path);
  return words.some((word) => bytes.includes(word));
};
