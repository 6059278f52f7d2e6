import type { Databases } from './databases.ts';
import type { FolderState } from './folder-state.ts';
import type { StoreMemory } from './memory.ts';
import { deleteSegments, sweptFrom, type SegmentRange } from './segment-ranges.ts';
import { foldMarks } from './state-marks.ts';

/** So many records of marks would make the next start slow: they do not wait for a rest. */
const mostMarkRecords = 100;

const hasDropped = ({ onDisk, dropped }: FolderState): boolean => onDisk && dropped.length > 0;
const hasMarks = ({ onDisk, markRecords }: FolderState): boolean => onDisk && markRecords > 0;

/**
 * When what is left to be tidied is to be done: what is gone and not deleted as soon as nobody asks anything, changed
 * states that lie beside their segments when nobody has for a while. Null: nothing is.
 */
export function tidyWhen(memory: StoreMemory): 'idle' | 'rest' | null {
  if (memory.folders.some((folder) => hasDropped(folder) || folder.markRecords > mostMarkRecords))
    return 'idle';
  return memory.folders.some(hasMarks) ? 'rest' : null;
}

/** Tidies a little of it with the record that speaks of it: cut off anywhere, it goes on later. */
export async function sweepSome(databases: Databases, memory: StoreMemory): Promise<void> {
  const folder = memory.folders.find(hasDropped);
  if (folder !== undefined) return await deleteSome(databases, folder);
  const marked = memory.folders.find(hasMarks);
  if (marked !== undefined) await foldMarks(databases.of(marked.accountId), memory, marked);
}

async function deleteSome(databases: Databases, folder: FolderState): Promise<void> {
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
