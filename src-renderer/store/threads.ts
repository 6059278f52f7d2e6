import { growFloat64, growUint32 } from './growth.ts';

const none = 0xffff_ffff;

/**
 * Conversations as sets of Message-ID hashes (union-find): the result is the same whatever the order
 * in which messages arrive, and loops of references cannot loop here. A conversation is named by its
 * smallest hash. Sets cannot be split, so each row keeps what it points to (4 bytes each), and a conversation that a
 * row left is put together anew from the rows that stayed: the cost is that conversation's, never the mailbox's.
 */
export class Threads {
  #slots = new Uint32Array(1024);
  #count = 0;
  #key = new Float64Array(512);
  #parent = new Uint32Array(512);
  /** Some row of the node's conversation, kept at the root; rows of a conversation form a ring. */
  #member = new Uint32Array(512).fill(none);
  /** Ring of rows: the row after this one in its conversation. */
  #next = new Uint32Array(1024);
  /** Where a row's references begin in `#refs`, one more than that; 0 for a row that points nowhere. */
  #firstRef = new Uint32Array(1024);
  #refs = new Uint32Array(1024);
  #refCount = 0;
  /** Rows that are gone and may have held conversations together. */
  #left: number[] = [];
  /** Grows when conversations become one or several. */
  changes = 0;

  get nodeCount(): number {
    return this.#count;
  }

  /** The node of a hash, made when missing. */
  node(hash: number): number {
    const slot = this.#slotOf(hash);
    const found = this.#slots[slot] ?? 0;
    if (found !== 0) return found - 1;
    const node = this.#count;
    this.#count += 1;
    if (node >= this.#key.length) {
      this.#key = growFloat64(this.#key);
      this.#parent = growUint32(this.#parent);
      this.#member = growUint32(this.#member, none);
    }
    this.#key[node] = hash;
    this.#parent[node] = node;
    this.#slots[slot] = node + 1;
    if (this.#count * 3 > this.#slots.length * 2) this.#rehash();
    return node;
  }

  /** The root of a hash, or −1 when no message ever named it. */
  rootOfHash(hash: number): number {
    const found = this.#slots[this.#slotOf(hash)] ?? 0;
    return found === 0 ? -1 : this.root(found - 1);
  }

  root(node: number): number {
    let at = node;
    for (;;) {
      const up = this.#parent[at] ?? at;
      if (up === at) return at;
      const upper = this.#parent[up] ?? up;
      this.#parent[at] = upper;
      at = upper;
    }
  }

  /** What the node was made of. */
  hashOf(node: number): number {
    return this.#key[node] ?? 0;
  }

  keyOf(node: number): number {
    return this.#key[this.root(node)] ?? 0;
  }

  unite(a: number, b: number): void {
    const x = this.root(a);
    const y = this.root(b);
    if (x === y) return;
    const [low, high] = (this.#key[x] ?? 0) < (this.#key[y] ?? 0) ? [x, y] : [y, x];
    this.#parent[high] = low;
    const m = this.#member[low] ?? none;
    const n = this.#member[high] ?? none;
    if (m === none) this.#member[low] = n;
    else if (n !== none) this.#joinRings(m, n);
    if (m !== none && n !== none) this.changes += 1;
  }

  /** A message that has the id of `node` and points to these hashes. */
  addRow(row: number, node: number, hashes: ArrayLike<number>): void {
    while (row >= this.#next.length) {
      this.#next = growUint32(this.#next);
      this.#firstRef = growUint32(this.#firstRef);
    }
    this.#keepRefs(row, hashes);
    this.#join(row, node);
  }

  /** The row is gone. What it held together falls apart with `settle`. */
  removeRow(row: number): void {
    if ((this.#firstRef[row] ?? 0) !== 0) this.#left.push(row);
  }

  /** Puts the conversations that rows left together anew; `nodeOf` is the node of a row, `isGone` whether it left. */
  settle(nodeOf: (row: number) => number, isGone: (row: number) => boolean): void {
    if (this.#left.length === 0) return;
    const roots = new Set(this.#left.map((row) => this.root(nodeOf(row))));
    this.#left = [];
    for (const root of roots) {
      const rows = this.rowsOf(root);
      for (const row of rows) {
        this.#isolate(nodeOf(row));
        for (const node of this.#refsOf(row)) this.#isolate(node);
      }
      for (const row of rows) if (!isGone(row)) this.#join(row, nodeOf(row));
    }
    this.changes += 1;
  }

  #join(row: number, node: number): void {
    for (const ref of this.#refsOf(row)) this.unite(node, ref);
    this.#next[row] = row;
    const root = this.root(node);
    const member = this.#member[root] ?? none;
    if (member === none) this.#member[root] = row;
    else this.#joinRings(member, row);
  }

  #isolate(node: number): void {
    this.#parent[node] = node;
    this.#member[node] = none;
  }

  /** A list of nodes that begins with its length. */
  #keepRefs(row: number, hashes: ArrayLike<number>): void {
    if (hashes.length === 0) return;
    while (this.#refCount + hashes.length >= this.#refs.length) this.#refs = growUint32(this.#refs);
    this.#firstRef[row] = this.#refCount + 1;
    this.#refs[this.#refCount] = hashes.length;
    this.#refCount += 1;
    for (let at = 0; at < hashes.length; at += 1) {
      this.#refs[this.#refCount] = this.node(hashes[at] ?? 0);
      this.#refCount += 1;
    }
  }

  #refsOf(row: number): Uint32Array {
    const first = this.#firstRef[row] ?? 0;
    return this.#refs.subarray(first, first === 0 ? 0 : first + (this.#refs[first - 1] ?? 0));
  }

  /** All rows ever added to the conversation, in no order; also those that are gone. */
  rowsOf(root: number): number[] {
    const first = this.#member[root] ?? none;
    if (first === none) return [];
    const rows = [first];
    for (let row = this.#next[first] ?? first; row !== first; row = this.#next[row] ?? first) rows.push(row);
    return rows;
  }

  /** Exchanging two successors makes one ring of two. */
  #joinRings(a: number, b: number): void {
    const afterA = this.#next[a] ?? a;
    this.#next[a] = this.#next[b] ?? b;
    this.#next[b] = afterA;
  }

  #slotOf(hash: number): number {
    const mask = this.#slots.length - 1;
    let slot = ((hash % 4294967296) ^ (hash / 4294967296)) & mask;
    for (;;) {
      const found = this.#slots[slot] ?? 0;
      if (found === 0 || this.#key[found - 1] === hash) return slot;
      slot = (slot + 1) & mask;
    }
  }

  #rehash(): void {
    this.#slots = new Uint32Array(this.#slots.length * 2);
    for (let node = 0; node < this.#count; node += 1) {
      this.#slots[this.#slotOf(this.#key[node] ?? 0)] = node + 1;
    }
  }
}
