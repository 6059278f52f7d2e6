/**
 * Sets of UIDs as sorted, disjoint, inclusive ranges: what a server sends as "1:4294967295" is one
 * range and is never expanded (RFC 7162 §3.2.10; a million-UID range must cost nothing).
 */
export type UidRange = readonly [first: number, last: number];

export const maxUid = 4_294_967_295;

/** Parses an IMAP sequence set of UIDs ("3,7:9,12:*"); null when it is not one. */
export function parseUidSet(text: string): UidRange[] | null {
  if (text === '') return [];
  const ranges: UidRange[] = [];
  for (const part of text.split(',')) {
    const match = /^(\d{1,10}|\*)(?::(\d{1,10}|\*))?$/.exec(part);
    if (match === null) return null;
    const a = uidOf(match[1] ?? '');
    const b = match[2] === undefined ? a : uidOf(match[2]);
    if (a < 1 || b < 1 || a > maxUid || b > maxUid) return null;
    ranges.push(a <= b ? [a, b] : [b, a]);
  }
  return normalise(ranges);
}

function uidOf(text: string): number {
  return text === '*' ? maxUid : Number(text);
}

export function formatUidSet(ranges: readonly UidRange[]): string {
  return ranges.map(([first, last]) => (first === last ? `${first}` : `${first}:${last}`)).join(',');
}

/** Ranges of any list of UIDs. */
export function uidSetOf(uids: Iterable<number>): UidRange[] {
  return normalise([...uids].map((uid): UidRange => [uid, uid]));
}

function normalise(ranges: UidRange[]): UidRange[] {
  const sorted = ranges.toSorted((a, b) => a[0] - b[0]);
  const joined: [number, number][] = [];
  for (const [first, last] of sorted) {
    const previous = joined.at(-1);
    if (previous !== undefined && first <= previous[1] + 1) previous[1] = Math.max(previous[1], last);
    else joined.push([first, last]);
  }
  return joined;
}

/** What is in `a` and not in `b`. */
export function subtract(a: readonly UidRange[], b: readonly UidRange[]): UidRange[] {
  const left: UidRange[] = [];
  let at = 0;
  for (const [first, last] of a) {
    let from = first;
    while (at < b.length && (b[at]?.[1] ?? 0) < from) at += 1;
    for (let i = at; i < b.length && from <= last; i += 1) {
      const [cutFirst, cutLast] = b[i] ?? [maxUid + 1, maxUid + 1];
      if (cutFirst > last) break;
      if (cutFirst > from) left.push([from, cutFirst - 1]);
      from = Math.max(from, cutLast + 1);
    }
    if (from <= last) left.push([from, last]);
  }
  return left;
}

export function countUids(ranges: readonly UidRange[]): number {
  return ranges.reduce((sum, [first, last]) => sum + last - first + 1, 0);
}

/** The highest `count` UIDs of the set. */
export function takeHighest(ranges: readonly UidRange[], count: number): UidRange[] {
  const taken: UidRange[] = [];
  let left = count;
  for (let i = ranges.length - 1; i >= 0 && left > 0; i -= 1) {
    const [first, last] = ranges[i] ?? [0, 0];
    const from = Math.max(first, last - left + 1);
    taken.unshift([from, last]);
    left -= last - from + 1;
  }
  return taken;
}

/** Only what lies within [first, last]. */
export function within(ranges: readonly UidRange[], first: number, last: number): UidRange[] {
  return ranges
    .filter((range) => range[1] >= first && range[0] <= last)
    .map((range): UidRange => [Math.max(range[0], first), Math.min(range[1], last)]);
}
