/** Most UIDs and bytes of a set in one command: servers limit lines to 8 KB or so. */
const mostUids = 500;
const mostBytes = 7_500;

/** Ascending UIDs as an IMAP sequence set: [1,2,3,7] is "1:3,7". Duplicates and zero are left out. */
export function toUidSet(uids: readonly number[]): string {
  const sorted = [...new Set(uids)]
    .filter((uid) => Number.isInteger(uid) && uid > 0 && uid <= 0xffff_ffff)
    .sort((a, b) => a - b);
  const parts: string[] = [];
  for (let i = 0; i < sorted.length;) {
    let j = i;
    while (j + 1 < sorted.length && sorted[j + 1] === (sorted[j] ?? 0) + 1) j++;
    parts.push(i === j ? String(sorted[i]) : `${sorted[i]}:${sorted[j]}`);
    i = j + 1;
  }
  return parts.join(',');
}

/** The UIDs in pieces of which each makes one command. */
export function uidSetChunks(uids: readonly number[], most = mostUids): string[] {
  const sorted = [...new Set(uids)].sort((a, b) => a - b);
  const chunks: string[] = [];
  for (let i = 0; i < sorted.length; i += most) chunks.push(...splitSet(toUidSet(sorted.slice(i, i + most))));
  return chunks;
}

/** A sequence set in pieces short enough for a line. Ranges are never expanded. */
export function splitSet(set: string): string[] {
  if (set === '') return [];
  if (set.length <= mostBytes) return [set];
  const pieces: string[] = [];
  let piece = '';
  for (const part of set.split(',')) {
    if (piece !== '' && piece.length + part.length + 1 > mostBytes) {
      pieces.push(piece);
      piece = '';
    }
    piece = piece === '' ? part : `${piece},${part}`;
  }
  if (piece !== '') pieces.push(piece);
  return pieces;
}

/** A set as numbers; null when it would be more than `most` (or holds "*"). */
export function expandSet(set: string, most = 100_000): number[] | null {
  const uids: number[] = [];
  for (const part of set.split(',')) {
    const match = /^(\d+)(?::(\d+))?$/.exec(part);
    if (match === null) return null;
    const a = Number(match[1]);
    const b = match[2] === undefined ? a : Number(match[2]);
    const low = Math.min(a, b);
    const high = Math.max(a, b);
    if (uids.length + high - low + 1 > most) return null;
    for (let uid = low; uid <= high; uid++) uids.push(uid);
  }
  return uids;
}

/** True for a well-formed set of UIDs ("1:4,9:*"). Zero is none. */
export function isUidSet(set: string): boolean {
  return /^(?:[1-9]\d{0,9}|\*)(?::(?:[1-9]\d{0,9}|\*))?(?:,(?:[1-9]\d{0,9}|\*)(?::(?:[1-9]\d{0,9}|\*))?)*$/.test(
    set,
  );
}
