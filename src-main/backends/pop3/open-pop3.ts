import { createHash } from 'node:crypto';
import { type Mechanism, SaslError } from '../sasl/mechanism.ts';
import { saslLines } from '../sasl/sasl-lines.ts';
import { mechanismsFor } from '../socket/mechanisms-for.ts';
import { ServerStream, type ServerStreamOptions } from '../socket/server-stream.ts';
import { certificateNotAccepted, connectionFailure, tlsMissing } from '../socket/socket-errors.ts';
import { notReady, signInRefused } from './pop3-errors.ts';
import { type Pop3Reply, Pop3Wire } from './pop3-wire.ts';

export interface Pop3Options extends ServerStreamOptions {
  /** Every line of the dialogue, secrets masked, message text left out. */
  onWire?: ((line: string) => void) | undefined;
}

export interface Pop3Session {
  wire: Pop3Wire;
  /** CAPA keywords in capitals → parameters; null: the server knows no CAPA (RFC 2449) and must be tried. */
  capabilities: ReadonlyMap<string, string> | null;
  close(): void;
}

const connectMs = 30_000;
export const stepMs = 60_000;

/**
 * Connects, secures and signs in. Nothing is written over TLS before its certificate was accepted, STLS never
 * falls back to clear, and what was said before it is forgotten (RFC 2595 4).
 * @throws AppError
 */
export async function openPop3(options: Pop3Options): Promise<Pop3Session> {
  const { server, clock, onWire } = options;
  const below = await ServerStream.open(options, connectMs);
  try {
    let wire = new Pop3Wire(below.stream, clock, onWire);
    below.whenClosed(() => wire.close());
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
      wire = new Pop3Wire(await below.secure(), clock, onWire);
    }
    await signIn(wire, greeting, await capabilitiesOf(wire), below.isSecure, options);
    const capabilities = await capabilitiesOf(wire);
    return { wire, capabilities, close: () => below.close() };
  } catch (error) {
    below.close();
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
  isSecure: boolean,
  options: Pop3Options,
): Promise<void> {
  const { server, credentials } = options;
  const preferred = server.mechanism?.toUpperCase();
  const mechanisms =
    preferred === 'APOP' || preferred === 'USER' ? null : saslFor(wire, greeting, capabilities, options);
  // RFC 6856 2.1: asked for before signing in, so that names and mail may hold UTF-8.
  if (capabilities?.has('UTF8') === true) await wire.say('UTF8', stepMs);
  if (mechanisms instanceof SaslError) {
    if (preferred !== undefined) throw mechanisms;
  } else if (mechanisms !== null) {
    for (const [i, mechanism] of mechanisms.entries()) {
      const refused = await authenticate(wire, mechanism);
      if (refused === null) return;
      if (i < mechanisms.length - 1 && mechanism.unheard?.() === true) continue;
      const error = signInRefused(refused, server);
      throw mechanism.name === 'EXTERNAL' ? certificateNotAccepted(error, server) : error;
    }
  }
  const username = server.username ?? '';
  const { password } = credentials;
  if (password === undefined) {
    throw mechanisms instanceof SaslError
      ? mechanisms
      : new SaslError('none-usable', 'No password is known for this account.');
  }
  const stamp = /<[\x21-\x3b\x3d\x3f-\x7e]+@[\x21-\x3b\x3d\x3f-\x7e]+>/.exec(greeting.text)?.[0];
  const clear = isSecure || server.allowPlaintextPassword === true;
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

/** The mechanisms, why there are none, or null where the server offers no SASL. */
function saslFor(
  wire: Pop3Wire,
  greeting: Pop3Reply,
  capabilities: ReadonlyMap<string, string> | null,
  { server, credentials }: Pop3Options,
): Mechanism[] | SaslError | null {
  const offered = (capabilities?.get('SASL') ?? '').split(/\s+/).filter((name) => name !== '');
  if (offered.length === 0 && server.mechanism === undefined) return null;
  try {
    return mechanismsFor(wire.stream, offered, { server, credentials, greeting: greeting.text });
  } catch (error) {
    if (error instanceof SaslError) return error;
    throw error;
  }
}

/** Null: signed in, and the server has proved itself where the mechanism asks for that. */
async function authenticate(wire: Pop3Wire, mechanism: Mechanism): Promise<Pop3Reply | null> {
  // RFC 5034 4: a command line has 255 octets, CRLF included.
  const lines = saslLines(mechanism, 239 - mechanism.name.length);
  wire.send(lines.command, lines.shown);
  for (;;) {
    const answer = await wire.statusOrChallenge(stepMs);
    if (typeof answer !== 'string') {
      if (!answer.ok) return answer;
      mechanism.finish();
      return null;
    }
    try {
      wire.send(lines.answer(answer), '***');
    } catch (error) {
      wire.send('*');
      throw error;
    }
  }
}
