import type { MailAttachment, MailPart, ReadMail } from '../../../src-shared/model/mail.ts';
import type { MailAddress } from '../../../src-shared/model/message.ts';
import { answeredIdIn, messageIdsIn } from '../../../src-shared/text/message-ids.ts';
import { namesAnother, parseAddresses } from './addresses.ts';
import { fileNameOf } from './attachment-list.ts';
import { readBodies, type Bodies } from './bodies.ts';
import { readInvitation } from './calendar/invitation.ts';
import { parseDate } from './dates.ts';
import { DefectList } from './defect-list.ts';
import { emptyMail } from './empty-mail.ts';
import { decodeWords, oneLine } from './encoded-words.ts';
import type { HeaderField } from './header-block.ts';
import { defaultLimits, type ReadLimits } from './limits.ts';
import { previewOf } from './preview.ts';
import { filesInPart, filesInText, packedPart } from './packed/packed-files.ts';
import { partBytes, type Part } from './part.ts';
import { textBytes } from './part-text.ts';
import { readMailReport } from './reports/mail-report.ts';
import { sourceBytes } from './source-bytes.ts';
import { parseTree } from './tree.ts';

const single = new Set([
  'from',
  'sender',
  'reply-to',
  'to',
  'cc',
  'bcc',
  'subject',
  'date',
  'message-id',
  'in-reply-to',
  'references',
  'content-type',
  'content-transfer-encoding',
  'content-disposition',
  'mime-version',
]);

/**
 * Reads a message. Never throws: what is odd is listed in `defects`, what cannot be read is empty.
 * Time grows with the size alone; `limits` bounds depth, parts, header and text.
 */
export function readMail(bytes: Uint8Array, limits: Partial<ReadLimits> = {}): ReadMail {
  const effective = { ...defaultLimits, ...limits };
  const defects = new DefectList(effective.maxDefects);
  try {
    return readWith(sourceBytes(bytes), effective, defects);
  } catch {
    if (effective.headersOnly) return emptyMail('unreadable', bytes.length);
    const rest = readMail(bytes.subarray(0, effective.maxHeaderBytes), { ...limits, headersOnly: true });
    return { ...rest, defects: [...rest.defects, ...emptyMail('unreadable', 0).defects] };
  }
}

/** What list and search want of a message: `readMail` without the header. Never throws. */
export function readFacts(bytes: Uint8Array): Pick<ReadMail, 'preview' | 'hasAttachments' | 'text'> {
  const defects = new DefectList(1);
  try {
    const root = parseTree(sourceBytes(bytes), defaultLimits, defects);
    const { text, attachments } = readBodies(root, defaultLimits, defects);
    return { text, preview: previewOf(text), hasAttachments: attachments.some(isRealAttachment) };
  } catch {
    const { text, preview, hasAttachments } = readMail(bytes);
    return { text, preview, hasAttachments };
  }
}

/** Decoded bytes of one part (or of a file packed in it: "1.uu1", "2.tnef1"); null when there is no such part. */
export function readPart(
  bytes: Uint8Array,
  partId: string,
  limits: Partial<ReadLimits> = {},
): Uint8Array | null {
  const effective = { ...defaultLimits, ...limits };
  try {
    const root = parseTree(sourceBytes(bytes), effective, new DefectList(1));
    const packed = packedPart(partId);
    const part = findPart(root, packed?.partId ?? partId);
    if (part === null) return null;
    if (packed === null) return partBytes(part).bytes;
    const { packing, number } = packed;
    const inText = filesInText(textBytes(part).bytes).find(
      (one) => one.packing === packing && one.number === number,
    );
    return (inText?.file ?? filesInPart(packing, partBytes(part).bytes)[number - 1])?.bytes ?? null;
  } catch {
    return null;
  }
}

function readWith(bytes: Buffer, limits: ReadLimits, defects: DefectList): ReadMail {
  const root = parseTree(bytes, limits, defects);
  const fields = root.fields;
  noteDuplicates(fields, defects);
  const addresses = (name: string): MailAddress[] => {
    const values = fields.filter((field) => field.name.toLowerCase() === name).map((field) => field.raw);
    // From is the first one, as receivers verify it; several To or Cc lines are one list that was split.
    return parseAddresses(
      name === 'from' || name === 'sender' ? (values[0] ?? '') : values.join(', '),
      limits,
      defects,
    );
  };
  const from = addresses('from');
  if (from.length === 0) defects.add('no-from');
  const sender = addresses('sender');
  // Outlook writes recipients as their own names: that says nothing of who sent it.
  if ([...from, ...sender].some(namesAnother)) defects.add('address-in-name');
  const rawDate = value(fields, 'date');
  const date = rawDate === null ? null : parseDate(decodeWords(rawDate));
  if (rawDate === null) defects.add('no-date');
  else if (date === null) defects.add('bad-date');
  const bodies: Bodies = limits.headersOnly
    ? {
        text: '',
        html: null,
        attachments: [],
        inlineImages: {},
        shownPictures: {},
        protection: [],
        sections: [],
      }
    : readBodies(root, limits, defects);
  const calendar = limits.headersOnly ? null : readInvitation(root, limits, defects);
  const [to, subject] = [
    addresses('to'),
    oneLine(decodeWords(value(fields, 'subject') ?? '')).slice(0, 10_000),
  ];
  return {
    headers: fields.map((field) => ({ name: field.name, value: oneLine(decodeWords(field.raw)) })),
    messageId: messageIdsIn(value(fields, 'message-id') ?? '')[0] ?? '',
    inReplyTo: answeredIdIn(value(fields, 'in-reply-to') ?? ''),
    references: messageIdsIn(value(fields, 'references') ?? ''),
    subject,
    from,
    sender,
    to,
    cc: addresses('cc'),
    bcc: addresses('bcc'),
    replyTo: addresses('reply-to'),
    date,
    ...bodies,
    report: limits.headersOnly
      ? null
      : readMailReport(root, { fields, from, to, subject, text: bodies.text }),
    invitation: calendar?.invitation ?? null,
    invitationSource: calendar?.source ?? null,
    preview: previewOf(bodies.text),
    hasAttachments: bodies.attachments.some(isRealAttachment),
    defects: defects.list(),
    tree: describeTree(root),
  };
}

function value(fields: readonly HeaderField[], name: string): string | null {
  return fields.find((field) => field.name.toLowerCase() === name)?.raw ?? null;
}

/** Another value is named: other programs, and the list of a server, may take that one. */
function noteDuplicates(fields: readonly HeaderField[], defects: DefectList): void {
  const seen = new Map<string, string>();
  for (const { name: written, raw } of fields) {
    const name = written.toLowerCase();
    if (!single.has(name)) continue;
    const first = seen.get(name);
    if (first === undefined) seen.set(name, raw);
    else if (first === raw) defects.add('header-duplicate', written);
    else defects.add('header-duplicate', `${written}: “${cited(raw)}”`);
  }
}

/** A stranger's words within a sentence of ours: no mark of theirs ends the quotation. */
function cited(raw: string): string {
  const words = oneLine(decodeWords(raw.slice(0, 1_000))).replace(/\p{Quotation_Mark}/gu, "'");
  return words.length > 55 ? `${words.slice(0, 54)}…` : words;
}

function isRealAttachment(attachment: MailAttachment): boolean {
  if (attachment.embedded) return false;
  return !/^application\/(?:pgp-signature|pgp-encrypted|(?:x-)?pkcs7-(?:signature|mime))$|^message\/(?:delivery-status|disposition-notification)$|^text\/(?:rfc822-headers|x-amp-html)$/.test(
    attachment.contentType,
  );
}

function findPart(part: Part, partId: string): Part | null {
  const stack = [part];
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    if (next.partId === partId) return next;
    stack.push(...next.children.toReversed());
  }
  return null;
}

function describeTree(part: Part): MailPart {
  const disposition = part.disposition?.value;
  return {
    partId: part.partId,
    contentType: part.type.value,
    encoding: part.encoding,
    charset: part.type.params.get('charset') ?? null,
    disposition: disposition === undefined ? null : disposition === 'inline' ? 'inline' : 'attachment',
    filename: fileNameOf(part),
    contentId: part.contentId,
    headerStart: part.headerStart,
    bodyStart: part.bodyStart,
    bodyEnd: part.bodyEnd,
    children: part.children.map(describeTree),
  };
}
