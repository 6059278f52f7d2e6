import { untrack } from 'svelte';
import { toAppError, type AppErrorData } from '../../src-shared/error.ts';
import type { FullMessage } from '../../src-shared/ipc/areas/mail.ts';
import type { MessageRow } from '../../src-shared/model/message.ts';
import type { MainClient } from '../ipc/client.ts';
import { AnsweredMails } from './answered-mails.svelte.ts';
import { LaidAhead } from './laid-ahead.svelte.ts';

export type Loaded =
  { state: 'loading' } | { state: 'ready'; message: FullMessage } | { state: 'failed'; error: AppErrorData };

/** What a message shows by the wish of its reader. */
export interface Look {
  /** With its remote pictures in it; null: without. */
  withImages: { html: string; sections: (string | null)[] } | null;
  asText: boolean;
}

/** A conversation as the reader shows it. */
export interface ReaderView {
  chosen: MessageRow;
  rows: readonly MessageRow[];
  unfolded: ReadonlySet<string>;
}

/** A mail that takes longer to draw than this no longer keeps the one before in view. */
const heldMs = 250;

/** Messages that were read and are out of view now: the nearest ways back. */
const keptMessages = 20;

/** The conversation in the reader: its rows, which of them are unfolded, and what of them is loaded. */
export class Reader {
  /** The message that was chosen in a list. */
  chosen = $state.raw<MessageRow | null>(null);
  rows = $state.raw<readonly MessageRow[]>([]);
  unfolded = $state.raw<ReadonlySet<string>>(new Set());
  loaded = $state.raw<Readonly<Record<string, Loaded>>>({});
  /** What was read before, in view until the chosen message is drawn; null when that is. */
  before = $state.raw<ReaderView | null>(null);
  #held: ReturnType<typeof setTimeout> | undefined;
  /** What the next key may open, out of sight. */
  readonly laid: LaidAhead;
  readonly answered: AnsweredMails;
  /** Large messages that are being fetched. */
  fetching = $state.raw<Readonly<Record<string, { done: number; total: number }>>>({});
  /** Of the messages that are drawn. */
  readonly looks = new Map<string, Look>();
  readonly #main: MainClient;
  /** Far from the view, and drawn all the same: what somebody looks for is in them. */
  sought = $state.raw<ReadonlySet<string>>(new Set());
  /** Messages that are drawn, and how often: what they show is kept. */
  readonly #drawn = new Map<string, number>();

  constructor(main: MainClient) {
    this.#main = main;
    this.answered = new AnsweredMails(main);
    this.laid = new LaidAhead(main, (messageId) => this.loaded[messageId]);
  }

  /** The newest unfolded message: what reply, star and the like are about. */
  get current(): MessageRow | null {
    return this.rows.findLast((row) => row.messageId === this.chosen?.messageId) ?? this.chosen;
  }

  open(row: MessageRow): void {
    if (row.messageId === this.chosen?.messageId) {
      this.chosen = row;
      return;
    }
    const laid = this.laid.of(row.messageId);
    this.#leave(row, laid !== undefined && this.laid.standing.has(row.messageId));
    this.laid.take(row.messageId);
    this.chosen = row;
    // Folded messages of its conversation do not push it down after it is seen.
    this.rows = laid?.rows.map((one) => (one.messageId === row.messageId ? row : one)) ?? [row];
    this.unfolded = new Set([row.messageId]);
    this.sought = new Set();
    this.#load(row.messageId);
    void this.#readThread(row);
  }

  /** Reads messages that are likely to be opened next. */
  ahead(rows: readonly MessageRow[]): void {
    for (const { messageId } of rows) this.#load(messageId);
  }

  /** The text of a message stands in its frame: what was before may go. */
  drew(messageId: string): void {
    this.laid.drew(messageId);
    if (messageId === this.chosen?.messageId) this.#letGo();
  }

  close(): void {
    this.#letGo();
    this.laid.clear();
    this.chosen = null;
    this.rows = [];
    this.unfolded = new Set();
  }

  toggle(messageId: string): void {
    const next = new Set(this.unfolded);
    if (!next.delete(messageId)) {
      next.add(messageId);
      this.#load(messageId);
    }
    this.unfolded = next;
  }

  unfold(messageId: string): void {
    if (!this.unfolded.has(messageId)) this.toggle(messageId);
  }

  /** Each is loaded when it comes near the view. */
  unfoldAll(): void {
    this.unfolded = new Set(this.rows.map((row) => row.messageId));
  }

  /** All but the chosen one. */
  foldAll(): void {
    this.unfolded = new Set(this.chosen === null ? [] : [this.chosen.messageId]);
  }

  /** The message is drawn as long as its conversation is open, wherever the view is. */
  seek(messageId: string): void {
    if (!this.sought.has(messageId)) this.sought = new Set([...this.sought, messageId]);
  }

  /** The message is drawn from now on, until what is returned is called. */
  show(messageId: string): () => void {
    this.#drawn.set(messageId, (this.#drawn.get(messageId) ?? 0) + 1);
    untrack(() => this.#load(messageId));
    return () => {
      const left = (this.#drawn.get(messageId) ?? 1) - 1;
      if (left > 0) this.#drawn.set(messageId, left);
      else this.#drawn.delete(messageId);
    };
  }

  /** What the message looks like from now on, until what is returned is called. */
  look(messageId: string, look: Look): () => void {
    this.looks.set(messageId, look);
    return () => {
      if (this.looks.get(messageId) === look) this.looks.delete(messageId);
    };
  }

  again(messageId: string): void {
    this.loaded = Object.fromEntries(Object.entries(this.loaded).filter(([id]) => id !== messageId));
    this.#load(messageId);
  }

  /** Rows have changed in the store. */
  async refresh(): Promise<void> {
    const { chosen } = this;
    if (chosen !== null) await this.#readThread(chosen);
  }

  /** Mail left the outbox: one-click answers among it were sent, or taken back. */
  renewAllAnswered(): void {
    const all = Object.values(this.loaded);
    this.answered.renewAll(all.flatMap((loaded) => (loaded.state === 'ready' ? [loaded.message] : [])));
  }

  fetched(messageId: string, done: number, total: number): void {
    const others = Object.entries(this.fetching).filter(([id]) => id !== messageId);
    this.fetching = Object.fromEntries(done < total ? [...others, [messageId, { done, total }]] : others);
  }

  /** Between two mails there is never an empty frame: the one before stays until the next is drawn, if that is soon. */
  #leave(next: MessageRow, stands: boolean): void {
    const { chosen, rows, unfolded, loaded } = this;
    if (chosen !== null && this.laid.standing.has(chosen.messageId))
      this.laid.keep({ chosen, rows, unfolded });
    const soon = loaded[next.messageId]?.state === 'ready' || next.readableOffline;
    if (chosen === null || stands || !soon || loaded[next.messageId]?.state === 'failed') {
      this.#letGo();
      return;
    }
    // Who goes on quickly still looks at the first one.
    if (this.before === null && loaded[chosen.messageId]?.state === 'ready')
      this.before = { chosen, rows, unfolded };
    if (this.before === null) return;
    clearTimeout(this.#held);
    this.#held = setTimeout(() => this.#letGo(), heldMs);
  }

  #letGo(): void {
    clearTimeout(this.#held);
    this.before = null;
  }

  async #readThread(row: MessageRow): Promise<void> {
    try {
      const { threadId, messageId } = row;
      const rows = await this.#main.call('thread.get', { threadId, messageId });
      if (this.chosen?.messageId !== row.messageId) return;
      this.rows = rows.some((other) => other.messageId === row.messageId) ? rows : [row];
      const now = this.rows.find((other) => other.messageId === row.messageId);
      if (now !== undefined) this.chosen = now;
      for (const each of this.rows) this.#renewPartly(each);
    } catch {
      // The chosen message is shown anyway; its conversation is read again with the next change.
    }
  }

  /** Its text came first, and now all of it is here: its files are, and may be drawn. */
  #renewPartly({ messageId, readableOffline }: MessageRow): void {
    const loaded = this.loaded[messageId];
    if (!readableOffline || loaded?.state !== 'ready' || loaded.message.whole !== false) return;
    this.#main.call('message.get', { messageId }).then(
      (message) => {
        if (this.loaded[messageId] === loaded) this.#put(messageId, { state: 'ready', message });
      },
      // What is shown stays as good as it is.
      () => undefined,
    );
  }

  #load(messageId: string): void {
    const known = this.loaded[messageId];
    if (known?.state === 'ready' || known?.state === 'loading') return;
    this.#put(messageId, { state: 'loading' });
    this.#main.call('message.get', { messageId }).then(
      (message) => {
        this.answered.forget(messageId);
        this.#put(messageId, { state: 'ready', message });
      },
      (error: unknown) => {
        this.#put(messageId, { state: 'failed', error: toAppError(error).data });
        this.drew(messageId);
      },
    );
  }

  #put(messageId: string, loaded: Loaded): void {
    const entries = Object.entries(this.loaded).filter(([id]) => id !== messageId);
    const spare = Math.max(0, entries.length + 1 - keptMessages);
    this.loaded = Object.fromEntries([
      ...entries.filter(([id], at) => at >= spare || this.#drawn.has(id)),
      [messageId, loaded],
    ]);
  }
}
