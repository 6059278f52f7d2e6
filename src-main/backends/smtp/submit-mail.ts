import { recipientParameters, senderParameters, type DsnRequest } from './dsn.ts';
import { connectionFailure, printable } from '../socket/socket-errors.ts';
import { openSession, type SessionOptions, type SmtpSession } from './open-session.ts';
import { cannotCarry, lastWords } from './smtp-errors.ts';
import { replyWords, type SmtpReply, type SmtpWire } from './smtp-wire.ts';

export interface SubmittedMail {
  /** Envelope sender, "" for none. */
  from: string;
  recipients: readonly string[];
  /** Lines end in CRLF. */
  bytes: Uint8Array;
  /** A local part of the envelope or a header is not ASCII. */
  needsUtf8: boolean;
  /** The bytes hold octets above 127 (a forwarded message as it was). */
  needs8Bit: boolean;
  /** Asked for only where the server offers DSN. */
  dsn?: DsnRequest;
}

export interface RecipientReply {
  address: string;
  state: 'accepted' | 'deferred' | 'refused';
  /** The server's words about this recipient, or about the message as a whole. */
  reply: string;
}

export type SubmitOutcome =
  | { state: 'answered'; recipients: RecipientReply[] }
  /** The final dot had left when the connection died. */
  | { state: 'unknown'; recipients: RecipientReply[]; detail: string };

export interface SubmitOptions extends SessionOptions {
  /** Awaited right before the final dot leaves, with the reply to each recipient's name: what it writes down stands before the server can have the mail. */
  beforeFinalDot(replies: readonly RecipientReply[]): Promise<void>;
  /** Called right after the final dot was handed to the system. */
  afterFinalDot(): void;
}

// RFC 5321 4.5.3.2.
const mailMs = 5 * 60_000;
const dataMs = 2 * 60_000;
const blockMs = 3 * 60_000;
const dotMs = 10 * 60_000;
const blockBytes = 64 * 1024;
/** Commands in flight at once: some servers drop a client that says too much unheard. */
const window = 50;

/**
 * Sends one mail over a connection of its own. Refusals of recipients and of the message are the outcome;
 * what went wrong before a reply to the mail itself (network, TLS, password, a feature that is missing) is
 * thrown, and then the mail is certainly not sent.
 * @throws AppError
 */
export async function submitMail(mail: SubmittedMail, options: SubmitOptions): Promise<SubmitOutcome> {
  const session = await openSession(options);
  try {
    return await converse(session, mail, options);
  } catch (error) {
    throw connectionFailure(error, options.server);
  } finally {
    session.close();
  }
}

async function converse(
  session: SmtpSession,
  mail: SubmittedMail,
  options: SubmitOptions,
): Promise<SubmitOutcome> {
  const { wire, extensions } = session;
  const { server } = options;
  const sizeLimit = Number(extensions.get('SIZE') ?? '0');
  if (sizeLimit > 0 && mail.bytes.length > sizeLimit) {
    throw cannotCarry(
      `it has ${megabytes(mail.bytes.length)} and the server takes ${megabytes(sizeLimit)} at most.`,
      server,
    );
  }
  if (mail.needsUtf8 && !extensions.has('SMTPUTF8')) {
    throw cannotCarry(
      'an address has letters outside of English before the @, and this server cannot handle such addresses (SMTPUTF8).',
      server,
    );
  }
  if (mail.needs8Bit && !extensions.has('8BITMIME')) {
    throw cannotCarry('it holds a forwarded message that this old server could damage (8BITMIME).', server);
  }
  const dsn = extensions.has('DSN') ? mail.dsn : undefined;
  const parameters = [
    ...(extensions.has('SIZE') ? [`SIZE=${mail.bytes.length}`] : []),
    ...(mail.needs8Bit ? ['BODY=8BITMIME'] : []),
    ...(mail.needsUtf8 ? ['SMTPUTF8'] : []),
    ...(dsn === undefined ? [] : senderParameters(dsn)),
  ];
  const from = `MAIL FROM:<${mail.from}>${parameters.map((parameter) => ` ${parameter}`).join('')}`;
  const names = mail.recipients.map((address) =>
    [`RCPT TO:<${address}>`, ...(dsn === undefined ? [] : recipientParameters(dsn, address))].join(' '),
  );
  const { sender, replies } = extensions.has('PIPELINING')
    ? await pipelined(wire, from, names)
    : await oneByOne(wire, from, names);
  if (dsn !== undefined && [sender, ...replies].some(disputesParameters)) {
    // It offers DSN and knows it badly: the mail matters more than its reports.
    await wire.say('RSET', mailMs);
    const { dsn: _refused, ...without } = mail;
    return await converse(session, without, options);
  }
  if (sender.code >= 300) return everyone(mail, sender);
  const recipients = mail.recipients.map((address, i): RecipientReply => {
    const reply = replies[i];
    return reply === undefined
      ? { address, state: 'deferred', reply: '' }
      : { address, state: stateOf(reply), reply: lastWords(reply) };
  });
  if (!recipients.some((recipient) => recipient.state === 'accepted')) {
    await goodbye(wire);
    return { state: 'answered', recipients };
  }
  const go = await wire.say('DATA', dataMs);
  if (go.code !== 354)
    return { state: 'answered', recipients: recipients.map((recipient) => withReply(recipient, go)) };
  await writeBody(wire, mail.bytes);
  await options.beforeFinalDot(recipients);
  options.signal?.throwIfAborted();
  const answer = wire.reply(dotMs);
  // Refused before it is awaited when the write fails.
  answer.catch(() => undefined);
  let verdict: SmtpReply;
  try {
    wire.trace('> .');
    await wire.write(Buffer.from('.\r\n'), blockMs);
    options.afterFinalDot();
    verdict = await answer;
  } catch (error) {
    const why = printable(error instanceof Error ? error.message : String(error));
    return {
      state: 'unknown',
      recipients,
      detail: `The connection to ${server.host} was lost (${why}) after the message had left and before the server said that it has it.`,
    };
  }
  await goodbye(wire);
  return { state: 'answered', recipients: recipients.map((recipient) => withReply(recipient, verdict)) };
}

/** RFC 5321 4.2.2: a parameter is wrong, not implemented or not known. */
function disputesParameters({ code }: SmtpReply): boolean {
  return code === 501 || code === 504 || code === 555;
}

async function oneByOne(
  wire: SmtpWire,
  from: string,
  names: readonly string[],
): Promise<{ sender: SmtpReply; replies: SmtpReply[] }> {
  const sender = await wire.say(from, mailMs);
  const replies: SmtpReply[] = [];
  if (sender.code >= 300) return { sender, replies };
  for (const name of names) replies.push(await wire.say(name, mailMs));
  return { sender, replies };
}

/** RFC 2920: several commands in one packet; DATA waits, so that it is never sent without a recipient. */
async function pipelined(
  wire: SmtpWire,
  from: string,
  names: readonly string[],
): Promise<{ sender: SmtpReply; replies: SmtpReply[] }> {
  const commands = [from, ...names];
  const replies: SmtpReply[] = [];
  for (let start = 0; start < commands.length; start += window) {
    const part = commands.slice(start, start + window);
    for (const command of part) wire.send(command);
    for (let i = 0; i < part.length; i += 1) replies.push(await wire.reply(mailMs));
    if ((replies[0]?.code ?? 0) >= 300) break;
  }
  const [sender, ...rest] = replies;
  if (sender === undefined) throw new Error('no reply');
  return { sender, replies: rest };
}

/** RFC 5321 4.5.2: a dot at the start of a line is doubled. The last line is ended. */
async function writeBody(wire: SmtpWire, bytes: Uint8Array): Promise<void> {
  const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  wire.trace(`> [message, ${all.length} bytes]`);
  let start = 0;
  let lineStart = true;
  while (start < all.length) {
    const block = all.subarray(start, start + blockBytes);
    await wire.write(stuffed(block, lineStart), blockMs);
    lineStart = block.at(-1) === 10;
    start += block.length;
  }
  if (!lineStart) await wire.write(Buffer.from('\r\n'), blockMs);
}

function stuffed(block: Buffer, lineStart: boolean): Buffer {
  const parts: Buffer[] = [];
  let from = 0;
  for (let dot = block.indexOf(46); dot !== -1; dot = block.indexOf(46, dot + 1)) {
    const atStart = dot === 0 ? lineStart : block[dot - 1] === 10;
    if (!atStart) continue;
    parts.push(block.subarray(from, dot), Buffer.from('.'));
    from = dot;
  }
  return parts.length === 0 ? block : Buffer.concat([...parts, block.subarray(from)]);
}

async function goodbye(wire: SmtpWire): Promise<void> {
  await wire.say('QUIT', 2_000).catch(() => undefined);
}

function stateOf(reply: SmtpReply): RecipientReply['state'] {
  return reply.code < 300 ? 'accepted' : reply.code < 500 ? 'deferred' : 'refused';
}

/** What became of a recipient that was accepted when its name was given, after the reply to the message. */
function withReply(recipient: RecipientReply, reply: SmtpReply): RecipientReply {
  return recipient.state === 'accepted'
    ? {
        ...recipient,
        state: stateOf({ ...reply, code: reply.code === 354 ? 554 : reply.code }),
        reply: lastWords(reply),
      }
    : recipient;
}

function everyone(mail: SubmittedMail, reply: SmtpReply): SubmitOutcome {
  return {
    state: 'answered',
    recipients: mail.recipients.map((address) => ({
      address,
      state: stateOf(reply),
      reply: printable(replyWords(reply)),
    })),
  };
}

function megabytes(bytes: number): string {
  return bytes < 1_000_000 ? `${Math.ceil(bytes / 1_000)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}
