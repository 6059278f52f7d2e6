import { rmSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { AppError } from '../../src-shared/error.ts';
import { noRoomError } from '../cache/cache-errors.ts';
import type { Log } from '../platform/log.ts';
import { packBytes } from '../platform/pack-bytes.ts';
import type { ShelfAnswer, ShelfQuestion, ShelfValue } from './worker.ts';

/**
 * The bytes of cached messages in a file beside the cache, which holds only what stands for them. Through the cache
 * itself a body went as JSON through the debugging pipe, two processes and IndexedDB: ten times the processor time.
 */
export interface BodyShelf {
  /** What stands for each body in the cache; they are committed when it resolves. @throws AppError `quota` */
  put(accountId: string, bodies: readonly Uint8Array[]): Promise<string[]>;
  /** Null: it is not here. Never rejects. */
  get(mark: string): Promise<Uint8Array | null>;
  /** Of the first of these marks, up to so many bytes but one at least; null: it is not here. */
  first(marks: readonly string[], mostBytes: number): Promise<(Uint8Array | null)[]>;
  lastKey(): Promise<number>;
  /** Drops what no mark stands for, of what was kept up to `lastKey`; gives marks of which nothing is here. */
  keepOnly(marks: readonly string[], lastKey: number): Promise<string[]>;
  eraseAccount(accountId: string): Promise<void>;
  clear(): Promise<void>;
  close(): Promise<void>;
}

/** No byte of a message is this character: a body that begins with it is a mark. */
const sign = '\u2192';

export function isMark(body: string): boolean {
  return body.startsWith(sign);
}

type Question = ShelfQuestion extends infer Q ? (Q extends ShelfQuestion ? Omit<Q, 'id'> : never) : never;

/** The thread starts at the first use. `empty`: what lies in the file belongs to a cache that is lost. */
export function openBodyShelf(path: string, empty: boolean, log: Log): BodyShelf {
  if (empty) for (const suffix of ['', '-wal', '-shm', '-sweep']) rmSync(`${path}${suffix}`, { force: true });
  const waiting = new Map<number, { resolve(value: ShelfValue): void; reject(error: AppError): void }>();
  let nextId = 1;
  let closing = false;
  let worker: Worker | null = null;
  let opened: Promise<{ shelfId: string }> | null = null;

  function start(): Promise<{ shelfId: string }> {
    const made = new Worker(new URL('./worker.ts', import.meta.url), {
      workerData: { path },
      name: 'posthorn-bodies',
      resourceLimits: { maxYoungGenerationSizeMb: 6 },
    });
    worker = made;
    // Mail that is still to be kept holds the process up through those who wait for it.
    made.unref();
    return new Promise((resolve, reject) => {
      made.on('message', (answer: ShelfAnswer) => {
        if ('shelfId' in answer) {
          resolve(answer);
          return;
        }
        const asked = waiting.get(answer.id);
        waiting.delete(answer.id);
        if ('error' in answer) asked?.reject(answer.full ? noRoomError() : broken(answer.error));
        else asked?.resolve(answer.value);
      });
      made.on('error', (error) => log('error', 'the thread that keeps bodies failed', { error }));
      made.on('exit', () => {
        if (worker === made) {
          worker = null;
          opened = null;
        }
        reject(broken('its thread ended'));
        for (const asked of waiting.values()) asked.reject(broken('its thread ended'));
        waiting.clear();
      });
    });
  }

  function ready(): Promise<{ shelfId: string }> {
    if (closing) return Promise.reject(broken('it is closed'));
    opened ??= start();
    return opened;
  }

  async function ask(question: Question, transfer: ArrayBuffer[] = []): Promise<ShelfValue> {
    await ready();
    return await new Promise((resolve, reject) => {
      const id = nextId++;
      if (worker === null) {
        reject(broken('its thread ended'));
        return;
      }
      waiting.set(id, { resolve, reject });
      worker.postMessage({ ...question, id }, transfer);
    });
  }

  const keyOf = (mark: string, shelfId: string): number | null => {
    const [id, key] = mark.slice(sign.length).split('.');
    return id === shelfId && key !== undefined && /^\d{1,16}$/.test(key) ? Number(key) : null;
  };

  return {
    async put(accountId, bodies) {
      const { shelfId } = await ready();
      const { packed, ends } = packBytes(bodies);
      const keys = await ask({ ask: 'put', accountId, packed, ends }, [packed.buffer]);
      return (Array.isArray(keys) ? keys : []).map((key) => `${sign}${shelfId}.${String(key)}`);
    },
    async get(mark) {
      try {
        const { shelfId } = await ready();
        const key = keyOf(mark, shelfId);
        const raw = key === null ? null : await ask({ ask: 'get', key });
        return raw instanceof Uint8Array ? raw : null;
      } catch (error) {
        log('warn', 'a kept message could not be read', { error });
        return null;
      }
    },
    async first(marks, mostBytes) {
      const { shelfId } = await ready();
      // No body has a number below zero: a mark of another file finds none.
      const keys = marks.map((mark) => keyOf(mark, shelfId) ?? -1);
      const bodies = await ask({ ask: 'first', keys, mostBytes });
      return (Array.isArray(bodies) ? bodies : []).map((raw) => (raw instanceof Uint8Array ? raw : null));
    },
    lastKey: async () => Number(await ask({ ask: 'last-key' })),
    async keepOnly(marks, lastKey) {
      const { shelfId } = await ready();
      const markOf = new Map(marks.map((mark) => [keyOf(mark, shelfId) ?? 0, mark]));
      const known = [...markOf.keys()].filter((key) => key > 0);
      const missing = await ask({ ask: 'keep-only', live: known, lastKey });
      const foreign = marks.filter((mark) => keyOf(mark, shelfId) === null);
      return [
        ...foreign,
        ...(Array.isArray(missing) ? missing : []).map((key) => markOf.get(Number(key)) ?? ''),
      ];
    },
    eraseAccount: async (accountId) => void (await ask({ ask: 'erase-account', accountId })),
    clear: async () => void (await ask({ ask: 'clear' })),
    async close() {
      if (worker === null) {
        closing = true;
        return;
      }
      const last = worker;
      const gone = new Promise<void>((resolve) => last.once('exit', () => resolve()));
      void ask({ ask: 'close' }).catch(() => undefined);
      closing = true;
      await gone;
    },
  };
}

function broken(words: string): AppError {
  return new AppError({
    code: 'bug',
    scope: 'folder',
    next: 'retry',
    detail: `The file that keeps the texts of your mail did not answer (${words}). They are fetched again from the server.`,
  });
}
