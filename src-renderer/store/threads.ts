import { growFloat64, growUint32 } from './growth.ts';

/** Where hashing stands: two numbers of 32 bits. */
interface Mixing {
  a: number;
  b: number;
}

const begun: Mixing = { a: 0xdeadbeef, b: 0x41c6ce57 };

function mix({ a, b }: Mixing, text: string): Mixing {
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    a = Math.imul(a ^ code, 2654435761);
    b = Math.imul(b ^ code, 1597334677);
  }
  return { a, b };
}

let lastAccount = '';
let afterAccount: Mixing = begun;

/**
 * A number of 53 bits (cyrb53) from "account⏎id"; two different Message-IDs of 10 M meet with p ≈ 0.5 %. The account's
 * part is mixed once for all rows of a batch.
 */
export function idHash(accountId: string, id: string): number {
  if (accountId !== lastAccount) {
    afterAccount = mix(begun, `${accountId}\n`);
    lastAccount = accountId;
  }
  return finish(mix(afterAccount, id));
}

function finish({ a, b }: Mixing): number {
  a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909);
  b = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909);
  return 4294967296 * (2097151 & b) + (a >>> 0);
}

/** A thousand references are a way to make us slow; these many are kept, oldest first and newest. */
const maxReferences = 40;

/**
 * Hashes of the Message-IDs that a message points to. The account is part of every hash, so that
 * conversations of two accounts never become one.
 */
export function referenceHashes(
  accountId: string,
  references: readonly string[],
  inReplyTo: string,
): number[] {
  const ids =
    references.length > maxReferences
      ? [...references.slice(0, 10), ...references.slice(10 - maxReferences)]
      : references;
  const hashes = new Set<number>();
  for (const id of ids) if (id !== '') hashes.add(idHash(accountId, id));
  if (inReplyTo !== '' && inReplyTo !== ids.at(-1)) {
    for (const id of inReplyTo.match(/<[^<>\s]+>/g) ?? []) hashes.add(idHash(accountId, id));
  }
  return [...hashes];
}

const none = 0xffff_ffff;

/**
 * Conversations as sets of Message-ID hashes (union-find): the result is the same whatever the order
 * in which messages arrive, and loops of references cannot loop here. A conversation is named by its
 * smallest hash, so every name it ever had still leads to it.
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
  /** Grows when two conversations become one. */
  merges = 0;

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
    if (m !== none && n !== none) this.merges += 1;
  }

  addRow(row: number, node: number): void {
    while (row >= this.#next.length) this.#next = growUint32(this.#next);
    this.#next[row] = row;
    const root = this.root(node);
    const member = this.#member[root] ?? none;
    if (member === none) this.#member[root] = row;
    else this.#joinRings(member, row);
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
