import { binhexFiles } from './binhex.ts';
import { readAppleFile } from './mac-file.ts';
import type { PackedFile, TextFile } from './packed-file.ts';
import { isTnef, readTnef } from './tnef.ts';
import { uuFiles } from './uuencode.ts';
import { yencFiles } from './yenc.ts';

export type Packing = 'uu' | 'yenc' | 'hqx' | 'tnef' | 'apple';

/** Files written into a text, in the order in which they stand: `packing` and number name them (see partOf). */
export function filesInText(bytes: Buffer): { packing: Packing; number: number; file: TextFile }[] {
  const has = (mark: string): boolean => bytes.includes(mark);
  if (!has('begin') && !has('BinHex')) return [];
  const text = bytes.toString('latin1');
  const found = [
    ...yencFiles(text).map((file, index) => ({ packing: 'yenc' as const, number: index + 1, file })),
    ...uuFiles(text).map((file, index) => ({ packing: 'uu' as const, number: index + 1, file })),
    ...binhexFiles(text).map((file, index) => ({ packing: 'hqx' as const, number: index + 1, file })),
  ].sort((a, b) => a.file.from - b.file.from);
  // One inside of another is its content, not a file of the text.
  let end = 0;
  return found.filter(({ file }) => {
    if (file.from < end) return false;
    end = file.to;
    return true;
  });
}

/** How a part of this type is packed as a whole; null: it is what it is. */
export function packingOf(contentType: string, bytes: () => Buffer): Packing | null {
  if (/^application\/(?:(?:vnd\.|x-)?ms-|x-)tnef$/.test(contentType)) return 'tnef';
  if (contentType === 'application/octet-stream' && isTnef(bytes())) return 'tnef';
  if (/^application\/(?:x-)?(?:mac-)?binhex(?:40)?$/.test(contentType)) return 'hqx';
  if (contentType === 'application/applefile') return 'apple';
  return null;
}

const tnefTextLimit = 4 * 1024 * 1024;

/** The files of a packed part; empty when it is none of its kind. */
export function filesInPart(packing: Packing, bytes: Buffer): PackedFile[] {
  switch (packing) {
    case 'tnef':
      return readTnef(bytes, tnefTextLimit)?.files ?? [];
    case 'apple':
      return [readAppleFile(bytes)?.file ?? null].filter((file) => file !== null);
    case 'hqx':
      return binhexFiles(bytes.toString('latin1'));
    case 'uu':
      return uuFiles(bytes.toString('latin1'));
    case 'yenc':
      return yencFiles(bytes.toString('latin1'));
  }
}

/** "2.tnef1" is the first file in the winmail.dat that is part 2. */
export function packedPart(partId: string): { partId: string; packing: Packing; number: number } | null {
  const match = /^(.*)\.(uu|yenc|hqx|tnef|apple)(\d{1,3})$/.exec(partId);
  if (match === null) return null;
  return { partId: match[1] ?? '', packing: match[2] as Packing, number: Number(match[3]) };
}
