import type { AppendedRow, Changes } from './changes.ts';
import { segmentRange, type CacheDatabase, type SegmentKeys } from './database.ts';
import type { Segment } from './folder-state.ts';
import type { StoreMemory } from './memory.ts';
import { linesOf, type SegmentTexts } from './segment-texts.ts';
import { stateOf, takeMarks } from './state-marks.ts';
import { deleteSegments, rangesOf, sweptFrom } from './segment-ranges.ts';

/**
 * Writes all changes in one transaction. The memory has them already: when this throws, the memory
 * is thrown away and read again.
 */
export async function commit(
  db: CacheDatabase,
  memory: StoreMemory,
  texts: SegmentTexts,
  changes: Changes,
): Promise<void> {
  const tables = [
    db.accounts,
    db.folders,
    db.keys,
    db.states,
    db.marks,
    db.envelopes,
    db.previews,
    db.bodies,
    db.bodyFacts,
    db.aliases,
    db.pending,
    db.contacts,
    db.resting,
  ];
  const whole = new Set([...changes.states, ...changes.appended.keys()]);
  const marks = takeMarks(memory, changes, whole);
  const states = [...whole].filter((segment) => !segment.dropped);
  await db.transaction('rw', tables, async () => {
    const work: PromiseLike<unknown>[] = [];
    for (const [segment, rows] of changes.appended)
      if (!segment.dropped) work.push(append(db, segment, rows));
    if (states.length > 0) work.push(db.states.bulkPut(states.map((segment) => stateOf(memory, segment))));
    if (marks.length > 0) work.push(db.marks.bulkPut(marks));
    work.push(...dropSegments(db, changes));
    for (const [segment, previews] of changes.previews)
      if (!segment.dropped) work.push(putPreviews(db, segment, previews));
    work.push(...writeSmallTables(db, memory, changes));
    await Promise.all(work);
  });
  for (const segment of states) segment.folder.unfolded.delete(segment);
  for (const [segment, rows] of changes.appended) {
    segment.saved += rows.length;
    texts.forget(segment);
  }
  for (const segment of [...changes.previews.keys(), ...changes.droppedSegments]) texts.forget(segment);
}

async function append(db: CacheDatabase, segment: Segment, added: readonly AppendedRow[]): Promise<void> {
  const key: [string, number] = [segment.folder.folderId, segment.no];
  const [f, s] = key;
  const text = added.map((row) => row.line).join('\n');
  const before = segment.saved === 0 ? undefined : await db.keys.get(key);
  if (segment.saved > 0 && before?.uid.length !== segment.saved)
    throw new Error('a segment is shorter than it was written');
  await db.keys.put(joinKeys(f, s, segment.gen, before, added));
  const envelopes = before === undefined ? undefined : await db.envelopes.get(key);
  await db.envelopes.put({ f, s, text: envelopes === undefined ? text : `${envelopes.text}\n${text}` });
  if (added.some((row) => row.preview !== '')) {
    await putPreviews(db, segment, new Map(added.map((row, at) => [segment.saved + at, row.preview])));
  }
}

function joinKeys(
  f: string,
  s: number,
  gen: number,
  before: SegmentKeys | undefined,
  added: readonly AppendedRow[],
): SegmentKeys {
  const start = before?.uid.length ?? 0;
  const length = start + added.length;
  let end = before?.refs.length ?? 0;
  const keys: SegmentKeys = {
    f,
    s,
    gen,
    uid: new Uint32Array(length),
    date: new Float64Array(length),
    size: new Uint32Array(length),
    hash: new Float64Array(length),
    refs: new Float64Array(end + added.reduce((sum, row) => sum + row.refs.length, 0)),
    refEnd: new Uint32Array(length),
  };
  if (before !== undefined)
    for (const name of ['uid', 'date', 'size', 'hash', 'refs', 'refEnd'] as const)
      keys[name].set(before[name]);
  added.forEach((row, at) => {
    keys.uid[start + at] = row.uid;
    keys.date[start + at] = row.date;
    keys.size[start + at] = row.size;
    keys.hash[start + at] = row.hash;
    keys.refs.set(row.refs, end);
    end += row.refs.length;
    keys.refEnd[start + at] = end;
  });
  return keys;
}

async function putPreviews(
  db: CacheDatabase,
  segment: Segment,
  previews: ReadonlyMap<number, string>,
): Promise<void> {
  const [f, s] = [segment.folder.folderId, segment.no];
  const lines = linesOf(await db.previews.get([f, s]));
  while (lines.length < segment.rows.length) lines.push('""');
  for (const [slot, preview] of previews) lines[slot] = JSON.stringify(preview);
  await db.previews.put({ f, s, text: lines.join('\n') });
}

/** Few go at once; many are only marked in the folder's record, and swept when nobody waits. */
function dropSegments(db: CacheDatabase, changes: Changes): PromiseLike<unknown>[] {
  const work: PromiseLike<unknown>[] = [];
  const byFolder = Map.groupBy(changes.droppedSegments, (segment) => segment.folder);
  for (const [folder, segments] of byFolder) {
    if (changes.deletedFolders.has(folder)) continue;
    const ranges = rangesOf(segments.map((segment) => segment.no));
    if (segments.length > sweptFrom) {
      folder.dropped = [...folder.dropped, ...ranges];
      changes.folders.add(folder);
    } else for (const [first, last] of ranges) work.push(...deleteSegments(db, folder.folderId, first, last));
  }
  return work;
}

function writeSmallTables(db: CacheDatabase, memory: StoreMemory, changes: Changes): PromiseLike<unknown>[] {
  const work: PromiseLike<unknown>[] = [];
  for (const folder of changes.deletedFolders) {
    folder.dropped = [];
    folder.unfolded.clear();
    folder.markRecords = 0;
    const { lower, upper } = segmentRange(folder.folderId);
    work.push(
      db.folders.delete(folder.folderId),
      db.marks.where('[f+n]').between(lower, upper, true, true).delete(),
      ...deleteSegments(db, folder.folderId),
    );
  }
  const folders = [...changes.folders].filter(
    (folder) => !changes.deletedFolders.has(folder) && (folder.description !== null || folder.onDisk),
  );
  if (folders.length > 0) {
    for (const folder of folders) folder.onDisk = true;
    work.push(db.folders.bulkPut(folders.map((folder) => folder.toDisk())));
  }
  for (const accountId of changes.accounts) {
    work.push(db.accounts.put({ accountId, keywords: memory.words(accountId).keywords }));
  }
  for (const accountId of changes.deletedAccounts) {
    work.push(
      db.accounts.delete(accountId),
      db.contacts.where('[a+address]').between([accountId, ''], [accountId, '\uffff']).delete(),
    );
  }
  const aliases = [...changes.aliases];
  const put = aliases.flatMap(([, alias]) => (alias === null ? [] : [alias]));
  const dropped = aliases.flatMap(([id, alias]) => (alias === null ? [id] : []));
  if (put.length > 0) work.push(db.aliases.bulkPut(put));
  if (dropped.length > 0) work.push(db.aliases.bulkDelete(dropped));
  const rested = [...changes.resting];
  const resting = rested.flatMap(([, record]) => (record === null ? [] : [record]));
  const awake = rested.flatMap(([id, record]) => (record === null ? [id] : []));
  if (resting.length > 0) work.push(db.resting.bulkPut(resting));
  if (awake.length > 0) work.push(db.resting.bulkDelete(awake));
  if (changes.pendingDropped.size > 0) work.push(db.pending.bulkDelete([...changes.pendingDropped]));
  if (changes.pendingPut.size > 0) work.push(db.pending.bulkPut([...changes.pendingPut.values()]));
  if (changes.copiedBodies.length > 0 || changes.droppedBodies.size > 0) work.push(moveBodies(db, changes));
  return work;
}

async function moveBodies(db: CacheDatabase, changes: Changes): Promise<void> {
  for (const { from, to } of changes.copiedBodies) {
    const parts = await db.bodies.where('[id+part]').between([from, 0], [from, Infinity]).toArray();
    await db.bodies.bulkPut(parts.map((part) => ({ ...part, id: to })));
    const facts = await db.bodyFacts.get(from);
    if (facts !== undefined) await db.bodyFacts.put({ ...facts, id: to });
  }
  const ids = [...changes.droppedBodies];
  await db.bodyFacts.bulkDelete(ids);
  await Promise.all(ids.map((id) => db.bodies.where('[id+part]').between([id, 0], [id, Infinity]).delete()));
}
