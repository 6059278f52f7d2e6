import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, createServer, type SecureVersion, type TLSSocket } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkImapServer } from '../../src-main/backends/imap/check-imap-server.ts';
import { channelBindingOf } from '../../src-main/backends/socket/channel-binding.ts';
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

  it('TLS 1.3: tls-exporter, the same on both ends, and only when asked by name', () =>
    bothEnds('TLSv1.3', (client, peer) => {
      expect(channelBindingOf(client, undefined)).toBeUndefined();
      const wanted = peer.exportKeyingMaterial(32, 'EXPORTER-Channel-Binding', Buffer.alloc(0));
      expect(channelBindingOf(client, 'scram-sha-256-plus')).toEqual({ type: 'tls-exporter', data: wanted });
    }));

  it('TLS 1.2: tls-unique, the same on both ends', () =>
    bothEnds('TLSv1.2', (client, peer) => {
      expect(channelBindingOf(client, undefined)).toEqual({
        type: 'tls-unique',
        data: peer.getPeerFinished(),
      });
    }));
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
