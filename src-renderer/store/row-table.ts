import { growFloat64, growUint16, growUint32, growUint8 } from './growth.ts';

export const rowBits = {
  /** The server has it no more (or a waiting row was dropped). Its number is never used again. */
  gone: 1,
  readable: 2,
  attachments: 4,
  /** Waiting patches touch it: see `StoreMemory.views`. */
  patched: 8,
  /** Of the view, not of the server. */
  seen: 16,
  flagged: 32,
  /** Patched away: shown nowhere. */
  hidden: 64,
  /** Only a waiting change has it; the server does not. */
  waiting: 128,
} as const;

export const noSegment = 0xffff_ffff;

/**
 * Every row of the cache as columns, by row number (order of arrival in this worker): 36 bytes a
 * row. Envelopes stay on disk.
 */
export class RowTable {
  count = 0;
  #folder = new Uint16Array(1024);
  #uid = new Uint32Array(1024);
  #date = new Float64Array(1024);
  #flags = new Uint32Array(1024);
  #size = new Uint32Array(1024);
  #segment = new Uint32Array(1024);
  #slot = new Uint8Array(1024);
  #node = new Uint32Array(1024);
  #state = new Uint8Array(1024);

  add(folder: number, uid: number, date: number, flags: number, size: number, node: number): number {
    const row = this.count;
    this.count += 1;
    if (row >= this.#uid.length) this.#grow();
    this.#folder[row] = folder;
    this.#uid[row] = uid;
    this.#date[row] = date;
    this.#flags[row] = flags;
    this.#size[row] = size;
    this.#segment[row] = noSegment;
    this.#node[row] = node;
    return row;
  }

  place(row: number, segment: number, slot: number): void {
    this.#segment[row] = segment;
    this.#slot[row] = slot;
  }

  folder(row: number): number {
    return this.#folder[row] ?? 0;
  }

  uid(row: number): number {
    return this.#uid[row] ?? 0;
  }

  date(row: number): number {
    return this.#date[row] ?? 0;
  }

  flags(row: number): number {
    return this.#flags[row] ?? 0;
  }

  setFlags(row: number, flags: number): void {
    this.#flags[row] = flags;
  }

  size(row: number): number {
    return this.#size[row] ?? 0;
  }

  segment(row: number): number {
    return this.#segment[row] ?? noSegment;
  }

  slot(row: number): number {
    return this.#slot[row] ?? 0;
  }

  node(row: number): number {
    return this.#node[row] ?? 0;
  }

  state(row: number): number {
    return this.#state[row] ?? 0;
  }

  has(row: number, bit: number): boolean {
    return ((this.#state[row] ?? 0) & bit) !== 0;
  }

  set(row: number, bit: number, on: boolean): void {
    const state = this.#state[row] ?? 0;
    this.#state[row] = on ? state | bit : state & ~bit;
  }

  /** Oldest first; rows of one moment by UID, then by number: every list uses this one order. */
  readonly compare = (a: number, b: number): number =>
    (this.#date[a] ?? 0) - (this.#date[b] ?? 0) || (this.#uid[a] ?? 0) - (this.#uid[b] ?? 0) || a - b;

  readonly compareUid = (a: number, b: number): number => (this.#uid[a] ?? 0) - (this.#uid[b] ?? 0);

  #grow(): void {
    this.#folder = growUint16(this.#folder);
    this.#uid = growUint32(this.#uid);
    this.#date = growFloat64(this.#date);
    this.#flags = growUint32(this.#flags);
    this.#size = growUint32(this.#size);
    this.#segment = growUint32(this.#segment);
    this.#slot = growUint8(this.#slot);
    this.#node = growUint32(this.#node);
    this.#state = growUint8(this.#state);
  }
}
