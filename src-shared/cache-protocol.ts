import type { FolderCursor, FolderRecord, FolderRole } from './model/folder.ts';
import type { BodyWish } from './model/body-policy.ts';
import type { ListRow, MailAddress, MessageRef, MessageRow, NewRow } from './model/message.ts';
import type { PendingPatches } from './patch.ts';

/**
 * What the store (the only user of IndexedDB) can be asked. Main may call everything; windows only
 * what `windowMethods` lists. All values are JSON-safe; bytes travel as latin1 strings (one char a
 * byte), because mail is mostly ASCII and a string needs no transfer list.
 */

/** Server news about one folder, applied in one transaction together with its cursor. */
export interface FolderBatch {
  folderId: string;
  gen: number;
  /** A new generation: every server row of older generations is dropped first. */
  reset?: boolean;
  insert?: NewRow[];
  /** More rows to insert, before those of `insert`, as text (see packed-rows.ts). */
  packed?: string;
  /** Full flag sets the server reported. */
  flags?: { uid: number; flags: string[] }[];
  /** A change of flags that the server has just confirmed; the rest of each flag set stays. */
  flagChange?: { uids: number[]; add: string[]; remove: string[] };
  /** UIDs that are certainly gone, as an IMAP sequence set ("3,7:4294967295"): never expanded. */
  vanished?: string;
  /**
   * The server now has this row of ours at `uid`: a waiting copy/append that arrived, or a moved
   * row. The row keeps its messageId. When `uid` was already inserted as a new row, the two become one.
   */
  bind?: { messageId: string; uid: number }[];
  cursor?: FolderCursor;
  /**
   * Bodies of rows that go rest from this time on (milliseconds), and come back with their message; without it they go
   * at once.
   */
  rest?: number;
  /**
   * Refused unless the folder's cursor has come down to this `lowUid`: a batch that is sent before the one above it
   * was answered must not speak for rows that the other failed to bring.
   */
  follows?: number;
}

export interface FolderBatchResult {
  inserted: number;
  changed: number;
  removed: number;
  /** Message ids of inserted rows, in the order of `packed` and then `insert` (a bound row gives its kept id). */
  insertedIds: string[];
  /** Rows of the newest generation now cached in the folder. */
  cached: number;
  /** Inserted rows that have their body at once: it rested here. */
  takenIds?: string[];
}

/** A folder as main's folder register has it; the store adds counters and cursor. */
export interface FolderDescription {
  folderId: string;
  accountId: string;
  path: string;
  name: string;
  delimiter: string | null;
  role: FolderRole | null;
  subscribed: boolean;
  selectable: boolean;
}

/** A row with what main needs to act on the server. */
export interface LocatedRow {
  messageId: string;
  accountId: string;
  /** Where the server has it; null while a copy or append is still waiting. */
  ref: MessageRef | null;
  /** Where the user sees it now. */
  viewFolderId: string;
  serverFlags: string[];
  viewFlags: string[];
  messageIdHeader: string;
  size: number;
  internalDate: number;
  readable: boolean;
  /** RFC 8474 EMAILID where the server has it. */
  emailId?: string;
}

/** What a list shows: one folder, or several for a unified one. */
export interface ListView {
  folderIds: string[];
  threaded: boolean;
  sort: 'date-desc' | 'date-asc';
  filter?: 'unread' | 'flagged';
}

export interface ListPage {
  /** Rows (or conversations) in the whole view. */
  total: number;
  /** Index of rows[0] in the view at the time of the answer. */
  start: number;
  /** Changes whenever any row of the view may have changed. */
  version: number;
  rows: ListRow[];
}

export interface BodyWanted {
  folderId: string;
  /** Rows not older than this (ms), or null for all. */
  newerThan: number | null;
  maxBytes: number;
  /** Only starred ones. */
  flagged?: boolean;
  limit: number;
}

export interface BodiesEstimate {
  messages: number;
  bytes: number;
  missing: number;
  missingBytes: number;
}

export interface Contact {
  name: string;
  address: string;
  /** How often seen, sent-to counting more. */
  weight: number;
}

export interface StoreOpened {
  cacheId: string;
  /** True when the cache is empty and must be rebuilt from the server. */
  fresh: boolean;
  /** Why it was emptied, when it was: first start, vanished, damaged, made by a newer Posthorn. */
  reason: 'first' | 'vanished' | 'damaged' | 'newer' | null;
}

/** What the list shows of a message's own bytes. */
export interface BodyFacts {
  preview: string;
  hasAttachments: boolean;
}

export interface StoreMethods {
  /**
   * `expectedCacheId` is what main remembers (null at the first start). A different or missing one
   * on disk, a schema newer than ours or an unreadable database gives a new empty cache.
   */
  /** `volatile`: accounts of which nothing is written to disk, but kept in the store's memory. */
  open(p: { expectedCacheId: string | null; volatile?: string[] }): StoreOpened;

  /** Names all accounts that are kept in memory only; one that has folders here must be removed first. */
  setVolatile(p: { accountIds: string[] }): void;
  /** Drops all rows, bodies and cursors of the account's folders; folders and waiting patches stay. */
  emptyAccount(p: { accountId: string }): void;
  /** Writes what is left into a new database and deletes the old one: what was removed is gone from the disk too. */
  rewrite(p: Record<string, never>): void;

  // ---- main only: writing
  putFolders(p: { accountId: string; folders: FolderDescription[] }): void;
  /** Drops the folder with its rows; bodies too, or they rest (see `FolderBatch.rest`). */
  removeFolder(p: { folderId: string; rest?: number }): void;
  removeAccount(p: { accountId: string }): void;
  applyBatch(p: FolderBatch): FolderBatchResult;
  /** Writes only the cursor (a pass that changed no row). */
  putCursor(p: { folderId: string; cursor: FolderCursor }): void;
  /** Adds (or replaces by opId) waiting patches and projects the rows they touch. */
  addPending(p: { ops: PendingPatches[] }): void;
  /** Drops patches: the operation is done (its news were applied) or given up. */
  dropPending(p: { opIds: string[] }): void;
  /** Replaces all waiting patches (after a fresh cache or at start). */
  resetPending(p: { ops: PendingPatches[] }): void;
  /** Caches the exact bytes of messages, with what was found in reading them. */
  putBodies(p: {
    bodies: {
      messageId: string;
      raw: string;
      /** Main keeps the bytes itself and asks for this in their place; `raw` is then empty. */
      kept?: string;
      /** Null: they are to be read later; until then `bodiesToRead` names the message, whatever becomes of its id. */
      facts: BodyFacts | null;
    }[];
  }): void;
  /** What was found in reading bodies that were put without. Names nobody any more in `bodiesToRead`. */
  putFacts(p: { bodies: { messageId: string; facts: BodyFacts | null }[] }): void;
  dropBodies(p: { messageIds: string[] }): void;
  /** Drops bodies of the account that rest since before this time; gives how many. */
  forgetRested(p: { accountId: string; before: number }): number;
  /** Erases everything and gives a new cacheId. */
  wipe(p: Record<string, never>): StoreOpened;

  // ---- main only: reading what concerns the server
  locate(p: { messageIds: string[] }): (LocatedRow | null)[];
  /** Message ids for refs, null where the cache has no such row. */
  identify(p: { refs: MessageRef[] }): (string | null)[];
  /** The UIDs that the cache holds for the folder's newest generation, as a sequence set; "" for none. */
  uids(p: { folderId: string }): string;
  /** UIDs with their server flags in a UID range, for a full flag comparison. At most 20,000 per call. */
  flagsOf(p: { folderId: string; from: number; to: number }): { uid: number; flags: string[] }[];
  /** Rows whose body is wanted and missing, newest first. */
  bodiesWanted(p: BodyWanted): { messageId: string; uid: number; size: number }[];
  /** How much of a folder some wishes want, and how much of that is not here yet. */
  bodiesEstimate(p: { folderId: string; wishes: BodyWish[] }): BodiesEstimate;
  /** Envelopes for the search index, in a stable order, after `after`. */
  envelopesAfter(p: { after: string | null; limit: number }): {
    rows: {
      messageId: string;
      accountId: string;
      folderId: string;
      internalDate: number;
      subject: string;
      people: string;
    }[];
    next: string | null;
  };
  /** Rows by Message-ID header within an account. */
  byMessageIdHeader(p: { accountId: string; messageIdHeader: string }): MessageRow[];

  // ---- windows and main
  /** Of one account or all; with `folderId` that one alone: who asks for each of thousands wants no list of all. */
  folders(p: { accountId?: string; folderId?: string }): FolderRecord[];
  /** Rows `start … start+count-1` of the view (count ≤ 1,000); a start past the end gives none. */
  page(p: { view: ListView; start: number; count: number }): ListPage;
  /** Place of a row (or of its conversation) in the view; −1 when not there. */
  indexOf(p: { view: ListView; messageId: string }): { index: number; total: number; version: number };
  /** All message ids of the view in order (for "select all"); at most 1,000,000. */
  idsOf(p: { view: ListView }): string[];
  /** All messages in the view's folders that belong to the conversations of these rows. */
  conversationIds(p: { view: ListView; messageIds: string[] }): string[];
  /** A stable order to page through (`message.list`'s cursor); forgotten after 10 minutes unused. */
  snapshot(p: { view: ListView }): { snapshot: string; total: number };
  snapshotPage(p: {
    snapshot: string;
    start: number;
    count: number;
  }): { total: number; rows: (MessageRow | { messageId: string; gone: true })[] } | null;
  rows(p: { messageIds: string[] }): (MessageRow | null)[];
  /**
   * A conversation's rows over all folders of the account except Junk and Trash, oldest first; of copies of one mail in
   * several folders, one. `messageId` is held in any case, and leads there when the conversation has another id by now.
   */
  thread(p: { threadId: string; messageId?: string }): MessageRow[];
  /** Exact bytes as a latin1 string (or what `putBodies` gave as `kept`), null when not cached. */
  body(p: { messageId: string }): string | null;
  contacts(p: { text: string; limit: number }): Contact[];
  /** Bodies put without facts, in no order. `accountId` is null where the server has the message no more. */
  bodiesToRead(p: { limit: number }): { messageId: string; accountId: string | null; mark: string }[];
  /** What stands in the place of bodies that main keeps elsewhere, in the order of message ids after `after`. */
  bodyMarks(p: { after: string | null; limit: number }): {
    marks: { messageId: string; mark: string }[];
    next: string | null;
  };
}

export type StoreMethod = keyof StoreMethods;
export type StoreParams<M extends StoreMethod> = Parameters<StoreMethods[M]>[0];
export type StoreResult<M extends StoreMethod> = ReturnType<StoreMethods[M]>;

export const windowMethods = [
  'folders',
  'page',
  'indexOf',
  'idsOf',
  'conversationIds',
  'rows',
  'thread',
  'contacts',
] as const satisfies readonly StoreMethod[];

/** `aborted`: the browser gave the transaction up and does not say why; main looks whether the disk is full. */
export type StoreTrouble = 'quota' | 'aborted' | 'damaged' | 'bug';

export type StoreAnswer =
  { id: number; ok: true; value: unknown } | { id: number; ok: false; error: string; code: StoreTrouble };

/** Told to main and to every window after the transaction that made the change. */
export interface StoreNotice {
  notice: 'folders';
  /** Folders whose rows or counters changed, with the new records. */
  folders: FolderRecord[];
  /** Rows that changed where they stand, at most 500; null: too many, ask again. */
  messageIds: string[] | null;
}

/** BroadcastChannel on which windows ask the store worker; answers come on `storeAnswers(windowId)`. */
export const storeRequestsChannel = 'posthorn-store';
export const storeNoticesChannel = 'posthorn-store-notices';
export function storeAnswersChannel(windowId: string): string {
  return `posthorn-store-answers-${windowId}`;
}

/** People as one searchable string: "Ann Lee ann@example.org". */
export function peopleText(addresses: readonly MailAddress[]): string {
  return addresses.map((a) => (a.name === '' ? a.address : `${a.name} ${a.address}`)).join(' ');
}
