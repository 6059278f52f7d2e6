import { grownLength } from './growth.ts';

type Compare = (a: number, b: number) => number;

/** Row numbers kept sorted in one array. What it is sorted by must not change while a row is in it. */
export class RowOrder {
  readonly #compare: Compare;
  #rows = new Uint32Array(0);
  length = 0;

  constructor(compare: Compare) {
    this.#compare = compare;
  }

  at(index: number): number {
    return this.#rows[index] ?? 0;
  }

  /** The rows themselves; valid until the next change. */
  rows(): Uint32Array {
    return this.#rows.subarray(0, this.length);
  }

  /** First index whose row is not below by `compareTo(row)`. */
  lowerBound(isBelow: (row: number) => boolean): number {
    let low = 0;
    let high = this.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (isBelow(this.#rows[middle] ?? 0)) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Index of a row, or −1. */
  indexOf(row: number): number {
    const index = this.lowerBound((other) => this.#compare(other, row) < 0);
    return index < this.length && this.#rows[index] === row ? index : -1;
  }

  /** Takes the whole content; the array is sorted in place. */
  fill(rows: Uint32Array<ArrayBuffer>): void {
    this.#rows = isSorted(rows, this.#compare) ? rows : sortRows(rows, this.#compare);
    this.length = rows.length;
  }

  /** Merges from the back: costs what lies behind the first of the new rows. */
  add(rows: number[]): void {
    if (rows.length === 0) return;
    const added = rows.length === 1 ? rows : rows.toSorted(this.#compare);
    const total = this.length + added.length;
    if (total > this.#rows.length) {
      const grown = new Uint32Array(Math.max(total, grownLength(this.#rows.length)));
      grown.set(this.rows());
      this.#rows = grown;
    }
    const array = this.#rows;
    let from = this.length - 1;
    let to = total - 1;
    let next = added.length - 1;
    const lowest = array[0] ?? 0;
    if (this.length > 0 && this.#compare(added[next] ?? 0, lowest) < 0) {
      // The first sync goes from the newest to the oldest: everything moves up by one block.
      array.copyWithin(added.length, 0, this.length);
      array.set(added);
    } else {
      while (next >= 0) {
        const row = added[next] ?? 0;
        const other = array[from] ?? 0;
        if (from >= 0 && this.#compare(other, row) > 0) {
          array[to] = other;
          from -= 1;
        } else {
          array[to] = row;
          next -= 1;
        }
        to -= 1;
      }
    }
    this.length = total;
  }

  removeAt(index: number): void {
    this.#rows.copyWithin(index, index + 1, this.length);
    this.length -= 1;
  }

  /** Cuts `from ≤ index < to` out. */
  removeRange(from: number, to: number): void {
    this.#rows.copyWithin(from, to, this.length);
    this.length -= to - from;
  }

  keep(wanted: (row: number) => boolean): void {
    const array = this.#rows;
    let to = 0;
    for (let from = 0; from < this.length; from += 1) {
      const row = array[from] ?? 0;
      if (wanted(row)) {
        array[to] = row;
        to += 1;
      }
    }
    this.length = to;
  }
}

function isSorted(rows: Uint32Array, compare: Compare): boolean {
  for (let i = 1; i < rows.length; i += 1) if (compare(rows[i - 1] ?? 0, rows[i] ?? 0) > 0) return false;
  return true;
}

/** A first sync is stored newest first: mostly descending input is turned round before it is sorted. */
export function sortRows(rows: Uint32Array<ArrayBuffer>, compare: Compare): Uint32Array<ArrayBuffer> {
  const middle = rows.length >>> 1;
  if (rows.length > 2 && compare(rows[middle] ?? 0, rows[middle + 1] ?? 0) > 0) rows.reverse();
  return isSorted(rows, compare) ? rows : rows.sort(compare);
}
