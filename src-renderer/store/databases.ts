import { IDBFactory, IDBKeyRange } from 'fake-indexeddb';
import type { Changes } from './changes.ts';
import { Changes as ChangeSet } from './changes.ts';
import { commit } from './commit.ts';
import { makeDatabase, type CacheDatabase } from './database.ts';
import type { StoreMemory } from './memory.ts';
import type { SegmentTexts } from './segment-texts.ts';

/**
 * Where an account's rows and bodies lie: in IndexedDB, or, for an account whose mail stays on the server
 * only, in a database of the same kind that is nothing but memory of this worker. Nothing of such an
 * account is ever given to the browser's storage, so there is nothing to be erased after a crash.
 */
export class Databases {
  readonly disk: CacheDatabase;
  readonly ram: CacheDatabase;
  readonly volatile: Set<string>;

  constructor(disk: CacheDatabase, ram: CacheDatabase, volatile: Set<string>) {
    this.disk = disk;
    this.ram = ram;
    this.volatile = volatile;
  }

  static async open(disk: CacheDatabase, volatile: readonly string[]): Promise<Databases> {
    const ram = makeDatabase('memory', { indexedDB: new IDBFactory(), IDBKeyRange });
    await ram.open();
    return new Databases(disk, ram, new Set(volatile));
  }

  get all(): readonly CacheDatabase[] {
    return [this.disk, this.ram];
  }

  of(accountId: string): CacheDatabase {
    return this.volatile.has(accountId) ? this.ram : this.disk;
  }

  close(): void {
    this.disk.close();
    this.ram.close();
  }
}

/** Writes what a request changed, each account's part to where that account lies. */
export async function commitByPlace(
  databases: Databases,
  memory: StoreMemory,
  texts: SegmentTexts,
  changes: Changes,
): Promise<void> {
  if (databases.volatile.size === 0) {
    await commit(databases.disk, memory, texts, changes);
    return;
  }
  const { disk, ram } = split(changes, databases, memory);
  await copyAcross(changes, databases, memory);
  await commit(databases.disk, memory, texts, disk);
  await commit(databases.ram, memory, texts, ram);
}

function split(
  changes: Changes,
  { volatile }: Databases,
  memory: StoreMemory,
): { disk: Changes; ram: Changes } {
  const disk = new ChangeSet();
  const ram = new ChangeSet();
  const place = (accountId: string): Changes => (volatile.has(accountId) ? ram : disk);
  for (const [segment, rows] of changes.appended) place(segment.folder.accountId).appended.set(segment, rows);
  for (const segment of changes.states) place(segment.folder.accountId).states.add(segment);
  for (const [segment, rows] of changes.marked) place(segment.folder.accountId).marked.set(segment, rows);
  for (const segment of changes.droppedSegments) place(segment.folder.accountId).droppedSegments.add(segment);
  for (const [segment, lines] of changes.previews)
    place(segment.folder.accountId).previews.set(segment, lines);
  for (const folder of changes.folders) place(folder.accountId).folders.add(folder);
  for (const folder of changes.deletedFolders) place(folder.accountId).deletedFolders.add(folder);
  for (const accountId of changes.accounts) place(accountId).accounts.add(accountId);
  for (const accountId of changes.deletedAccounts)
    for (const part of [disk, ram]) part.deletedAccounts.add(accountId);
  for (const [id, alias] of changes.aliases) {
    const folder = alias === null ? undefined : memory.folder(alias.f);
    for (const part of folder === undefined ? [disk, ram] : [place(folder.accountId)])
      part.aliases.set(id, alias);
  }
  for (const [opId, op] of changes.pendingPut) {
    place(op.accountId).pendingPut.set(opId, op);
    // It may stand in the other place since before the account changed its mode.
    (place(op.accountId) === ram ? disk : ram).pendingDropped.add(opId);
  }
  for (const part of [disk, ram]) {
    for (const opId of changes.pendingDropped) if (!part.pendingPut.has(opId)) part.pendingDropped.add(opId);
    for (const id of changes.droppedBodies) part.droppedBodies.add(id);
  }
  for (const [id, record] of changes.resting)
    for (const part of record === null ? [disk, ram] : [place(record.a)]) part.resting.set(id, record);
  for (const copy of changes.copiedBodies) {
    const target = accountOf(copy.to, memory);
    if (target === accountOf(copy.from, memory) || target === null)
      for (const part of [disk, ram]) part.copiedBodies.push(copy);
    else place(target).copiedBodies.push(copy);
  }
  return { disk, ram };
}

function accountOf(messageId: string, memory: StoreMemory): string | null {
  const row = memory.rowOf(messageId);
  return row < 0 ? null : memory.home(row).accountId;
}

/** A copy into an account that lies elsewhere takes its bytes along: done before, so that the commit finds them. */
async function copyAcross(
  { copiedBodies }: Changes,
  { disk, ram, volatile }: Databases,
  memory: StoreMemory,
): Promise<void> {
  for (const { from, to } of copiedBodies) {
    const target = accountOf(to, memory);
    const source = accountOf(from, memory);
    if (target === null || source === null || volatile.has(target) === volatile.has(source)) continue;
    const [reads, writes] = volatile.has(source) ? [ram, disk] : [disk, ram];
    const parts = await reads.bodies.where('[id+part]').between([from, 0], [from, Infinity]).toArray();
    await writes.bodies.bulkPut(parts.map((part) => ({ ...part, id: to })));
    const facts = await reads.bodyFacts.get(from);
    if (facts !== undefined) await writes.bodyFacts.put({ ...facts, id: to });
  }
}
