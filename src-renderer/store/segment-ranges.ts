import { segmentRange, type CacheDatabase } from './database.ts';
import type { FolderState } from './folder-state.ts';

/** More segments than these (16,000 rows) are not deleted in the transaction that drops them. */
export const sweptFrom = 64;

/** Numbers of segments from and to, both included. */
export type SegmentRange = [first: number, last: number];

/** The neighbours among them as ranges. */
export function rangesOf(numbers: Iterable<number>): SegmentRange[] {
  const ranges: SegmentRange[] = [];
  for (const no of [...numbers].sort((a, b) => a - b)) {
    const last = ranges.at(-1);
    if (last?.[1] === no - 1) last[1] = no;
    else ranges.push([no, no]);
  }
  return ranges;
}

export function isDropped({ dropped }: FolderState, no: number): boolean {
  return dropped.some(([first, last]) => no >= first && no <= last);
}

export function deleteSegments(
  db: CacheDatabase,
  folderId: string,
  first?: number,
  last?: number,
): PromiseLike<unknown>[] {
  const { lower, upper } = segmentRange(folderId, first, last);
  return [db.keys, db.states, db.envelopes, db.previews].map((table) =>
    table.where('[f+s]').between(lower, upper, true, true).delete(),
  );
}
