import { pictureHead } from '../../../src-shared/text/picture-head.ts';
import { partBytes, type Part } from './part.ts';

/** Enough to tell by; a picture says its size further behind, but what it is at once. */
const looked = 3_000;

const beginnings: readonly (readonly [RegExp, string])[] = [
  [/^GIF8[79]a/, 'image.gif'],
  [/^\x89PNG\r?\n\x1a/, 'image.png'],
  [/^\xff\xd8\xff[\xc0-\xfe]/, 'image.jpg'],
  [/^%PDF-\d/, 'attachment.pdf'],
  [/^PK\x03\x04/, 'attachment.zip'],
  [/^\x1f\x8b\x08/, 'attachment.gz'],
  [/^\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1/, 'attachment'],
  [/^MZ[^]{50,}This program /, 'attachment.exe'],
];
/** The same in base64: GIF, PNG, JPEG, PDF, zip, gzip, Office. */
const encodedBeginning =
  /^(?:R0lGODlh|R0lGODdh|iVBORw0KGg|\/9j\/[4-7]|JVBERi0x|UEsDB[A-D]|H4sI[AC]|0M8R4KGx)/;
/** Nobody writes them. Escapes of Japanese and Korean, tabs, breaks of pages and steps back (a manual's bold) are not among them. */
const unwritten = /[\x00-\x07\x10-\x1a\x1c-\x1f\x7f]/g;

/**
 * A name for a file that is labelled as text: somebody's program forgot its type, and pages of its bytes would stand
 * where words are looked for. Null for text.
 */
export function disguisedFile(part: Part): string | null {
  const head = partBytes({ ...part, bodyEnd: Math.min(part.bodyEnd, part.bodyStart + looked) }).bytes;
  const text = head.toString('latin1');
  const odd = text.match(unwritten)?.length ?? 0;
  // What begins with a mark of Unicode's order of bytes is text, whatever stands in every other byte.
  if (odd === 0 || /^(?:\xff\xfe|\xfe\xff|\0\0\xfe\xff)/.test(text)) return null;
  const name = beginnings.find(([beginning]) => beginning.test(text))?.[1];
  if (name !== undefined) return name;
  if (pictureHead(head)?.type === 'image/webp') return 'image.webp';
  // A program that reads news finds its file in it.
  if (/^=ybegin /m.test(text)) return null;
  // Text in two or four bytes a letter, or in those of a mainframe, is full of what would be odd elsewhere.
  const label = part.type.params.get('charset') ?? '';
  const plain = label === '' || /^(?:us-ascii|utf-?8|iso-8859-|windows-125|cp125)/i.test(label);
  return plain && odd - zeros(text) >= Math.max(8, text.length / 20) ? 'attachment' : null;
}

function zeros(text: string): number {
  return text.split('\0').length - 1;
}

/** Base64 of a file, under no label that says so, to the last line. */
export function isUnlabelledBase64(part: Part): boolean {
  if (part.encoding !== 'identity' || !part.type.value.startsWith('text/')) return false;
  const begin = part.source.toString(
    'latin1',
    part.bodyStart,
    Math.min(part.bodyEnd, part.bodyStart + looked),
  );
  if (!encodedBeginning.test(begin.trimStart())) return false;
  const lines = begin.trim().split(/\r?\n/);
  const end = part.source.toString('latin1', Math.max(part.bodyStart, part.bodyEnd - 100), part.bodyEnd);
  return (
    lines.length >= 3 &&
    lines.every((line) => /^[A-Za-z\d+/]*=*[ \t]*$/.test(line)) &&
    (lines[0]?.length ?? 0) >= 50 &&
    /^[A-Za-z\d+/=\s]*$/.test(end)
  );
}
