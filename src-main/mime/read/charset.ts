import { isAscii } from 'node:buffer';
import encodingJapanese from 'encoding-japanese';
import iconv from 'iconv-lite';
import { charsetNamed, silent } from './charset-names.ts';
import { hz, shifted } from './seven-bit.ts';
import { guessAgainstWestern, guessCharset } from './charset-guess.ts';

export interface DecodedText {
  text: string;
  /** The character set that was used, lower case. */
  charset: string;
  problem: 'charset-unknown' | 'charset-mislabelled' | 'charset-broken' | null;
}

const strictUtf8 = new TextDecoder('utf-8', { fatal: true });

function asUtf8(bytes: Uint8Array): string | null {
  try {
    return strictUtf8.decode(bytes);
  } catch {
    return null;
  }
}

/** UTF-8 with a cut or damaged character in it: nothing else has so many well-formed sequences. Null for all else. */
export function damagedUtf8(bytes: Uint8Array, wholeForEachLost = 6): string | null {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
  const lost = count(text, /\ufffd/g);
  // What was cut off is lost at the end alone.
  const most = lost === 1 && text.trimEnd().endsWith('\ufffd') ? 6 : wholeForEachLost;
  return lost > 0 && lost * most <= count(text, /[^\x00-\x7f\ufffd]/g) ? text : null;
}

/**
 * Bytes as text. A byte order mark wins over the label, valid UTF-8 over silent labels and over
 * Latin-1 (which every sequence of bytes "is"), and what cannot be read by its label is guessed.
 * Never throws; unreadable characters become U+FFFD.
 */
export function decodeText(bytes: Buffer, label: string | null): DecodedText {
  const marked = byMark(bytes);
  if (marked !== null) return marked;
  const given = (label ?? '')
    .trim()
    .toLowerCase()
    .replace(/^["']|["']$/g, '');
  if (isAscii(bytes)) {
    if (hasIso2022(bytes) && !given.startsWith('iso-2022')) {
      const text = decodeJapanese(bytes, 'JIS');
      if (text !== null)
        return {
          text,
          charset: 'iso-2022-jp',
          problem:
            silent.has(given) && given !== 'us-ascii' && given !== 'utf-8' ? null : 'charset-mislabelled',
        };
    }
    if (silent.has(given) && !inTwoBytes(bytes))
      return { text: bytes.toString('latin1'), charset: 'utf-8', problem: null };
  }
  // Latin letters in two bytes have zeros: without one it is not what the label says ("unicode" of old Outlooks).
  if (/^(?:utf-?(?:16|32)|ucs-?[24]|unicode$)/.test(given) && bytes.length > 3 && !bytes.includes(0)) {
    const text = asUtf8(bytes);
    if (text !== null) return { text, charset: 'utf-8', problem: 'charset-mislabelled' };
  }
  if (silent.has(given) && inTwoBytes(bytes))
    return {
      text: iconv.decode(bytes, 'utf-16'),
      charset: 'utf-16',
      problem: given === '' ? null : 'charset-mislabelled',
    };
  if (silent.has(given)) {
    const text = asUtf8(bytes);
    if (text !== null)
      return {
        text,
        charset: 'utf-8',
        problem: given === 'us-ascii' || given === 'ascii' ? 'charset-mislabelled' : null,
      };
    const damaged = damagedUtf8(bytes);
    if (damaged !== null) return { text: damaged, charset: 'utf-8', problem: 'charset-broken' };
    if (given.startsWith('utf')) {
      // Java and Oracle write what is outside of 16 bits as two halves (CESU-8).
      if (/\xed[\xa0-\xaf][\x80-\xbf]\xed[\xb0-\xbf]/.test(bytes.toString('latin1')))
        return { text: iconv.decode(bytes, 'cesu8'), charset: 'utf-8', problem: 'charset-mislabelled' };
      const lossy = bytes.toString('utf8');
      const lost = count(lossy, /\ufffd/g);
      // Mostly right UTF-8 with a cut or damaged character is still UTF-8.
      if (lost * 2 <= count(lossy, /[^\x00-\x7f\ufffd]/g))
        return { text: lossy, charset: 'utf-8', problem: 'charset-broken' };
    }
    const guessed = guess(bytes);
    return { ...guessed, problem: given === '' ? null : 'charset-mislabelled' };
  }
  return byLabel(bytes, given);
}

function byLabel(bytes: Buffer, given: string): DecodedText {
  const name = charsetNamed(given);
  if (!/^(?:utf|iso-?2022|cs|jis|hz)/.test(name)) {
    const text = asUtf8(bytes);
    // Well-formed sequences do not happen by chance in single-byte text; in double-byte text few of them may.
    const enough = /^(?:windows|iso-8859|koi8|mac|ibm|cp8)/.test(name) ? 2 : 10;
    if (text !== null && count(text, /[^\x00-\x7f]/g) >= enough)
      return { text, charset: 'utf-8', problem: 'charset-mislabelled' };
  }
  if (/^(?:iso-?2022-?jp|jis|csiso2022jp)/.test(name))
    return orGuess(decodeJapanese(bytes, 'JIS'), 'iso-2022-jp', bytes);
  if (/^euc-?jp|^x-euc-?jp/.test(name)) return orGuess(decodeJapanese(bytes, 'EUCJP'), 'euc-jp', bytes);
  if (/^(?:cs)?iso-?2022-?kr/.test(name))
    return orGuess(iconv.decode(shifted(bytes), 'cp949'), 'iso-2022-kr', bytes);
  if (/^hz-?gb-?2312/.test(name)) return orGuess(iconv.decode(hz(bytes), 'gb18030'), 'hz-gb-2312', bytes);
  if (name === 'base64' || name === 'hex' || !iconv.encodingExists(name))
    return { ...guess(bytes), problem: 'charset-unknown' };
  let text: string;
  try {
    text = iconv.decode(bytes, name);
  } catch {
    return { ...guess(bytes), problem: 'charset-unknown' };
  }
  if (name === 'windows-1252') {
    // A few letters of the label beside a footer in UTF-8 must not be lost for it.
    const damaged = damagedUtf8(bytes, 20);
    if (damaged !== null) return { text: damaged, charset: 'utf-8', problem: 'charset-mislabelled' };
    const other = guessAgainstWestern(bytes);
    if (other !== null)
      return { text: iconv.decode(bytes, other), charset: other, problem: 'charset-mislabelled' };
  }
  const lost = count(text, /\ufffd/g);
  if (lost > 0 && lost * 20 > text.length) {
    const utf8 = asUtf8(bytes);
    if (utf8 !== null) return { text: utf8, charset: 'utf-8', problem: 'charset-mislabelled' };
  }
  return { text, charset: name, problem: lost > 0 ? 'charset-broken' : null };
}

function guess(bytes: Buffer): { text: string; charset: string } {
  const utf8 = asUtf8(bytes);
  if (utf8 !== null) return { text: utf8, charset: 'utf-8' };
  const charset = guessCharset(bytes);
  return { text: iconv.decode(bytes, charset), charset };
}

function orGuess(text: string | null, charset: string, bytes: Buffer): DecodedText {
  if (text !== null) return { text, charset, problem: null };
  return { ...guess(bytes), problem: 'charset-broken' };
}

function byMark(bytes: Buffer): DecodedText | null {
  if (bytes.length >= 3 && bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) {
    return { text: bytes.subarray(3).toString('utf8'), charset: 'utf-8', problem: null };
  }
  if (bytes.length >= 4 && bytes.readUInt32BE(0) === 0xfeff)
    return { text: iconv.decode(bytes, 'utf-32be'), charset: 'utf-32be', problem: null };
  if (bytes.length >= 4 && bytes.readUInt32BE(0) === 0xfffe0000)
    return { text: iconv.decode(bytes, 'utf-32le'), charset: 'utf-32le', problem: null };
  if (bytes.length >= 2 && bytes[0] === 0xff && bytes[1] === 0xfe)
    return { text: iconv.decode(bytes, 'utf-16le'), charset: 'utf-16le', problem: null };
  if (bytes.length >= 2 && bytes[0] === 0xfe && bytes[1] === 0xff)
    return { text: iconv.decode(bytes, 'utf-16be'), charset: 'utf-16be', problem: null };
  return null;
}

/** UTF-16 that nobody names: every second byte of Latin letters and blanks is zero, and the others are not. */
function inTwoBytes(bytes: Buffer): boolean {
  const sample = bytes.subarray(0, 1_024);
  const zeros = [0, 0];
  for (const [at, byte] of sample.entries()) if (byte === 0) zeros[at % 2] = (zeros[at % 2] ?? 0) + 1;
  const [even = 0, odd = 0] = zeros;
  return (
    sample.length >= 8 &&
    Math.max(even, odd) * 4 >= sample.length &&
    Math.min(even, odd) * 20 <= sample.length
  );
}

function decodeJapanese(bytes: Buffer, from: 'JIS' | 'EUCJP'): string | null {
  try {
    return encodingJapanese.convert(bytes, { to: 'UNICODE', from, type: 'string' });
  } catch {
    return null;
  }
}

function hasIso2022(bytes: Buffer): boolean {
  return bytes.includes('\x1b$B') || bytes.includes('\x1b$@') || bytes.includes('\x1b(J');
}

function count(text: string, pattern: RegExp): number {
  return text.match(pattern)?.length ?? 0;
}
