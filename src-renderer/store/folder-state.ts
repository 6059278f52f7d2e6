import type { FolderDescription } from '../../src-shared/cache-protocol.ts';
import type { FolderCursor, FolderRecord } from '../../src-shared/model/folder.ts';
import type { FolderPatch } from '../../src-shared/patch.ts';
import type { FolderDiskRecord } from './database.ts';
import { RowOrder } from './row-order.ts';
import type { RowTable } from './row-table.ts';

/** Rows of a segment: 256, so that a slot fits a byte and one flag's rewrite stays below 2 KB. */
export const segmentRows = 256;

/** Up to 256 rows as they arrived: immutable text and keys, small mutable state, all on disk. */
export interface Segment {
  readonly index: number;
  readonly folder: FolderState;
  readonly no: number;
  readonly gen: number;
  /** Row numbers by slot. */
  readonly rows: number[];
  /** Rows by slot that are on disk. */
  saved: number;
  live: number;
  dropped: boolean;
}

/** A folder in memory. `number` is what the rows' columns hold. */
export class FolderState {
  readonly number: number;
  readonly folderId: string;
  accountId: string;
  /** Null: known only by a waiting change, or no more at all. */
  description: FolderDescription | null = null;
  gen = 0;
  cursor: FolderCursor | null = null;
  version: number;
  nextSegment = 0;
  /** Rows whose home on the server is here, by UID. */
  readonly byUid: RowOrder;
  /** Rows that the user sees here, oldest first. */
  readonly shownRows: RowOrder;
  readonly segments = new Set<Segment>();
  open: Segment | null = null;
  shown = 0;
  held = 0;
  unread = 0;
  flagged = 0;
  readable = 0;
  /** Waiting changes of the folder itself, in journal order. */
  patches: FolderPatch[] = [];
  onDisk = false;
  /** Segments that are gone but not yet deleted (segment-ranges.ts). */
  dropped: [first: number, last: number][] = [];
  /** Number of the last record of marks (state-marks.ts). */
  marks = 0;
  /** Segments whose state on disk is older than a record of marks, and how many such records there are. */
  readonly unfolded = new Set<Segment>();
  markRecords = 0;

  constructor(number: number, folderId: string, accountId: string, rows: RowTable) {
    this.number = number;
    this.folderId = folderId;
    this.accountId = accountId;
    this.byUid = new RowOrder(rows.compareUid);
    this.shownRows = new RowOrder(rows.compare);
    // A wiped cache begins with other versions than those a window may remember.
    this.version = Date.now();
  }

  get visible(): boolean {
    return this.description !== null || this.patches.some((patch) => patch.kind === 'folder-create');
  }

  /** Index in `byUid` of the first row with this UID or a higher one. */
  uidIndex(uid: number, rows: RowTable): number {
    return this.byUid.lowerBound((row) => rows.uid(row) < uid);
  }

  /** The row with this UID, or −1. */
  rowOfUid(uid: number, rows: RowTable): number {
    const index = this.uidIndex(uid, rows);
    if (index >= this.byUid.length) return -1;
    const row = this.byUid.at(index);
    return rows.uid(row) === uid ? row : -1;
  }

  load(record: FolderDiskRecord): void {
    const { folderId, accountId, path, name, delimiter, role, subscribed, selectable } = record;
    this.description = record.described
      ? { folderId, accountId, path, name, delimiter, role, subscribed, selectable }
      : null;
    this.accountId = accountId;
    this.gen = record.gen;
    this.cursor = record.cursor;
    this.version = record.version;
    this.nextSegment = record.nextSegment;
    this.shown = record.shown;
    this.held = record.held;
    this.unread = record.unread;
    this.flagged = record.flagged;
    this.readable = record.readable;
    this.dropped = record.dropped ?? [];
    this.marks = record.marks ?? 0;
    this.onDisk = true;
  }

  toDisk(): FolderDiskRecord {
    return {
      folderId: this.folderId,
      accountId: this.accountId,
      described: this.description !== null,
      path: this.description?.path ?? '',
      name: this.description?.name ?? '',
      delimiter: this.description?.delimiter ?? null,
      role: this.description?.role ?? null,
      subscribed: this.description?.subscribed ?? false,
      selectable: this.description?.selectable ?? true,
      gen: this.gen,
      cursor: this.cursor,
      version: this.version,
      nextSegment: this.nextSegment,
      shown: this.shown,
      held: this.held,
      unread: this.unread,
      flagged: this.flagged,
      readable: this.readable,
      ...(this.dropped.length > 0 ? { dropped: this.dropped } : {}),
      ...(this.marks > 0 ? { marks: this.marks } : {}),
    };
  }

  /** The folder as the user sees it: waiting creation, renaming and deletion applied. */
  record(): FolderRecord {
    const exists = this.cursor?.exists ?? this.held;
    const record: FolderRecord = {
      folderId: this.folderId,
      accountId: this.accountId,
      path: this.description?.path ?? '',
      name: this.description?.name ?? '',
      delimiter: this.description?.delimiter ?? null,
      role: this.description?.role ?? null,
      subscribed: this.description?.subscribed ?? true,
      selectable: this.description?.selectable ?? true,
      pending: null,
      total: Math.max(0, exists + this.shown - this.held),
      unread:
        this.cursor?.unseen !== undefined && this.cursor.lowUid > 1
          ? Math.max(this.unread, this.cursor.unseen)
          : this.unread,
      flagged: this.flagged,
      cached: this.shown,
      readable: this.readable,
      complete: this.cursor !== null && this.cursor.lowUid <= 1 && this.held === this.cursor.exists,
      cursor: this.cursor,
      version: this.version,
    };
    for (const patch of this.patches) {
      switch (patch.kind) {
        case 'folder-create':
          // The server has it already when it is described: only the operation's end is still to come.
          if (this.description === null) {
            Object.assign(record, {
              path: patch.path,
              name: patch.name,
              delimiter: patch.delimiter,
              role: patch.role,
              pending: 'create',
            });
          }
          break;
        case 'folder-rename':
          Object.assign(record, { path: patch.path, name: patch.name, pending: record.pending ?? 'rename' });
          break;
        case 'folder-delete':
          record.pending = 'delete';
          break;
      }
    }
    return record;
  }
}
