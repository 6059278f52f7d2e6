import type { NewRow } from '../../src-shared/model/message.ts';
import type { PendingPatches } from '../../src-shared/patch.ts';
import type { AliasRecord, RestingRecord } from './database.ts';
import type { FolderState, Segment } from './folder-state.ts';

/** A row that goes to disk: its text and its keys. */
export interface AppendedRow {
  line: string;
  preview: string;
  uid: number;
  date: number;
  size: number;
  hash: number;
  refs: number[];
}

/** More changed rows than this and windows ask for their pages anew. */
export const maxChangedIds = 500;

/** What one request changes, gathered in memory and written in one transaction. */
export class Changes {
  readonly appended = new Map<Segment, AppendedRow[]>();
  readonly states = new Set<Segment>();
  /** Rows of which the flags changed, or that are gone, by segment. */
  readonly marked = new Map<Segment, number[]>();
  readonly droppedSegments = new Set<Segment>();
  /** Folders whose counters, rows or description changed: they get a new version. */
  readonly folders = new Set<FolderState>();
  readonly deletedFolders = new Set<FolderState>();
  readonly deletedAccounts = new Set<string>();
  readonly accounts = new Set<string>();
  readonly left = new Map<FolderState, number[]>();
  /** Folders whose list so many rows left that they were not gathered. */
  readonly leftInBulk = new Set<FolderState>();
  readonly entered = new Map<FolderState, number[]>();
  readonly aliases = new Map<string, AliasRecord | null>();
  readonly droppedBodies = new Set<string>();
  /** Body kept under another id from now on (a copy keeps its source's body too). */
  readonly copiedBodies: { from: string; to: string }[] = [];
  /** Bodies of removed rows rest from this time on; null: they go with their rows. */
  restSince: number | null = null;
  readonly resting = new Map<string, RestingRecord | null>();
  /** Own ids that rows gave up: patches that name them now mean another row, or a waiting one again. */
  readonly freedIds = new Set<string>();
  readonly previews = new Map<Segment, Map<number, string>>();
  readonly pendingPut = new Map<string, PendingPatches>();
  readonly pendingDropped = new Set<string>();
  readonly contacts: { accountId: string; row: Pick<NewRow, 'envelope'>; sent: boolean }[] = [];
  #changedRows: number[] | null = [];

  get changedRows(): readonly number[] | null {
    return this.#changedRows;
  }

  touch(row: number): void {
    if (this.#changedRows === null) return;
    if (this.#changedRows.length >= maxChangedIds) this.#changedRows = null;
    else this.#changedRows.push(row);
  }

  mark(segment: Segment, row: number): void {
    push(this.marked, segment, row);
  }

  leave(folder: FolderState, row: number): void {
    push(this.left, folder, row);
  }

  enter(folder: FolderState, row: number): void {
    push(this.entered, folder, row);
  }
}

function push<K>(map: Map<K, number[]>, key: K, row: number): void {
  const rows = map.get(key);
  if (rows === undefined) map.set(key, [row]);
  else rows.push(row);
}
