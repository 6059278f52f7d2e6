import type { FolderBatch } from './cache-protocol.ts';
import type { Envelope, MailAddress, NewRow } from './model/message.ts';

/*
 * Rows of a first sync as one text. Between main and the store a message is JSON inside JSON, and every quote of it is
 * escaped twice: measured, JSON was half of what a header cost main. The separators are characters that mail does not
 * hold (C1 controls), that JSON does not escape, and that leave a text at one byte a character.
 */
const item = '\u009d';
const field = '\u009e';
const end = '\u009f';
const envelopeFields = 10;
const rowFields = 7;

/** Rows as text; `rest` are those that hold one of the separators. */
export function packRows(rows: readonly NewRow[]): { packed: string; rest: NewRow[] } {
  // Joined at once: a text built by `+=` holds on to all the answers that its pieces were cut from until it is used.
  const packed: string[] = [];
  const rest: NewRow[] = [];
  for (const row of rows) {
    if (!isPackable(row)) {
      rest.push(row);
      continue;
    }
    const { uid, internalDate, size, flags, preview } = row;
    packed.push(
      uid + field + internalDate + field + size + field + (row.hasAttachments ? '1' : '') + field,
      flags.join(item) + field + preview + field,
      packEnvelope(row.envelope, row.emailId) + end,
    );
  }
  return { packed: packed.join(''), rest };
}

/** The batch with its rows as text; as it is when they are that already, when it has none, or when one cannot be packed. */
export function packBatch(batch: FolderBatch): FolderBatch {
  const { insert, ...others } = batch;
  if (insert === undefined || insert.length === 0 || batch.packed !== undefined) return batch;
  const { packed, rest } = packRows(insert);
  return rest.length > 0 ? batch : { ...others, packed };
}

const separator = /[\u009d-\u009f]/;
const isFree = (text: string): boolean => !separator.test(text);
const areFree = (people: readonly MailAddress[]): boolean =>
  people.every(({ name, address }) => isFree(name) && isFree(address));

function isPackable({ flags, preview, emailId, envelope: e }: NewRow): boolean {
  const people = areFree(e.from) && areFree(e.to) && areFree(e.cc) && areFree(e.replyTo);
  const ids =
    isFree(e.messageIdHeader) && isFree(e.inReplyTo) && e.references.every(isFree) && isFree(emailId ?? '');
  return people && ids && isFree(e.subject) && isFree(preview) && flags.every(isFree);
}

/** A row read from text, with its envelope as text beside it: the store keeps it as it came. */
export type UnpackedRow = NewRow & { line?: string };

/** A batch whose rows are all in `insert`: those that came as text first. */
export function unpackBatch(
  batch: FolderBatch,
): Omit<FolderBatch, 'insert' | 'packed'> & { insert?: UnpackedRow[] } {
  const { packed, insert, ...rest } = batch;
  if (packed === undefined) return insert === undefined ? rest : { ...rest, insert };
  const rows: UnpackedRow[] = [];
  for (let from = 0; from < packed.length;) {
    const until = packed.indexOf(end, from);
    rows.push(unpackRow(packed.slice(from, until)));
    from = until + 1;
  }
  return { ...rest, insert: insert === undefined ? rows : rows.concat(insert) };
}

function unpackRow(text: string): UnpackedRow {
  const ends: number[] = [];
  for (let at = text.indexOf(field); ends.length < rowFields - 1; at = text.indexOf(field, at + 1)) {
    if (at < 0) throw new SyntaxError('a packed row is not as it was written');
    ends.push(at);
  }
  const part = (index: number): string =>
    text.slice(index === 0 ? 0 : (ends[index - 1] ?? 0) + 1, ends[index]);
  const line = part(rowFields - 1);
  const { envelope, emailId } = unpackEnvelope(line);
  const row: UnpackedRow = {
    uid: Number(part(0)),
    internalDate: Number(part(1)),
    size: Number(part(2)),
    hasAttachments: part(3) === '1',
    flags: list(part(4)),
    preview: part(5),
    envelope,
  };
  if (emailId !== null) row.emailId = emailId;
  if (!line.includes('\n')) row.line = line;
  return row;
}

/** Servers give the sender for a missing Reply-To: kept as this, which no list of people is. */
const sameAsFrom = '=';

/** Begins with a separator, which tells it from JSON. */
export function packEnvelope(e: Envelope, emailId: string | undefined): string {
  const from = flat(e.from);
  const replyTo = flat(e.replyTo);
  return (
    field +
    e.subject +
    field +
    from +
    field +
    flat(e.to) +
    field +
    flat(e.cc) +
    field +
    (replyTo === from ? sameAsFrom : replyTo) +
    field +
    e.messageIdHeader +
    field +
    e.inReplyTo +
    field +
    e.references.join(item) +
    field +
    (e.sentAt === null ? '' : String(e.sentAt)) +
    field +
    (emailId ?? '')
  );
}

export const isPackedEnvelope = (text: string): boolean => text.startsWith(field);

/** @throws SyntaxError when it is not what `packEnvelope` wrote. */
export function unpackEnvelope(text: string): { envelope: Envelope; emailId: string | null } {
  const parts = text.split(field);
  const [
    ,
    subject = '',
    from = '',
    to = '',
    cc = '',
    replyTo = '',
    messageIdHeader = '',
    inReplyTo = '',
    references = '',
    sentAt = '',
    emailId = '',
  ] = parts;
  if (parts.length !== envelopeFields + 1)
    throw new SyntaxError('a packed envelope is not as it was written');
  return {
    envelope: {
      subject,
      from: people(from),
      to: people(to),
      cc: people(cc),
      replyTo: replyTo === sameAsFrom ? people(from) : people(replyTo),
      messageIdHeader,
      inReplyTo,
      references: list(references),
      sentAt: sentAt === '' ? null : Number(sentAt),
    },
    emailId: emailId === '' ? null : emailId,
  };
}

const list = (text: string): string[] => (text === '' ? [] : text.split(item));

function flat(addresses: readonly MailAddress[]): string {
  let text = '';
  for (const { name, address } of addresses) text += (text === '' ? '' : item) + name + item + address;
  return text;
}

function people(text: string): MailAddress[] {
  if (text === '') return [];
  const parts = text.split(item);
  const addresses: MailAddress[] = [];
  for (let i = 0; i + 1 < parts.length; i += 2)
    addresses.push({ name: parts[i] ?? '', address: parts[i + 1] ?? '' });
  return addresses;
}
