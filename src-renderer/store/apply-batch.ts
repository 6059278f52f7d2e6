import type { FolderBatch, FolderBatchResult } from '../../src-shared/cache-protocol.ts';
import type { NewRow } from '../../src-shared/model/message.ts';
import { parseUidSet } from '../../src-shared/uid-set.ts';
import { bindRow, factsForBinding } from './bind-row.ts';
import type { Changes } from './changes.ts';
import type { CacheDatabase } from './database.ts';
import type { FolderState } from './folder-state.ts';
import type { StoreMemory } from './memory.ts';
import { idOfPlace } from './message-ids.ts';
import { takeRested } from './resting.ts';
import { rowBits } from './row-table.ts';
import type { SegmentTexts } from './segment-texts.ts';
import { dropSegment, insertRows } from './server-rows.ts';
import { vanishRange } from './vanish-range.ts';
import { settlePatched } from './waiting-rows.ts';

export class StoreMistake extends Error {
  override name = 'StoreMistake';
}

/** Reset, vanished, insert, bind, flags, cursor: in this order, and harmless when done twice. */
export async function applyBatch(
  db: CacheDatabase,
  memory: StoreMemory,
  texts: SegmentTexts,
  batch: FolderBatch,
  changes: Changes,
): Promise<FolderBatchResult> {
  const folder = memory.folder(batch.folderId);
  if (folder === undefined)
    throw new StoreMistake(`applyBatch for a folder that was never put: ${batch.folderId}`);
  if (batch.gen < folder.gen) throw new StoreMistake('applyBatch for a generation that is over');
  if (batch.follows !== undefined && (folder.cursor === null || folder.cursor.lowUid > batch.follows)) {
    throw new StoreMistake('applyBatch after a batch that failed');
  }
  const result: FolderBatchResult = { inserted: 0, changed: 0, removed: 0, insertedIds: [], cached: 0 };
  changes.restSince = batch.rest ?? null;
  const facts = await factsForBinding(db, memory, texts, batch.bind ?? []);
  if (batch.gen > folder.gen) {
    result.removed += reset(memory, folder, changes);
    folder.gen = batch.gen;
    changes.folders.add(folder);
  }
  if (batch.vanished !== undefined) result.removed += removeVanished(memory, folder, batch.vanished, changes);
  const news = insertNew(memory, folder, batch.insert ?? [], changes, result);
  for (const bind of batch.bind ?? []) {
    const row = bindRow(memory, folder, bind, facts.get(bind.messageId), changes);
    if (row < 0) continue;
    result.changed += 1;
    news.delete(row);
    memory.reproject(row, changes);
  }
  const taken = await takeRested(db, memory, news, changes);
  for (const row of news) memory.reproject(row, changes);
  if (taken.length > 0) result.takenIds = taken.map((row) => memory.idOf(row));
  result.insertedIds = (batch.insert ?? []).map((item) =>
    memory.idOf(folder.rowOfUid(item.uid, memory.rows)),
  );
  await settleCopies(
    memory,
    texts,
    [...result.insertedIds, ...(batch.bind ?? []).map((bind) => bind.messageId)],
    changes,
  );
  result.changed += setFlags(memory, folder, batch.flags ?? [], changes);
  if (batch.flagChange !== undefined)
    result.changed += changeFlags(memory, folder, batch.flagChange, changes);
  if (batch.cursor !== undefined) {
    folder.cursor = batch.cursor;
    changes.folders.add(folder);
  }
  const words = memory.words(folder.accountId);
  if (words.changed) {
    words.changed = false;
    changes.accounts.add(folder.accountId);
  }
  result.cached = folder.held;
  return result;
}

/** Everything the server had in the folder; patches stay, for they may be bound again. */
function reset(memory: StoreMemory, folder: FolderState, changes: Changes): number {
  const removed = folder.byUid.length;
  vanishRange(memory, folder, 0, removed, changes);
  for (const segment of [...folder.segments]) dropSegment(segment, changes);
  folder.open = null;
  return removed;
}

function removeVanished(memory: StoreMemory, folder: FolderState, set: string, changes: Changes): number {
  const ranges = parseUidSet(set);
  if (ranges === null) throw new StoreMistake('vanished is no sequence set');
  let removed = 0;
  for (const [first, last] of ranges) {
    const from = folder.uidIndex(first, memory.rows);
    const to = folder.byUid.lowerBound((row) => memory.rows.uid(row) <= last);
    if (from === to) continue;
    vanishRange(memory, folder, from, to, changes);
    removed += to - from;
  }
  if (removed > 0) changes.folders.add(folder);
  return removed;
}

/** Rows already there (a batch sent twice) only get their flags. Gives the new rows, not shown yet. */
function insertNew(
  memory: StoreMemory,
  folder: FolderState,
  items: readonly NewRow[],
  changes: Changes,
  result: FolderBatchResult,
): Set<number> {
  const news = new Map<number, NewRow>();
  const known: { uid: number; flags: string[] }[] = [];
  for (const item of items) {
    if (!Number.isInteger(item.uid) || item.uid < 1) throw new StoreMistake('a row without a UID');
    if (folder.rowOfUid(item.uid, memory.rows) >= 0) known.push(item);
    else news.set(item.uid, item);
  }
  const rows = insertRows(memory, folder, [...news.values()], changes);
  if (memory.hasOwnIds)
    for (const row of rows) {
      // A message that moved away keeps the id of this place: its successor here needs another.
      const placeId = idOfPlace(folder.folderId, folder.gen, memory.rows.uid(row));
      if (!memory.hasOwnId(placeId)) continue;
      let id = `${placeId}.1`;
      for (let n = 2; memory.hasOwnId(id); n += 1) id = `${placeId}.${n}`;
      memory.setOwnId(row, id);
      changes.aliases.set(id, { id, f: folder.folderId, gen: folder.gen, uid: memory.rows.uid(row) });
    }
  result.inserted = rows.length;
  result.changed += setFlags(memory, folder, known, changes);
  return new Set(rows);
}

/** Copies whose source was not known until now. */
async function settleCopies(
  memory: StoreMemory,
  texts: SegmentTexts,
  ids: readonly string[],
  changes: Changes,
): Promise<void> {
  if (memory.pending.copiesOf.size === 0) return;
  const copies = ids
    .flatMap((id) => [...(memory.pending.copiesOf.get(id) ?? [])])
    .filter((id) => memory.rowOf(id) < 0);
  if (copies.length > 0) await settlePatched(memory, texts, copies, changes);
}

function setFlags(
  memory: StoreMemory,
  folder: FolderState,
  sets: readonly { uid: number; flags: string[] }[],
  changes: Changes,
): number {
  const words = memory.words(folder.accountId);
  let changed = 0;
  for (const { uid, flags } of sets) {
    const row = folder.rowOfUid(uid, memory.rows);
    if (row < 0) continue;
    const { bits, extra } = words.encode(flags);
    if (bits === memory.rows.flags(row) && extra === null) continue;
    memory.setServerFlags(row, flags);
    flagsChanged(memory, row, changes);
    changed += 1;
  }
  return changed;
}

function changeFlags(
  memory: StoreMemory,
  folder: FolderState,
  change: { uids: number[]; add: string[]; remove: string[] },
  changes: Changes,
): number {
  const words = memory.words(folder.accountId);
  const add = words.encode(change.add);
  const remove = words.encode(change.remove);
  const plain = add.extra === null && remove.extra === null;
  let changed = 0;
  for (const uid of change.uids) {
    const row = folder.rowOfUid(uid, memory.rows);
    if (row < 0) continue;
    const before = memory.rows.flags(row);
    if (plain) {
      const after = ((before & ~remove.bits) | add.bits) >>> 0;
      if (after === before) continue;
      memory.rows.setFlags(row, after);
    } else {
      const flags = new Set(memory.serverFlags(row));
      for (const flag of change.remove) flags.delete(flag);
      for (const flag of change.add) flags.add(flag);
      memory.setServerFlags(row, [...flags]);
    }
    flagsChanged(memory, row, changes);
    changed += 1;
  }
  return changed;
}

function flagsChanged(memory: StoreMemory, row: number, changes: Changes): void {
  const segment = memory.segments[memory.rows.segment(row)];
  if (segment !== undefined && !memory.rows.has(row, rowBits.gone)) changes.mark(segment, row);
  memory.reproject(row, changes);
}
