import type { Mechanism } from '../sasl/mechanism.ts';
import { saslLines } from '../sasl/sasl-lines.ts';
import { mechanismsFor } from '../socket/mechanisms-for.ts';
import { ServerStream, type ServerStreamOptions } from '../socket/server-stream.ts';
import { certificateNotAccepted, connectionFailure, tlsMissing } from '../socket/socket-errors.ts';
import { connectionRefusal, signInRefusal } from './smtp-errors.ts';
import { type SmtpReply, SmtpWire } from './smtp-wire.ts';

/** Credentials are not used where the server is used without a name and a certificate. */
export interface SessionOptions extends ServerStreamOptions {
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
  const { server, clock, onWire, credentials } = options;
  const below = await ServerStream.open(options, stepMs);
  try {
    let wire = new SmtpWire(below.stream, { clock, onWire });
    below.whenClosed(() => wire.close());
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
      wire = new SmtpWire(await below.secure(), { clock, onWire });
      extensions = await hello(wire, options);
    }
    if ((server.username ?? '') !== '' || credentials.certificate !== undefined)
      await signIn(wire, extensions, options);
    return { wire, extensions, close: () => below.close() };
  } catch (error) {
    below.close();
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

async function signIn(
  wire: SmtpWire,
  extensions: ReadonlyMap<string, string>,
  { server, credentials }: SessionOptions,
): Promise<void> {
  const offered = (extensions.get('AUTH') ?? '').split(/\s+/).filter((name) => name !== '');
  // A certificate may be all that the server wants; then it offers no AUTH, or none that a certificate is for.
  if ((server.username ?? '') === '' && !offered.includes('EXTERNAL')) return;
  const mechanisms = mechanismsFor(wire.stream, offered, { server, credentials });
  for (const [i, mechanism] of mechanisms.entries()) {
    const refused = await authenticate(wire, mechanism);
    if (refused === null) return;
    if (i < mechanisms.length - 1 && mechanism.unheard?.() === true) continue;
    const error = signInRefusal(refused, server, mechanism.serverError?.() ?? null);
    throw mechanism.name === 'EXTERNAL' ? certificateNotAccepted(error, server) : error;
  }
}

/** Null: signed in, and the server has proved itself where the mechanism asks for that. */
async function authenticate(wire: SmtpWire, mechanism: Mechanism): Promise<SmtpReply | null> {
  // RFC 4954 4 allows 12,288 octets, older servers only a line of 512.
  const lines = saslLines(mechanism, 449);
  let answer = await wire.say(lines.command, stepMs, lines.shown);
  while (answer.code === 334) {
    let line: string;
    try {
      line = lines.answer(answer.lines.at(-1) ?? '');
    } catch (error) {
      await wire.say('*', stepMs);
      throw error;
    }
    answer = await wire.say(line, stepMs, '***');
  }
  if (answer.code !== 235) return answer;
  mechanism.finish();
  return null;
}
