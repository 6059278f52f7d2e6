import { isAscii, isUtf8 } from 'node:buffer';
import { guessAgainstWestern } from './charset-guess.ts';
import { damagedUtf8, decodeText } from './charset.ts';
import type { DefectList } from './defect-list.ts';
import type { ReadLimits } from './limits.ts';

export interface HeaderField {
  name: string;
  /** Unfolded, still with encoded words. */
  raw: string;
}

export interface HeaderBlock {
  fields: HeaderField[];
  bodyStart: number;
}

const byteOrderMark = Buffer.from([0xef, 0xbb, 0xbf]);
const lf = 10;
const cr = 13;
const fieldName = /^([!-9;-~]{1,200})[ \t]*:/;

/** End of the line that begins at `at`, without and with its line break. */
function lineAt(bytes: Buffer, at: number): { end: number; next: number } {
  const found = bytes.indexOf(lf, at);
  if (found < 0) return { end: bytes.length, next: bytes.length };
  let end = found;
  // Some relays wrote CR CR LF; a line break it is all the same.
  while (end > at && bytes[end - 1] === cr) end--;
  return { end, next: found + 1 };
}

const messageField =
  /^From [^\n]{1,150}\d:\d\d|^(?:from|to|subject|date|received|return-path|message-id|mime-version|delivered-to|reply-to|content-type|x-[!-9;-~]+)[ \t]*:/i;

/** Where a message begins that was saved or forwarded with empty lines, or lines of blanks, before its header. */
export function behindEmptyLines(bytes: Buffer, start: number): number {
  let at = start;
  for (let i = start; bytes[i] === lf || bytes[i] === cr || bytes[i] === 32 || bytes[i] === 9; i++)
    if (bytes[i] === lf || bytes[i] === cr) at = i + 1;
  return messageField.test(bytes.toString('latin1', at, at + 220)) ? at : start;
}

/**
 * Reads the header block that begins at `start`. It ends at an empty line, at a line for which
 * `isDelimiter` holds (a part cut off in its header), or at the first line that is no header when
 * what follows is none either (the empty line was forgotten: RFC 5322 has no other sign).
 */
export function readHeaderBlock(
  bytes: Buffer,
  start: number,
  isDelimiter: (lineStart: number) => boolean,
  limits: ReadLimits,
  defects: DefectList,
): HeaderBlock {
  const spans: { name: string; from: number; to: number }[] = [];
  const boundaries = new Set<string>();
  let looked = 0;
  // A file that an editor saved begins with the mark of UTF-8.
  let at = start + (bytes.subarray(start, start + 3).equals(byteOrderMark) ? 3 : 0);
  while (at < bytes.length) {
    const { end, next } = lineAt(bytes, at);
    if (end === at) return finish(next);
    if (isDelimiter(at)) return finish(at);
    const tooLarge = at - start > limits.maxHeaderBytes || spans.length >= limits.maxHeaders;
    if (tooLarge) {
      defects.add('header-too-large');
      // Whatever follows is header until the empty line: parts in it cannot be told from text.
      return finish(afterEmptyLine(bytes, at));
    }
    const first = bytes[at];
    if (first === 32 || first === 9) {
      const last = spans.at(-1);
      if (isBlank(bytes, at, end) && !goesOn(bytes, next)) return finish(next);
      if (last === undefined) {
        // A message that begins with a blank in place of a header has none.
        if (!looksLikeHeader(bytes, next)) return headerless();
        defects.add('header-junk');
      } else last.to = end;
    } else {
      const name = fieldName.exec(bytes.toString('latin1', at, Math.min(end, at + 220)))?.[1];
      if (name !== undefined) spans.push({ name, from: at, to: end });
      else if (isMboxLine(bytes, at) && spans.length === 0) {
        // The envelope line of an mbox is no part of the message.
      } else if (first === 45 && isOwnSeparator(at, end)) {
        // The empty line was forgotten: the parts begin here, and what follows is the header of the first.
        defects.add('header-junk');
        return finish(at);
      } else if (looksLikeHeader(bytes, next)) defects.add('header-junk');
      else if (spans.length === 0) return headerless();
      else {
        defects.add('header-junk');
        return finish(at);
      }
    }
    at = next;
  }
  return finish(bytes.length);

  function isOwnSeparator(from: number, to: number): boolean {
    // Each field is looked at once, however many such lines there are.
    for (const span of spans.slice(looked)) {
      if (span.name.toLowerCase() !== 'content-type') continue;
      const field = bytes.toString('latin1', span.from, Math.min(span.to, span.from + 2_000));
      const found = /\bboundary\s{0,9}=\s{0,9}(?:"([^"]{1,200})"|([^\s;"]{1,200}))/i.exec(field);
      if (found !== null) boundaries.add((found[1] ?? found[2] ?? '').trim());
    }
    looked = spans.length;
    return (
      bytes[from + 1] === 45 &&
      boundaries.has(bytes.toString('latin1', from + 2, Math.min(to, from + 300)).trim())
    );
  }

  function headerless(): HeaderBlock {
    defects.add('no-header');
    return { fields: [], bodyStart: start };
  }

  function finish(bodyStart: number): HeaderBlock {
    const lines = spans.map(({ from, to }) =>
      bytes.subarray(from, Math.min(to, from + limits.maxHeaderValue)),
    );
    const charset = rawCharset(lines, bytes, bodyStart, start === 0);
    const fields = spans.map(({ name }, index) => ({
      name,
      raw: headerText(lines[index] ?? bytes.subarray(0, 0), charset, defects),
    }));
    return { fields, bodyStart };
  }
}

/**
 * What unencoded characters that are not UTF-8 are read as: the character set that the same header gives its text, or
 * the next part of the mail, or the first one; else a guess over all of them and the text together, for one field
 * alone is too short to tell.
 */
function rawCharset(
  lines: readonly Buffer[],
  bytes: Buffer,
  bodyStart: number,
  /** Of the whole: its text is looked at, which costs too much for each of thousands of parts. */
  isFirst: boolean,
): string | null {
  const odd = lines.filter((line) => !isAscii(line) && !isReadable(line));
  if (odd.length === 0) return null;
  const type = lines.find((line) => /^content-type\s*:/i.test(line.toString('latin1', 0, 40)));
  const behind = bytes.subarray(bodyStart, bodyStart + (isFirst ? 16_384 : 1_024));
  const named = labelIn(type) ?? labelIn(behind) ?? firstLabel(bytes);
  const sample = odd.flatMap((line) => [line.subarray(line.indexOf(58) + 1), lineBreak]);
  const western = named === null || /^(?:iso-8859-1|windows-1252|cp1252|latin1)$/.test(named);
  // What the fields tell by themselves counts more: a filter may have put a text of its own in front of the mail.
  const alone = western ? guessAgainstWestern(Buffer.concat(sample)) : null;
  if (alone !== null) return alone;
  if (isFirst && western && !isUtf8(behind) && !behind.includes(0)) sample.push(behind);
  return decodeText(Buffer.concat(sample), named).charset;
}

/** UTF-8, also when its last character was cut. */
function isReadable(line: Buffer): boolean {
  return isUtf8(line) || damagedUtf8(line) !== null;
}

const firstLabels = new WeakMap<Buffer, { label: string | null }>();

/** Looked for once for all parts of a mail. */
function firstLabel(bytes: Buffer): string | null {
  let known = firstLabels.get(bytes);
  if (known === undefined) firstLabels.set(bytes, (known = { label: labelIn(bytes.subarray(0, 16_384)) }));
  return known.label;
}

/** The first character set that is named and that such bytes can be in. */
function labelIn(bytes: Buffer | undefined): string | null {
  const text = bytes?.toString('latin1') ?? '';
  for (const [, name = ''] of text.matchAll(/charset\s{0,3}=\s{0,3}["']?([\w:.-]{2,40})/gi))
    if (!/ascii$|^utf|unknown|^(?:cs)?iso-?2022|^hz|^ansi_x3|bit$/i.test(name)) return name.toLowerCase();
  return null;
}

const lineBreak = Buffer.from('\n');

function headerText(line: Buffer, charset: string | null, defects: DefectList): string {
  const colon = line.indexOf(58);
  let value = line.subarray(colon + 1);
  const high = !isAscii(value);
  if (value.includes(0)) {
    defects.add('header-nul');
    value = Buffer.from(value.filter((byte) => byte !== 0));
  }
  let text: string;
  if (high) {
    const decoded = decodeText(value, isReadable(value) ? null : charset);
    if (decoded.charset !== 'utf-8') defects.add('header-8bit');
    text = decoded.text;
  } else if (value.includes('\x1b$') || value.includes('\x1b(')) {
    // Raw ISO-2022-JP is ASCII by its bytes.
    text = decodeText(value, null).text;
    defects.add('header-8bit');
  } else text = value.toString('latin1');
  if (/\r(?!\r?\n)/.test(text)) {
    defects.add('header-bare-cr');
    text = text.replace(/\r(?!\r?\n)/g, ' ');
  }
  // Unfolding (RFC 5322 2.2.3) removes the line break alone; a tab that folds is shown as a blank.
  return text.replace(/\r{0,2}\n\t?/g, (fold) => (fold.endsWith('\t') ? ' ' : '')).trim();
}

function looksLikeHeader(bytes: Buffer, at: number): boolean {
  return fieldName.test(bytes.toString('latin1', at, Math.min(bytes.length, at + 220)));
}

/** After a line of blanks: still the header? (RFC 5322 4.2 allows blank folded lines; some write them in place of the empty line.) */
function goesOn(bytes: Buffer, at: number): boolean {
  return (
    bytes[at] === 32 || bytes[at] === 9 || bytes[at] === 13 || bytes[at] === 10 || looksLikeHeader(bytes, at)
  );
}

function isBlank(bytes: Buffer, from: number, to: number): boolean {
  for (let i = from; i < to; i++) if (bytes[i] !== 32 && bytes[i] !== 9) return false;
  return true;
}

function isMboxLine(bytes: Buffer, at: number): boolean {
  const begin = bytes.toString('latin1', at, at + 6);
  return begin.startsWith('From ') || begin === '>From ';
}

function afterEmptyLine(bytes: Buffer, at: number): number {
  const unix = bytes.indexOf('\n\n', at);
  const dos = bytes.indexOf('\n\r\n', at);
  if (unix < 0 && dos < 0) return bytes.length;
  if (dos >= 0 && (unix < 0 || dos < unix)) return dos + 3;
  return unix + 2;
}
