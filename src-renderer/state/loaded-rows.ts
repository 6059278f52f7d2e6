import type { ListRow } from '../../src-shared/model/message.ts';

/** The loaded part of a long list, by index. */
export class LoadedRows {
  #byIndex = new Map<number, ListRow>();

  at(index: number): ListRow | undefined {
    return this.#byIndex.get(index);
  }

  all(): ListRow[] {
    return [...this.#byIndex.values()];
  }

  indexOf(messageId: string): number {
    for (const [index, row] of this.#byIndex) if (row.messageId === messageId) return index;
    return -1;
  }

  covers(first: number, last: number): boolean {
    for (let index = first; index < last; index += 1) if (!this.#byIndex.has(index)) return false;
    return true;
  }

  put(start: number, rows: readonly ListRow[]): void {
    rows.forEach((row, at) => this.#byIndex.set(start + at, row));
  }

  clear(): void {
    this.#byIndex.clear();
  }

  /** Drops what is far from `center` once more than `limit` rows are held. */
  keepAround(center: number, limit: number): void {
    if (this.#byIndex.size <= limit) return;
    for (const index of this.#byIndex.keys())
      if (Math.abs(index - center) > limit / 2) this.#byIndex.delete(index);
  }

  /** Takes rows out and closes the gaps; gives the indexes they had, ascending. */
  remove(messageIds: ReadonlySet<string>, total: number): number[] {
    const gone = [...this.#byIndex]
      .filter(([index, row]) => index < total && messageIds.has(row.messageId))
      .map(([index]) => index);
    gone.sort((a, b) => a - b);
    if (gone.length === 0) return gone;
    const kept = new Map<number, ListRow>();
    for (const [index, row] of [...this.#byIndex].sort(([a], [b]) => a - b)) {
      if (messageIds.has(row.messageId)) continue;
      kept.set(index - countBelow(gone, index), row);
    }
    this.#byIndex = kept;
    return gone;
  }

  change(messageIds: ReadonlySet<string>, change: (row: ListRow) => ListRow): void {
    for (const [index, row] of this.#byIndex)
      if (messageIds.has(row.messageId)) this.#byIndex.set(index, change(row));
  }
}

function countBelow(sorted: readonly number[], value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? Infinity) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
