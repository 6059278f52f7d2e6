import type { ListPage, ListView, StoreParams, StoreResult } from '../../src-shared/cache-protocol.ts';
import type { ListRow, MailAddress, MessageRow } from '../../src-shared/model/message.ts';
import { conversationRows, withoutCopies } from './conversation-rows.ts';
import type { StoreMemory } from './memory.ts';
import { rowBits } from './row-table.ts';
import type { RowText, SegmentTexts } from './segment-texts.ts';
import type { Views } from './views.ts';

const maxPage = 1000;
const maxIds = 1_000_000;
/** Of a conversation's members, so many are looked at for its senders. */
const membersRead = 40;
const sendersShown = 5;

/** What windows ask: pages of lists, places, rows, conversations. */
export class Queries {
  readonly #memory: StoreMemory;
  readonly #texts: SegmentTexts;
  readonly #views: Views;

  constructor(memory: StoreMemory, texts: SegmentTexts, views: Views) {
    this.#memory = memory;
    this.#texts = texts;
    this.#views = views;
  }

  async page({ view, start, count }: StoreParams<'page'>): Promise<ListPage> {
    const order = this.#views.order(view);
    const total = order.rows.length;
    const { version } = order;
    const from = Math.max(0, start);
    const indexes: number[] = [];
    for (let at = from; at < Math.min(total, from + Math.min(count, maxPage)); at += 1) {
      indexes.push(view.sort === 'date-asc' ? at : total - 1 - at);
    }
    const numbers = indexes.map((index) => order.rows[index] ?? 0);
    const rows = (await this.messageRows(numbers)).map((row): ListRow => ({
      ...row,
      threadCount: 1,
      threadUnread: row.flags.includes('\\Seen') ? 0 : 1,
      threadFrom: row.from.slice(0, sendersShown),
    }));
    if (order.counts !== null) {
      const senders = await this.#senders(
        view,
        numbers,
        indexes.map((index) => order.counts?.[index] ?? 1),
      );
      rows.forEach((row, at) => {
        const index = indexes[at] ?? 0;
        row.threadCount = order.counts?.[index] ?? 1;
        row.threadUnread = order.unread?.[index] ?? 0;
        row.threadFrom = senders[at] ?? row.threadFrom;
      });
    }
    return { total, start: from, version, rows };
  }

  indexOf({ view, messageId }: StoreParams<'indexOf'>): StoreResult<'indexOf'> {
    const order = this.#views.order(view);
    const row = this.#memory.rowOf(messageId);
    const index = row < 0 ? -1 : this.#views.indexOf(view, row);
    const total = order.rows.length;
    return {
      index: index < 0 || view.sort === 'date-asc' ? index : total - 1 - index,
      total,
      version: order.version,
    };
  }

  /** Row numbers of the view in its own order. */
  numbersOf(view: ListView): Uint32Array<ArrayBuffer> {
    const numbers = Uint32Array.from(this.#views.order(view).rows);
    return view.sort === 'date-asc' ? numbers : numbers.reverse();
  }

  idsOf({ view }: StoreParams<'idsOf'>): string[] {
    return Array.from(this.numbersOf(view).subarray(0, maxIds), (row) => this.#memory.idOf(row));
  }

  conversationIds({ view, messageIds }: StoreParams<'conversationIds'>): string[] {
    const { threads, rows } = this.#memory;
    const rootOf = (row: number): number => threads.root(rows.node(row));
    const roots = new Set(
      messageIds
        .map((id) => this.#memory.rowOf(id))
        .filter((row) => row >= 0)
        .map(rootOf),
    );
    const { filter: _, ...unfiltered } = view;
    const all = this.numbersOf({ ...unfiltered, threaded: false });
    return Array.from(all.filter((row) => roots.has(rootOf(row))).subarray(0, maxIds), (row) =>
      this.#memory.idOf(row),
    );
  }

  async rows({ messageIds }: StoreParams<'rows'>): Promise<(MessageRow | null)[]> {
    const numbers = messageIds.map((id) => this.#memory.rowOf(id));
    const live = numbers.filter((row) => row >= 0 && this.#memory.shownIn(row) !== null);
    const found = new Map((await this.messageRows(live)).map((row, at) => [live[at], row]));
    return numbers.map((row) => found.get(row) ?? null);
  }

  async thread({ threadId, messageId }: StoreParams<'thread'>): Promise<MessageRow[]> {
    const numbers = conversationRows(this.#memory, threadId, messageId ?? null);
    const rows = await this.messageRows(numbers);
    return withoutCopies(this.#memory, rows, numbers, messageId ?? null);
  }

  async messageRows(numbers: readonly number[]): Promise<MessageRow[]> {
    const texts = await this.#texts.of(numbers);
    return numbers.map((row, at) => {
      const text = texts[at];
      if (text === undefined) throw new Error('a row without text');
      return this.#messageRow(row, text);
    });
  }

  #messageRow(row: number, { envelope, preview }: RowText): MessageRow {
    const memory = this.#memory;
    const view = memory.views.get(row);
    const home = memory.home(row);
    return {
      messageId: memory.idOf(row),
      folderId: (view?.folder ?? home).folderId,
      accountId: home.accountId,
      threadId: memory.threadId(row),
      subject: envelope.subject,
      from: envelope.from,
      to: envelope.to,
      date: isoTime(memory.rows.date(row)),
      sentAt: envelope.sentAt === null ? null : isoTime(envelope.sentAt),
      size: memory.rows.size(row),
      flags: view?.flags ?? memory.serverFlags(row),
      hasAttachments: memory.rows.has(row, rowBits.attachments),
      messageIdHeader: envelope.messageIdHeader,
      preview,
      readableOffline: memory.rows.has(row, rowBits.readable),
      pending: view?.mark ?? null,
    };
  }

  /** Senders of the conversations that `heads` stand for, oldest first, within the view's folders. */
  async #senders(
    view: ListView,
    heads: readonly number[],
    counts: readonly number[],
  ): Promise<(MailAddress[] | undefined)[]> {
    const memory = this.#memory;
    const folders = new Set(view.folderIds);
    const members = heads.map((head, at) => {
      if ((counts[at] ?? 1) < 2) return [];
      const all = memory.threads.rowsOf(memory.threads.root(memory.rows.node(head)));
      return all
        .filter((row) => folders.has(memory.shownIn(row)?.folderId ?? ''))
        .sort(memory.rows.compare)
        .slice(0, membersRead);
    });
    const texts = await this.#texts.of(members.flat());
    let next = 0;
    return members.map((rows) => {
      if (rows.length === 0) return undefined;
      const senders = new Map<string, MailAddress>();
      for (const text of texts.slice(next, next + rows.length)) {
        for (const from of text.envelope.from)
          if (!senders.has(from.address)) senders.set(from.address, from);
      }
      next += rows.length;
      return [...senders.values()].slice(0, sendersShown);
    });
  }
}

/** A date beyond what ISO 8601 can say is shown as the epoch, never thrown. */
export function isoTime(ms: number): string {
  return Number.isFinite(ms) && Math.abs(ms) <= 8.64e15
    ? new Date(ms).toISOString()
    : new Date(0).toISOString();
}
