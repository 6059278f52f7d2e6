import type { NewRow, RowPending } from '../../src-shared/model/message.ts';
import { project, type MutableRow } from '../../src-shared/project.ts';
import type { Changes } from './changes.ts';
import { FlagWords, flaggedBit, seenBit } from './flag-words.ts';
import { FolderState, type Segment } from './folder-state.ts';
import { idOfPlace, placeOfId } from './message-ids.ts';
import { PendingTable, type InsertPatch, type PendingEntry } from './pending-table.ts';
import { Resting } from './resting.ts';
import { rowBits, RowTable } from './row-table.ts';
import { idHash } from './thread-ids.ts';
import { Threads } from './threads.ts';

/** How a patched row is shown. */
export interface RowView {
  folder: FolderState;
  flags: string[];
  mark: Exclude<RowPending, null>;
}

/** A row that only a waiting change has. */
export interface WaitingRow {
  row: Omit<NewRow, 'uid'>;
  fromMessageId: string | null;
  /** What made it. */
  patch: InsertPatch;
}

/**
 * All that the store keeps in memory: folders, the rows' columns, conversations, patches. It is
 * thrown away and read from disk again whenever a transaction fails.
 */
export class StoreMemory {
  readonly rows = new RowTable();
  readonly threads = new Threads();
  readonly folders: FolderState[] = [];
  readonly segments: Segment[] = [];
  readonly pending = new PendingTable();
  readonly resting = new Resting();
  readonly views = new Map<number, RowView>();
  readonly waiting = new Map<number, WaitingRow>();
  readonly extraFlags = new Map<number, string[]>();
  /** Ids that are not made from the row's place; kept when the row is gone. */
  readonly ownIds = new Map<number, string>();
  readonly #rowOfOwnId = new Map<string, number>();
  readonly #byFolderId = new Map<string, FolderState>();
  readonly #flagWords = new Map<string, FlagWords>();
  rowsLoaded = false;

  folder(folderId: string): FolderState | undefined {
    return this.#byFolderId.get(folderId);
  }

  /** The folder, made when it is not known: a patch may name one that is only going to be created. */
  folderMade(folderId: string, accountId: string): FolderState {
    const known = this.#byFolderId.get(folderId);
    if (known !== undefined) return known;
    const folder = new FolderState(this.folders.length, folderId, accountId, this.rows);
    this.folders.push(folder);
    this.#byFolderId.set(folderId, folder);
    return folder;
  }

  /** Takes the folder out of reach; its number stays with its gone rows. */
  forgetFolder(folder: FolderState): void {
    this.#byFolderId.delete(folder.folderId);
  }

  home(row: number): FolderState {
    const folder = this.folders[this.rows.folder(row)];
    if (folder === undefined) throw new Error(`row ${row} has no folder`);
    return folder;
  }

  words(accountId: string): FlagWords {
    let words = this.#flagWords.get(accountId);
    if (words === undefined) {
      words = new FlagWords([]);
      this.#flagWords.set(accountId, words);
    }
    return words;
  }

  setWords(accountId: string, keywords: readonly string[]): void {
    this.#flagWords.set(accountId, new FlagWords(keywords));
  }

  // ---- ids

  placeIdOf(row: number): string | null {
    const segment = this.segments[this.rows.segment(row)];
    return segment === undefined ? null : idOfPlace(segment.folder.folderId, segment.gen, this.rows.uid(row));
  }

  idOf(row: number): string {
    return this.ownIds.get(row) ?? this.placeIdOf(row) ?? '';
  }

  /** The live row with this id, or −1. */
  rowOf(messageId: string): number {
    const own = this.#rowOfOwnId.get(messageId);
    if (own !== undefined) return own;
    const place = placeOfId(messageId);
    if (place === null) return -1;
    const folder = this.#byFolderId.get(place.folderId);
    return folder === undefined || folder.gen !== place.gen ? -1 : folder.rowOfUid(place.uid, this.rows);
  }

  get hasOwnIds(): boolean {
    return this.#rowOfOwnId.size > 0;
  }

  hasOwnId(messageId: string): boolean {
    return this.#rowOfOwnId.has(messageId);
  }

  setOwnId(row: number, messageId: string): void {
    this.ownIds.set(row, messageId);
    this.#rowOfOwnId.set(messageId, row);
  }

  /** Gives the id free; the gone row still knows it, for snapshots. */
  freeOwnId(row: number): string | null {
    const id = this.ownIds.get(row);
    if (id === undefined || this.#rowOfOwnId.get(id) !== row) return null;
    this.#rowOfOwnId.delete(id);
    return id;
  }

  // ---- flags

  serverFlags(row: number): string[] {
    return this.words(this.home(row).accountId).decode(this.rows.flags(row), this.extraFlags.get(row));
  }

  viewFlags(row: number): string[] {
    return this.views.get(row)?.flags ?? this.serverFlags(row);
  }

  setServerFlags(row: number, flags: readonly string[]): void {
    const { bits, extra } = this.words(this.home(row).accountId).encode(flags);
    this.rows.setFlags(row, bits);
    if (extra === null) this.extraFlags.delete(row);
    else this.extraFlags.set(row, extra);
  }

  // ---- conversations

  /** Hash of the row's conversation node; a message without Message-ID stands alone. */
  nodeHash(accountId: string, messageIdHeader: string, messageId: string): number {
    return idHash(accountId, messageIdHeader === '' ? `@${messageId}` : messageIdHeader);
  }

  threadId(row: number): string {
    return `t${this.home(row).accountId}.${this.threads.keyOf(this.rows.node(row)).toString(36)}`;
  }

  // ---- view = project(server, pending)

  /** Folder in whose list the row stands now; null for none. */
  shownIn(row: number): FolderState | null {
    const state = this.rows.state(row);
    if ((state & (rowBits.gone | rowBits.hidden)) !== 0) return null;
    return (state & rowBits.patched) !== 0 ? (this.views.get(row)?.folder ?? null) : this.home(row);
  }

  patchesOf(row: number): readonly PendingEntry[] {
    if (this.pending.size === 0) return [];
    const id = this.ownIds.get(row);
    const placeId = this.placeIdOf(row);
    if (id === undefined) return placeId === null ? [] : this.pending.of(placeId);
    const own = this.pending.of(id);
    // After a bind, patches may still name the id that the row had in between; but another row may hold that id now.
    if (placeId === null || placeId === id || this.#rowOfOwnId.has(placeId)) return own;
    const other = this.pending.of(placeId);
    return other.length === 0 ? own : [...own, ...other].sort((a, b) => a.seq - b.seq || a.at - b.at);
  }

  /** Counts and places the row anew after its server's state, its patches or its existence changed. */
  reproject(row: number, changes: Changes): void {
    const before = this.shownIn(row);
    if (before !== null) this.#count(before, row, -1);
    const entries = this.rows.has(row, rowBits.gone) ? [] : this.patchesOf(row);
    if (entries.length === 0) this.#unpatched(row);
    else this.#patched(row, entries);
    const after = this.shownIn(row);
    if (after !== null) this.#count(after, row, 1);
    if (before !== after) {
      if (before !== null) changes.leave(before, row);
      if (after !== null) changes.enter(after, row);
    }
    if (before !== null) changes.folders.add(before);
    if (after !== null) changes.folders.add(after);
    changes.touch(row);
  }

  #unpatched(row: number): void {
    if (this.rows.has(row, rowBits.patched)) this.views.delete(row);
    this.rows.set(row, rowBits.patched | rowBits.hidden, false);
    const flags = this.rows.flags(row);
    this.rows.set(row, rowBits.seen, (flags & seenBit) !== 0);
    this.rows.set(row, rowBits.flagged, (flags & flaggedBit) !== 0);
  }

  #patched(row: number, entries: readonly PendingEntry[]): void {
    const home = this.home(row);
    const server: MutableRow = { folderId: home.folderId, flags: this.serverFlags(row), removed: false };
    const view = project(
      server,
      entries.map((entry) => entry.patch),
    );
    const mark = entries.at(-1)?.mark ?? 'flags';
    const folder = view.folderId === home.folderId ? home : this.folderMade(view.folderId, home.accountId);
    this.views.set(row, { folder, flags: [...view.flags], mark });
    this.rows.set(row, rowBits.patched, true);
    this.rows.set(row, rowBits.hidden, view.removed);
    this.rows.set(row, rowBits.seen, view.flags.includes('\\Seen'));
    this.rows.set(row, rowBits.flagged, view.flags.includes('\\Flagged'));
  }

  #count(folder: FolderState, row: number, sign: 1 | -1): void {
    const state = this.rows.state(row);
    folder.shown += sign;
    if ((state & rowBits.seen) === 0) folder.unread += sign;
    if ((state & rowBits.flagged) !== 0) folder.flagged += sign;
    if ((state & rowBits.readable) !== 0) folder.readable += sign;
  }

  setReadable(row: number, readable: boolean, changes: Changes): void {
    const folder = this.shownIn(row);
    if (folder !== null) {
      if (this.rows.has(row, rowBits.readable) !== readable) folder.readable += readable ? 1 : -1;
      changes.folders.add(folder);
    }
    this.rows.set(row, rowBits.readable, readable);
    changes.touch(row);
  }

  /** Brings the lists up to date with what `changes` gathered. */
  settleOrders(changes: Changes): void {
    for (const folder of changes.leftInBulk) folder.shownRows.keep((row) => this.shownIn(row) === folder);
    for (const [folder, rows] of changes.left) {
      if (changes.leftInBulk.has(folder)) continue;
      if (rows.length > 64) {
        folder.shownRows.keep((row) => this.shownIn(row) === folder);
        continue;
      }
      for (const row of rows) {
        const index = folder.shownRows.indexOf(row);
        if (index >= 0) folder.shownRows.removeAt(index);
      }
    }
    for (const [folder, rows] of changes.entered) {
      const wanted = new Set<number>();
      for (const row of rows)
        if (this.shownIn(row) === folder && folder.shownRows.indexOf(row) < 0) wanted.add(row);
      folder.shownRows.add([...wanted]);
    }
    this.threads.settle(
      (row) => this.rows.node(row),
      (row) => this.rows.has(row, rowBits.gone),
    );
    for (const folder of changes.folders) folder.version += 1;
  }
}
