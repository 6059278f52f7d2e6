import { createHash } from 'node:crypto';
import type { Duplex } from 'node:stream';
import { TLSSocket } from 'node:tls';
import type { ServerSettings } from '../../../src-shared/model/account.ts';
import type { Clock } from '../../platform/clock.ts';
import { chooseMechanism } from '../sasl/choose-mechanism.ts';
import { type Mechanism, SaslError } from '../sasl/mechanism.ts';
import { channelBindingOf } from '../socket/channel-binding.ts';
import { type MailNetwork, openTcp, secure, type StreamTarget } from '../socket/open-stream.ts';
import { connectionFailure, tlsMissing } from '../socket/socket-errors.ts';
import { notReady, signInRefused } from './pop3-errors.ts';
import { type Pop3Reply, Pop3Wire } from './pop3-wire.ts';

export interface Pop3Credentials {
  password?: string | undefined;
  token?: string | undefined;
}

export interface Pop3Options {
  server: ServerSettings;
  credentials: Pop3Credentials;
  network: MailNetwork;
  clock: Clock;
  signal?: AbortSignal | undefined;
  /** Every line of the dialogue, secrets masked, message text left out. */
  onWire?: ((line: string) => void) | undefined;
}

export interface Pop3Session {
  wire: Pop3Wire;
  /** CAPA keywords in capitals → parameters; null: the server knows no CAPA (RFC 2449) and must be tried. */
  capabilities: ReadonlyMap<string, string> | null;
  close(): void;
}

export const stepMs = 60_000;

/**
 * Connects, secures and signs in. Nothing is written over TLS before its certificate was accepted, STLS never
 * falls back to clear, and what was said before it is forgotten (RFC 2595 4).
 * @throws AppError
 */
export async function openPop3(options: Pop3Options): Promise<Pop3Session> {
  const { server, clock, network, onWire, signal } = options;
  const target: StreamTarget = {
    host: server.host,
    port: server.port,
    trustFingerprint256: server.trustFingerprint256,
    network,
    clock,
    timeoutMs: 30_000,
    signal,
  };
  const tcp = await openTcp(target);
  let stream: Duplex = tcp;
  let wire: Pop3Wire | null = null;
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
    wire = new Pop3Wire(stream, clock, onWire);
    const greeting = await wire.reply(stepMs);
    if (!greeting.ok) throw notReady(greeting, server);
    if (server.tls === 'starttls') {
      const before = await capabilitiesOf(wire);
      if (before !== null && !before.has('STLS'))
        throw tlsMissing(server, 'does not offer encryption (STLS) for collecting mail');
      if (!(await wire.say('STLS', stepMs)).ok)
        throw tlsMissing(server, 'refused to encrypt the connection (STLS)');
      // Words sent in clear after the +OK would be taken for protected ones.
      if (!wire.detach())
        throw tlsMissing(server, 'sent words between STLS and the encryption, as an attacker would');
      stream = await secure(tcp, target);
      wire = new Pop3Wire(stream, clock, onWire);
    }
    await signIn(wire, greeting, await capabilitiesOf(wire), options);
    const capabilities = await capabilitiesOf(wire);
    return { wire, capabilities, close };
  } catch (error) {
    close();
    throw connectionFailure(error, server);
  }
}

async function capabilitiesOf(wire: Pop3Wire): Promise<Map<string, string> | null> {
  if (!(await wire.say('CAPA', stepMs)).ok) return null;
  const capabilities = new Map<string, string>();
  for (const line of await wire.lines(stepMs, 300)) {
    const [keyword = '', ...rest] = line.trim().split(/\s+/);
    capabilities.set(keyword.toUpperCase(), rest.join(' '));
  }
  return capabilities;
}

async function signIn(
  wire: Pop3Wire,
  greeting: Pop3Reply,
  capabilities: ReadonlyMap<string, string> | null,
  options: Pop3Options,
): Promise<void> {
  const { server, credentials } = options;
  const preferred = server.mechanism?.toUpperCase();
  const mechanism =
    preferred === 'APOP' || preferred === 'USER' ? null : saslFor(wire, capabilities, options);
  if (mechanism instanceof SaslError) {
    if (preferred !== undefined) throw mechanism;
  } else if (mechanism !== null) {
    // RFC 6856 2.1: asked for before signing in, so that names and mail may hold UTF-8.
    if (capabilities?.has('UTF8') === true) await wire.say('UTF8', stepMs);
    await authenticate(wire, mechanism, server);
    return;
  }
  const username = server.username ?? '';
  const { password } = credentials;
  if (password === undefined) {
    throw mechanism instanceof SaslError
      ? mechanism
      : new SaslError('none-usable', 'No password is known for this account.');
  }
  const stamp = /<[\x21-\x3b\x3d\x3f-\x7e]+@[\x21-\x3b\x3d\x3f-\x7e]+>/.exec(greeting.text)?.[0];
  const clear = isSecure(wire) || server.allowPlaintextPassword === true;
  // The digest hides the password; MD5 keeps it from being chosen where TLS or the user allows better.
  if (stamp !== undefined && preferred !== 'USER' && (preferred === 'APOP' || !clear)) {
    const digest = createHash('md5').update(`${stamp}${password}`, 'utf8').digest('hex');
    const answer = await wire.say(`APOP ${username} ${digest}`, stepMs, `APOP ${username} ***`);
    if (!answer.ok) throw signInRefused(answer, server);
    return;
  }
  if (preferred === 'APOP')
    throw new SaslError('none-usable', 'The server does not offer APOP: its greeting names no time stamp.');
  if (!clear) {
    throw new SaslError(
      'needs-tls',
      'The server only takes the password in clear, and the connection is not encrypted.',
    );
  }
  const named = await wire.say(`USER ${username}`, stepMs);
  if (!named.ok) throw signInRefused(named, server);
  const answer = await wire.say(`PASS ${password}`, stepMs, 'PASS ***');
  if (!answer.ok) throw signInRefused(answer, server);
}

const isSecure = (wire: Pop3Wire): boolean => wire.stream instanceof TLSSocket;

/** The mechanism, why there is none, or null where the server offers no SASL. */
function saslFor(
  wire: Pop3Wire,
  capabilities: ReadonlyMap<string, string> | null,
  { server, credentials }: Pop3Options,
): Mechanism | SaslError | null {
  const offered = (capabilities?.get('SASL') ?? '').split(/\s+/).filter((name) => name !== '');
  if (offered.length === 0 && server.mechanism === undefined) return null;
  try {
    return chooseMechanism({
      offered,
      credentials: { username: server.username ?? '', ...credentials },
      service: {
        host: server.host,
        port: server.port,
        channelBinding: channelBindingOf(wire.stream, server.mechanism),
      },
      secure: isSecure(wire),
      allowPlaintextPassword: server.allowPlaintextPassword === true,
      preferred: server.mechanism,
    });
  } catch (error) {
    if (error instanceof SaslError) return error;
    throw error;
  }
}

async function authenticate(wire: Pop3Wire, mechanism: Mechanism, server: ServerSettings): Promise<void> {
  const first = mechanism.initial();
  const encoded = first === null ? null : first.length === 0 ? '=' : first.toString('base64');
  // RFC 5034 4: a command line has 255 octets, CRLF included.
  const inline = encoded !== null && encoded.length + mechanism.name.length < 240;
  const name = `AUTH ${mechanism.name}`;
  let pending = inline ? null : first;
  wire.send(inline ? `${name} ${encoded}` : name, inline ? `${name} ***` : name);
  for (let rounds = 0; ; rounds += 1) {
    const answer = await wire.statusOrChallenge(stepMs);
    if (typeof answer !== 'string') {
      if (!answer.ok) throw signInRefused(answer, server);
      mechanism.finish();
      return;
    }
    try {
      if (rounds > 10) throw new SaslError('malformed', 'The server goes on asking.');
      wire.send((pending ?? mechanism.step(Buffer.from(answer, 'base64'))).toString('base64'), '***');
      pending = null;
    } catch (error) {
      wire.send('*');
      throw error;
    }
  }
}
