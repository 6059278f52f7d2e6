import type { StoreMethod, StoreNotice, StoreParams, StoreResult } from '../../src-shared/cache-protocol.ts';
import type { AppError } from '../../src-shared/error.ts';
import { packBatch } from '../../src-shared/packed-rows.ts';
import { delay, type Clock, type Timer } from '../platform/clock.ts';
import type { Page, Shell } from '../shell/shell.ts';
import { closedError, lostError, noRoomError, storeError } from './cache-errors.ts';
import { sendable, type Call } from './calls.ts';
import type { CachePort } from './cache-port.ts';
import { isAnswer, isNotice, isWorkerError } from './store-messages.ts';

export interface CacheClientOptions {
  shell: Pick<Shell, 'openPage' | 'gone'>;
  /** What was remembered of the last start; null at the first. */
  expectedCacheId: string | null;
  /** Accounts of which the store writes nothing to disk; asked at every opening. */
  volatileAccounts?(): string[];
  /** Called whenever the cache has (another) id; to be written durably before it resolves. */
  rememberCacheId(cacheId: string): Promise<void> | void;
  /** Whether the disk of the cache has little room left. */
  lacksRoom(): Promise<boolean>;
  log(level: 'debug' | 'info' | 'warn' | 'error', message: string, detail?: Record<string, unknown>): void;
  clock: Clock;
}

export interface CacheClient extends CachePort {
  /** How the cache was found when it was opened first. */
  readonly opened: StoreResult<'open'>;
  close(): Promise<void>;
}

/** A page that goes away so often in a minute is only tried again after a rest. */
const maxReopenings = 20;
const restMs = 30_000;
const putAwayMs = 2_000;

/** Opens the hidden page and the cache in it. Rejects when the page cannot be had at all. */
export async function openCache(options: CacheClientOptions): Promise<CacheClient> {
  const link = new StoreLink(options);
  await link.start();
  return link;
}

class StoreLink implements CacheClient {
  readonly #options: CacheClientOptions;
  readonly #calls = new Map<number, Call>();
  readonly #noticeListeners: ((notice: StoreNotice) => void)[] = [];
  readonly #reopenListeners: ((opened: StoreResult<'open'>) => void)[] = [];
  #page: Page | null = null;
  #ready = false;
  #closed = false;
  #next = 1;
  #cacheId: string | null;
  #opened: StoreResult<'open'> | null = null;
  #reopenings: number[] = [];
  #retry: Timer | null = null;
  /** The store cannot be opened for want of room: nobody is kept waiting for it meanwhile. */
  #noRoom: AppError | null = null;
  /** Refusals are told in the order in which they came, though some need a look at the disk first. */
  #refusing: Promise<void> = Promise.resolve();

  constructor(options: CacheClientOptions) {
    this.#options = options;
    this.#cacheId = options.expectedCacheId;
    // The program ends with its browser: who waits for an answer would hold up the end, without an end. The page may be
    // told as closed before, for the browser's last window takes it along.
    void options.shell.gone.then(() => this.#end());
  }

  get opened(): StoreResult<'open'> {
    if (this.#opened === null) throw new Error('the cache is not open');
    return this.#opened;
  }

  async start(): Promise<void> {
    await this.#openPage();
    await this.#openStore(false);
  }

  call<M extends StoreMethod>(method: M, params: StoreParams<M>): Promise<StoreResult<M>> {
    if (this.#closed) return Promise.reject(closedError());
    if (this.#noRoom !== null) return Promise.reject(this.#noRoom);
    return new Promise<StoreResult<M>>((resolve, reject) => {
      const id = this.#next;
      this.#next += 1;
      this.#calls.set(id, {
        id,
        method,
        params,
        resolve: (value) => resolve(value as StoreResult<M>),
        reject,
        sent: false,
      });
      this.#pump();
    }).then(async (value) => {
      if (method === 'wipe') await this.#remember(value as StoreResult<'wipe'>);
      return value;
    });
  }

  onNotice(listener: (notice: StoreNotice) => void): void {
    this.#noticeListeners.push(listener);
  }

  onReopened(listener: (opened: StoreResult<'open'>) => void): void {
    this.#reopenListeners.push(listener);
  }

  async close(): Promise<void> {
    await this.#putAway();
    this.#end();
    await this.#page?.close();
  }

  /** The store writes whom it saw lately with the next question for people. One that is silent is not waited for. */
  async #putAway(): Promise<void> {
    if (!this.#ready || this.#closed) return;
    const answered = this.call('contacts', { text: '', limit: 0 }).then(
      () => undefined,
      () => undefined,
    );
    await Promise.race([answered, delay(this.#options.clock, putAwayMs)]);
  }

  #end(): void {
    this.#closed = true;
    this.#retry?.cancel();
    for (const call of this.#calls.values()) call.reject(closedError());
    this.#calls.clear();
  }

  /** Sends what may be sent, in order; a call that must wait holds back those behind it. */
  #pump(): void {
    if (!this.#ready) return;
    for (const call of sendable(this.#calls.values())) {
      call.sent = true;
      const params =
        call.method === 'applyBatch' ? packBatch(call.params as StoreParams<'applyBatch'>) : call.params;
      this.#page?.send({ id: call.id, method: call.method, params });
    }
  }

  async #openPage(): Promise<void> {
    const before = this.#page;
    const page = await this.#options.shell.openPage({ path: '/store.html', hidden: true });
    this.#page = page;
    // A page that lives and whose store could not be opened keeps a process of 120 MB: one each 5 s on a full disk.
    // Only now, for a browser without any page makes no new one.
    await before?.close().catch(() => undefined);
    page.onMessage((message) => {
      if (page === this.#page) this.#receive(message);
    });
    page.onGone((reason) => {
      if (page !== this.#page || this.#closed) return;
      this.#page = null;
      this.#ready = false;
      this.#options.log('warn', 'the store page went away', { reason });
      if (reason !== 'browser-gone') void this.#reopen();
    });
    page.onReload(() => {
      if (page === this.#page && !this.#closed)
        void this.#openStore(true).catch((error: unknown) => this.#failed(error));
    });
  }

  async #reopen(): Promise<void> {
    if (this.#closed) return;
    const now = this.#options.clock.monotonic();
    this.#reopenings = [...this.#reopenings.filter((at) => now - at < 60_000), now];
    if (this.#reopenings.length > maxReopenings) {
      this.#retry = this.#options.clock.setTimeout(() => void this.#reopen(), restMs);
      return;
    }
    try {
      await this.#openPage();
      await this.#openStore(true);
    } catch (error) {
      this.#failed(error);
    }
  }

  /** Asks the store to open, ahead of all waiting calls; what was in flight is then sent again. */
  async #openStore(again: boolean): Promise<void> {
    this.#ready = false;
    for (const call of this.#calls.values()) call.sent = false;
    const id = this.#next;
    this.#next += 1;
    const opened = await new Promise<StoreResult<'open'>>((resolve, reject) => {
      const params: StoreParams<'open'> = {
        expectedCacheId: this.#cacheId,
        volatile: this.#options.volatileAccounts?.() ?? [],
      };
      const call: Call = {
        id,
        method: 'open',
        params,
        resolve: (value) => resolve(value as StoreResult<'open'>),
        reject,
        sent: true,
      };
      this.#calls.set(id, call);
      this.#page?.send({ id, method: 'open', params });
    });
    await this.#remember(opened);
    this.#opened = opened;
    const isLost = opened.fresh && opened.reason !== 'first';
    this.#options.log(isLost ? 'warn' : 'info', 'the cache is open', {
      fresh: opened.fresh,
      reason: opened.reason,
    });
    // What was meant for the lost cache makes no sense in an empty one: whoever asked starts anew.
    if (again && opened.fresh) {
      const waiting = [...this.#calls.values()];
      this.#calls.clear();
      for (const call of waiting) call.reject(lostError());
    }
    if (again) for (const listener of this.#reopenListeners) listener(opened);
    this.#noRoom = null;
    this.#ready = true;
    this.#pump();
  }

  async #remember(opened: StoreResult<'open'>): Promise<void> {
    if (opened.cacheId === this.#cacheId) return;
    this.#cacheId = opened.cacheId;
    await this.#options.rememberCacheId(opened.cacheId);
  }

  #receive(message: unknown): void {
    if (isNotice(message)) {
      for (const listener of this.#noticeListeners) listener(message);
      return;
    }
    if (isWorkerError(message)) {
      this.#options.log('error', 'the store worker failed', { reason: message.workerError });
      // Its page goes with it; a new one is opened as after a crash.
      void this.#page?.close().catch(() => undefined);
      return;
    }
    if (!isAnswer(message)) {
      this.#options.log('error', 'the store said something unknown');
      return;
    }
    const call = this.#calls.get(message.id);
    if (call === undefined) return;
    if (message.ok) {
      this.#calls.delete(message.id);
      call.resolve(message.value);
    } else {
      this.#calls.delete(message.id);
      this.#refusing = this.#refusing.then(async () => {
        // A database that a full disk cut short is told as damaged, too.
        const mayBeFull = message.code === 'aborted' || message.code === 'damaged';
        call.reject(mayBeFull && (await this.#isFull()) ? noRoomError() : storeError(message));
      });
      const isDamaged = message.code === 'damaged' && call.method !== 'open';
      if (isDamaged)
        this.#options.log('error', 'the cache is damaged and is made anew', { method: call.method });
      if (isDamaged && this.#ready) void this.#openStore(true).catch((error: unknown) => this.#failed(error));
    }
    this.#pump();
  }

  #failed(error: unknown): void {
    if (this.#closed) return;
    this.#options.log('error', 'the store cannot be opened', {
      error: error instanceof Error ? error.message : String(error),
    });
    this.#retry?.cancel();
    this.#retry = this.#options.clock.setTimeout(() => void this.#reopen(), 5000);
    void this.#letGo();
  }

  async #letGo(): Promise<void> {
    if (!(await this.#isFull()) || this.#ready || this.#closed) return;
    this.#noRoom = noRoomError();
    const waiting = [...this.#calls.values()].filter(({ method }) => method !== 'open');
    for (const call of waiting) {
      this.#calls.delete(call.id);
      call.reject(this.#noRoom);
    }
  }

  #isFull(): Promise<boolean> {
    return this.#options.lacksRoom().catch(() => false);
  }
}
