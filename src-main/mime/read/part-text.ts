import { isUtf8 } from 'node:buffer';
import { trimEndBy } from '../../../src-shared/text/trim-end.ts';
import { decodeText, type DecodedText } from './charset.ts';
import type { DefectList } from './defect-list.ts';
import { oneLine } from './encoded-words.ts';
import { unflow } from './flowed.ts';
import type { ReadLimits } from './limits.ts';
import { filesInText } from './packed/packed-files.ts';
import { partBytes, type Part } from './part.ts';

/** A file that stood in the text of a part, named so that its bytes are found again. */
export interface FileInText {
  partId: string;
  /** As written. */
  name: string;
  contentType: string | null;
  size: number;
}

export interface PartText {
  isHtml: boolean;
  text: string;
  files: FileInText[];
}

/** What the words of a text part are read from, and the files that stand in them. */
export function textBytes(part: Part): { bytes: Buffer; broken: boolean } {
  const { bytes, broken } = partBytes(part);
  const asWritten = broken && isProse(part);
  return { bytes: asWritten ? part.source.subarray(part.bodyStart, part.bodyEnd) : bytes, broken };
}

/** The words of a text part: decoded, files written into it taken out, flowed lines joined. */
export function readPartText(part: Part, limits: ReadLimits, defects: DefectList): PartText {
  const { bytes, broken } = textBytes(part);
  if (broken) defects.add('encoding-broken');
  if (part.encoding === 'unknown') defects.add('encoding-unknown', oneLine(part.encodingName));
  const isHtml = part.type.value === 'text/html' || part.type.value === 'application/xhtml+xml';
  const packed = isHtml || part.encoding === 'uuencode' || part.encoding === 'yenc' ? [] : filesInText(bytes);
  let words = bytes;
  for (const { file } of packed.toReversed())
    words = Buffer.concat([words.subarray(0, file.from), words.subarray(file.to)]);
  if (packed.some(({ file }) => file.broken)) defects.add('encoding-broken');
  const cut = words.length > limits.maxTextBytes;
  if (cut) defects.add('text-truncated');
  const shown = cut ? words.subarray(0, limits.maxTextBytes) : words;
  let label = part.type.params.get('charset') ?? null;
  if (label === null && isHtml) label = metaCharset(shown);
  const decoded = label === null ? withHeader(part, shown) : decodeText(shown, label);
  if (decoded.problem !== null) defects.add(decoded.problem, oneLine(label ?? ''));
  const text = lineFeeds(decoded.text).replaceAll('\0', '');
  return {
    isHtml,
    text: isHtml ? text : plainText(part, text),
    files: packed.map(({ packing, number, file }) => ({
      partId: `${part.partId}.${packing}${number}`,
      // BinHex says itself what its characters are, the others are bytes of the text.
      name: packing === 'hqx' ? file.name : decodeText(Buffer.from(file.name, 'latin1'), label).text,
      contentType: file.contentType,
      size: file.bytes.length,
    })),
  };
}

/** A few words that say nothing of their characters are in those of the header above them, where nobody encoded it. */
function withHeader(part: Part, words: Buffer): DecodedText {
  const alone = decodeText(words, null);
  const header = part.source.subarray(part.headerStart, part.bodyStart);
  if (alone.charset !== 'windows-1252' || isUtf8(header)) return alone;
  const { charset } = decodeText(Buffer.concat([header, words]), null);
  return charset === 'utf-8' ? alone : { ...decodeText(words, charset), problem: alone.problem };
}

/** Words under the label of base64, which nobody encoded: its first line is none of digits, and a line has several. */
function isProse(part: Part): boolean {
  if (part.encoding !== 'base64') return false;
  const begin = part.source.toString(
    'latin1',
    part.bodyStart,
    Math.min(part.bodyEnd, part.bodyStart + 2_000),
  );
  const lines = begin.trimStart().split(/\r?\n/);
  const words = (line: string): number => line.trim().split(/ +/).length;
  return (
    words(lines[0] ?? '') >= 4 ||
    (!/^[\w+/=-]*$/.test(lines[0] ?? '') && lines.some((line) => words(line) >= 4 && /[^\w+/= -]/.test(line)))
  );
}

/** Most text has no lone or double carriage return: twice as quick as one pattern for all. */
function lineFeeds(text: string): string {
  const joined = text.replaceAll('\r\n', '\n');
  return joined.includes('\r') ? joined.replace(/\r\n?/g, '\n') : joined;
}

function plainText(part: Part, text: string): string {
  if (part.type.value === 'text/enriched') return fromEnriched(text);
  if (part.type.value === 'text/richtext') return fromRichtext(text);
  if (part.type.params.get('format')?.toLowerCase() !== 'flowed') return text;
  return unflow(text, part.type.params.get('delsp')?.toLowerCase() === 'yes');
}

/** `<meta charset>` of an HTML part whose header names no character set. */
function metaCharset(bytes: Buffer): string | null {
  return (
    /<meta[^>]{0,200}charset\s*=\s*["']?([\w:.-]{2,40})/i.exec(bytes.toString('latin1', 0, 2_048))?.[1] ??
    null
  );
}

/** text/enriched (RFC 1896): commands cut out, "<<" is "<", one line break is a blank. */
function fromEnriched(text: string): string {
  return text
    .replace(/<param>[^<]{0,500}<\/param>/gi, '')
    .replace(/<<|<\/?[A-Za-z-]{1,60}>/g, (tag) => (tag === '<<' ? '<' : ''))
    .replace(/\n+/g, (breaks) => (breaks.length === 1 ? ' ' : breaks.slice(1)));
}

/** text/richtext (RFC 1341 7.1.3): line breaks are blanks, commands say where lines end. */
function fromRichtext(text: string): string {
  return text
    .split(/<\/comment>/i)
    .map((piece, index, all) => (index === all.length - 1 ? piece : beforeComment(piece)))
    .join('')
    .split('\n')
    .map((line) => line.trim())
    .join(' ')
    .replace(/<\/?([A-Za-z-]{1,60})>/g, (_tag, command: string) => {
      const name = command.toLowerCase();
      if (name === 'lt') return '<';
      return name === 'nl' || name === 'np' || name === 'paragraph' ? '\n' : '';
    })
    .split('\n')
    .map((line) => trimEndBy(line.replace(/^ +/, ''), / /))
    .join('\n');
}

/** Each step reads its piece once: what strangers left open is never looked for again. */
function beforeComment(piece: string): string {
  const at = piece.search(/<comment>/i);
  return at < 0 ? piece : piece.slice(0, at);
}
