import { crc32 } from 'node:zlib';
import { mostFiles, type TextFile } from './packed-file.ts';

// The standard has the name last and unquoted, so it may hold blanks.
const begin =
  /^=ybegin (?=[^\r\n]{0,120}?\bline=\d{1,5}\b)[^\r\n]{0,120}?\bsize=(\d{1,12})\b[^\r\n]{0,80}?\bname=([^\r\n]{1,250})\r?$/gm;

/** One part of a file, or a whole one. */
interface Piece extends TextFile {
  /** Counted from 1; 0: it is whole. */
  part: number;
}

/** Files in yEnc 1.3 (yenc.org); parts of one file that follow each other are joined. `text` is bytes as Latin-1. */
export function yencFiles(text: string): TextFile[] {
  if (!text.includes('=ybegin ')) return [];
  const runs: Piece[][] = [];
  for (const piece of piecesIn(text)) {
    const run = runs.at(-1);
    const before = run?.at(-1);
    const goesOn =
      before !== undefined &&
      piece.part > 1 &&
      piece.part === before.part + 1 &&
      piece.name === before.name &&
      text.slice(before.to, piece.from).trim() === '';
    if (goesOn) run?.push(piece);
    else runs.push([piece]);
  }
  return runs.flatMap((run) => {
    const [first, last] = [run[0], run.at(-1)];
    if (first === undefined || last === undefined) return [];
    return [
      {
        name: first.name,
        bytes: run.length === 1 ? first.bytes : Buffer.concat(run.map(({ bytes }) => bytes)),
        contentType: null,
        broken: run.some(({ broken }) => broken),
        from: first.from,
        to: last.to,
      },
    ];
  });
}

function piecesIn(text: string): Piece[] {
  const pieces: Piece[] = [];
  begin.lastIndex = 0;
  for (let match = begin.exec(text); match !== null && pieces.length < mostFiles; match = begin.exec(text)) {
    let at = match.index + match[0].length + 1;
    const part = Number(/\bpart=(\d{1,6})/.exec(match[0])?.[1] ?? 0);
    const multiple = part > 0;
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
    pieces.push({
      name: (match[2] ?? '').trim().replace(/^"(.*)"$/, '$1'),
      bytes,
      contentType: null,
      broken: endMark < 0 || bytes.length !== size || wrong,
      from: match.index,
      to,
      part,
    });
    begin.lastIndex = to;
  }
  return pieces;
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
