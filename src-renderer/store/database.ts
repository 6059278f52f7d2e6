import Dexie, { type EntityTable, type Table } from 'dexie';
import type { FolderCursor, FolderRole } from '../../src-shared/model/folder.ts';
import type { PendingPatches } from '../../src-shared/patch.ts';

/** Grows with every change of the layout: the cache is then emptied and filled again from the server. */
export const cacheSchema = 4;
/** The cache lies in one of these; it changes its place when it is rewritten. */
export const databaseNames = ['posthorn-cache', 'posthorn-cache-2'] as const;

export interface MetaRecord {
  key: 'cache';
  cacheId: string;
  schema: number;
  /** Counts rewritings: of two that are whole the later one is the cache. */
  rewritten?: number;
}

export interface AccountRecord {
  accountId: string;
  /** Keywords that have a bit of their own in this account's flag words, by bit. */
  keywords: string[];
}

export interface FolderDiskRecord {
  folderId: string;
  accountId: string;
  described: boolean;
  path: string;
  name: string;
  delimiter: string | null;
  role: FolderRole | null;
  subscribed: boolean;
  selectable: boolean;
  gen: number;
  cursor: FolderCursor | null;
  version: number;
  /** Number of the next segment; numbers are not used twice within a cache. */
  nextSegment: number;
  /** Counters of the view, so that folders are known before any row is read. */
  shown: number;
  held: number;
  unread: number;
  flagged: number;
  readable: number;
  /** Segments from and to that are gone but not yet deleted. */
  dropped?: [number, number][];
  /** Number of the last record of marks. */
  marks?: number;
}

/** What of a segment never changes and is needed in memory. Arrays have one element a row. */
export interface SegmentKeys {
  f: string;
  s: number;
  gen: number;
  uid: Uint32Array;
  date: Float64Array;
  size: Uint32Array;
  /** 53-bit hash of the Message-ID header. */
  hash: Float64Array;
  /** Hashes of all rows' References and In-Reply-To, one after the other; row i has refs[refEnd[i−1] … refEnd[i]). */
  refs: Float64Array;
  refEnd: Uint32Array;
}

/** What of a segment changes: small, for one flag rewrites it. */
export interface SegmentState {
  f: string;
  s: number;
  flags: Uint32Array;
  /** diskGone | diskReadable | diskAttachments. */
  bits: Uint8Array;
  /** Keywords without a bit, by slot. */
  extra: Record<number, string[]> | null;
  /** Number of the folder's last record of marks when this was written: that one and all before are in it. */
  after: number;
}

/**
 * Rows that changed in very many segments at once, by place: read after the states, and put into them when nobody
 * waits (see `state-marks.ts`). Arrays have one element a row.
 */
export interface StateMarks {
  f: string;
  /** Counts up within a folder; never used twice. */
  n: number;
  s: Uint32Array;
  slot: Uint8Array;
  flags: Uint32Array;
  bits: Uint8Array;
  /** Keywords without a bit, by index in the arrays. */
  extra: Record<number, string[]> | null;
}

/** One JSON text a row, joined by line feeds (JSON has none of its own). */
export interface SegmentText {
  f: string;
  s: number;
  text: string;
}

export interface BodyPart {
  id: string;
  part: number;
  raw: string;
}

export interface BodyFactsRecord {
  id: string;
  preview: string;
  hasAttachments: boolean;
  /** Main keeps the bytes; this stands for them, and no parts lie in `bodies`. */
  kept?: string;
  /** The bytes were not read yet. */
  toRead?: 1;
}

/** A row whose message id is not the one made from its place. */
export interface AliasRecord {
  id: string;
  f: string;
  gen: number;
  uid: number;
}

export interface ContactRecord {
  a: string;
  address: string;
  name: string;
  weight: number;
}

/** The body of a message that the server has no more (see `resting.ts`). */
export interface RestingRecord {
  /** The id that its row had; the body still lies under it. */
  id: string;
  a: string;
  key: string;
  /** When it was removed, in milliseconds of main's clock. */
  at: number;
}

export interface CacheDatabase extends Dexie {
  meta: EntityTable<MetaRecord, 'key'>;
  accounts: EntityTable<AccountRecord, 'accountId'>;
  folders: EntityTable<FolderDiskRecord, 'folderId'>;
  keys: Table<SegmentKeys, [string, number]>;
  states: Table<SegmentState, [string, number]>;
  marks: Table<StateMarks, [string, number]>;
  envelopes: Table<SegmentText, [string, number]>;
  previews: Table<SegmentText, [string, number]>;
  bodies: Table<BodyPart, [string, number]>;
  bodyFacts: EntityTable<BodyFactsRecord, 'id'>;
  aliases: EntityTable<AliasRecord, 'id'>;
  pending: EntityTable<PendingPatches, 'opId'>;
  contacts: Table<ContactRecord, [string, string]>;
  resting: EntityTable<RestingRecord, 'id'>;
}

/** IndexedDB of this origin, or a stand-in. */
export interface DatabaseDependencies {
  indexedDB: IDBFactory;
  IDBKeyRange: typeof IDBKeyRange;
}

/**
 * Durability is relaxed: everything here can be had from the server again, and a lost cache is
 * noticed by its cacheId (which alone is written strictly).
 */
export function makeDatabase(name: string, dependencies?: DatabaseDependencies): CacheDatabase {
  const db = new Dexie(name, {
    ...dependencies,
    autoOpen: false,
    chromeTransactionDurability: 'relaxed',
    cache: 'disabled',
  }) as CacheDatabase;
  db.version(cacheSchema).stores({
    meta: 'key',
    accounts: 'accountId',
    folders: 'folderId',
    keys: '[f+s]',
    states: '[f+s]',
    marks: '[f+n]',
    envelopes: '[f+s]',
    previews: '[f+s]',
    bodies: '[id+part]',
    bodyFacts: 'id, toRead',
    aliases: 'id',
    pending: 'opId',
    contacts: '[a+address]',
    resting: 'id',
  });
  return db;
}

/** Keys of all segments of a folder from `first` to `last`. */
export function segmentRange(
  f: string,
  first = 0,
  last = Number.MAX_SAFE_INTEGER,
): { lower: [string, number]; upper: [string, number] } {
  return { lower: [f, first], upper: [f, last] };
}
