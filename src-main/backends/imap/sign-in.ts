import type { Duplex } from 'node:stream';
import { TLSSocket } from 'node:tls';
import type { ServerSettings } from '../../../src-shared/model/account.ts';
import { chooseMechanism } from '../sasl/choose-mechanism.ts';
import { type Mechanism, type SaslCredentials, SaslError } from '../sasl/mechanism.ts';
import { channelBindingOf } from '../socket/channel-binding.ts';
import { type MailNetwork, openTcp, secure, type StreamTarget } from '../socket/open-stream.ts';
import { connectionFailure, saslFailure, tlsMissing } from '../socket/socket-errors.ts';
import { greetingRefusal, signInRefusal } from './errors.ts';
import { quoted } from './mailbox-name.ts';
import type { Command, Tagged } from './port.ts';
import { settle } from './settle-connection.ts';
import type { ConnectionOptions } from './admit-command.ts';
import { WireConnection } from './wire-connection.ts';

export interface ImapCredentials {
  password?: string | undefined;
  token?: string | undefined;
}

export interface SignInOptions {
  server: ServerSettings;
  credentials: ImapCredentials;
  network: MailNetwork;
  connection: ConnectionOptions;
  /** COMPRESS=DEFLATE when offered; 'auto' leaves it off on loopback, where it only costs time. */
  compress: 'auto' | 'never' | 'always';
  /** Gives up at once. */
  signal?: AbortSignal | undefined;
}

const stepMs = 15_000;

/**
 * Connects, secures and signs in, whatever reads the connection later: TLS as the account says,
 * authentication through the shared SASL module, ENABLE and COMPRESS. Nothing secret is written
 * before TLS stands and its certificate was accepted.
 * @throws AppError
 */
export async function signIn(options: SignInOptions): Promise<WireConnection> {
  const { server, network } = options;
  const target: StreamTarget = {
    host: server.host,
    port: server.port,
    trustFingerprint256: server.trustFingerprint256,
    network,
    clock: options.connection.clock,
    timeoutMs: stepMs,
    signal: options.signal,
  };
  const tcp = await openTcp(target);
  let wire: WireConnection | null = null;
  let stream: Duplex = tcp;
  const onAbort = (): void => void tcp.destroy();
  options.signal?.addEventListener('abort', onAbort);
  try {
    if (server.tls === 'implicit') stream = await secure(tcp, target);
    wire = new WireConnection(stream, { ...options.connection, inactivityMs: stepMs });
    const greeting = await readGreeting(wire, options);
    if (server.tls === 'starttls') wire = await startTls(wire, target, options);
    if (wire.capabilities.size === 0) await mustBeOk(wire, { name: 'CAPABILITY', parts: ['CAPABILITY'] });
    if (!greeting.preauth) await authenticate(wire, options);
    return await settle(wire, options, { remoteAddress: tcp.remoteAddress ?? '', greeting: greeting.text });
  } catch (error) {
    wire?.close('signing in failed');
    stream.destroy();
    tcp.destroy();
    throw connectionFailure(error, server);
  } finally {
    options.signal?.removeEventListener('abort', onAbort);
  }
}

async function readGreeting(
  wire: WireConnection,
  { server }: SignInOptions,
): Promise<{ preauth: boolean; text: string }> {
  const greeting = await wire.greeting();
  // Words in clear before STARTTLS may be anybody's: an ALERT or a REFERRAL there is never shown or followed.
  const credible = server.tls !== 'starttls';
  if (greeting.name === 'BYE')
    throw greetingRefusal(credible ? greeting.text : '', credible ? greeting.code : null, server);
  if (greeting.name === 'PREAUTH') {
    // RFC 9051 11.1: signed in before STARTTLS is how a man in the middle keeps TLS away.
    if (server.tls === 'starttls')
      throw tlsMissing(server, 'says that the connection is signed in already, which rules out encryption');
    return { preauth: true, text: credible ? greeting.text : '' };
  }
  if (greeting.name !== 'OK') throw greetingRefusal('this is not an IMAP server', null, server);
  return { preauth: false, text: credible ? greeting.text : '' };
}

async function startTls(
  plain: WireConnection,
  target: StreamTarget,
  options: SignInOptions,
): Promise<WireConnection> {
  const { server } = options;
  if (plain.capabilities.size === 0) await mustBeOk(plain, { name: 'CAPABILITY', parts: ['CAPABILITY'] });
  if (!plain.capabilities.has('STARTTLS')) throw tlsMissing(server, 'does not offer encryption (STARTTLS)');
  const answer = await plain.run({ name: 'STARTTLS', parts: ['STARTTLS'] });
  if (answer.status !== 'OK') throw tlsMissing(server, 'refused to encrypt the connection (STARTTLS)');
  const { stream, leftover } = plain.detach();
  // CVE-2021-33515 and its kind: what came in clear after the OK would be taken for protected words.
  if (leftover.length > 0 || stream.readableLength > 0) {
    stream.destroy();
    throw tlsMissing(server, 'sent words between STARTTLS and the encryption, as an attacker would');
  }
  const socket = await secure(stream, target);
  // A new connection object: capabilities and everything said in clear are forgotten.
  return new WireConnection(socket, { ...options.connection, inactivityMs: stepMs });
}

async function authenticate(wire: WireConnection, options: SignInOptions): Promise<void> {
  const { server } = options;
  const credentials: SaslCredentials = { username: server.username ?? '', ...options.credentials };
  const offered = [...wire.capabilities]
    .filter((name) => name.startsWith('AUTH='))
    .map((name) => name.slice(5));
  const isSecure = wire.stream instanceof TLSSocket;
  const mayShow = isSecure || server.allowPlaintextPassword === true;
  let mechanism: Mechanism;
  try {
    mechanism = chooseMechanism({
      offered,
      credentials,
      service: {
        host: server.host,
        port: server.port,
        channelBinding: channelBindingOf(wire.stream, server.mechanism),
      },
      secure: isSecure,
      allowPlaintextPassword: server.allowPlaintextPassword === true,
      preferred: server.mechanism,
    });
  } catch (error) {
    // Servers older than SASL know only the LOGIN command.
    const canLogin =
      error instanceof SaslError &&
      error.kind === 'none-usable' &&
      server.mechanism === undefined &&
      !wire.capabilities.has('LOGINDISABLED');
    if (canLogin && credentials.password !== undefined) {
      if (!mayShow)
        throw saslFailure(
          new SaslError(
            'needs-tls',
            'The server only takes the password in clear, and the connection is not encrypted.',
          ),
          server,
        );
      await login(wire, credentials, options);
      return;
    }
    if (wire.capabilities.has('LOGINDISABLED') && !isSecure)
      throw tlsMissing(server, 'takes the password only over an encrypted connection');
    throw error;
  }
  await exchange(wire, mechanism, options);
}

async function login(
  wire: WireConnection,
  credentials: SaslCredentials,
  { server }: SignInOptions,
): Promise<void> {
  const argument = (text: string): string | Buffer =>
    /^[ -~]*$/.test(text) ? quoted(text) : Buffer.from(text, 'utf8');
  const before = wire.capabilities;
  const parts = ['LOGIN ', argument(credentials.username), ' ', argument(credentials.password ?? '')];
  const tagged = await wire.run({ name: 'LOGIN', parts, mask: 'LOGIN ***' });
  if (tagged.status !== 'OK') throw signInRefusal(tagged, server, null);
  await refreshCapabilities(wire, before);
}

async function exchange(
  wire: WireConnection,
  mechanism: Mechanism,
  { server }: SignInOptions,
): Promise<void> {
  const first = mechanism.initial();
  let pending = wire.capabilities.has('SASL-IR') ? null : first;
  const inline =
    first !== null && wire.capabilities.has('SASL-IR')
      ? ` ${first.length === 0 ? '=' : first.toString('base64')}`
      : '';
  const before = wire.capabilities;
  let failure: Error | null = null;
  const tagged = await wire.run({
    name: 'AUTHENTICATE',
    parts: [`AUTHENTICATE ${mechanism.name}${inline}`],
    mask: `AUTHENTICATE ${mechanism.name} ***`,
    onContinue: (text) => {
      try {
        const challenge = Buffer.from(text.trim(), 'base64');
        if (pending !== null) {
          const answer = pending;
          pending = null;
          return answer.toString('base64');
        }
        return mechanism.step(challenge).toString('base64');
      } catch (error) {
        failure ??= error instanceof Error ? error : new Error(String(error));
        return '*';
      }
    },
  });
  // Set by the handler above, which the compiler does not see running.
  const thrown = failure as Error | null;
  if (thrown !== null) throw thrown;
  if (tagged.status !== 'OK') throw signInRefusal(tagged, server, mechanism.serverError?.() ?? null);
  mechanism.finish();
  await refreshCapabilities(wire, before);
}

/** Capabilities differ after signing in; a server that did not say them is asked. */
async function refreshCapabilities(wire: WireConnection, before: ReadonlySet<string>): Promise<void> {
  if (wire.capabilities === before) await mustBeOk(wire, { name: 'CAPABILITY', parts: ['CAPABILITY'] });
}

async function mustBeOk(wire: WireConnection, command: Command): Promise<Tagged> {
  const tagged = await wire.run(command);
  if (tagged.status !== 'OK') throw new Error(`${command.name} was refused`);
  return tagged;
}
