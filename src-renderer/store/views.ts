import type { ListView } from '../../src-shared/cache-protocol.ts';
import type { FolderState } from './folder-state.ts';
import type { StoreMemory } from './memory.ts';
import { rowBits } from './row-table.ts';

/** A list as it stands: rows oldest first, or one row (the newest) a conversation. */
export interface ViewOrder {
  rows: Uint32Array;
  /** Of conversations only, beside `rows`. */
  counts: Uint32Array | null;
  unread: Uint32Array | null;
  version: number;
}

interface CachedView {
  stamp: string;
  order: ViewOrder;
}

const keptViews = 12;

/** Orders of lists, made when first asked for and kept until a row of them changes. */
export class Views {
  readonly #memory: StoreMemory;
  readonly #cached = new Map<string, CachedView>();
  #scratch = new Int32Array(0);

  constructor(memory: StoreMemory) {
    this.#memory = memory;
  }

  /** Rows oldest first whatever the view's sort: the caller turns indexes round. */
  order(view: ListView): ViewOrder {
    const memory = this.#memory;
    const folders = [...new Set(view.folderIds)].flatMap((id) => memory.folder(id) ?? []);
    const version =
      folders.reduce((sum, folder) => sum + folder.version, 0) + (view.threaded ? memory.threads.changes : 0);
    const [only] = folders;
    if (folders.length === 1 && only !== undefined && !view.threaded && view.filter === undefined) {
      return { rows: only.shownRows.rows(), counts: null, unread: null, version };
    }
    const key = `${view.threaded}|${view.filter ?? ''}|${folders.map((folder) => folder.number).join(',')}`;
    const stamp = `${memory.threads.changes}|${folders.map((folder) => folder.version).join(',')}`;
    const cached = this.#cached.get(key);
    this.#cached.delete(key);
    const fresh = cached?.stamp === stamp ? cached : { stamp, order: this.#make(view, folders, version) };
    this.#cached.set(key, fresh);
    for (const old of this.#cached.keys()) {
      if (this.#cached.size <= keptViews) break;
      this.#cached.delete(old);
    }
    return fresh.order;
  }

  /** Place of a row, or of its conversation, oldest first; −1 when not there. */
  indexOf(view: ListView, row: number): number {
    const { rows } = this.order(view);
    if (!view.threaded) return this.#search(rows, row);
    const { threads, rows: table } = this.#memory;
    const root = threads.root(table.node(row));
    for (const member of threads.rowsOf(root)) {
      const index = this.#search(rows, member);
      if (index >= 0) return index;
    }
    return -1;
  }

  #search(rows: Uint32Array, row: number): number {
    const { compare } = this.#memory.rows;
    let low = 0;
    let high = rows.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (compare(rows[middle] ?? 0, row) < 0) low = middle + 1;
      else high = middle;
    }
    return rows[low] === row && low < rows.length ? low : -1;
  }

  #make(view: ListView, folders: readonly FolderState[], version: number): ViewOrder {
    const flat = this.#filtered(this.#merged(folders.map((folder) => folder.shownRows.rows())), view.filter);
    return view.threaded
      ? this.#conversations(flat, version)
      : { rows: flat, counts: null, unread: null, version };
  }

  #merged(lists: Uint32Array[]): Uint32Array {
    let left = lists.filter((list) => list.length > 0);
    while (left.length > 1) {
      const joined: Uint32Array[] = [];
      for (let i = 0; i < left.length; i += 2) {
        const [a, b] = [left[i], left[i + 1]];
        if (a !== undefined) joined.push(b === undefined ? a : this.#mergeTwo(a, b));
      }
      left = joined;
    }
    return left[0] ?? new Uint32Array(0);
  }

  #mergeTwo(a: Uint32Array, b: Uint32Array): Uint32Array {
    const { compare } = this.#memory.rows;
    const merged = new Uint32Array(a.length + b.length);
    let i = 0;
    let j = 0;
    for (let to = 0; to < merged.length; to += 1) {
      const takeA = j >= b.length || (i < a.length && compare(a[i] ?? 0, b[j] ?? 0) < 0);
      merged[to] = (takeA ? a[i++] : b[j++]) ?? 0;
    }
    return merged;
  }

  #filtered(rows: Uint32Array, filter: ListView['filter']): Uint32Array {
    if (filter === undefined) return rows.slice();
    const table = this.#memory.rows;
    return filter === 'unread'
      ? rows.filter((row) => !table.has(row, rowBits.seen))
      : rows.filter((row) => table.has(row, rowBits.flagged));
  }

  /** From the newest to the oldest: the first row seen of a conversation stands for it. */
  #conversations(flat: Uint32Array, version: number): ViewOrder {
    const { rows: table, threads } = this.#memory;
    if (this.#scratch.length < threads.nodeCount)
      this.#scratch = new Int32Array(Math.ceil(threads.nodeCount * 1.25));
    const place = this.#scratch.fill(-1);
    const rows = new Uint32Array(flat.length);
    const counts = new Uint32Array(flat.length);
    const unread = new Uint32Array(flat.length);
    let first = flat.length;
    for (let at = flat.length - 1; at >= 0; at -= 1) {
      const row = flat[at] ?? 0;
      const root = threads.root(table.node(row));
      let index = place[root] ?? -1;
      if (index < 0) {
        first -= 1;
        index = first;
        place[root] = index;
        rows[index] = row;
      }
      counts[index] = (counts[index] ?? 0) + 1;
      if (!table.has(row, rowBits.seen)) unread[index] = (unread[index] ?? 0) + 1;
    }
    return { rows: rows.slice(first), counts: counts.slice(first), unread: unread.slice(first), version };
  }
}
