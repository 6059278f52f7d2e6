import { randomBytes } from 'node:crypto';
import type { Envelope, MailAddress } from '../../../src-shared/model/message.ts';
import { crudeText, htmlToPlain } from '../read/html-text.ts';
import { previewOf } from '../read/preview.ts';
import { badField, guardField } from './field-guard.ts';
import { addressPieces, anyNeedsUtf8, headerLine, textPieces } from './header-lines.ts';
import { bodyNode, clean, isInline } from './message-body.ts';

export interface ComposeAttachment {
  filename: string;
  contentType: string;
  bytes: Uint8Array;
  /** Without angle brackets; set: the HTML shows it by `cid:`. */
  contentId: string | null;
}

export interface ComposeInput {
  from: MailAddress;
  replyTo: readonly MailAddress[];
  to: readonly MailAddress[];
  cc: readonly MailAddress[];
  bcc: readonly MailAddress[];
  subject: string;
  /** Lines end in "\n". Null: made from the HTML. */
  text: string | null;
  /** Sanitised by the caller. */
  html: string | null;
  attachments: readonly ComposeAttachment[];
  /** With angle brackets; null when it answers nothing. */
  inReplyTo: string | null;
  references: readonly string[];
  /** With angle brackets. */
  messageIdHeader: string;
  /** Milliseconds. */
  date: number;
  /** A part for programs beside the text, which then says the same to people. */
  machine?: MachinePart;
  /** Only for the copy of a draft: what is sent never names who got it in secret. */
  keepBcc?: boolean;
}

/** `content`: ASCII or UTF-8 text, lines end in CRLF. */
export interface MachinePart {
  kind: 'invitation-reply' | 'receipt';
  content: string;
}

export interface ComposedMessage {
  /** Lines end in CRLF. These very bytes are stored, sent and filed. */
  bytes: Buffer;
  envelope: { from: string; recipients: string[] };
  /** As a row of the Sent or Drafts folder shows it. */
  rowEnvelope: Envelope;
  preview: string;
  hasAttachments: boolean;
  needsUtf8: boolean;
  needs8Bit: boolean;
}

const messageIdPattern = /^<[\u0021-\u003b\u003d\u003f-\u007e]{1,900}>$/;
/** The first and the newest: threads grow at their end (RFC 5322 3.6.4 lets the middle go). */
const mostReferences = 30;

export function newMessageId(address: string): string {
  const domain = address.slice(address.lastIndexOf('@') + 1);
  const host = /^[A-Za-z0-9.-]+$/.test(domain) ? domain : 'localhost';
  return `<${BigInt(`0x${randomBytes(16).toString('hex')}`).toString(36)}@${host}>`;
}

export function isMessageId(text: string): boolean {
  return messageIdPattern.test(text);
}

/** Builds a message to bytes, once. @throws AppError `bad-params` naming a field that cannot be sent. */
export async function composeMessage(input: ComposeInput): Promise<ComposedMessage> {
  guardField('Subject', input.subject);
  for (const { name, address } of [input.from, ...input.replyTo, ...input.to, ...input.cc, ...input.bcc]) {
    guardField('Name', name);
    guardField('Address', address);
  }
  for (const id of [
    input.messageIdHeader,
    ...(input.inReplyTo === null ? [] : [input.inReplyTo]),
    ...input.references,
  ]) {
    if (!isMessageId(id)) throw badField('In-Reply-To', `“${id.slice(0, 60)}” is not a Message-ID.`);
  }
  const text = clean(
    input.text ?? (input.html === null ? '' : (htmlToPlain(input.html) ?? crudeText(input.html))),
  );
  const body = await (await bodyNode(input, text)).build();
  const references =
    input.references.length > mostReferences
      ? [...input.references.slice(0, 1), ...input.references.slice(1 - mostReferences)]
      : [...input.references];
  const optional = (name: string, pieces: readonly string[]): string[] =>
    pieces.length === 0 ? [] : [headerLine(name, pieces)];
  const header = [
    headerLine('Date', [` ${new Date(input.date).toUTCString().replace('GMT', '+0000')}`]),
    headerLine('From', addressPieces([input.from])),
    ...optional('Reply-To', addressPieces(input.replyTo)),
    ...optional('To', addressPieces(input.to)),
    ...optional('Cc', addressPieces(input.cc)),
    ...(input.keepBcc === true ? optional('Bcc', addressPieces(input.bcc)) : []),
    // RFC 5322 3.6.3: a mail may have no To at all, but some servers then show nothing or add their own line.
    ...(input.to.length + input.cc.length === 0 && input.keepBcc !== true
      ? ['To: undisclosed-recipients:;']
      : []),
    headerLine('Subject', textPieces(input.subject)),
    headerLine('Message-ID', [` ${input.messageIdHeader}`]),
    ...optional('In-Reply-To', input.inReplyTo === null ? [] : [` ${input.inReplyTo}`]),
    ...optional(
      'References',
      references.map((id) => ` ${id}`),
    ),
    'MIME-Version: 1.0',
  ];
  const bytes = Buffer.concat([Buffer.from(`${header.join('\r\n')}\r\n`, 'utf8'), body]);
  return {
    bytes,
    // RFC 8098 3: a receipt that comes back must not be answered by anything.
    envelope: {
      from: input.machine?.kind === 'receipt' ? '' : input.from.address,
      recipients: unique([...input.to, ...input.cc, ...input.bcc]),
    },
    rowEnvelope: {
      subject: input.subject,
      from: [input.from],
      to: [...input.to],
      cc: [...input.cc],
      replyTo: [...input.replyTo],
      messageIdHeader: input.messageIdHeader,
      inReplyTo: input.inReplyTo ?? '',
      references,
      sentAt: Math.floor(input.date / 1000) * 1000,
    },
    preview: previewOf(text),
    hasAttachments: input.attachments.some((attachment) => !isInline(attachment, input.html)),
    needsUtf8: anyNeedsUtf8([input.from, ...input.replyTo, ...input.to, ...input.cc, ...input.bcc]),
    needs8Bit: bytes.some((byte) => byte > 127),
  };
}

/** Once each, the domain compared without case (RFC 5321 2.4: local parts may differ by it). */
function unique(addresses: readonly MailAddress[]): string[] {
  const seen = new Map<string, string>();
  for (const { address } of addresses) {
    const at = address.lastIndexOf('@');
    const key = address.slice(0, at) + address.slice(at).toLowerCase();
    if (!seen.has(key)) seen.set(key, address);
  }
  return [...seen.values()];
}
