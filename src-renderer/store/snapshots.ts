import type { StoreParams, StoreResult } from '../../src-shared/cache-protocol.ts';
import type { StoreMemory } from './memory.ts';
import type { Queries } from './queries.ts';

const unusedLimit = 10 * 60_000;
/** 4 bytes a row: 32 MB over all snapshots, so that many small ones live side by side. */
const keptRows = 8_000_000;
const maxPage = 1000;

/** Orders that stay as they were while someone pages through them. Row numbers are never used again. */
export class Snapshots {
  readonly #memory: StoreMemory;
  readonly #queries: Queries;
  readonly #kept = new Map<string, { numbers: Uint32Array; used: number }>();
  #next = 1;
  /** Snapshots of an earlier memory must not be found. */
  readonly #prefix = crypto.randomUUID().slice(0, 8);

  constructor(memory: StoreMemory, queries: Queries) {
    this.#memory = memory;
    this.#queries = queries;
  }

  make({ view }: StoreParams<'snapshot'>): StoreResult<'snapshot'> {
    const numbers = this.#queries.numbersOf(view);
    this.#forgetOld(numbers.length);
    const snapshot = `${this.#prefix}-${this.#next}`;
    this.#next += 1;
    this.#kept.set(snapshot, { numbers, used: Date.now() });
    return { snapshot, total: numbers.length };
  }

  async page({ snapshot, start, count }: StoreParams<'snapshotPage'>): Promise<StoreResult<'snapshotPage'>> {
    this.#forgetOld(0);
    const kept = this.#kept.get(snapshot);
    if (kept === undefined) return null;
    kept.used = Date.now();
    // Last used goes last, so that the first is the one to give up.
    this.#kept.delete(snapshot);
    this.#kept.set(snapshot, kept);
    const ids = Array.from(kept.numbers.subarray(start, start + Math.min(count, maxPage)), (row) =>
      this.#memory.idOf(row),
    );
    const rows = await this.#queries.rows({ messageIds: ids });
    return {
      total: kept.numbers.length,
      rows: rows.map((row, at) => row ?? { messageId: ids[at] ?? '', gone: true }),
    };
  }

  /** The longest unused go first, until `coming` more rows have room. */
  #forgetOld(coming: number): void {
    let rows = coming;
    for (const { numbers } of this.#kept.values()) rows += numbers.length;
    for (const [snapshot, { numbers, used }] of this.#kept) {
      if (rows <= keptRows && Date.now() - used <= unusedLimit) continue;
      this.#kept.delete(snapshot);
      rows -= numbers.length;
    }
  }
}
