import type { Changes } from './changes.ts';
import { segmentRange, type CacheDatabase, type SegmentState, type StateMarks } from './database.ts';
import type { FolderState, Segment } from './folder-state.ts';
import type { StoreMemory } from './memory.ts';
import { diskBits } from './segment-texts.ts';

/** So few segments are rewritten at once. */
const fewSegments = 16;
/** With more changed rows a segment than this, rewriting the segments is cheaper. */
const scatteredRows = 64;

/** A segment's mutable state as it is in memory. */
export function stateOf(memory: StoreMemory, segment: Segment): SegmentState {
  const flags = new Uint32Array(segment.rows.length);
  const bits = new Uint8Array(segment.rows.length);
  let extra: Record<number, string[]> | null = null;
  segment.rows.forEach((row, slot) => {
    flags[slot] = memory.rows.flags(row);
    bits[slot] = memory.rows.state(row) & diskBits;
    const words = memory.extraFlags.get(row);
    if (words !== undefined) (extra ??= {})[slot] = words;
  });
  const { folder, no } = segment;
  return { f: folder.folderId, s: no, flags, bits, extra, after: folder.marks };
}

/**
 * What of the changed rows lies so scattered that one record of marks is written instead of all their segments, by
 * folder; the segments of the others are added to `whole`. A thousand marks in a folder of 100,000 touch every segment
 * of it: rewriting them all would cost what the folder holds, not what changed.
 */
export function takeMarks(memory: StoreMemory, changes: Changes, whole: Set<Segment>): StateMarks[] {
  const byFolder = new Map<FolderState, Map<Segment, readonly number[]>>();
  for (const [segment, rows] of changes.marked) {
    if (segment.dropped || whole.has(segment) || changes.deletedFolders.has(segment.folder)) continue;
    const ofFolder = byFolder.get(segment.folder) ?? new Map<Segment, readonly number[]>();
    byFolder.set(segment.folder, ofFolder.set(segment, rows));
  }
  const taken: StateMarks[] = [];
  for (const [folder, segments] of byFolder) {
    const rows = [...segments.values()].flat();
    if (segments.size < fewSegments || rows.length > segments.size * scatteredRows) {
      for (const segment of segments.keys()) whole.add(segment);
      continue;
    }
    folder.marks += 1;
    folder.markRecords += 1;
    for (const segment of segments.keys()) folder.unfolded.add(segment);
    changes.folders.add(folder);
    taken.push(marksOf(memory, folder, rows));
  }
  return taken;
}

function marksOf(memory: StoreMemory, folder: FolderState, rows: readonly number[]): StateMarks {
  const count = rows.length;
  const marks: StateMarks = {
    f: folder.folderId,
    n: folder.marks,
    s: new Uint32Array(count),
    slot: new Uint8Array(count),
    flags: new Uint32Array(count),
    bits: new Uint8Array(count),
    extra: null,
  };
  rows.forEach((row, at) => {
    marks.s[at] = memory.segments[memory.rows.segment(row)]?.no ?? 0;
    marks.slot[at] = memory.rows.slot(row);
    marks.flags[at] = memory.rows.flags(row);
    marks.bits[at] = memory.rows.state(row) & diskBits;
    const words = memory.extraFlags.get(row);
    if (words !== undefined) (marks.extra ??= {})[at] = words;
  });
  return marks;
}

/** Rows of one segment in records of marks: which record, and where in it. */
export type SegmentMarks = { marks: StateMarks; at: number }[];

/** The records of a folder's marks by segment, oldest first. */
export async function readMarks(db: CacheDatabase, folder: FolderState): Promise<Map<number, SegmentMarks>> {
  const bySegment = new Map<number, SegmentMarks>();
  if (folder.marks === 0) return bySegment;
  const { lower, upper } = segmentRange(folder.folderId);
  const records = await db.marks.where('[f+n]').between(lower, upper, true, true).toArray();
  folder.markRecords += records.length;
  for (const marks of records) {
    marks.s.forEach((no, at) => {
      const known = bySegment.get(no);
      if (known === undefined) bySegment.set(no, [{ marks, at }]);
      else known.push({ marks, at });
    });
  }
  return bySegment;
}

/** Puts into a state as read what was marked after it was written. True: there was some. */
export function applyMarks(state: SegmentState, marked: SegmentMarks): boolean {
  let some = false;
  for (const { marks, at } of marked) {
    if (marks.n <= state.after) continue;
    const slot = marks.slot[at] ?? 0;
    state.flags[slot] = marks.flags[at] ?? 0;
    state.bits[slot] = marks.bits[at] ?? 0;
    const words = marks.extra?.[at];
    if (words !== undefined) (state.extra ??= {})[slot] = words;
    else if (state.extra !== null) Reflect.deleteProperty(state.extra, slot);
    some = true;
  }
  return some;
}

/** Segments whose states are rewritten in one transaction, when nobody waits. */
const foldedAtOnce = 64;

/** Writes some marked segments whole; after the last of them the records of marks go. */
export async function foldMarks(db: CacheDatabase, memory: StoreMemory, folder: FolderState): Promise<void> {
  const folded = [...folder.unfolded].slice(0, foldedAtOnce);
  const isLast = folded.length === folder.unfolded.size;
  const states = folded.filter((segment) => !segment.dropped).map((segment) => stateOf(memory, segment));
  const { lower, upper } = segmentRange(folder.folderId);
  await db.transaction('rw', [db.states, db.marks], async () => {
    await db.states.bulkPut(states);
    if (isLast) await db.marks.where('[f+n]').between(lower, upper, true, true).delete();
  });
  for (const segment of folded) folder.unfolded.delete(segment);
  if (isLast) folder.markRecords = 0;
}
