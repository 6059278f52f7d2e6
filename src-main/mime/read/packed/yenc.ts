import { crc32 } from 'node:zlib';
import { mostFiles, type TextFile } from './packed-file.ts';

// The standard has the name last and unquoted, so it may hold blanks.
const begin =
  /^=ybegin (?=[^\r\n]{0,120}?\bline=\d{1,5}\b)[^\r\n]{0,120}?\bsize=(\d{1,12})\b[^\r\n]{0,80}?\bname=([^\r\n]{1,250})\r?$/gm;

/** Files in yEnc 1.3 (yenc.org), one part of one file each. `text` is bytes as Latin-1. */
export function yencFiles(text: string): TextFile[] {
  if (!text.includes('=ybegin ')) return [];
  const files: TextFile[] = [];
  begin.lastIndex = 0;
  for (let match = begin.exec(text); match !== null && files.length < mostFiles; match = begin.exec(text)) {
    let at = match.index + match[0].length + 1;
    const multiple = /\bpart=\d/.test(match[0]);
    if (multiple && text.startsWith('=ypart ', at)) at = nextLine(text, at);
    const endMark = text.indexOf('\n=yend', at - 1);
    const bodyEnd = endMark < 0 ? text.length : endMark;
    const bytes = decode(text, at, bodyEnd);
    const trailer = endMark < 0 ? '' : text.slice(endMark + 1, nextLine(text, endMark + 1));
    const to = endMark < 0 ? text.length : Math.min(nextLine(text, endMark + 1), text.length);
    const size = Number(/\bsize=(\d{1,12})\b/.exec(trailer)?.[1] ?? (multiple ? bytes.length : match[1]));
    const sum =
      /\bpcrc32=([0-9a-fA-F]{1,8})\b/.exec(trailer) ??
      (multiple ? null : /\bcrc32=([0-9a-fA-F]{1,8})\b/.exec(trailer));
    const wrong = sum !== null && Number.parseInt(sum[1] ?? '', 16) !== crc32(bytes);
    files.push({
      name: (match[2] ?? '').trim().replace(/^"(.*)"$/, '$1'),
      bytes,
      contentType: null,
      broken: endMark < 0 || bytes.length !== size || wrong,
      from: match.index,
      to,
    });
    begin.lastIndex = to;
  }
  return files;
}

function nextLine(text: string, at: number): number {
  const found = text.indexOf('\n', at);
  return found < 0 ? text.length : found + 1;
}

function decode(text: string, from: number, to: number): Buffer {
  const out = Buffer.allocUnsafe(Math.max(0, to - from));
  let length = 0;
  for (let i = from; i < to; i++) {
    let code = text.charCodeAt(i);
    if (code === 10 || code === 13) continue;
    let shift = 42;
    if (code === 61) {
      i++;
      if (i >= to) break;
      code = text.charCodeAt(i);
      shift = 106;
    }
    out[length++] = (code - shift) & 255;
  }
  return out.subarray(0, length);
}
