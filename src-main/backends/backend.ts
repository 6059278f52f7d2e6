import type { NewRow } from '../../src-shared/model/message.ts';
import type { FolderRole } from '../../src-shared/model/folder.ts';
import type { StructurePart } from '../../src-shared/model/structure.ts';

/**
 * What sync asks of a mail server, whatever protocol it speaks. Implementations translate every
 * failure to an AppError whose `next` says what to do; they know neither journal nor cache.
 *
 * Lanes choose the connection and its priority: `interactive` never waits behind bulk work.
 */
export type Lane = 'interactive' | 'bulk';

export interface Call {
  lane: Lane;
  signal: AbortSignal;
}

export interface RemoteFolder {
  path: string;
  name: string;
  delimiter: string | null;
  /** From SPECIAL-USE; null when the server does not say (sync then guesses by name). */
  role: FolderRole | null;
  subscribed: boolean;
  selectable: boolean;
  /** RFC 8474 MAILBOXID. */
  mailboxId: string | null;
  /** Present when LIST-STATUS (or a STATUS) gave it in the same breath. */
  status: RemoteStatus | null;
}

export interface RemoteStatus {
  exists: number;
  unseen: number;
  uidNext: number;
  uidValidity: number;
  /** Decimal string, null without CONDSTORE. */
  highestModseq: string | null;
  /** RFC 8474 MAILBOXID where STATUS gives it. */
  mailboxId?: string | null;
}

/** A mailbox as SELECT/EXAMINE described it. */
export interface SelectedFolder {
  uidValidity: number;
  uidNext: number;
  exists: number;
  highestModseq: string | null;
  readOnly: boolean;
  /** Keywords may be created (\* in PERMANENTFLAGS). */
  keywordsAllowed: boolean;
  permanentFlags: string[];
  /** RFC 8474 MAILBOXID; null where the server has none. */
  mailboxId?: string | null;
  /** What happened since the state that `select` was given; null: the server did not tell, ask the usual way. */
  resync?: ResyncNews | null;
}

/** A state of the folder that the caller knows, to be told only what happened since (RFC 7162 QRESYNC). */
export interface ResyncSince {
  uidValidity: number;
  /** HIGHESTMODSEQ of that state, a decimal string. */
  modseq: string;
  /** UIDs below this are spoken of. */
  uidNext: number;
}

/** Not proof: a server may name UIDs that are still there. Removal needs a count that fits, or a second list. */
export interface ResyncNews {
  /** IMAP sequence set, never expanded; "" for none. */
  vanished: string;
  flags: { uid: number; flags: string[]; modseq: string | null }[];
}

export interface QuotaRoot {
  /** As the server calls it; may be empty. */
  name: string;
  /** RFC 9208 resource types: storage counts in bytes here (the wire has units of 1024), message in messages. */
  resources: { resource: string; used: number; limit: number }[];
}

/** Who may do what with a folder (RFC 4314). Rights are letters, "lrswipkxtea". */
export interface FolderAcl {
  entries: { identifier: string; rights: string }[];
  /** Our own rights. */
  own: string;
}

/** News of a mailbox in the order in which the server gave it. */
export type FolderNews =
  | { kind: 'rows'; rows: NewRow[] }
  | { kind: 'flags'; flags: { uid: number; flags: string[]; modseq: string | null }[] }
  /** IMAP sequence set of UIDs, never expanded. */
  | { kind: 'vanished'; uids: string }
  /** Something left, but the server named no UID (EXPUNGE without QRESYNC): list again. */
  | { kind: 'expunged' }
  | { kind: 'exists'; exists: number };

export interface CopiedUid {
  sourceUid: number;
  targetUid: number;
}

/** What a change on the server came to. `unknown`: it was on the wire when the connection died. */
export type WriteOutcome<T> = { state: 'done'; value: T } | { state: 'unknown'; detail: string };

export interface FoundMessage {
  uid: number;
  messageIdHeader: string;
  size: number;
}

/** What tells a message apart, whatever number its folder gives it. */
export interface MessageIdentity {
  uid: number;
  flags: string[];
  size: number;
  internalDate: number;
  /** As it stands in the header; "" without one. */
  messageIdHeader: string;
  /** RFC 8474 EMAILID. */
  emailId?: string;
}

export interface BackendCapabilities {
  condstore: boolean;
  qresync: boolean;
  uidplus: boolean;
  move: boolean;
  idle: boolean;
  listStatus: boolean;
  specialUse: boolean;
  appendLimit: number | null;
  objectId?: boolean;
  notify?: boolean;
  multiAppend?: boolean;
  replace?: boolean;
  quota?: boolean;
  acl?: boolean;
  /** As the server says it; null or left out where it does not. */
  personal?: PersonalNamespace | null;
}

/** Where the server has the user's own folders: all of their names begin so ("INBOX.", or nothing). */
export interface PersonalNamespace {
  prefix: string;
  delimiter: string | null;
}

export interface AppendedUid {
  uid: number;
  uidValidity: number;
}

/** A piece of a message by its IMAP name: "HEADER", "1.MIME", "1.2". `first`: only so many bytes of it. */
export interface WantedSection {
  section: string;
  first?: number;
}

export interface Backend {
  /** Known after the first connection. */
  readonly capabilities: BackendCapabilities;
  /** Connects and signs in (a connection of the given lane); resolves when the server is ready. */
  connect(call: Call): Promise<void>;
  /** Closes every connection at once. The next call connects again. */
  disconnect(): void;
  /** A connection was lost, or the server said BYE. */
  onLost(listener: (detail: string) => void): void;
  /** Proves that the connection lives (NOOP) within `timeoutMs`, else drops it. */
  ping(timeoutMs: number): Promise<void>;

  /**
   * The UIDVALIDITY that the caller's UIDs of this folder belong to (null: none yet). Work by UID in a
   * folder that turns out to have another one is refused (`next: 'retry'`) before anything is done there.
   */
  expectValidity(path: string, uidValidity: number | null): void;

  listFolders(call: Call): Promise<RemoteFolder[]>;
  status(path: string, call: Call): Promise<RemoteStatus>;
  createFolder(path: string, call: Call): Promise<WriteOutcome<void>>;
  renameFolder(from: string, to: string, call: Call): Promise<WriteOutcome<void>>;
  deleteFolder(path: string, call: Call): Promise<WriteOutcome<void>>;
  subscribe(path: string, subscribed: boolean, call: Call): Promise<void>;

  /** SELECTs (never EXAMINE-then-guess) and gives what the server said, with `since` also what happened after it. */
  select(path: string, call: Call, since?: ResyncSince): Promise<SelectedFolder>;
  /** Envelopes of a UID range ("1:*" style set), in the server's order, in batches of 100–500. */
  fetchRows(path: string, uids: string, call: Call, onRows: (rows: NewRow[]) => Promise<void>): Promise<void>;
  /** Flags of a UID set; only changed ones with `changedSince` (CONDSTORE), VANISHED too where QRESYNC is trusted. */
  fetchFlags(
    path: string,
    uids: string,
    options: { changedSince?: string },
    call: Call,
    onNews: (news: FolderNews) => Promise<void>,
  ): Promise<void>;
  /** Every UID the mailbox has, as a sequence set ("" for none). */
  listUids(path: string, call: Call): Promise<string>;
  /** Exact bytes, one message after the other; a UID that is gone is left out. */
  fetchBodies(
    path: string,
    uids: number[],
    call: Call,
    onBody: (uid: number, bytes: Uint8Array) => Promise<void>,
  ): Promise<void>;
  /** Messages with UID ≥ `fromUid` whose Message-ID is one of these. */
  findByMessageId(
    path: string,
    fromUid: number,
    messageIdHeaders: string[],
    call: Call,
  ): Promise<FoundMessage[]>;
  /** Server-side search (TEXT), UIDs newest first. */
  search(path: string, text: string, call: Call): Promise<number[]>;

  /** ±FLAGS.SILENT by UID; never replaces a flag set. UIDs that are gone are not an error. */
  storeFlags(
    path: string,
    uids: number[],
    change: { add: string[]; remove: string[] },
    call: Call,
  ): Promise<WriteOutcome<void>>;
  /** COPYUID pairs when the server gives them, else null: look for the copies. */
  copy(
    path: string,
    uids: number[],
    targetPath: string,
    call: Call,
  ): Promise<WriteOutcome<CopiedUid[] | null>>;
  /** RFC 6851 only; callers emulate without `capabilities.move`. */
  move(
    path: string,
    uids: number[],
    targetPath: string,
    call: Call,
  ): Promise<WriteOutcome<CopiedUid[] | null>>;
  /** Marks \Deleted and UID EXPUNGEs exactly these; without UIDPLUS only marks them (`expunged: false`). */
  expunge(path: string, uids: number[], call: Call): Promise<WriteOutcome<{ expunged: boolean }>>;
  /** The bytes as they are. `uid` null when the server gives no APPENDUID. */
  append(
    path: string,
    bytes: Uint8Array,
    options: { flags: string[]; internalDate: number },
    call: Call,
  ): Promise<WriteOutcome<AppendedUid | null>>;

  /**
   * Watches one mailbox (IDLE, else polling) on a connection of its own until aborted. `onNews` is
   * only a hint that something changed: sync then asks. Rejects when the connection is lost. `onElsewhere`:
   * hints of other folders where the server gives them (RFC 5465); null: the list of folders changed.
   */
  watch(
    path: string,
    signal: AbortSignal,
    onNews: (news: FolderNews) => void,
    onElsewhere?: (path: string | null) => void,
  ): Promise<void>;

  /**
   * As `storeFlags`, but only where nothing of the message changed after mod-sequence `since` (RFC 7162 UNCHANGEDSINCE):
   * `changed` are the UIDs where something did, and to which nothing was done. Only with `capabilities.condstore`.
   */
  storeUnlessChanged?(
    path: string,
    uids: number[],
    change: { add: string[]; remove: string[] },
    since: string,
    call: Call,
  ): Promise<WriteOutcome<{ changed: number[] }>>;

  /** UIDs that are marked \Deleted, as a sequence set. */
  listMarked?(path: string, call: Call): Promise<string>;
  /** Removes everything that is marked \Deleted, whoever marked it: for `commands/purge.ts` alone. */
  expungeMarked?(path: string, call: Call): Promise<WriteOutcome<void>>;

  /** What tells the messages of a UID set apart; where it is missing, rows say it. */
  fetchIdentities?(
    path: string,
    uids: string,
    call: Call,
    onIdentities: (some: MessageIdentity[]) => Promise<void>,
  ): Promise<void>;

  // What not every server or protocol has; without the server's extension an AppError says so.
  quota?(path: string, call: Call): Promise<QuotaRoot[]>;
  getAcl?(path: string, call: Call): Promise<FolderAcl>;
  /** Replaces what this identifier may do. */
  setAcl?(path: string, identifier: string, rights: string, call: Call): Promise<void>;
  deleteAcl?(path: string, identifier: string, call: Call): Promise<void>;
  /** All or none of them (RFC 3502); one after the other where the server has no MULTIAPPEND. */
  appendMany?(
    path: string,
    messages: { bytes: Uint8Array; flags: string[]; internalDate: number }[],
    call: Call,
  ): Promise<WriteOutcome<(AppendedUid | null)[]>>;
  /** A new version in the place of message `uid`, in one step (RFC 8508). Only with `capabilities.replace`. */
  replace?(
    path: string,
    uid: number,
    bytes: Uint8Array,
    options: { flags: string[]; internalDate: number },
    call: Call,
  ): Promise<WriteOutcome<AppendedUid | null>>;
  /** So many bytes of a message, or of one part of it, from this one on; fewer at its end. Null: it is gone. */
  fetchPiece?(
    path: string,
    uid: number,
    from: number,
    length: number,
    call: Call,
    section?: string,
  ): Promise<Uint8Array | null>;
  /** What the server says the message is made of; null when it does not, or in no sensible way. */
  fetchStructure?(path: string, uid: number, call: Call): Promise<StructurePart | null>;
  /** By section name; what the server does not give is left out. */
  fetchSections?(
    path: string,
    uid: number,
    wanted: readonly WantedSection[],
    call: Call,
  ): Promise<Map<string, Buffer>>;
  /** One part ("1.2"). `decoded`: the server took the transfer encoding off (RFC 3516). Null: no such part. */
  fetchPart?(
    path: string,
    uid: number,
    section: string,
    call: Call,
  ): Promise<{ bytes: Uint8Array; decoded: boolean } | null>;
}
