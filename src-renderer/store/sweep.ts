import type { Databases } from './databases.ts';
import type { StoreMemory } from './memory.ts';
import { deleteSegments, sweptFrom, type SegmentRange } from './segment-ranges.ts';

/** What is left of rows that are gone, to be deleted when nobody waits. */
export function isUntidy(memory: StoreMemory): boolean {
  return memory.folders.some((folder) => folder.onDisk && folder.dropped.length > 0);
}

/** Deletes a few dropped segments with the record that speaks of them: cut off anywhere, it goes on later. */
export async function sweepSome(databases: Databases, memory: StoreMemory): Promise<void> {
  const folder = memory.folders.find(({ onDisk, dropped }) => onDisk && dropped.length > 0);
  if (folder === undefined) return;
  const [range, ...others] = folder.dropped;
  if (range === undefined) return;
  const [first, end] = range;
  const last = Math.min(end, first + sweptFrom - 1);
  const rest: SegmentRange[] = last < end ? [[last + 1, end], ...others] : others;
  const db = databases.of(folder.accountId);
  await db.transaction('rw', [db.folders, db.keys, db.states, db.envelopes, db.previews], async () => {
    await Promise.all([
      ...deleteSegments(db, folder.folderId, first, last),
      db.folders.put({ ...folder.toDisk(), dropped: rest }),
    ]);
  });
  folder.dropped = rest;
}
