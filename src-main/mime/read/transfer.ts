/** Content-Transfer-Encoding (RFC 2045 section 6). Decoders never throw; damage is counted. */
export interface Decoded {
  bytes: Buffer;
  broken: boolean;
}

export type TransferEncoding = 'identity' | 'base64' | 'quoted-printable' | 'uuencode' | 'unknown';

export function transferEncoding(value: string): TransferEncoding {
  const name = value
    .replace(/\([^)]*\)/g, '')
    .trim()
    .toLowerCase()
    .replace(/[;\s"'].*$/, '');
  if (name === 'base64' || name === 'b' || name === 'base-64' || name === 'x-base64') return 'base64';
  if (
    name === 'quoted-printable' ||
    name === 'qp' ||
    name === 'quoted_printable' ||
    name === 'quotedprintable'
  )
    return 'quoted-printable';
  if (name === 'x-uuencode' || name === 'uuencode' || name === 'x-uue' || name === 'uue') return 'uuencode';
  if (
    name === '' ||
    name === '7bit' ||
    name === '8bit' ||
    name === 'binary' ||
    name === '7-bit' ||
    name === '8-bit' ||
    name === 'none' ||
    name === 'text'
  )
    return 'identity';
  return 'unknown';
}

export function decodeTransfer(body: Buffer, encoding: TransferEncoding): Decoded {
  switch (encoding) {
    case 'base64':
      return decodeBase64(body);
    case 'quoted-printable':
      return decodeQuotedPrintable(body);
    case 'uuencode': {
      const files = uuFiles(body.toString('latin1'));
      const first = files[0];
      return first === undefined ? { bytes: body, broken: true } : { bytes: first.bytes, broken: false };
    }
    default:
      return { bytes: body, broken: false };
  }
}

/** Characters of base64 to their values; 255 for what is none. */
const base64Values = new Uint8Array(256).fill(255);
for (let i = 0; i < 64; i++) {
  base64Values['ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'.charCodeAt(i)] = i;
}

/** Digits in lines, padding at the end alone. */
const plainBase64 = /^[A-Za-z0-9+/\r\n]*={0,2}[\r\n]*$/;

/**
 * Own loop instead of Buffer's: padding inside (two encoded pieces put together) starts anew and
 * "-"/"_" are foreign, as RFC 2045 6.8 has it; Node stops at the first padding.
 */
function decodeBase64(body: Buffer): Decoded {
  const text = body.toString('latin1');
  if (plainBase64.test(text)) {
    // Nothing that needs our own loop: the rule, and ten times as quick.
    const joined = text.replace(/[\r\n]+/g, '');
    const digits = joined.length - (joined.endsWith('==') ? 2 : joined.endsWith('=') ? 1 : 0);
    return { bytes: Buffer.from(joined, 'base64'), broken: digits % 4 === 1 };
  }
  const out = Buffer.allocUnsafe(Math.ceil((body.length * 3) / 4) + 3);
  let length = 0;
  let bits = 0;
  let held = 0;
  let foreign = 0;
  for (let i = 0; i < body.length; i++) {
    const byte = body[i] ?? 0;
    const value = base64Values[byte] ?? 255;
    if (value === 255) {
      if (byte === 61) held = bits = 0;
      else if (byte !== 10 && byte !== 13 && byte !== 32 && byte !== 9) foreign++;
      continue;
    }
    held = ((held << 6) | value) & 0xffffff;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      out[length++] = (held >> bits) & 255;
    }
  }
  return { bytes: out.subarray(0, length), broken: foreign > 0 || bits === 6 };
}

function hexValue(byte: number): number {
  if (byte >= 48 && byte <= 57) return byte - 48;
  if (byte >= 65 && byte <= 70) return byte - 55;
  if (byte >= 97 && byte <= 102) return byte - 87;
  return -1;
}

function decodeQuotedPrintable(body: Buffer): Decoded {
  const out = Buffer.allocUnsafe(body.length);
  let length = 0;
  let broken = false;
  let blanksFrom = -1;
  for (let i = 0; i < body.length; i++) {
    const byte = body[i] ?? 0;
    if (byte === 61) {
      blanksFrom = -1;
      // Soft line break: "=", blanks that a relay added, line end.
      let j = i + 1;
      while (body[j] === 32 || body[j] === 9) j++;
      if (j >= body.length) break;
      if (body[j] === 10) {
        i = j;
        continue;
      }
      if (body[j] === 13) {
        i = body[j + 1] === 10 ? j + 1 : j;
        continue;
      }
      const high = hexValue(body[i + 1] ?? 0);
      const low = hexValue(body[i + 2] ?? 0);
      if (high >= 0 && low >= 0) {
        out[length++] = high * 16 + low;
        i += 2;
      } else {
        out[length++] = byte;
        broken = true;
      }
    } else if (byte === 32 || byte === 9) {
      if (blanksFrom < 0) blanksFrom = length;
      out[length++] = byte;
    } else {
      // Blanks at a line's end were added on the way (RFC 2045 6.7 rule 3).
      if ((byte === 10 || byte === 13) && blanksFrom >= 0) length = blanksFrom;
      blanksFrom = -1;
      out[length++] = byte;
    }
  }
  return { bytes: out.subarray(0, length), broken };
}

export interface UuFile {
  name: string;
  bytes: Buffer;
  /** Range in the text. */
  from: number;
  to: number;
}

/** Files that uuencode wrote into a text (POSIX: "begin 644 name", lines, "end"). At most 50. */
export function uuFiles(text: string): UuFile[] {
  const files: UuFile[] = [];
  const begin = /^begin(?:-base64)? [0-7]{3,4} ([^\r\n]{1,200})\r?$/gm;
  for (let match = begin.exec(text); match !== null && files.length < 50; match = begin.exec(text)) {
    const pieces: Buffer[] = [];
    let at = match.index + match[0].length + 1;
    let end = -1;
    while (at < text.length) {
      const lineEnd = text.indexOf('\n', at) < 0 ? text.length : text.indexOf('\n', at);
      const line = text.slice(at, lineEnd).replace(/\r$/, '');
      at = lineEnd + 1;
      if (line === 'end') {
        end = Math.min(at, text.length);
        break;
      }
      const piece = uuLine(line);
      if (piece === null) break;
      pieces.push(piece);
    }
    if (end < 0 || pieces.length === 0) continue;
    files.push({ name: match[1] ?? '', bytes: Buffer.concat(pieces), from: match.index, to: end });
    begin.lastIndex = end;
  }
  return files;
}

function uuLine(line: string): Buffer | null {
  if (line === '' || line === '`') return Buffer.alloc(0);
  const length = (line.charCodeAt(0) - 32) & 63;
  if (
    line.charCodeAt(0) < 32 ||
    line.charCodeAt(0) > 96 ||
    line.length - 1 < Math.floor((length * 4) / 3) - 1
  )
    return null;
  const out = Buffer.alloc(length);
  let written = 0;
  for (let i = 1; written < length; i += 4) {
    const value = (k: number): number =>
      ((Number.isNaN(line.charCodeAt(i + k)) ? 32 : line.charCodeAt(i + k)) - 32) & 63;
    const word = (value(0) << 18) | (value(1) << 12) | (value(2) << 6) | value(3);
    for (const shift of [16, 8, 0]) if (written < length) out[written++] = (word >> shift) & 255;
  }
  return out;
}
