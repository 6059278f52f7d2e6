import type { FolderCursor } from '../../src-shared/model/folder.ts';
import { countUids, subtract, within, type UidRange } from '../../src-shared/uid-set.ts';
import type { RemoteStatus, SelectedFolder } from '../backends/backend.ts';

/** True when a STATUS proves that nothing happened since the cursor was written: no SELECT is needed. */
export function unchangedSince(cursor: FolderCursor | null, status: RemoteStatus | null): boolean {
  return (
    cursor !== null &&
    status !== null &&
    cursor.checkedAt !== null &&
    cursor.lowUid <= 1 &&
    status.highestModseq !== null &&
    cursor.modseqDone === status.highestModseq &&
    cursor.uidValidity === status.uidValidity &&
    cursor.uidNext === status.uidNext &&
    cursor.exists === status.exists
  );
}

const compareEvery = 7 * 86_400_000;

/** So long ago, or never, all UIDs of the folder were compared with the server's (R10). */
export function compareDue(cursor: FolderCursor | null, now: number): boolean {
  if (cursor === null || cursor.lowUid > 1) return false;
  const last = Date.parse(cursor.comparedAt ?? '');
  return Number.isNaN(last) || now - last > compareEvery;
}

export interface RemovalPlan {
  /** UIDs in the cache that the server's list does not have. */
  gone: UidRange[];
  /** UIDs the server has, within what should be cached, that the cache lacks. */
  missing: UidRange[];
  /** So much would go that a second, fresh listing must say the same first. */
  suspicious: boolean;
}

/**
 * Compares the full UID list of the server with the cache, from `lowUid` up to (not including) the
 * UIDNEXT of the SELECT that began the pass: what came later is the next pass's business.
 */
export function compareUids(
  server: readonly UidRange[],
  cached: readonly UidRange[],
  lowUid: number,
  uidNext: number,
): RemovalPlan {
  const ours = within(cached, 1, uidNext - 1);
  const theirs = within(server, 1, uidNext - 1);
  const gone = subtract(ours, theirs);
  const missing = subtract(within(theirs, lowUid, uidNext - 1), ours);
  return { gone, missing, suspicious: removesTooMany(ours, gone) };
}

/** So much would go that one listing is not proof enough (R9). */
export function removesTooMany(ours: readonly UidRange[], gone: readonly UidRange[]): boolean {
  return countUids(gone) > Math.max(50, countUids(ours) * 0.2);
}

/** The cursor of a folder of which nothing is cached yet; modseqDone is that of this SELECT. */
export function freshCursor(selected: SelectedFolder, gen: number): FolderCursor {
  return {
    uidValidity: selected.uidValidity,
    gen,
    uidNext: selected.uidNext,
    modseqDone: selected.highestModseq,
    lowUid: selected.exists === 0 ? 1 : selected.uidNext,
    exists: selected.exists,
    checkedAt: null,
  };
}
