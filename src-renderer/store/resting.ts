import type { Changes } from './changes.ts';
import type { CacheDatabase, RestingRecord } from './database.ts';
import type { StoreMemory } from './memory.ts';
import { rowBits } from './row-table.ts';

/**
 * Bodies of messages that the server has no more. They stay for a time under the id of their row, and a message that
 * comes back, here or in another folder of the account, takes its body along: nothing is fetched twice (rule R9).
 */
export class Resting {
  readonly #byId = new Map<string, RestingRecord>();
  readonly #byKey = new Map<string, Set<string>>();

  get size(): number {
    return this.#byId.size;
  }

  of(id: string): RestingRecord | undefined {
    return this.#byId.get(id);
  }

  /** The only one of this key; of several none is the right one for certain (RFC 4549 §4.2.2.1). */
  only(key: string): string | null {
    const ids = this.#byKey.get(key);
    if (ids?.size !== 1) return null;
    const [id] = ids;
    return id ?? null;
  }

  add(record: RestingRecord): void {
    this.delete(record.id);
    this.#byId.set(record.id, record);
    this.#byKey.set(record.key, (this.#byKey.get(record.key) ?? new Set()).add(record.id));
  }

  delete(id: string): void {
    const record = this.#byId.get(id);
    if (record === undefined) return;
    this.#byId.delete(id);
    const ids = this.#byKey.get(record.key);
    ids?.delete(id);
    if (ids?.size === 0) this.#byKey.delete(record.key);
  }

  records(): Iterable<RestingRecord> {
    return this.#byId.values();
  }
}

/** Message-ID, size and date: what a message keeps wherever a server puts it. */
function keyOf(memory: StoreMemory, row: number): string {
  const { rows, threads } = memory;
  return `${threads.hashOf(rows.node(row)).toString(36)}.${rows.size(row)}.${rows.date(row)}`;
}

/** The server has the row no more; its body rests under its id, or goes at once where nothing is to rest. */
export function restOrDrop(memory: StoreMemory, row: number, id: string, changes: Changes): void {
  if (changes.restSince === null || memory.rows.has(row, rowBits.waiting)) {
    changes.droppedBodies.add(id);
    return;
  }
  const record = { id, a: memory.home(row).accountId, key: keyOf(memory, row), at: changes.restSince };
  memory.resting.add(record);
  changes.resting.set(id, record);
}

/** A row has this id again: its body rests no more. */
export function wake(memory: StoreMemory, id: string, changes: Changes): void {
  if (memory.resting.of(id) === undefined) return;
  memory.resting.delete(id);
  changes.resting.set(id, null);
}

/** New rows whose body rests here have it again. Gives their numbers. */
export async function takeRested(
  db: CacheDatabase,
  memory: StoreMemory,
  news: Iterable<number>,
  changes: Changes,
): Promise<number[]> {
  const taken: number[] = [];
  if (memory.resting.size === 0) return taken;
  for (const row of news) {
    const id = memory.idOf(row);
    const before = memory.resting.of(id);
    const key = keyOf(memory, row);
    const from = before === undefined ? memory.resting.only(key) : before.key === key ? id : null;
    if (before !== undefined) wake(memory, id, changes);
    // Another message in its place: what rested under this id must never be read as this one.
    if (before !== undefined && from === null) changes.droppedBodies.add(id);
    const known = from === null ? undefined : memory.resting.of(from);
    if (from === null || (from !== id && known?.a !== memory.home(row).accountId)) continue;
    const facts = await db.bodyFacts.get(from);
    wake(memory, from, changes);
    if (facts === undefined) continue;
    if (from !== id) {
      changes.copiedBodies.push({ from, to: id });
      changes.droppedBodies.add(from);
    }
    memory.rows.set(row, rowBits.attachments, facts.hasAttachments);
    memory.rows.set(row, rowBits.readable, true);
    const segment = memory.segments[memory.rows.segment(row)];
    if (segment !== undefined) {
      const previews = changes.previews.get(segment) ?? new Map<number, string>();
      changes.previews.set(segment, previews.set(memory.rows.slot(row), facts.preview));
      changes.states.add(segment);
    }
    taken.push(row);
  }
  return taken;
}

/** Drops what rests, of the account, since before `before`. Gives how many. */
export function forgetRested(
  memory: StoreMemory,
  accountId: string,
  before: number,
  changes: Changes,
): number {
  let forgotten = 0;
  for (const { id, a, at } of [...memory.resting.records()]) {
    if (a !== accountId || at >= before) continue;
    wake(memory, id, changes);
    if (memory.rowOf(id) < 0) changes.droppedBodies.add(id);
    forgotten += 1;
  }
  return forgotten;
}
