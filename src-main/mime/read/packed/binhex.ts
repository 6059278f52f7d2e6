import { macName, macType } from './mac-file.ts';
import { mostFiles, type TextFile } from './packed-file.ts';

const values = new Uint8Array(256).fill(255);
for (let i = 0; i < 64; i++) {
  values['!"#$%&\'()*+,-012345689@ABCDEFGHIJKLMNPQRSTUVXYZ[`abcdefhijklmpqr'.charCodeAt(i)] = i;
}

const mark = /\(This file must be converted with BinHex[^)\n]{0,40}\)[^\r\n]{0,40}/gi;
const digits = /^[!-r]{1,200}[ \t]*$/;

/** Files in BinHex 4.0 (RFC 1741): their data forks. `text` is bytes as Latin-1. */
export function binhexFiles(text: string): TextFile[] {
  const files: TextFile[] = [];
  mark.lastIndex = 0;
  for (let match = mark.exec(text); match !== null && files.length < mostFiles; match = mark.exec(text)) {
    const lines = digitLines(text, match.index + match[0].length);
    const file = lines === null ? null : forks(unpackRuns(unpackDigits(lines.digits)));
    if (lines === null || file === null) continue;
    files.push({ ...file, broken: file.broken || !lines.ended, from: match.index, to: lines.to });
    mark.lastIndex = lines.to;
  }
  return files;
}

/**
 * The lines of digits behind the mark: from the first colon to the second. Without the first one a long line begins
 * them; without the second one they end before the first line that is none of them.
 */
function digitLines(text: string, from: number): { digits: string; to: number; ended: boolean } | null {
  const line = /[^\r\n]*(?:\r\n?|\n|$)/y;
  line.lastIndex = from;
  const found: string[] = [];
  let to = from;
  for (let match = line.exec(text); match !== null && match[0] !== ''; match = line.exec(text)) {
    let words = match[0].trim();
    if (found.length === 0) {
      if (words === '') continue;
      if (!words.startsWith(':') && words.length < 60) return null;
      words = words.replace(/^:/, '');
    } else if (words === '') continue;
    // The mark before a signature would pass for digits.
    if (words === '--') break;
    const colon = words.indexOf(':');
    if (!digits.test(colon < 0 ? words : words.slice(0, colon + 1))) break;
    found.push(colon < 0 ? words : words.slice(0, colon));
    to = line.lastIndex;
    if (colon >= 0) return { digits: found.join(''), to, ended: true };
  }
  return found.length === 0 ? null : { digits: found.join(''), to, ended: false };
}

function unpackDigits(text: string): Buffer {
  const out = Buffer.allocUnsafe(Math.ceil((text.length * 3) / 4));
  let length = 0;
  let held = 0;
  let bits = 0;
  for (let i = 0; i < text.length; i++) {
    const value = values[text.charCodeAt(i)] ?? 255;
    if (value === 255) continue;
    held = ((held << 6) | value) & 0xffff;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      out[length++] = (held >> bits) & 255;
    }
  }
  return out.subarray(0, length);
}

/** 0x90 and a count repeat the byte before; 0x90 0x00 is 0x90 itself. At most 64 MB: 255 times is the format's limit. */
function unpackRuns(packed: Buffer): Buffer {
  const pieces: Buffer[] = [];
  let length = 0;
  let last = 0;
  let from = 0;
  for (let i = 0; i < packed.length && length < 64 * 1024 * 1024; i++) {
    if (packed[i] !== 0x90) {
      last = packed[i] ?? 0;
      length++;
      continue;
    }
    pieces.push(packed.subarray(from, i));
    const times = packed[++i] ?? 0;
    if (times === 0) {
      last = 0x90;
      pieces.push(Buffer.from([0x90]));
      length++;
    } else if (times > 1) {
      pieces.push(Buffer.alloc(times - 1, last));
      length += times - 1;
    }
    from = i + 1;
  }
  pieces.push(packed.subarray(from));
  return Buffer.concat(pieces);
}

/** Name, type, creator, flags, lengths, sum; data and its sum; resources and their sum. */
function forks(bytes: Buffer): Omit<TextFile, 'from' | 'to'> | null {
  const nameLength = bytes[0] ?? 0;
  const at = nameLength + 2;
  if (nameLength === 0 || nameLength > 63 || bytes.length < at + 20) return null;
  const dataLength = bytes.readUInt32BE(at + 10);
  const data = at + 20;
  const content = bytes.subarray(data, data + dataLength);
  const whole = content.length === dataLength && bytes.length >= data + dataLength + 2;
  return {
    name: macName(bytes.subarray(1, 1 + nameLength)),
    bytes: content,
    contentType: macType(bytes.toString('latin1', at, at + 4)),
    broken: !whole || bytes.readUInt16BE(data + dataLength) !== sum(content),
  };
}

/** CRC-16 with polynomial 0x1021 from 0, two zero bytes appended. */
function sum(bytes: Buffer): number {
  let crc = 0;
  const feed = (byte: number): void => {
    for (let bit = 7; bit >= 0; bit--) {
      const top = (crc & 0x8000) !== 0;
      crc = ((crc << 1) | ((byte >> bit) & 1)) & 0xffff;
      if (top) crc ^= 0x1021;
    }
  };
  for (const byte of bytes) feed(byte);
  feed(0);
  feed(0);
  return crc;
}
