import type { Duplex } from 'node:stream';
import { TLSSocket } from 'node:tls';
import type { ServerSettings } from '../../../src-shared/model/account.ts';
import type { Clock } from '../../platform/clock.ts';
import { chooseMechanism } from '../sasl/choose-mechanism.ts';
import type { Mechanism } from '../sasl/mechanism.ts';
import { channelBindingOf } from '../socket/channel-binding.ts';
import { type MailNetwork, openTcp, secure, type StreamTarget } from '../socket/open-stream.ts';
import { connectionFailure, tlsMissing } from '../socket/socket-errors.ts';
import { connectionRefusal, signInRefusal } from './smtp-errors.ts';
import { SmtpWire } from './smtp-wire.ts';

export interface SmtpCredentials {
  password?: string | undefined;
  token?: string | undefined;
}

export interface SessionOptions {
  server: ServerSettings;
  /** Not asked when the server is used without a name. */
  credentials: SmtpCredentials;
  network: MailNetwork;
  clock: Clock;
  signal?: AbortSignal | undefined;
  /** Every line of the dialogue, secrets masked, message text left out. */
  onWire?: ((line: string) => void) | undefined;
}

export interface SmtpSession {
  wire: SmtpWire;
  /** EHLO keywords in capitals → parameters. */
  extensions: ReadonlyMap<string, string>;
  close(): void;
}

const stepMs = 30_000;
/** RFC 5321 4.5.3.2.1: servers that look up who calls are slow to greet. */
const greetingMs = 60_000;
/** RFC 5321 4.1.3. Our own address behind a router is nobody's business, so all say the same. */
const ourName = '[127.0.0.1]';

/**
 * Connects, secures and signs in. Nothing is written over TLS before its certificate was accepted, STARTTLS
 * never falls back to clear, and everything said before it is forgotten (RFC 3207 4.2).
 * @throws AppError
 */
export async function openSession(options: SessionOptions): Promise<SmtpSession> {
  const { server, clock, onWire, network, signal } = options;
  const target: StreamTarget = {
    host: server.host,
    port: server.port,
    trustFingerprint256: server.trustFingerprint256,
    network,
    clock,
    timeoutMs: stepMs,
    signal,
  };
  const tcp = await openTcp(target);
  let stream: Duplex = tcp;
  let wire: SmtpWire | null = null;
  const onAbort = (): void => {
    wire?.close();
    stream.destroy();
    tcp.destroy();
  };
  signal?.addEventListener('abort', onAbort);
  const close = (): void => {
    signal?.removeEventListener('abort', onAbort);
    onAbort();
  };
  try {
    if (server.tls === 'implicit') stream = await secure(tcp, target);
    wire = new SmtpWire(stream, { clock, onWire });
    const greeting = await wire.reply(greetingMs);
    if (greeting.code !== 220) throw connectionRefusal(greeting, 'greet', server);
    let extensions = await hello(wire, options);
    if (server.tls === 'starttls') {
      if (!extensions.has('STARTTLS'))
        throw tlsMissing(server, 'does not offer encryption (STARTTLS) for sending');
      const answer = await wire.say('STARTTLS', stepMs);
      if (answer.code !== 220)
        throw tlsMissing(server, 'refused to encrypt the connection (STARTTLS) for sending');
      // CVE-2011-0411 and its kind: words sent in clear after the 220 would be taken for protected ones.
      if (!wire.detach())
        throw tlsMissing(server, 'sent words between STARTTLS and the encryption, as an attacker would');
      stream = await secure(tcp, target);
      wire = new SmtpWire(stream, { clock, onWire });
      extensions = await hello(wire, options);
    }
    if (server.username !== undefined && server.username !== '')
      await authenticate(wire, extensions, options);
    return { wire, extensions, close };
  } catch (error) {
    close();
    throw connectionFailure(error, server);
  }
}

async function hello(wire: SmtpWire, { server }: SessionOptions): Promise<Map<string, string>> {
  const answer = await wire.say(`EHLO ${ourName}`, stepMs);
  if (answer.code === 250) {
    return new Map(
      answer.lines.slice(1).map((line) => {
        // "AUTH=PLAIN" is how servers before RFC 2554 wrote it.
        const [keyword = '', ...rest] = line
          .trim()
          .replace(/^AUTH=/i, 'AUTH ')
          .split(/\s+/);
        return [keyword.toUpperCase(), rest.join(' ')];
      }),
    );
  }
  if (answer.code < 500) throw connectionRefusal(answer, 'greet', server);
  const old = await wire.say(`HELO ${ourName}`, stepMs);
  if (old.code !== 250) throw connectionRefusal(old, 'greet', server);
  return new Map();
}

async function authenticate(
  wire: SmtpWire,
  extensions: ReadonlyMap<string, string>,
  { server, credentials }: SessionOptions,
): Promise<void> {
  const mechanism: Mechanism = chooseMechanism({
    offered: (extensions.get('AUTH') ?? '').split(/\s+/).filter((name) => name !== ''),
    credentials: { username: server.username ?? '', ...credentials },
    service: {
      host: server.host,
      port: server.port,
      channelBinding: channelBindingOf(wire.stream, server.mechanism),
    },
    secure: wire.stream instanceof TLSSocket,
    allowPlaintextPassword: server.allowPlaintextPassword === true,
    preferred: server.mechanism,
  });
  const first = mechanism.initial();
  const encoded = first === null ? null : first.length === 0 ? '=' : first.toString('base64');
  // RFC 4954 4 allows 12,288 octets, older servers only a line of 512.
  const inline = encoded !== null && encoded.length < 450;
  let pending = inline ? null : first;
  const name = `AUTH ${mechanism.name}`;
  let answer = await wire.say(inline ? `${name} ${encoded}` : name, stepMs, inline ? `${name} ***` : name);
  for (let rounds = 0; answer.code === 334; rounds += 1) {
    let line: string;
    try {
      const challenge = Buffer.from(answer.lines.at(-1)?.trim() ?? '', 'base64');
      line = (pending ?? mechanism.step(challenge)).toString('base64');
      pending = null;
      if (rounds > 10) throw new Error('the server goes on asking');
    } catch (error) {
      await wire.say('*', stepMs);
      throw error;
    }
    answer = await wire.say(line, stepMs, '***');
  }
  if (answer.code !== 235) throw signInRefusal(answer, server, mechanism.serverError?.() ?? null);
  mechanism.finish();
}
