import { appendedWords } from './base64-end.ts';
import { uuFiles } from './packed/uuencode.ts';
import { yencFiles } from './packed/yenc.ts';

/** Content-Transfer-Encoding (RFC 2045 section 6). Decoders never throw; damage is counted. */
export interface Decoded {
  bytes: Buffer;
  broken: boolean;
}

export type TransferEncoding = 'identity' | 'base64' | 'quoted-printable' | 'uuencode' | 'yenc' | 'unknown';

export function transferEncoding(value: string): TransferEncoding {
  const name = value
    .slice(0, 200)
    .replace(/\([^)]*\)/g, '')
    .trim()
    .toLowerCase()
    .replace(/^["']+/, '')
    .replace(/^quoted printable/, 'quoted-printable')
    .replace(/[;\s"'].*$/, '');
  if (name === 'base64' || name === 'b' || name === 'base-64' || name === 'x-base64') return 'base64';
  if (
    name === 'quoted-printable' ||
    name === 'qp' ||
    name === 'quoted_printable' ||
    name === 'quotedprintable'
  )
    return 'quoted-printable';
  if (/^(?:x-)?yenc(?:ode)?$/.test(name)) return 'yenc';
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
      return first === undefined
        ? { bytes: body, broken: true }
        : { bytes: first.bytes, broken: first.broken };
    }
    case 'yenc': {
      const first = yencFiles(body.toString('latin1'))[0];
      return first === undefined
        ? { bytes: body, broken: true }
        : { bytes: first.bytes, broken: first.broken };
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

/**
 * Own loop instead of Buffer's: padding inside (two encoded pieces put together) starts anew and
 * "-"/"_" are foreign, as RFC 2045 6.8 has it; Node stops at the first padding.
 */
function decodeBase64(body: Buffer): Decoded {
  const text = body.toString('latin1');
  const plain = decodePlainBase64(text);
  if (plain !== null) return { bytes: plain, broken: false };
  const words = appendedWords(text);
  if (words > 0) return { bytes: decodeBase64(body.subarray(0, words)).bytes, broken: true };
  const out = Buffer.allocUnsafe(Math.ceil((body.length * 3) / 4) + 3);
  let length = 0;
  let bits = 0;
  let held = 0;
  let foreign = 0;
  let padded = false;
  let goesOn: boolean | null = null;
  for (let i = 0; i < body.length; i++) {
    const byte = body[i] ?? 0;
    const value = base64Values[byte] ?? 255;
    if (value !== 255 && padded) {
      goesOn ??= isBase64(text.slice(i));
      if (!goesOn) return { bytes: out.subarray(0, length), broken: true };
      padded = false;
    }
    if (value === 255) {
      if (byte === 61) {
        held = bits = 0;
        padded = true;
      } else if (byte !== 10 && byte !== 13 && byte !== 32 && byte !== 9) {
        // "-- " and the words of a list: the next four letters would pass for digits.
        if (padded) return { bytes: out.subarray(0, length), broken: true };
        foreign++;
      }
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

/**
 * Digits in lines with padding at the end alone: nothing that needs our own loop, and ten times as quick. Node leaves
 * out what is no digit, so that less comes out than the length says; null then.
 */
function decodePlainBase64(text: string): Buffer | null {
  const joined = text.replace(/[\r\n]+/g, '');
  const digits = joined.length - (joined.endsWith('==') ? 2 : joined.endsWith('=') ? 1 : 0);
  // With one digit too many a foreign character would not be missed.
  if (digits % 4 === 1 || joined.includes('-') || joined.includes('_')) return null;
  const bytes = Buffer.from(joined, 'base64');
  return bytes.length === Math.floor((digits * 3) / 4) ? bytes : null;
}

/** Behind a padding: another encoded piece, or words that somebody appended. */
function isBase64(text: string): boolean {
  const joined = text.replace(/\s+/g, '');
  return joined.length % 4 === 0 && /^[A-Za-z0-9+/=]+$/.test(joined);
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
