import type { StoreMethod, StoreNotice, StoreParams, StoreResult } from '../../src-shared/cache-protocol.ts';
import { packBatch } from '../../src-shared/packed-rows.ts';
import type { Clock, Timer } from '../platform/clock.ts';
import type { Page, Shell } from '../shell/shell.ts';
import { closedError, lostError, storeError } from './cache-errors.ts';
import type { CachePort } from './cache-port.ts';
import { isAnswer, isNotice, isWorkerError } from './store-messages.ts';

export interface CacheClientOptions {
  shell: Pick<Shell, 'openPage'>;
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

interface Call {
  id: number;
  method: StoreMethod;
  params: unknown;
  resolve: (value: unknown) => void;
  reject: (error: Error) => void;
  sent: boolean;
}

/** Batches on their way at once: the next is parsed while one is written; more only fills memory. */
const maxWritesInFlight = 2;
const bigMethods: ReadonlySet<StoreMethod> = new Set(['applyBatch', 'putBodies']);
/** A page that goes away so often in a minute is only tried again after a rest. */
const maxReopenings = 20;
const restMs = 30_000;

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

  constructor(options: CacheClientOptions) {
    this.#options = options;
    this.#cacheId = options.expectedCacheId;
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
    this.#closed = true;
    this.#retry?.cancel();
    for (const call of this.#calls.values()) call.reject(closedError());
    this.#calls.clear();
    await this.#page?.close();
  }

  /** Sends what may be sent, in order; a call that must wait holds back those behind it. */
  #pump(): void {
    if (!this.#ready) return;
    let big = 0;
    for (const call of this.#calls.values()) if (call.sent && bigMethods.has(call.method)) big += 1;
    for (const call of this.#calls.values()) {
      if (call.sent) continue;
      if (bigMethods.has(call.method)) {
        if (big >= maxWritesInFlight) return;
        big += 1;
      }
      call.sent = true;
      const params =
        call.method === 'applyBatch' ? packBatch(call.params as StoreParams<'applyBatch'>) : call.params;
      this.#page?.send({ id: call.id, method: call.method, params });
    }
  }

  async #openPage(): Promise<void> {
    const page = await this.#options.shell.openPage({ path: '/store.html', hidden: true });
    this.#page = page;
    page.onMessage((message) => {
      if (page === this.#page) this.#receive(message);
    });
    page.onGone((reason) => {
      if (page !== this.#page || this.#closed) return;
      this.#page = null;
      this.#ready = false;
      this.#options.log('warn', 'the store page went away', { reason });
      if (reason === 'browser-gone') return;
      void this.#reopen();
    });
    page.onReload(() => {
      if (page === this.#page && !this.#closed)
        void this.#openStore(true).catch((error: unknown) => this.#failed(error));
    });
  }

  async #reopen(): Promise<void> {
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
    } else if (message.code === 'damaged' && call.method !== 'open') {
      this.#options.log('error', 'the cache is damaged and is made anew', { method: call.method });
      this.#calls.delete(message.id);
      call.reject(storeError(message));
      if (this.#ready) void this.#openStore(true).catch((error: unknown) => this.#failed(error));
    } else if (message.code === 'aborted') {
      this.#calls.delete(message.id);
      void this.#options
        .lacksRoom()
        .then((full) => call.reject(storeError({ ...message, code: full ? 'quota' : 'bug' })));
    } else {
      this.#calls.delete(message.id);
      call.reject(storeError(message));
    }
    this.#pump();
  }

  #failed(error: unknown): void {
    this.#options.log('error', 'the store cannot be opened', {
      error: error instanceof Error ? error.message : String(error),
    });
    this.#retry = this.#options.clock.setTimeout(() => void this.#reopen(), 5000);
  }
}
