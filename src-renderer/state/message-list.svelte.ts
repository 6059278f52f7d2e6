import type { ListPage, ListView } from '../../src-shared/cache-protocol.ts';
import type { ListRow } from '../../src-shared/model/message.ts';
import { VirtualScroll } from '../ui/virtual-scroll.svelte.ts';
import { LoadedRows } from './loaded-rows.ts';
import type { StoreClient } from '../cache/store-client.ts';

const pageSize = 100;
/** Rows kept around the view; more are dropped when new pages come. */
const keptRows = 4000;
/** So many rows below the upper edge are tried as anchors when the first ones are gone. */
const anchorsTried = 8;

/**
 * The rows of one view: total, a window of loaded rows, the cursor. A change of the view is taken in
 * one turn together with the new scroll position, so the row under the eye does not move.
 */
export class MessageList {
  readonly scroll = new VirtualScroll();
  view = $state.raw<ListView | null>(null);
  status = $state<'loading' | 'ready' | 'failed'>('loading');
  problem = $state('');
  total = $state(0);
  /** Grows when loaded rows change; reading rows depends on it. */
  revision = $state(0);
  cursorId = $state<string | null>(null);
  cursorIndex = $state(0);
  readonly #store: StoreClient;
  readonly #rows = new LoadedRows();
  readonly #asked = new Set<number>();
  #version = 0;
  #opening = 0;
  #busy = 0;
  #dirty = false;
  #refreshing = false;

  readonly #wanted: (view: ListView, rows: number) => void;

  /** `wanted`: so many rows of the view are about to be looked at, more perhaps than are here. */
  constructor(store: StoreClient, wanted: (view: ListView, rows: number) => void = () => undefined) {
    this.#store = store;
    this.#wanted = wanted;
  }

  rowAt(index: number): ListRow | undefined {
    return this.revision >= 0 ? this.#rows.at(index) : undefined;
  }

  loaded(): ListRow[] {
    return this.revision >= 0 ? this.#rows.all() : [];
  }

  indexOfLoaded(messageId: string): number {
    return this.#rows.indexOf(messageId);
  }

  get cursorRow(): ListRow | undefined {
    return this.rowAt(this.cursorIndex);
  }

  async open(view: ListView): Promise<void> {
    this.#opening += 1;
    const opening = this.#opening;
    this.view = view;
    this.status = 'loading';
    this.cursorId = null;
    this.cursorIndex = 0;
    this.#wanted(view, pageSize);
    try {
      const page =
        view.folderIds.length === 0
          ? emptyPage
          : await this.#store.ask('page', { view, start: 0, count: pageSize });
      if (opening !== this.#opening) return;
      this.#take(page, 0, true);
      this.scroll.moveTo(0);
      this.cursorId = this.#rows.at(0)?.messageId ?? null;
      this.status = 'ready';
    } catch (error) {
      if (opening === this.#opening) this.#fail(error);
    }
  }

  /** Loads what is not yet there of rows `first … last-1`. */
  ensure(first: number, last: number): void {
    const view = this.view;
    if (view === null || this.status !== 'ready') return;
    if (last + pageSize >= this.total) this.#wanted(view, this.total + 4 * pageSize);
    for (let page = Math.floor(first / pageSize); page * pageSize < last; page += 1) {
      const start = page * pageSize;
      if (
        this.#asked.has(page) ||
        this.#rows.covers(Math.max(first, start), Math.min(last, start + pageSize, this.total))
      )
        continue;
      this.#asked.add(page);
      void this.#load(view, page);
    }
  }

  /** The store says that rows of the view may have changed. */
  refresh(): void {
    this.#dirty = true;
    if (this.#busy === 0 && !this.#refreshing) void this.#refresh();
  }

  /** While an action is between the screen and the store, the list is ours alone. */
  async during<T>(action: () => Promise<T>): Promise<T> {
    this.#busy += 1;
    try {
      return await action();
    } finally {
      this.#busy -= 1;
      this.refresh();
    }
  }

  /** Takes rows out in this very frame. The cursor goes to the row that moves up in its place. */
  removeNow(messageIds: ReadonlySet<string>): void {
    const removed = this.#rows.remove(messageIds, this.total);
    this.total -= removed.length;
    const above = removed.filter((index) => index < this.cursorIndex).length;
    const aboveView = removed.filter((index) => index < this.scroll.topIndex).length;
    this.scroll.count = this.total;
    if (removed.length > 0) this.scroll.moveTo(this.scroll.top - aboveView * this.scroll.rowHeight);
    this.#asked.clear();
    this.revision += 1;
    this.setCursor(Math.max(0, Math.min(this.total - 1, this.cursorIndex - above)), false);
  }

  changeNow(messageIds: ReadonlySet<string>, change: (row: ListRow) => ListRow): void {
    this.#rows.change(messageIds, change);
    this.revision += 1;
  }

  setCursor(index: number, reveal = true): void {
    if (this.total === 0) {
      this.cursorId = null;
      this.cursorIndex = 0;
      return;
    }
    this.cursorIndex = Math.max(0, Math.min(this.total - 1, index));
    this.cursorId = this.rowAt(this.cursorIndex)?.messageId ?? null;
    if (reveal) this.scroll.reveal(this.cursorIndex);
  }

  async #load(view: ListView, page: number): Promise<void> {
    try {
      const answer = await this.#store.ask('page', { view, start: page * pageSize, count: pageSize });
      if (view !== this.view || !this.#asked.delete(page)) return;
      if (answer.version !== this.#version || answer.total !== this.total) {
        this.refresh();
        return;
      }
      this.#rows.put(answer.start, answer.rows);
      this.#rows.keepAround(this.scroll.topIndex, keptRows);
      this.revision += 1;
      if (this.cursorId === null) this.cursorId = this.rowAt(this.cursorIndex)?.messageId ?? null;
    } catch {
      this.#asked.delete(page);
    }
  }

  async #refresh(): Promise<void> {
    this.#refreshing = true;
    try {
      while (this.#dirty && this.#busy === 0 && this.view !== null && this.status !== 'loading') {
        this.#dirty = false;
        await this.#takeChanges(this.view);
      }
    } catch (error) {
      if (this.status !== 'ready') this.#fail(error);
    } finally {
      this.#refreshing = false;
    }
  }

  async #takeChanges(view: ListView): Promise<void> {
    if (view.folderIds.length === 0) return;
    const opening = this.#opening;
    const atTop = this.scroll.top < 1;
    const anchor = atTop ? null : await this.#findAnchor(view);
    const cursorWas = this.cursorId;
    const cursorPlace =
      cursorWas === null ? null : await this.#store.ask('indexOf', { view, messageId: cursorWas });
    // The user may have scrolled meanwhile: the anchor keeps its distance to where it now stands.
    const firstWanted =
      anchor === null ? this.scroll.topIndex : anchor.index - (anchor.was - this.scroll.topIndex);
    const start = Math.max(0, firstWanted - pageSize);
    const page = await this.#store.ask('page', { view, start, count: 3 * pageSize });
    if (opening !== this.#opening) return;
    if (this.#busy > 0 || (anchor !== null && anchor.version !== page.version)) {
      this.#dirty = true;
      return;
    }
    const shift = anchor === null ? 0 : anchor.index - anchor.was;
    const top = this.scroll.top + shift * this.scroll.rowHeight;
    this.#take(page, start, true);
    if (shift !== 0 || top > this.scroll.map.virtualMax) this.scroll.moveTo(top);
    this.status = 'ready';
    // A step that was made while the store was asked stands: the answer speaks of the row before it.
    const place =
      this.cursorId === cursorWas
        ? (cursorPlace?.index ?? -1)
        : this.cursorId === null
          ? -1
          : this.#rows.indexOf(this.cursorId);
    if (place >= 0) this.cursorIndex = place;
    else this.setCursor(this.cursorIndex, false);
  }

  /** A row in view that the new version still has, and its new place. */
  async #findAnchor(view: ListView): Promise<{ was: number; index: number; version: number } | null> {
    const top = this.scroll.topIndex;
    for (let at = top; at < Math.min(this.total, top + anchorsTried); at += 1) {
      const row = this.#rows.at(at);
      if (row === undefined) continue;
      const { index, version } = await this.#store.ask('indexOf', { view, messageId: row.messageId });
      if (index >= 0) return { was: at, index, version };
    }
    return null;
  }

  #take(page: ListPage, start: number, whole: boolean): void {
    if (whole) {
      this.#rows.clear();
      this.#asked.clear();
    }
    this.#rows.put(start, page.rows);
    this.#version = page.version;
    this.total = page.total;
    this.scroll.count = page.total;
    this.revision += 1;
  }

  #fail(error: unknown): void {
    this.status = 'failed';
    this.problem = error instanceof Error ? error.message : String(error);
  }
}

const emptyPage: ListPage = { total: 0, start: 0, version: 0, rows: [] };
