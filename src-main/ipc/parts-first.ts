import type { MessageContent } from '../../src-shared/ipc/areas/mail.ts';
import type { MailPart, ReadMail } from '../../src-shared/model/mail.ts';
import type { MessageRow } from '../../src-shared/model/message.ts';
import type { RestOfMessage, StructurePart } from '../../src-shared/model/structure.ts';
import { isMessageType } from '../mime/read/part.ts';
import type { MimeReader } from '../mime/mime-reader.ts';
import type { Engines } from '../sync/engines.ts';
import type { PartlyHere } from '../sync/open-parts.ts';

/** A message that is shown before its files are here. */
export interface PartsFirst {
  /** Reads as the whole message does, but for what `waiting` holds. Never to be kept or sent. */
  bytes: Buffer;
  /** Number of a part that is not here → decoded bytes that it will have, give or take a few. */
  waiting: ReadonlyMap<string, number>;
  /** Whether they come by themselves. */
  rest: RestOfMessage;
}

type Judged = Omit<PartsFirst, 'rest'>;

/** Of one header that was cut or one boundary that was guessed nobody knows what the whole would say. */
const plainDefects =
  /^(?:header-(?:8bit|duplicate)|no-from|no-date|bad-date|address|charset-|calendar-|filename-changed|html-)/;

/**
 * Large messages with their text first. Null whenever the server's structure and our reader do not see the very same
 * message, or it holds anything whose meaning hangs on all of its bytes: signatures, encryption, reports, packed files.
 */
export function createPartsFirst({
  engines,
  reader,
}: {
  engines: Pick<Engines, 'get'>;
  reader: Pick<MimeReader, 'read'>;
}): (row: MessageRow) => Promise<PartsFirst | null> {
  const judged = new WeakMap<Buffer, Promise<Judged | null>>();
  return async (row) => {
    const engine = engines.get(row.accountId);
    if (row.readableOffline || engine === undefined) return null;
    const here = await engine.partly(row.messageId);
    if (here === null) return null;
    const known = judged.get(here.bytes) ?? judge(here, reader);
    judged.set(here.bytes, known);
    const first = await known;
    return first === null ? null : { ...first, rest: await engine.wholeLater(row.messageId) };
  };
}

async function judge(here: PartlyHere, reader: Pick<MimeReader, 'read'>): Promise<Judged | null> {
  const mail = await reader.read(here.bytes);
  return agrees(mail, here) ? { bytes: here.bytes, waiting: sizes(mail, here) } : null;
}

function agrees(mail: ReadMail, { structure, waiting }: PartlyHere): boolean {
  if (mail.protection.length > 0 || mail.report !== null) return false;
  if (mail.text.trim() === '' && mail.html === null) return false;
  if (!mail.defects.every(({ code }) => plainDefects.test(code))) return false;
  const listed = mail.attachments.map(({ partId }) => partId);
  if ([...waiting.keys()].some((section) => listed.filter((one) => one === section).length !== 1))
    return false;
  return sameTree(mail.tree, structure);
}

function sameTree(part: MailPart, said: StructurePart): boolean {
  if (part.partId !== said.section || part.contentType !== said.type) return false;
  const multipart = said.type.startsWith('multipart/');
  if (!multipart) return isMessageType(said.type) || part.children.length === 0;
  return (
    part.children.length === said.children.length &&
    part.children.every((child, at) => {
      const other = said.children[at];
      return other !== undefined && sameTree(child, other);
    })
  );
}

/** By the length of their lines: base64 of all programs has lines of one length, but for the last. */
function sizes(mail: ReadMail, { bytes, waiting }: PartlyHere): Map<string, number> {
  const found = new Map<string, number>();
  const visit = (part: MailPart): void => {
    const octets = waiting.get(part.partId)?.octets;
    if (octets !== undefined) {
      const first = bytes.subarray(part.bodyStart, part.bodyEnd);
      const line = first.indexOf('\r\n');
      const breaks = line < 0 ? 0 : 2 * (Math.ceil(octets / (line + 2)) - 1);
      found.set(part.partId, Math.max(0, Math.floor(((octets - breaks) * 3) / 4)));
    }
    part.children.forEach(visit);
  };
  visit(mail.tree);
  return found;
}

const whenOpened = 'Attachments are fetched when you open or save them.';
/** For one file, and for several. */
const restWords: Readonly<Record<RestOfMessage, readonly [one: string, several: string]>> = {
  follows: [
    'It is being fetched in the background, and at once when you open or save it.',
    'They are being fetched in the background; one that you open or save comes first.',
  ],
  'server-only': bothWays(`The mail of this account is kept only on its server. ${whenOpened}`),
  policy: bothWays(
    `By your settings, so large a message of this folder is not kept on this computer. ${whenOpened}`,
  ),
  'no-room': bothWays(`The disk is nearly full, so nothing is fetched ahead. ${whenOpened}`),
};

function bothWays(words: string): readonly [string, string] {
  return [words, words];
}

/** Says in the answer what is not here. */
export function markWaiting(content: MessageContent, { waiting, rest }: PartsFirst): void {
  const files = waiting.size;
  const what = files === 1 ? '1 file of this message is' : `${files} files of this message are`;
  const words = restWords[rest][files === 1 ? 0 : 1];
  content.whole = false;
  content.missing = {
    files,
    bytes: [...waiting.values()].reduce((sum, size) => sum + size, 0),
    follows: rest === 'follows',
    sentence: `${what} not here yet. ${words}`,
  };
  content.attachments = content.attachments.map((part) => {
    const size = waiting.get(part.partId);
    return size === undefined ? part : { ...part, size, here: false };
  });
}
