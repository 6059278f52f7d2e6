import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, type TestContext } from 'vitest';
import { checkImapServer } from '../../src-main/backends/imap/check-imap-server.ts';
import { checkPop3Server } from '../../src-main/backends/pop3/check-pop3-server.ts';
import { checkSmtpServer } from '../../src-main/backends/smtp/check-smtp-server.ts';
import type { Credentials } from '../../src-main/backends/socket/server-stream.ts';
import { makeCertificates, type Certificates } from '../../src-main/demo/certificates.ts';
import { dovecotMissing } from '../../src-main/demo/dovecot.ts';
import { systemClock } from '../../src-main/platform/clock.ts';
import type { MailNetwork } from '../../src-main/backends/socket/open-stream.ts';
import { createNetwork } from '../../src-main/platform/network.ts';
import type { TlsMode } from '../../src-shared/model/account.ts';
import { startScriptedSaslPeer } from '../fakes/scripted-sasl-peer.ts';
import { makeClientCertificate } from '../servers/client-certificate.ts';
import { type EveryMechanism, goodToken, startEveryMechanism } from '../servers/every-mechanism.ts';
import { type Postfix, postfixMissing, startPostfix } from '../servers/postfix.ts';

const missing = dovecotMissing();
if (missing !== undefined) process.stderr.write(`skipped: mechanisms on Dovecot: ${missing}\n`);

describe.skipIf(missing !== undefined)('every mechanism on Dovecot 2.3', () => {
  const dir = mkdtempSync(join(tmpdir(), 'posthorn-sasl-'));
  let world: EveryMechanism;
  let postfix: Postfix | null = null;
  let certificate: Credentials['certificate'];
  let network: MailNetwork;

  beforeAll(async () => {
    world = await startEveryMechanism();
    const noPostfix = postfixMissing();
    if (noPostfix !== undefined) process.stderr.write(`skipped: mechanisms on Postfix: ${noPostfix}\n`);
    else
      postfix = await startPostfix(world.dovecot, {
        extra: 'smtpd_sasl_mechanism_filter = !external, static:rest',
      });
    if (world.submissionsPort === 0)
      process.stderr.write('skipped: mechanisms on Dovecot submission (Debian: dovecot-submissiond)\n');
    const files = await makeClientCertificate(dir, world.dovecot.certificates, 'ann');
    certificate = { data: readFileSync(files.p12).toString('base64'), passphrase: 'open sesame' };
    const ca = readFileSync(world.dovecot.ca, 'utf8');
    const own = createNetwork({ extraCa: [ca], connectTo: [], log: () => undefined });
    // Dovecot slows every address that gave a wrong password, the next good one too: each try has its own.
    let last = 10;
    network = {
      ...own,
      connectOptions: (_host, port) => ({ host: '127.0.0.1', port, localAddress: `127.0.1.${(last += 1)}` }),
    };
  });
  afterAll(async () => {
    await postfix?.stop();
    await world.stop();
    rmSync(dir, { recursive: true, force: true });
  });

  type Place = 'imap' | 'pop3' | 'submission' | 'postfix';
  const portOf = (place: Place, tls: TlsMode): number => {
    const { dovecot } = world;
    switch (place) {
      case 'imap':
        return tls === 'implicit' ? dovecot.imapsPort : dovecot.imapPort;
      case 'pop3':
        return tls === 'implicit' ? dovecot.pop3sPort : dovecot.pop3Port;
      case 'submission':
        return tls === 'implicit' ? world.submissionsPort : world.submissionPort;
      case 'postfix':
        return (tls === 'implicit' ? postfix?.submissionsPort : postfix?.submissionPort) ?? 0;
    }
  };

  /** Signs in and gives the mechanism that went over the wire; the trace must hold no secret. */
  async function signIn(
    place: Place,
    credentials: Credentials,
    options: { mechanism?: string; tls?: TlsMode; username?: string } = {},
  ): Promise<string> {
    const tls = options.tls ?? 'implicit';
    const check = {
      imap: checkImapServer,
      pop3: checkPop3Server,
      submission: checkSmtpServer,
      postfix: checkSmtpServer,
    };
    const lines: string[] = [];
    try {
      await check[place]({
        server: {
          host: 'localhost',
          port: portOf(place, tls),
          tls,
          username: options.username ?? 'ann',
          mechanism: options.mechanism,
        },
        credentials,
        network,
        clock: systemClock,
        onWire: (line) => lines.push(line),
      });
    } finally {
      const trace = lines.join('\n');
      for (const secret of ['secret', goodToken, Buffer.from('\0ann\0secret').toString('base64')])
        expect(trace).not.toContain(secret);
    }
    return (
      lines
        .filter((line) => !line.startsWith('<'))
        .map((line) => /(?:AUTHENTICATE|AUTH|APOP) (\S+)/.exec(line)?.[1])
        .find((name) => name !== undefined) ?? ''
    );
  }

  const password = { password: 'secret' };
  const token = { token: goodToken };
  const withSecret: [string, Credentials][] = [
    ['PLAIN', password],
    ['LOGIN', password],
    ['CRAM-MD5', password],
    ['SCRAM-SHA-1', password],
    ['SCRAM-SHA-256', password],
    ['OAUTHBEARER', token],
    ['XOAUTH2', token],
  ];
  const places: Place[] = ['imap', 'pop3', 'submission', 'postfix'];
  const need = (context: TestContext, place: Place): void => {
    if (portOf(place, 'implicit') === 0) context.skip(`there is no ${place} on this machine`);
  };
  /** Postfix does not hand the certificate's name to Dovecot's SASL, offers no AUTH at all without TLS here. */
  const own = places.filter((place) => place !== 'postfix');
  /** Neither submission service has it: see the scripted peer below. */
  const withAnonymous: Place[] = ['imap', 'pop3'];

  describe.each(places)('over %s', (place) => {
    for (const [mechanism, credentials] of withSecret)
      it(`${mechanism} signs in, and with what is wrong it does not`, async (context) => {
        need(context, place);
        expect(await signIn(place, credentials, { mechanism })).toBe(mechanism);
        const wrong = credentials.token === undefined ? { password: 'wrong' } : { token: 'wrong' };
        await expect(signIn(place, wrong, { mechanism })).rejects.toMatchObject({
          data: { code: 'auth-failed', next: 'ask-password' },
        });
      });

    it('takes the strongest that is offered, by STARTTLS too, and a token before a password', async (context) => {
      need(context, place);
      expect(await signIn(place, password)).toBe('SCRAM-SHA-256');
      expect(await signIn(place, password, { tls: 'starttls' })).toBe('SCRAM-SHA-256');
      expect(await signIn(place, { ...password, ...token })).toBe('OAUTHBEARER');
    });
  });

  describe.each(own)('over %s', (place) => {
    it('never shows password or token without TLS', async (context) => {
      need(context, place);
      for (const [mechanism, credentials] of withSecret) {
        const shows = ['PLAIN', 'LOGIN', 'OAUTHBEARER', 'XOAUTH2'].includes(mechanism);
        const trying = signIn(place, credentials, { mechanism, tls: 'none' });
        if (shows) await expect(trying).rejects.toMatchObject({ data: { code: 'tls-missing' } });
        else expect(await trying).toBe(mechanism);
      }
    });

    it('EXTERNAL by the client certificate, chosen by itself and before the password', async (context) => {
      need(context, place);
      expect(await signIn(place, { certificate })).toBe('EXTERNAL');
      expect(await signIn(place, { ...password, certificate }, { tls: 'starttls' })).toBe('EXTERNAL');
      expect(await signIn(place, { certificate }, { username: 'ann@example.test' })).toBe('EXTERNAL');
      // Somebody else's mailbox is not opened with it, and it is said that the certificate is why.
      await expect(signIn(place, { certificate }, { username: 'bob' })).rejects.toMatchObject({
        data: {
          code: 'auth-failed',
          next: 'tell-user',
          detail: expect.stringContaining('certificate') as string,
        },
      });
      // Without TLS there is nothing for EXTERNAL to stand on.
      expect(await signIn(place, { ...password, certificate }, { tls: 'none' })).toBe('SCRAM-SHA-256');
    });
  });

  it.each(withAnonymous)('ANONYMOUS over %s, only when it is named', async (place) => {
    expect(await signIn(place, {}, { mechanism: 'ANONYMOUS' })).toBe('ANONYMOUS');
    await expect(signIn(place, {})).rejects.toMatchObject({ data: { code: 'auth-failed' } });
  });

  it('APOP over pop3, by name', async (context) => {
    need(context, 'pop3');
    expect(await signIn('pop3', password, { mechanism: 'APOP', tls: 'none' })).toBe('ann');
    await expect(signIn('pop3', { password: 'wrong' }, { mechanism: 'APOP' })).rejects.toMatchObject({
      data: { code: 'auth-failed' },
    });
  });
});

describe('a scripted peer, for what no mail server here does', () => {
  const dir = mkdtempSync(join(tmpdir(), 'posthorn-sasl-peer-'));
  let certificates: Certificates;
  beforeAll(async () => {
    certificates = await makeCertificates(dir);
  });
  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  async function signIn(
    options: Parameters<typeof startScriptedSaslPeer>[1],
    wish: { mechanism?: string; password?: string } = {},
  ): Promise<string[]> {
    const peer = await startScriptedSaslPeer(certificates, options);
    try {
      await checkSmtpServer({
        server: {
          host: 'localhost',
          port: peer.port,
          tls: 'implicit',
          username: 'ann',
          mechanism: wish.mechanism,
        },
        credentials: { password: wish.password ?? 'secret' },
        network: {
          connectOptions: (_host, port) => ({ host: '127.0.0.1', port }),
          tlsConnectOptions: () => ({ servername: 'localhost', ca: readFileSync(certificates.ca) }),
        },
        clock: systemClock,
      });
      return peer.heard;
    } catch (error) {
      throw Object.assign(error as Error, { heard: peer.heard });
    } finally {
      peer.stop();
    }
  }
  const both = 'PLAIN SCRAM-SHA-256 SCRAM-SHA-256-PLUS';

  it('SCRAM-SHA-256-PLUS on TLS 1.3 by tls-exporter, unasked', async () => {
    const bindings = ['tls-exporter', 'tls-server-end-point'] as const;
    expect(await signIn({ mechanisms: both, bindings })).toEqual(['SCRAM-SHA-256-PLUS p=tls-exporter']);
    await expect(signIn({ mechanisms: both, bindings }, { password: 'wrong' })).rejects.toMatchObject({
      data: { code: 'auth-failed', next: 'ask-password' },
      // One wrong password is one try: nothing weaker follows.
      heard: ['SCRAM-SHA-256-PLUS p=tls-exporter'],
    });
  });

  it('a server that knows only tls-server-end-point gets that', async () => {
    expect(await signIn({ mechanisms: both, bindings: ['tls-server-end-point'] })).toEqual([
      'SCRAM-SHA-256-PLUS p=tls-exporter',
      'SCRAM-SHA-256-PLUS p=tls-server-end-point',
    ]);
  });

  it('one that knows neither signs in unbound, but not when -PLUS was named', async () => {
    expect((await signIn({ mechanisms: both })).at(-1)).toBe('SCRAM-SHA-256 n');
    await expect(signIn({ mechanisms: both }, { mechanism: 'SCRAM-SHA-256-PLUS' })).rejects.toMatchObject({
      data: { code: 'auth-failed' },
    });
  });

  it('one that hides -PLUS is told that Posthorn could bind (RFC 5802 6)', async () => {
    expect(await signIn({ mechanisms: 'SCRAM-SHA-256' })).toEqual(['SCRAM-SHA-256 y']);
  });

  it('ANONYMOUS over SMTP, by name only', async () => {
    expect(await signIn({ mechanisms: 'ANONYMOUS' }, { mechanism: 'ANONYMOUS' })).toEqual([
      'ANONYMOUS posthorn',
    ]);
    await expect(signIn({ mechanisms: 'ANONYMOUS' })).rejects.toMatchObject({
      data: { code: 'auth-failed' },
    });
  });
});
