import type { BodyFacts, StoreParams, StoreResult } from '../../src-shared/cache-protocol.ts';
import type { Changes } from './changes.ts';
import type { CacheDatabase } from './database.ts';
import type { Databases } from './databases.ts';
import type { StoreMemory } from './memory.ts';
import { rowBits } from './row-table.ts';

/** A value of IndexedDB above this is split: reading and writing it stays below 20 ms a part. */
const partLength = 1_000_000;
/** Characters of bodies of accounts kept only on the server: the least recently read give way. */
const mostInMemory = 64_000_000;

/** Exact bytes of messages. Written before the rows' marks, so a mark is never ahead of its body. */
export class Bodies {
  readonly #databases: Databases;
  readonly #memory: StoreMemory;
  /** Lengths of bodies in memory by message id, the least recently read first. */
  readonly #inMemory = new Map<string, number>();

  constructor(databases: Databases, memory: StoreMemory) {
    this.#databases = databases;
    this.#memory = memory;
  }

  async put({ bodies }: StoreParams<'putBodies'>, changes: Changes): Promise<void> {
    const known = bodies
      .map((body) => ({ body, row: this.#memory.rowOf(body.messageId) }))
      .filter(({ row }) => row >= 0);
    const places = Map.groupBy(known, ({ row }) => this.#databaseOf(row));
    for (const [db, some] of places) await this.#write(db, some);
    for (const { body, row } of known) {
      this.#memory.setReadable(row, true, changes);
      const segment = this.#memory.segments[this.#memory.rows.segment(row)];
      if (segment !== undefined) changes.states.add(segment);
      if (body.facts !== null) this.#show(row, body.facts, changes);
    }
    this.#giveWay(changes);
  }

  async #write(
    db: CacheDatabase,
    known: readonly { body: StoreParams<'putBodies'>['bodies'][number]; row: number }[],
  ): Promise<void> {
    const { rows } = this.#memory;
    const parts = known.flatMap(({ body, row }) =>
      body.kept === undefined ? partsOf(this.#memory.idOf(row), body.raw) : [],
    );
    const facts = known.map(({ body, row }) => ({
      id: this.#memory.idOf(row),
      preview: body.facts?.preview ?? '',
      hasAttachments: body.facts?.hasAttachments ?? false,
      ...(body.kept === undefined ? {} : { kept: body.kept }),
      ...(body.facts === null ? { toRead: 1 as const } : {}),
    }));
    // A body that is written again may have fewer parts than before.
    const again = known.filter(({ row }) => rows.has(row, rowBits.readable));
    await db.transaction('rw', db.bodies, db.bodyFacts, async () => {
      for (const { row } of again) {
        const id = this.#memory.idOf(row);
        await db.bodies.where('[id+part]').between([id, 0], [id, Infinity]).delete();
      }
      // All at once: three requests awaited for each body were most of what a download cost.
      await Promise.all([db.bodies.bulkPut(parts), db.bodyFacts.bulkPut(facts)]);
    });
    if (db !== this.#databases.ram) return;
    for (const { body, row } of known) this.#used(this.#memory.idOf(row), body.raw.length);
  }

  #databaseOf(row: number): CacheDatabase {
    return this.#databases.of(this.#memory.home(row).accountId);
  }

  #used(id: string, length: number): void {
    this.#inMemory.delete(id);
    this.#inMemory.set(id, length);
  }

  #giveWay(changes: Changes): void {
    let held = [...this.#inMemory.values()].reduce((sum, length) => sum + length, 0);
    for (const [id, length] of this.#inMemory) {
      if (held <= mostInMemory || this.#inMemory.size <= 1) return;
      this.#inMemory.delete(id);
      held -= length;
      this.drop({ messageIds: [id] }, changes);
    }
  }

  async putFacts({ bodies }: StoreParams<'putFacts'>, changes: Changes): Promise<void> {
    // Of accounts in memory nothing is put without facts.
    const { disk } = this.#databases;
    await disk.transaction('rw', disk.bodyFacts, async () => {
      const found = await disk.bodyFacts.bulkGet(bodies.map(({ messageId }) => messageId));
      const read = found.flatMap((record, at) => {
        if (record === undefined) return [];
        const { toRead: _read, ...rest } = record;
        return [{ ...rest, ...bodies[at]?.facts }];
      });
      await disk.bodyFacts.bulkPut(read);
    });
    for (const { messageId, facts } of bodies) {
      const row = this.#memory.rowOf(messageId);
      if (row >= 0 && facts !== null) this.#show(row, facts, changes);
    }
  }

  async toRead({ limit }: StoreParams<'bodiesToRead'>): Promise<StoreResult<'bodiesToRead'>> {
    const found = await this.#databases.disk.bodyFacts.where('toRead').equals(1).limit(limit).toArray();
    return found.map(({ id, kept }) => {
      const row = this.#memory.rowOf(id);
      return {
        messageId: id,
        accountId: row < 0 ? null : this.#memory.home(row).accountId,
        mark: kept ?? '',
      };
    });
  }

  async marks({ after, limit }: StoreParams<'bodyMarks'>): Promise<StoreResult<'bodyMarks'>> {
    const found = await this.#databases.disk.bodyFacts
      .where(':id')
      .above(after ?? '')
      .limit(limit)
      .toArray();
    const marks = found.flatMap(({ id, kept }) =>
      kept === undefined ? [] : [{ messageId: id, mark: kept }],
    );
    return { marks, next: found.length < limit ? null : (found.at(-1)?.id ?? null) };
  }

  /** The mark goes with the body in one transaction; previews stay. */
  drop({ messageIds }: StoreParams<'dropBodies'>, changes: Changes): void {
    for (const messageId of messageIds) {
      const row = this.#memory.rowOf(messageId);
      if (row < 0 || !this.#memory.rows.has(row, rowBits.readable)) continue;
      this.#memory.setReadable(row, false, changes);
      const segment = this.#memory.segments[this.#memory.rows.segment(row)];
      if (segment !== undefined) changes.states.add(segment);
      changes.droppedBodies.add(this.#memory.idOf(row));
    }
  }

  /** A waiting copy reads its source's bytes until it has its own. */
  async get(messageId: string): Promise<string | null> {
    const row = this.#memory.rowOf(messageId);
    // The server has it no more, and a change that waited for it may still offer it to the user.
    if (row < 0 && this.#memory.resting.of(messageId) !== undefined)
      return await this.#read(this.#databases.disk, messageId);
    if (row < 0 || !this.#memory.rows.has(row, rowBits.readable)) return null;
    const own = await this.#read(this.#databaseOf(row), this.#memory.idOf(row));
    const from = this.#memory.waiting.get(row)?.fromMessageId ?? null;
    return own ?? (from === null ? null : this.get(from));
  }

  async #read(db: CacheDatabase, id: string): Promise<string | null> {
    const length = this.#inMemory.get(id);
    if (length !== undefined) this.#used(id, length);
    const parts = await db.bodies.where('[id+part]').between([id, 0], [id, Infinity]).toArray();
    if (parts.length > 0) return parts.map((part) => part.raw).join('');
    return (await db.bodyFacts.get(id))?.kept ?? null;
  }

  #show(row: number, { preview, hasAttachments }: BodyFacts, changes: Changes): void {
    this.#memory.rows.set(row, rowBits.attachments, hasAttachments);
    changes.touch(row);
    const waiting = this.#memory.waiting.get(row);
    if (waiting !== undefined) {
      this.#memory.waiting.set(row, { ...waiting, row: { ...waiting.row, preview } });
      return;
    }
    const segment = this.#memory.segments[this.#memory.rows.segment(row)];
    if (segment === undefined) return;
    const previews = changes.previews.get(segment) ?? new Map<number, string>();
    changes.previews.set(segment, previews.set(this.#memory.rows.slot(row), preview));
    changes.states.add(segment);
  }
}

function partsOf(id: string, raw: string): { id: string; part: number; raw: string }[] {
  const parts = [];
  for (let part = 0; part === 0 || part * partLength < raw.length; part += 1)
    parts.push({ id, part, raw: raw.slice(part * partLength, (part + 1) * partLength) });
  return parts;
}
