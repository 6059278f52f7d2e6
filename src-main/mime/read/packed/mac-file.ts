import { isUtf8 } from 'node:buffer';
import iconv from 'iconv-lite';
import type { PackedFile } from './packed-file.ts';

const types: Record<string, string> = {
  TEXT: 'text/plain',
  JPEG: 'image/jpeg',
  GIFf: 'image/gif',
  PNGf: 'image/png',
  'PNG ': 'image/png',
  TIFF: 'image/tiff',
  'PDF ': 'application/pdf',
  'ZIP ': 'application/zip',
  MooV: 'video/quicktime',
};

/** A Macintosh file type of four letters; null for those that say nothing elsewhere. */
export function macType(code: string): string | null {
  return types[code] ?? null;
}

/** The name of a file as a Macintosh wrote it: MacRoman, later UTF-8. */
export function macName(bytes: Buffer): string {
  return isUtf8(bytes) ? bytes.toString('utf8') : iconv.decode(bytes, 'macroman');
}

/**
 * AppleSingle and AppleDouble headers (RFC 1740, appendices A and B): the real name (entry 3), and in
 * AppleSingle the data fork (entry 1). Null when it is neither.
 */
export function readAppleFile(bytes: Buffer): { name: string; file: PackedFile | null } | null {
  if (bytes.length < 26) return null;
  const magic = bytes.readUInt32BE(0);
  if (magic !== 0x00051600 && magic !== 0x00051607) return null;
  const entries = Math.min(bytes.readUInt16BE(24), 20);
  let name = '';
  let data: Buffer | null = null;
  let type: string | null = null;
  let broken = false;
  for (let i = 0; i < entries && 38 + i * 12 <= bytes.length; i++) {
    const at = 26 + i * 12;
    const id = bytes.readUInt32BE(at);
    const offset = bytes.readUInt32BE(at + 4);
    const length = bytes.readUInt32BE(at + 8);
    const content = bytes.subarray(offset, offset + length);
    if (id === 1) {
      data = content;
      broken = content.length < length;
    } else if (id === 3) name = macName(content.subarray(0, 1_000));
    else if (id === 9) type = macType(content.toString('latin1', 0, 4));
  }
  return { name, file: data === null ? null : { name, bytes: data, contentType: type, broken } };
}
