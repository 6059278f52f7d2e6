import { toAppError } from '../../src-shared/error.ts';
import type { AppInfo } from '../../src-shared/ipc/areas/app.ts';
import type { JournalEntry } from '../../src-shared/ipc/areas/journal.ts';
import type { OutboxItem } from '../../src-shared/ipc/areas/sending.ts';
import type { ListRow, MessageRow } from '../../src-shared/model/message.ts';
import type { Settings } from '../../src-shared/settings.ts';
import type { StoreClient } from '../cache/store-client.ts';
import type { MainClient } from '../ipc/client.ts';
import { Accounts } from './accounts.svelte.ts';
import { CommandList } from './commands.svelte.ts';
import { Folders } from './folders.svelte.ts';
import { MailActions } from './mail-actions.ts';
import { MessageList } from './message-list.svelte.ts';
import { serverRows } from './server-rows.ts';
import { isFile } from './opened-file.ts';
import { samePlace, viewOf, type Place } from './places.ts';
import { threadedAt, withThreadedAt } from './threaded.ts';
import { Preferences } from './preferences.svelte.ts';
import { Reader } from './reader.svelte.ts';
import { Route } from './route.svelte.ts';
import { Search } from './search.svelte.ts';
import { Selection } from './selection.svelte.ts';
import { Toasts } from './toasts.svelte.ts';

/** Everything the window knows. Features read it and act through it; they never see each other. */
export class AppState {
  readonly main: MainClient;
  readonly store: StoreClient;
  readonly route = new Route();
  readonly commands = new CommandList();
  readonly toasts = new Toasts();
  readonly accounts = new Accounts();
  readonly folders = new Folders();
  readonly selection = new Selection();
  readonly preferences: Preferences;
  readonly list: MessageList;
  readonly reader: Reader;
  readonly search: Search;
  readonly actions: MailActions;
  info = $state.raw<AppInfo | null>(null);
  journal = $state.raw<readonly JournalEntry[]>([]);
  outbox = $state.raw<readonly OutboxItem[]>([]);
  place = $state.raw<Place>({ kind: 'unified', role: 'inbox' });
  unreadOnly = $state(false);
  /** The cursor went to a row that is not loaded yet: it is opened when it is. */
  openCursorRow = $state(false);
  /** False until accounts, folders and settings are known. */
  started = $state(false);
  /** Why the window could not start, in words. */
  startProblem = $state<string | null>(null);
  /** Milliseconds since the epoch, once a minute: for "today" and the like. */
  now = $state(Date.now());
  dismissedNotices = $state.raw<readonly string[]>([]);
  #readTimer: ReturnType<typeof setTimeout> | undefined;
  /** What was called up from elsewhere than the list: it is read while the cursor stands on another row. */
  #calledUp: string | null = null;

  constructor(main: MainClient, store: StoreClient) {
    this.main = main;
    this.store = store;
    this.preferences = new Preferences(main);
    this.list = new MessageList(store, serverRows(main, this.accounts, this.folders));
    this.reader = new Reader(main);
    this.search = new Search(main);
    this.actions = new MailActions({
      main,
      store,
      list: this.list,
      toasts: this.toasts,
      fromList: () => !this.search.active,
      afterRemoval: (removed) => this.#afterRemoval(removed),
    });
  }

  async start(): Promise<void> {
    setInterval(() => {
      this.now = Date.now();
    }, 60_000);
    try {
      const [info, accounts, journal, outbox] = await Promise.all([
        this.main.call('app.info'),
        this.main.call('account.list'),
        this.main.call('journal.list'),
        this.main.call('outbox.list'),
        this.preferences.load(),
      ]);
      this.info = info;
      this.journal = journal;
      this.outbox = outbox;
      this.accounts.replace(accounts);
      this.folders.replace(await this.store.ask('folders', {}));
      if (accounts.length === 0) this.route.surface = 'welcome';
      await this.#openList();
      this.started = true;
    } catch (error) {
      this.startProblem = toAppError(error).data.detail;
    }
  }

  /** Shows a place in the list. */
  async goTo(place: Place): Promise<void> {
    this.search.clear();
    this.selection.clear();
    this.route.foldersOpen = false;
    this.route.reading = false;
    if (samePlace(place, this.place) && this.list.status === 'ready') {
      this.list.setCursor(0);
      return;
    }
    this.place = place;
    this.unreadOnly = false;
    this.reader.close();
    await this.#openList();
  }

  async setUnreadOnly(only: boolean): Promise<void> {
    this.unreadOnly = only;
    this.selection.clear();
    await this.#openList();
  }

  /** Whether the list that is shown puts conversations together. */
  get threaded(): boolean {
    return threadedAt(this.place, this.preferences.values);
  }

  /** Conversations or single messages, in the list that is shown. */
  setThreaded(threaded: boolean): Promise<void> {
    return this.#setThreaded(withThreadedAt(this.place, this.preferences.values, threaded));
  }

  /** In every list that has no choice of its own; with `alike` in every list. */
  setThreadedEverywhere(threaded: boolean, alike = false): Promise<void> {
    return this.#setThreaded(alike ? { threaded, threadedIn: {} } : { threaded });
  }

  async #setThreaded(change: Partial<Settings>): Promise<void> {
    this.selection.clear();
    const kept = this.preferences.set(change);
    await this.#openList();
    await this.attempt(() => kept);
  }

  async reopenList(): Promise<void> {
    await this.#openList();
  }

  /** Opens a row in the reader and, after the time that the settings say, marks it as read. */
  openRow(row: MessageRow | ListRow, reading: boolean): void {
    clearTimeout(this.#readTimer);
    this.#calledUp = null;
    if (reading) this.route.reading = true;
    this.reader.open(row);
    if (reading && this.folders.byId(row.folderId)?.role === 'drafts')
      this.commands.run('composer.open', { mode: 'draft', messageId: row.messageId });
    const seconds = this.preferences.values.markReadSeconds;
    const unread = 'threadUnread' in row ? row.threadUnread > 0 : !row.flags.includes('\\Seen');
    if (seconds < 0 || !unread) return;
    this.#readTimer = setTimeout(() => {
      if (this.reader.chosen?.messageId === row.messageId)
        void this.actions.read([row.messageId], true, false);
    }, seconds * 1000);
  }

  /** The rows an action is about: the picked ones, else the one in the reader or under the cursor. */
  targets(): string[] {
    if (this.selection.active) return [...this.selection.picked];
    // The row under the cursor is not what anybody means while something from elsewhere is read.
    const read = this.reader.chosen?.messageId;
    if (read !== undefined && isFile(read)) return [];
    if (read !== undefined && read === this.#calledUp) return [read];
    if (this.place.kind === 'outbox' && !this.search.active) return [];
    const one = this.search.active
      ? this.reader.chosen?.messageId
      : (this.list.cursorId ?? this.reader.chosen?.messageId);
    return one === undefined || one === null ? [] : [one];
  }

  /** Does it, or tells in words what went wrong. */
  async attempt(action: () => Promise<unknown>): Promise<boolean> {
    try {
      await action();
      return true;
    } catch (error) {
      this.toasts.show(toAppError(error).data.detail, { kind: 'bad' });
      return false;
    }
  }

  #openList(): Promise<void> {
    return this.place.kind === 'outbox'
      ? Promise.resolve()
      : this.list.open(
          viewOf(this.place, this.folders, {
            threaded: this.threaded,
            unreadOnly: this.unreadOnly,
          }),
        );
  }

  #afterRemoval(removed: ReadonlySet<string>): void {
    clearTimeout(this.#readTimer);
    this.selection.clear();
    const { search } = this;
    if (search.active && search.answer !== null) {
      search.answer = {
        ...search.answer,
        rows: search.answer.rows.filter((row) => !removed.has(row.messageId)),
      };
      search.cursor = Math.max(0, Math.min(search.cursor, search.answer.rows.length - 1));
    }
    if (this.reader.chosen === null || !removed.has(this.reader.chosen.messageId)) return;
    const next = search.active ? search.answer?.rows[search.cursor] : this.list.cursorRow;
    if (next === undefined || this.route.narrow) {
      this.reader.close();
      this.route.reading = false;
    } else {
      this.openRow(next, false);
    }
  }

  /** A message by its id, wherever it is: one of the cache, or a file that the program was started with. */
  async show(messageId: string): Promise<void> {
    const [known] = await this.store.ask('rows', { messageIds: [messageId] });
    const row = known ?? (isFile(messageId) ? await this.main.call('message.get', { messageId }) : null);
    if (row === null) return;
    this.route.surface = 'mail';
    this.openRow(row, true);
    this.#calledUp = messageId;
  }
}
