import {
  storeAnswersChannel,
  storeNoticesChannel,
  storeRequestsChannel,
  type ListPage,
  type ListView,
  type StoreMethod,
  type StoreNotice,
} from '../../../src-shared/cache-protocol.ts';
import type { FolderRecord } from '../../../src-shared/model/folder.ts';
import type { ListRow, MessageRow } from '../../../src-shared/model/message.ts';
import { madeDate, madeMail } from './made-mail.ts';

interface FakeFolder extends FolderRecord {
  /** Numbers of its messages, newest first. */
  numbers: Uint32Array;
}

/** The store of a window under test: answers on the same channels as the real one, from made-up mail. */
export class FakeStore {
  readonly folders = new Map<string, FakeFolder>();
  readonly now = Date.now();
  /** While above 0, answers are kept back so long (ms). */
  delay = 0;
  conversation = 3;
  fail: string | null = null;
  /** What a test wants of a row, by message id. */
  readonly rows = new Map<string, Partial<MessageRow>>();
  readonly #flags = new Map<number, Map<string, boolean>>();
  readonly #pending = new Set<number>();
  readonly #folderOf = new Map<number, string>();
  readonly #views = new Map<string, Uint32Array>();
  readonly #notices = new BroadcastChannel(storeNoticesChannel);
  #version = 1;

  listen(): void {
    const requests = new BroadcastChannel(storeRequestsChannel);
    const answers = new Map<string, BroadcastChannel>();
    requests.onmessage = (
      event: MessageEvent<{ windowId: string; id: number; method: StoreMethod; params: never }>,
    ) => {
      const { windowId, id, method, params } = event.data;
      const channel = answers.get(windowId) ?? new BroadcastChannel(storeAnswersChannel(windowId));
      answers.set(windowId, channel);
      const answer = (): void =>
        channel.postMessage(
          this.fail !== null && method === 'page'
            ? { id, ok: false, error: this.fail, code: 'damaged' }
            : { id, ok: true, value: this.#answer(method, params) },
        );
      if (this.delay > 0) setTimeout(answer, this.delay);
      else answer();
    };
  }

  addFolder(record: FolderRecord, count: number, firstNumber: number): void {
    this.folders.set(record.folderId, {
      ...record,
      numbers: Uint32Array.from({ length: count }, (_, at) => firstNumber + at),
    });
    this.#count(record.folderId);
  }

  record(folderId: string): FolderRecord | undefined {
    const folder = this.folders.get(folderId);
    if (folder === undefined) return undefined;
    const { numbers: _numbers, ...record } = folder;
    return record;
  }

  records(): FolderRecord[] {
    return [...this.folders.keys()].map((id) => this.record(id)).filter((record) => record !== undefined);
  }

  row(messageId: string): MessageRow | null {
    const number = Number(messageId.slice(1));
    const folderId = this.folderIdOf(number);
    return folderId === null ? null : this.#row(number, folderId);
  }

  folderIdOf(number: number): string | null {
    const moved = this.#folderOf.get(number);
    if (moved !== undefined) return moved;
    for (const folder of this.folders.values())
      if (placeOf(folder.numbers, number) >= 0) return folder.folderId;
    return null;
  }

  /** A change of flags as it is shown while it waits. */
  setFlags(
    messageIds: readonly string[],
    add: readonly string[],
    remove: readonly string[],
    pending: boolean,
  ): void {
    const touched = new Set<string>();
    for (const id of messageIds) {
      const number = Number(id.slice(1));
      const flags = this.#flags.get(number) ?? new Map<string, boolean>();
      for (const flag of add) flags.set(flag, true);
      for (const flag of remove) flags.set(flag, false);
      this.#flags.set(number, flags);
      if (pending) this.#pending.add(number);
      const folderId = this.folderIdOf(number);
      if (folderId !== null) touched.add(folderId);
    }
    this.#changed(touched, messageIds);
  }

  move(messageIds: readonly string[], folderId: string | null, pending: boolean): void {
    const numbers = new Set(messageIds.map((id) => Number(id.slice(1))));
    const touched = new Set<string>();
    for (const folder of this.folders.values()) {
      if (!folder.numbers.some((number) => numbers.has(number))) continue;
      folder.numbers = folder.numbers.filter((number) => !numbers.has(number));
      touched.add(folder.folderId);
    }
    const target = folderId === null ? undefined : this.folders.get(folderId);
    if (target !== undefined) {
      target.numbers = Uint32Array.from([...target.numbers, ...numbers]).sort();
      touched.add(target.folderId);
    }
    for (const number of numbers) {
      if (folderId !== null) this.#folderOf.set(number, folderId);
      if (pending) this.#pending.add(number);
    }
    this.#changed(touched, messageIds);
  }

  /** New mail at the top of a folder, as a server brings it. Numbers below those there are newer. */
  arrive(folderId: string, count: number): void {
    const folder = this.folders.get(folderId);
    if (folder === undefined) return;
    const first = folder.numbers[0] ?? 0;
    folder.numbers = Uint32Array.from([
      ...Array.from({ length: count }, (_, at) => first - count + at),
      ...folder.numbers,
    ]);
    this.#changed(new Set([folderId]), null);
  }

  tell(folderIds: Iterable<string>): void {
    this.#changed(new Set(folderIds), null);
  }

  #changed(folderIds: ReadonlySet<string>, messageIds: readonly string[] | null): void {
    this.#version += 1;
    this.#views.clear();
    for (const id of folderIds) this.#count(id);
    const notice: StoreNotice = {
      notice: 'folders',
      folders: [...folderIds].map((id) => this.record(id)).filter((record) => record !== undefined),
      messageIds: messageIds === null || messageIds.length > 500 ? null : [...messageIds],
    };
    this.#notices.postMessage(notice);
  }

  #count(folderId: string): void {
    const folder = this.folders.get(folderId);
    if (folder === undefined) return;
    const { numbers } = folder;
    folder.cached = numbers.length;
    if (folder.complete) folder.total = numbers.length;
    let unread = 0;
    for (let at = 0; at < Math.min(numbers.length, 50_000); at += 1)
      if (!this.#has(numbers[at] ?? 0, '\\Seen')) unread += 1;
    folder.unread = folder.role === 'inbox' || folder.role === null ? Math.min(unread, 240) : 0;
    folder.version += 1;
  }

  #answer(method: StoreMethod, params: never): unknown {
    const given = params as {
      view: ListView;
      start: number;
      count: number;
      messageId: string;
      messageIds: string[];
      threadId: string;
    };
    switch (method) {
      case 'folders':
        return this.records();
      case 'page':
        return this.#page(given.view, given.start, given.count);
      case 'indexOf': {
        const order = this.#order(given.view);
        return {
          index: placeOf(order, Number(given.messageId.slice(1))),
          total: order.length,
          version: this.#version,
        };
      }
      case 'idsOf':
        return Array.from(this.#order(given.view), (number) => `m${number}`);
      case 'conversationIds':
        return given.messageIds.flatMap((id) =>
          this.thread(this.row(id)?.threadId ?? '')
            .filter((row) => given.view.folderIds.includes(row.folderId))
            .map((row) => row.messageId),
        );
      case 'rows':
        return given.messageIds.map((id) => this.row(id));
      case 'thread':
        return this.thread(given.threadId);
      default:
        return [];
    }
  }

  /** Every tenth message stands for three, or as many as the world says. */
  thread(threadId: string): MessageRow[] {
    const number = Number(threadId.slice(1));
    const own = this.row(`m${number}`);
    if (own === null) return [];
    if (number % 10 !== 0) return [own];
    const day = 86_400_000;
    const earlier = Array.from({ length: this.conversation - 1 }, (_, at) => at + 1).map(
      (back): MessageRow => {
        const at = new Date(Date.parse(own.date) - (this.conversation - back) * 2 * day).toISOString();
        return {
          ...own,
          messageId: `m${number}.${back}`,
          from: back === 2 ? [{ name: 'Ina Verhoeven', address: 'ina@example.org' }] : own.from,
          date: at,
          sentAt: at,
          flags: ['\\Seen'],
          hasAttachments: false,
          preview:
            back === 2
              ? 'Lovely. One last change: the opening is on the 12th of March, not the 13th.'
              : 'The second proof has the deeper blue you asked for; the tide line sits two millimetres higher',
        };
      },
    );
    return [...earlier, own];
  }

  #page(view: ListView, start: number, count: number): ListPage {
    const order = this.#order(view);
    const numbers = [...order.subarray(start, start + count)];
    const rows = numbers.map((number): ListRow => {
      const row = this.#row(number, this.folderIdOf(number) ?? '');
      const threaded = view.threaded && number % 10 === 0;
      return {
        ...row,
        threadCount: threaded ? this.conversation : 1,
        threadUnread: row.flags.includes('\\Seen') ? 0 : 1,
        threadFrom: threaded
          ? [...row.from, { name: 'Ina Verhoeven', address: 'ina@example.org' }]
          : row.from,
      };
    });
    return { total: order.length, start, version: this.#version, rows };
  }

  #order(view: ListView): Uint32Array {
    const key = JSON.stringify([view.folderIds, view.filter ?? '']);
    const known = this.#views.get(key);
    if (known !== undefined) return known;
    const folders = view.folderIds.map((id) => this.folders.get(id)).filter((folder) => folder !== undefined);
    const [first] = folders;
    let order =
      folders.length === 1 && first !== undefined
        ? first.numbers
        : Uint32Array.from(folders.flatMap((folder) => [...folder.numbers])).sort();
    if (view.filter !== undefined) {
      order = order.filter((number) =>
        view.filter === 'flagged' ? this.#has(number, '\\Flagged') : !this.#has(number, '\\Seen'),
      );
    }
    this.#views.set(key, order);
    return order;
  }

  #has(number: number, flag: string): boolean {
    const set = this.#flags.get(number)?.get(flag);
    if (set !== undefined) return set;
    const mail = madeMail(number);
    return flag === '\\Flagged' ? mail.starred : flag === '\\Seen' ? !mail.unread : false;
  }

  #row(number: number, folderId: string): MessageRow {
    const mail = madeMail(number);
    const folder = this.folders.get(folderId);
    const at = new Date(madeDate(number - 1000, this.now)).toISOString();
    const sent = folder?.role === 'sent' || folder?.role === 'drafts';
    const ina = { name: 'Ina Verhoeven', address: 'ina@example.org' };
    return {
      messageId: `m${number}`,
      folderId,
      accountId: folder?.accountId ?? '',
      threadId: `t${number}`,
      subject: mail.subject,
      from: sent ? [ina] : [mail.from],
      to: sent ? [mail.from] : [ina, { name: 'Harbour Museum', address: 'office@harbour-museum.example' }],
      date: at,
      sentAt: at,
      size: 5000,
      flags: [
        ...(this.#has(number, '\\Seen') ? ['\\Seen'] : []),
        ...(this.#has(number, '\\Flagged') ? ['\\Flagged'] : []),
      ],
      hasAttachments: mail.hasAttachments,
      messageIdHeader: `<${number}@example.org>`,
      preview: mail.preview,
      readableOffline: !mail.away,
      pending: this.#pending.has(number) ? 'flags' : null,
      ...this.rows.get(`m${number}`),
    };
  }
}

/** Place of a number in an ascending array; −1 when it is not there. */
function placeOf(numbers: Uint32Array, wanted: number): number {
  let low = 0;
  let high = numbers.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((numbers[middle] ?? Infinity) < wanted) low = middle + 1;
    else high = middle;
  }
  return numbers[low] === wanted ? low : -1;
}
