import type { Changes } from './changes.ts';
import type { FolderState } from './folder-state.ts';
import type { StoreMemory } from './memory.ts';
import { noSegment, rowBits } from './row-table.ts';
import { dropSegment, vanish } from './server-rows.ts';

/** Rows with one of these have more to them than their line in the columns. */
const notPlain = rowBits.gone | rowBits.readable | rowBits.patched | rowBits.hidden | rowBits.waiting;

/**
 * The server has the rows at `from ≤ index < to` of `byUid` no more. Plain rows are counted, not gathered: a mailbox of
 * a million that was emptied elsewhere is gone in one pass over the columns.
 */
export function vanishRange(
  memory: StoreMemory,
  folder: FolderState,
  from: number,
  to: number,
  changes: Changes,
): void {
  const { rows, ownIds, extraFlags } = memory;
  let current = noSegment;
  let inSegment = 0;
  let plain = 0;
  let unread = 0;
  let flagged = 0;
  const leaveSegment = (end: number): void => {
    const segment = memory.segments[current];
    if (segment === undefined || inSegment === 0) return;
    segment.live -= inSegment;
    if (segment.live === 0) dropSegment(segment, changes);
    // The plain rows of a run lie one after the other.
    else
      for (let index = end - inSegment; index < end; index += 1)
        changes.mark(segment, folder.byUid.at(index));
    inSegment = 0;
  };
  for (let index = from; index < to; index += 1) {
    const row = folder.byUid.at(index);
    const state = rows.state(row);
    if ((state & notPlain) !== 0 || (ownIds.size > 0 && ownIds.has(row))) {
      leaveSegment(index);
      vanish(memory, row, changes);
      continue;
    }
    const segment = rows.segment(row);
    if (segment !== current) {
      leaveSegment(index);
      current = segment;
    }
    rows.set(row, rowBits.gone, true);
    memory.threads.removeRow(row);
    if ((state & rowBits.seen) === 0) unread += 1;
    if ((state & rowBits.flagged) !== 0) flagged += 1;
    if (extraFlags.size > 0) extraFlags.delete(row);
    inSegment += 1;
    plain += 1;
  }
  leaveSegment(to);
  folder.byUid.removeRange(from, to);
  if (plain === 0) return;
  folder.held -= plain;
  folder.shown -= plain;
  folder.unread -= unread;
  folder.flagged -= flagged;
  changes.leftInBulk.add(folder);
  changes.folders.add(folder);
}
