import type { ServerSettings } from '../../../src-shared/model/account.ts';
import { type Mechanism, SaslError } from '../sasl/mechanism.ts';
import { mechanismsFor } from '../socket/mechanisms-for.ts';
import type { MailNetwork } from '../socket/open-stream.ts';
import { type Credentials, ServerStream } from '../socket/server-stream.ts';
import {
  certificateNotAccepted,
  connectionFailure,
  saslFailure,
  tlsMissing,
} from '../socket/socket-errors.ts';
import { greetingRefusal, signInRefusal } from './errors.ts';
import { quoted } from './mailbox-name.ts';
import type { Command, Tagged } from './port.ts';
import { settle } from './settle-connection.ts';
import type { ConnectionOptions } from './admit-command.ts';
import { WireConnection } from './wire-connection.ts';

export interface SignInOptions {
  server: ServerSettings;
  credentials: Credentials;
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
  const { server, network, credentials, connection, signal } = options;
  const below = await ServerStream.open(
    { server, network, credentials, clock: connection.clock, signal },
    stepMs,
  );
  try {
    let wire = new WireConnection(below.stream, { ...connection, inactivityMs: stepMs });
    below.whenClosed(() => wire.close('signing in failed'));
    const greeting = await readGreeting(wire, options);
    if (server.tls === 'starttls') wire = await startTls(wire, below, options);
    if (wire.capabilities.size === 0) await mustBeOk(wire, { name: 'CAPABILITY', parts: ['CAPABILITY'] });
    if (!greeting.preauth) await authenticate(wire, below.isSecure, greeting.said, options);
    const settled = await settle(wire, options, {
      remoteAddress: below.tcp.remoteAddress ?? '',
      greeting: greeting.text,
    });
    below.release();
    return settled;
  } catch (error) {
    below.close();
    throw connectionFailure(error, server);
  }
}

async function readGreeting(
  wire: WireConnection,
  { server }: SignInOptions,
): Promise<{ preauth: boolean; text: string; said: string }> {
  const greeting = await wire.greeting();
  const said = greeting.text;
  // Words in clear before STARTTLS may be anybody's: an ALERT or a REFERRAL there is never shown or followed.
  const credible = server.tls !== 'starttls';
  if (greeting.name === 'BYE')
    throw greetingRefusal(credible ? greeting.text : '', credible ? greeting.code : null, server);
  if (greeting.name === 'PREAUTH') {
    // RFC 9051 11.1: signed in before STARTTLS is how a man in the middle keeps TLS away.
    if (server.tls === 'starttls')
      throw tlsMissing(server, 'says that the connection is signed in already, which rules out encryption');
    return { preauth: true, text: credible ? said : '', said };
  }
  if (greeting.name !== 'OK') throw greetingRefusal('this is not an IMAP server', null, server);
  return { preauth: false, text: credible ? said : '', said };
}

async function startTls(
  plain: WireConnection,
  below: ServerStream,
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
  const socket = await below.secure();
  // A new connection object: capabilities and everything said in clear are forgotten.
  return new WireConnection(socket, { ...options.connection, inactivityMs: stepMs });
}

async function authenticate(
  wire: WireConnection,
  isSecure: boolean,
  greeting: string,
  options: SignInOptions,
): Promise<void> {
  const { server, credentials } = options;
  const offered = [...wire.capabilities]
    .filter((name) => name.startsWith('AUTH='))
    .map((name) => name.slice(5));
  const mayShow = isSecure || server.allowPlaintextPassword === true;
  let mechanisms: Mechanism[];
  try {
    mechanisms = mechanismsFor(wire.stream, offered, { server, credentials, greeting });
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
      await login(wire, server.username ?? '', credentials.password, options);
      return;
    }
    if (wire.capabilities.has('LOGINDISABLED') && !isSecure)
      throw tlsMissing(server, 'takes the password only over an encrypted connection');
    throw error;
  }
  for (const [i, mechanism] of mechanisms.entries()) {
    const refused = await exchange(wire, mechanism);
    if (refused === null) return;
    if (i < mechanisms.length - 1 && mechanism.unheard?.() === true) continue;
    const error = signInRefusal(refused, server, mechanism.serverError?.() ?? null);
    throw mechanism.name === 'EXTERNAL' ? certificateNotAccepted(error, server) : error;
  }
}

async function login(
  wire: WireConnection,
  username: string,
  password: string,
  { server }: SignInOptions,
): Promise<void> {
  const argument = (text: string): string | Buffer =>
    /^[ -~]*$/.test(text) ? quoted(text) : Buffer.from(text, 'utf8');
  const before = wire.capabilities;
  const parts = ['LOGIN ', argument(username), ' ', argument(password)];
  const tagged = await wire.run({ name: 'LOGIN', parts, mask: 'LOGIN ***' });
  if (tagged.status !== 'OK') throw signInRefusal(tagged, server, null);
  await refreshCapabilities(wire, before);
}

/** Null: signed in, and the server has proved itself where the mechanism asks for that. */
async function exchange(wire: WireConnection, mechanism: Mechanism): Promise<Tagged | null> {
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
  if (tagged.status !== 'OK') return tagged;
  mechanism.finish();
  await refreshCapabilities(wire, before);
  return null;
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
