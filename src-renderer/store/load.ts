import { segmentRange, type CacheDatabase, type SegmentKeys, type SegmentState } from './database.ts';
import { segmentRows, type FolderState, type Segment } from './folder-state.ts';
import type { StoreMemory } from './memory.ts';
import { rowBits } from './row-table.ts';
import { DamagedCacheError, diskBits } from './segment-texts.ts';
import { isDropped } from './segment-ranges.ts';
import { applyMarks, readMarks } from './state-marks.ts';

/** Segments read at once: about 4 MB. */
const atOnce = 512;

/** Folders, keywords and patches: what is needed before any row is. */
export async function loadFolders(db: CacheDatabase, memory: StoreMemory): Promise<void> {
  const [accounts, folders, pending] = await db.transaction('r', db.accounts, db.folders, db.pending, () =>
    Promise.all([db.accounts.toArray(), db.folders.toArray(), db.pending.toArray()]),
  );
  for (const account of accounts) memory.setWords(account.accountId, account.keywords);
  for (const record of folders) memory.folderMade(record.folderId, record.accountId).load(record);
  const touched = { messageIds: new Set<string>(), folderIds: new Set<string>() };
  for (const op of pending.sort((a, b) => a.seq - b.seq)) memory.pending.add(op, touched);
  for (const folderId of touched.folderIds) {
    const patches = memory.pending.folderPatches(folderId);
    memory.folderMade(folderId, patches[0]?.accountId ?? '').patches = patches.map((entry) => entry.patch);
  }
}

/** All rows of the server; lists and counters are made by the caller, by projecting. */
export async function loadRows(db: CacheDatabase, memory: StoreMemory): Promise<void> {
  for (const folder of memory.folders) {
    if (!folder.onDisk) continue;
    const marked = await readMarks(db, folder);
    for (let first = 0; first < folder.nextSegment; first += atOnce) {
      const { lower, upper } = segmentRange(folder.folderId, first, first + atOnce - 1);
      const [keys, states] = await db.transaction('r', db.keys, db.states, () =>
        Promise.all([
          db.keys.where('[f+s]').between(lower, upper, true, true).toArray(),
          db.states.where('[f+s]').between(lower, upper, true, true).toArray(),
        ]),
      );
      if (keys.length !== states.length) throw new DamagedCacheError('segments are missing');
      keys.forEach((segmentKeys, at) => {
        if (isDropped(folder, segmentKeys.s)) return;
        const state = states[at];
        const isMarked = state?.s === segmentKeys.s && applyMarks(state, marked.get(state.s) ?? []);
        const segment = loadSegment(memory, folder, segmentKeys, state);
        if (isMarked) folder.unfolded.add(segment);
      });
    }
    fillOrders(memory, folder);
  }
  for (const record of await db.resting.toArray()) memory.resting.add(record);
  for (const alias of await db.aliases.toArray()) {
    const folder = memory.folder(alias.f);
    const row = folder?.gen === alias.gen ? folder.rowOfUid(alias.uid, memory.rows) : -1;
    if (row >= 0) memory.setOwnId(row, alias.id);
  }
}

function loadSegment(
  memory: StoreMemory,
  folder: FolderState,
  keys: SegmentKeys,
  state: SegmentState | undefined,
): Segment {
  const count = keys.uid.length;
  if (state?.s !== keys.s || state.flags.length !== count || keys.refEnd.length !== count)
    throw new DamagedCacheError('a segment is not whole');
  const { rows } = memory;
  const segment: Segment = {
    index: memory.segments.length,
    folder,
    no: keys.s,
    gen: keys.gen,
    rows: [],
    saved: count,
    live: 0,
    dropped: false,
  };
  memory.segments.push(segment);
  let ref = 0;
  for (let slot = 0; slot < count; slot += 1) {
    const node = memory.threads.node(keys.hash[slot] ?? 0);
    const refs = keys.refs.subarray(ref, keys.refEnd[slot] ?? 0);
    ref = keys.refEnd[slot] ?? 0;
    const flags = state.flags[slot] ?? 0;
    const row = rows.add(
      folder.number,
      keys.uid[slot] ?? 0,
      keys.date[slot] ?? 0,
      flags,
      keys.size[slot] ?? 0,
      node,
    );
    rows.place(row, segment.index, slot);
    rows.set(row, (state.bits[slot] ?? 0) & diskBits, true);
    segment.rows.push(row);
    if (rows.has(row, rowBits.gone)) continue;
    segment.live += 1;
    memory.threads.addRow(row, node, refs);
    const extra = state.extra?.[slot];
    if (extra !== undefined) memory.extraFlags.set(row, extra);
  }
  folder.segments.add(segment);
  if (count < segmentRows && segment.gen === folder.gen) folder.open = segment;
  return segment;
}

function fillOrders(memory: StoreMemory, folder: FolderState): void {
  const live: number[] = [];
  for (const segment of folder.segments)
    for (const row of segment.rows) if (!memory.rows.has(row, rowBits.gone)) live.push(row);
  folder.byUid.fill(Uint32Array.from(live));
  folder.held = live.length;
}
