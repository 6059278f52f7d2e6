import { mostFiles, type TextFile } from './packed-file.ts';

const begin = /^begin(-base64)? [0-7]{3,6}(?: ([^\r\n]{0,200}))?\r?$/gm;

/**
 * Files that uuencode wrote into a text (POSIX: "begin 644 name", lines, "end"), and its base64 form.
 * `text` is bytes as Latin-1. Without an end it is a file only when enough of it is one.
 */
export function uuFiles(text: string): TextFile[] {
  const files: TextFile[] = [];
  begin.lastIndex = 0;
  for (let match = begin.exec(text); match !== null && files.length < mostFiles; match = begin.exec(text)) {
    const read = match[1] === undefined ? uuLine : base64Line;
    const last = match[1] === undefined ? 'end' : '====';
    const pieces: Buffer[] = [];
    let at = match.index + match[0].length + 1;
    let end = -1;
    while (at < text.length) {
      const lineEnd = text.indexOf('\n', at) < 0 ? text.length : text.indexOf('\n', at);
      const line = text.slice(at, lineEnd).replace(/\r$/, '');
      if (line.trimEnd() === last) {
        end = Math.min(lineEnd + 1, text.length);
        break;
      }
      const piece = read(line);
      if (piece === null) break;
      pieces.push(piece);
      at = lineEnd + 1;
      // The empty line of a file whose "end" is missing: what follows ("-- ") would pass for digits.
      if (piece.length === 0 && line !== '' && !/^\s*(?:end|====)/.test(text.slice(at, at + 20))) break;
    }
    // "begin 644 work" in a sentence is none: a file cut off has some full lines.
    const full = pieces.filter((piece) => piece.length === 45).length;
    if (end < 0 && full < 3) continue;
    if (pieces.length === 0) continue;
    const to = end < 0 ? Math.min(at, text.length) : end;
    files.push({
      name: (match[2] ?? '').trim().replace(/^"(.+)"$/, '$1'),
      bytes: Buffer.concat(pieces),
      contentType: null,
      broken: end < 0,
      from: match.index,
      to,
    });
    begin.lastIndex = to;
  }
  return files;
}

/** Blanks at line ends may have been lost on the way: a blank is zero, so the line is as if they stood there. */
function uuLine(given: string): Buffer | null {
  if (given === '' || given === '`') return Buffer.alloc(0);
  // A backslash that passed through a Japanese system is a yen sign (JIS X 0201; C2 A5 is its UTF-8).
  const line = given.replace(/\u00c2?\u00a5/g, '\\');
  const length = (line.charCodeAt(0) - 32) & 63;
  if (!/^[ -`]+$/.test(line) || line.length - 1 > Math.ceil(length / 3) * 4 + 2) return null;
  const out = Buffer.alloc(length);
  let written = 0;
  for (let i = 1; written < length; i += 4) {
    const value = (k: number): number => (i + k < line.length ? (line.charCodeAt(i + k) - 32) & 63 : 0);
    const word = (value(0) << 18) | (value(1) << 12) | (value(2) << 6) | value(3);
    for (const shift of [16, 8, 0]) if (written < length) out[written++] = (word >> shift) & 255;
  }
  return out;
}

function base64Line(line: string): Buffer | null {
  return /^[A-Za-z0-9+/]*={0,2}$/.test(line) ? Buffer.from(line, 'base64') : null;
}
