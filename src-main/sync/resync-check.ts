import type { FolderCursor } from '../../src-shared/model/folder.ts';
import { countUids, parseUidSet, subtract, within, type UidRange } from '../../src-shared/uid-set.ts';
import type { ResyncSince, SelectedFolder } from '../backends/backend.ts';
import type { FolderEntry } from './folder-register.ts';
import { removesTooMany } from './reconcile.ts';

/** What to ask the server to tell changes since; undefined where nothing is known to compare with. */
export function resyncSince(entry: FolderEntry, known: FolderCursor | null): ResyncSince | undefined {
  if (known === null || known.modseqDone === null || entry.uidValidity !== known.uidValidity)
    return undefined;
  // What we left marked on a server without UIDPLUS is counted apart: there the lists are compared.
  if ((entry.leftBehind ?? '') !== '') return undefined;
  return { uidValidity: known.uidValidity, modseq: known.modseqDone, uidNext: known.uidNext };
}

/**
 * Whether "changed since" can be believed. A HIGHESTMODSEQ that went backwards (a restored back-up, case 42) means
 * that changes have numbers below ours: everything is asked. Numbers go up to 2^63 (case 40).
 */
export function mayAskSince(done: string | null, now: string | null): boolean {
  return done !== null && now !== null && BigInt(now) >= BigInt(done);
}

/** A server that was put back to an earlier state: its numbers prove nothing about ours. */
export function wentBackwards(known: FolderCursor, selected: SelectedFolder): boolean {
  if (selected.uidNext < known.uidNext) return true;
  const both = known.modseqDone !== null && selected.highestModseq !== null;
  return both && !mayAskSince(known.modseqDone, selected.highestModseq);
}

/**
 * What of the cache the server's VANISHED takes away, when the count proves it: what is left is as many as EXISTS
 * says. Null: no proof, the lists are compared. Ranges are never expanded: "1:4294967295" costs as much as "7".
 */
export function provenRemovals(
  cached: readonly UidRange[],
  known: FolderCursor,
  selected: SelectedFolder,
): UidRange[] | null {
  if (selected.resync == null || known.lowUid > 1 || !mayAskSince(known.modseqDone, selected.highestModseq))
    return null;
  if (selected.uidNext < known.uidNext) return null;
  const vanished = selected.resync.vanished === '' ? [] : parseUidSet(selected.resync.vanished);
  if (vanished === null) return null;
  const ours = within(cached, 1, selected.uidNext - 1);
  // Never beyond what was asked about: a new message cannot have vanished before we knew it.
  const left = subtract(ours, within(vanished, 1, known.uidNext - 1));
  if (countUids(left) !== selected.exists) return null;
  const gone = subtract(ours, left);
  return removesTooMany(ours, gone) ? null : gone;
}
