import { execFileSync } from 'node:child_process';
import { createHash, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, createServer, type SecureVersion, type TLSSocket } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkImapServer } from '../../src-main/backends/imap/check-imap-server.ts';
import { channelBindingsOf, endPoint } from '../../src-main/backends/socket/channel-binding.ts';
import { makeCertificates } from '../../src-main/demo/certificates.ts';
import { AdvanceableClock } from '../../src-main/platform/clock.ts';
import { type Cyrus, cyrusMissing, startCyrus } from '../servers/cyrus.ts';

describe('channel binding, both ends of one TLS connection', () => {
  const dir = mkdtempSync(join(tmpdir(), 'posthorn-binding-'));
  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  async function bothEnds(
    version: SecureVersion,
    seen: (client: TLSSocket, peer: TLSSocket) => void,
  ): Promise<void> {
    const files = await makeCertificates(join(dir, version));
    const server = createServer({ cert: readFileSync(files.cert), key: readFileSync(files.key) });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const accepted = once(server, 'secureConnection');
    const client = connect({
      port: (server.address() as AddressInfo).port,
      host: '127.0.0.1',
      servername: 'localhost',
      ca: readFileSync(files.ca),
      maxVersion: version,
    });
    try {
      await once(client, 'secureConnect');
      const [peer] = (await accepted) as [TLSSocket];
      seen(client, peer);
      peer.destroy();
    } finally {
      client.destroy();
      server.close();
    }
  }

  /** RFC 5929 4.1 by another road: the DER of the certificate, hashed by the openssl program. */
  const ofFile = (version: SecureVersion): Buffer =>
    execFileSync('sh', [
      '-c',
      'openssl x509 -in "$0" -outform DER | openssl dgst -sha256 -binary',
      join(dir, version, 'cert.pem'),
    ]);

  it('TLS 1.3: tls-exporter first, then tls-server-end-point, the same on both ends', () =>
    bothEnds('TLSv1.3', (client, peer) => {
      const exporter = peer.exportKeyingMaterial(32, 'EXPORTER-Channel-Binding', Buffer.alloc(0));
      expect(channelBindingsOf(client, '')).toEqual([
        { type: 'tls-exporter', data: exporter },
        { type: 'tls-server-end-point', data: ofFile('TLSv1.3') },
      ]);
      expect(
        channelBindingsOf(client, '[CAPABILITY IMAP4rev1] localhost Cyrus IMAP 3.6.1 server ready'),
      ).toEqual([]);
    }));

  it('TLS 1.2: tls-unique, the same on both ends', () =>
    bothEnds('TLSv1.2', (client, peer) => {
      expect(channelBindingsOf(client, '')).toEqual([
        { type: 'tls-unique', data: peer.getPeerFinished() },
        { type: 'tls-server-end-point', data: ofFile('TLSv1.2') },
      ]);
    }));

  it.each([
    ['sha1', 'sha256'],
    ['sha256', 'sha256'],
    ['sha384', 'sha384'],
    ['sha512', 'sha512'],
  ])('tls-server-end-point of a certificate signed with %s is its %s (RFC 5929 4.1)', (signed, hash) => {
    const file = join(dir, `${signed}.pem`);
    execFileSync(
      'openssl',
      [
        ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-subj', '/CN=localhost', `-${signed}`],
        ...['-keyout', join(dir, 'k.pem'), '-out', file],
      ],
      { stdio: 'ignore' },
    );
    const certificate = new X509Certificate(readFileSync(file));
    expect(endPoint(certificate)?.toString('hex')).toBe(
      createHash(hash).update(certificate.raw).digest('hex'),
    );
  });

  it('a signature without a hash that can be named binds nothing (RFC 5929 4.1)', () => {
    const file = join(dir, 'ed.pem');
    execFileSync(
      'openssl',
      [
        ...['req', '-x509', '-newkey', 'ed25519', '-nodes', '-subj', '/CN=localhost'],
        ...['-keyout', join(dir, 'k.pem'), '-out', file],
      ],
      { stdio: 'ignore' },
    );
    expect(endPoint(new X509Certificate(readFileSync(file)))).toBeNull();
  });
});

const missing = cyrusMissing();
if (missing !== undefined) process.stderr.write(`skipped: SCRAM-PLUS on Cyrus: ${missing}\n`);
describe.skipIf(missing !== undefined)('SCRAM on Cyrus', () => {
  let server: Cyrus;
  beforeAll(async () => {
    server = await startCyrus({ users: [{ name: 'ann', password: 'secret' }] });
  });
  afterAll(() => server.stop());

  async function signIn(options: {
    version: SecureVersion;
    mechanism?: string;
    password?: string;
  }): Promise<string> {
    const lines: string[] = [];
    await checkImapServer({
      server: {
        host: '127.0.0.1',
        port: server.imapsPort,
        tls: 'implicit',
        username: 'ann',
        mechanism: options.mechanism,
      },
      credentials: { password: options.password ?? 'secret' },
      network: {
        connectOptions: (host, port) => ({ host, port }),
        tlsConnectOptions: () => ({
          servername: 'localhost',
          ca: readFileSync(server.ca),
          maxVersion: options.version,
        }),
      },
      clock: new AdvanceableClock(),
      onWire: (line) => lines.push(line),
    });
    return lines.map((line) => /AUTHENTICATE (\S+)/.exec(line)?.[1]).find((name) => name !== undefined) ?? '';
  }

  it('signs in with the strongest, bound to TLS 1.2', async () => {
    expect(await signIn({ version: 'TLSv1.2' })).toBe('SCRAM-SHA-256-PLUS');
    expect(await signIn({ version: 'TLSv1.2', mechanism: 'SCRAM-SHA-1-PLUS' })).toBe('SCRAM-SHA-1-PLUS');
    await expect(signIn({ version: 'TLSv1.2', password: 'wrong' })).rejects.toMatchObject({
      data: { code: 'auth-failed', next: 'ask-password' },
    });
  });

  it('signs in unbound on TLS 1.3, where Cyrus knows no binding of it', async () => {
    expect(await signIn({ version: 'TLSv1.3' })).toBe('SCRAM-SHA-256');
    await expect(signIn({ version: 'TLSv1.3', mechanism: 'SCRAM-SHA-256-PLUS' })).rejects.toMatchObject({
      name: 'AppError',
    });
  });

  it('honours a mechanism by name', async () => {
    expect(await signIn({ version: 'TLSv1.3', mechanism: 'CRAM-MD5' })).toBe('CRAM-MD5');
    expect(await signIn({ version: 'TLSv1.3', mechanism: 'LOGIN' })).toBe('LOGIN');
  });
});
