import type { MessageRow } from '../../src-shared/model/message.ts';
import type { FullMessage } from '../../src-shared/ipc/areas/mail.ts';
import type { MainClient } from '../ipc/client.ts';
import type { Loaded, ReaderView } from './reader.svelte.ts';

/** Letters of text and HTML; laying more out would be felt by who reads meanwhile. */
const mostLetters = 200_000;
/** Bytes of the message: the pictures that it encloses are drawn with it. */
const mostBytes = 5_000_000;

/**
 * Mails that the next key may open, laid out out of sight while another is read: opening one only lets it be seen.
 * Nothing is fetched or asked of a server for them, and none counts as read.
 */
export class LaidAhead {
  /** At most the neighbours of what is read, and for a moment what was a neighbour before. */
  views = $state.raw<readonly ReaderView[]>([]);
  /** Messages whose text stands in its frame, for as long as the frame is there. */
  standing = $state.raw<ReadonlySet<string>>(new Set());
  readonly #main: MainClient;
  readonly #loaded: (messageId: string) => Loaded | undefined;
  /** The message whose conversation is being read. */
  #coming: string | null = null;

  constructor(main: MainClient, loaded: (messageId: string) => Loaded | undefined) {
    this.#main = main;
    this.#loaded = loaded;
  }

  /** Lays out the first of these that is not yet, one at a time, and lets all others go. Call again when one stands. */
  async prepare(near: readonly MessageRow[]): Promise<void> {
    const wanted = near.filter(({ messageId }) => this.#fits(messageId));
    const isWanted = (id: string): boolean => wanted.some(({ messageId }) => messageId === id);
    if (!this.views.every((view) => isWanted(view.chosen.messageId)))
      this.views = this.views.filter((view) => isWanted(view.chosen.messageId));
    if (!this.views.every((view) => this.standing.has(view.chosen.messageId))) return;
    const next = wanted.find(({ messageId }) => this.of(messageId) === undefined);
    if (next === undefined || this.#coming === next.messageId) return;
    this.#coming = next.messageId;
    const { threadId, messageId } = next;
    const rows = await this.#main.call('thread.get', { threadId, messageId }).catch(() => []);
    // Something else is wanted by now.
    if (this.#coming !== messageId) return;
    this.#coming = null;
    const chosen = rows.find((row) => row.messageId === messageId);
    // Gone meanwhile, or not to be read now: it comes as it can when it is opened.
    if (chosen !== undefined && this.#fits(messageId))
      this.#add({ chosen, rows, unfolded: new Set([messageId]) });
  }

  of(messageId: string): ReaderView | undefined {
    return this.views.find(({ chosen }) => chosen.messageId === messageId);
  }

  /** What was read stays laid out until the next `prepare`, when it is as it would be opened again. */
  keep(view: ReaderView): void {
    const { messageId } = view.chosen;
    if (view.unfolded.size === 1 && view.unfolded.has(messageId) && this.#fits(messageId)) this.#add(view);
  }

  /** What is opened is laid out no more, but shown. Stops what was being prepared. */
  take(messageId: string): void {
    this.#coming = null;
    this.views = this.views.filter(({ chosen }) => chosen.messageId !== messageId);
  }

  clear(): void {
    this.#coming = null;
    this.views = [];
  }

  /** The frame of this message holds its text. */
  drew(messageId: string): void {
    if (!this.standing.has(messageId)) this.standing = new Set([...this.standing, messageId]);
  }

  /** The frame is there no more. */
  gone(messageId: string): void {
    if (this.standing.has(messageId))
      this.standing = new Set([...this.standing].filter((id) => id !== messageId));
  }

  #add(view: ReaderView): void {
    this.views = [...this.views.filter(({ chosen }) => chosen.messageId !== view.chosen.messageId), view];
  }

  #fits(messageId: string): boolean {
    const loaded = this.#loaded(messageId);
    return (
      loaded?.state === 'ready' && letters(loaded.message) <= mostLetters && loaded.message.size <= mostBytes
    );
  }
}

function letters({ html, text, sections }: FullMessage): number {
  const pieces = sections.length === 0 ? [{ html, text }] : sections;
  return pieces.reduce((sum, piece) => sum + (piece.html ?? '').length + piece.text.length, 0);
}
