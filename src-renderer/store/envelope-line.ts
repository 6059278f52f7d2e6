import type { Envelope, MailAddress } from '../../src-shared/model/message.ts';
import { isPackedEnvelope, unpackEnvelope } from '../../src-shared/packed-rows.ts';

/** A row's immutable part as it stands in its segment's text. */
export interface StoredEnvelope {
  envelope: Envelope;
  emailId: string | null;
}

type Line = [
  string,
  string[],
  string[],
  string[],
  string[],
  string,
  string,
  string[],
  number | null,
  string?,
];

/** Addresses flat (name, address, name, address …): names of fields would be a third of the text. */
function flat(addresses: readonly MailAddress[]): string[] {
  const list: string[] = [];
  for (const { name, address } of addresses) list.push(name, address);
  return list;
}

function unflat(list: readonly string[]): MailAddress[] {
  const addresses: MailAddress[] = [];
  for (let i = 0; i + 1 < list.length; i += 2)
    addresses.push({ name: list[i] ?? '', address: list[i + 1] ?? '' });
  return addresses;
}

export function toLine(e: Envelope, emailId: string | undefined): string {
  const line: Line = [
    e.subject,
    flat(e.from),
    flat(e.to),
    flat(e.cc),
    flat(e.replyTo),
    e.messageIdHeader,
    e.inReplyTo,
    e.references,
    e.sentAt,
  ];
  if (emailId !== undefined) line.push(emailId);
  return JSON.stringify(line);
}

/** Reads what `toLine` wrote or a batch brought as text. Throws on anything else: the cache is damaged then. */
export function fromLine(text: string): StoredEnvelope {
  if (isPackedEnvelope(text)) return unpackEnvelope(text);
  const line = JSON.parse(text) as Line;
  const [subject, from, to, cc, replyTo, messageIdHeader, inReplyTo, references, sentAt, emailId] = line;
  if (typeof subject !== 'string' || !Array.isArray(references))
    throw new SyntaxError('an envelope is not as it was written');
  return {
    envelope: {
      subject,
      from: unflat(from),
      to: unflat(to),
      cc: unflat(cc),
      replyTo: unflat(replyTo),
      messageIdHeader,
      inReplyTo,
      references,
      sentAt,
    },
    emailId: emailId ?? null,
  };
}
