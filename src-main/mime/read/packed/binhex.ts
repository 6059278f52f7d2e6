import { macType } from './mac-file.ts';
import type { TextFile } from './packed-file.ts';

const values = new Uint8Array(256).fill(255);
for (let i = 0; i < 64; i++) {
  values['!"#$%&\'()*+,-012345689@ABCDEFGHIJKLMNPQRSTUVXYZ[`abcdefhijklmpqr'.charCodeAt(i)] = i;
}

/** Files in BinHex 4.0 (RFC 1741): their data forks. `text` is bytes as Latin-1. */
export function binhexFiles(text: string): TextFile[] {
  const mark = /\(This file must be converted with BinHex[^)\n]{0,40}\)/i.exec(text);
  if (mark === null) return [];
  const start = /[\r\n]:(?=[!-r])/.exec(text.slice(mark.index, mark.index + 2_000));
  if (start === null) return [];
  const from = mark.index + start.index + 2;
  const end = text.indexOf(':', from);
  const bytes = unpackRuns(unpackDigits(text.slice(from, end < 0 ? text.length : end)));
  const file = forks(bytes);
  if (file === null) return [];
  return [{ ...file, broken: file.broken || end < 0, from: mark.index, to: end < 0 ? text.length : end + 1 }];
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
    name: bytes.toString('latin1', 1, 1 + nameLength),
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
