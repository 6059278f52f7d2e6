import { unpackBatch } from '../../src-shared/packed-rows.ts';
import {
  storeAnswersChannel,
  windowMethods,
  type StoreAnswer,
  type StoreMethod,
  type StoreParams,
  type StoreTrouble,
} from '../../src-shared/cache-protocol.ts';
import { StoreMistake } from './apply-batch.ts';
import { isStoreMethod, isWindowParams, readRequest } from './requests.ts';
import { DamagedCacheError } from './segment-texts.ts';
import type { Store } from './store.ts';

/** Nobody asked anything for so long: nobody is in the middle of something. */
const restMs = 1_000;

interface Waiting {
  method: StoreMethod;
  params: unknown;
  answer: (answer: StoreAnswer) => void;
  id: number;
}

/**
 * One request at a time, so that nothing is ever read between a change in memory and its commit.
 * Main's requests keep their order; what windows ask goes before main's waiting batches.
 */
export class StoreServer {
  readonly #store: Store;
  readonly #fromMain: Waiting[] = [];
  readonly #fromWindows: Waiting[] = [];
  readonly #windowRequests = new Set<string>();
  #busy = false;
  /** Requests so far: none came meanwhile when it stayed the same. */
  #asked = 0;
  #resting = false;

  constructor(store: Store) {
    this.#store = store;
  }

  fromMain(message: unknown, answer: (answer: StoreAnswer) => void): void {
    const request = readRequest(message);
    if (request === null) return;
    const { id, method, params } = request;
    if (!isStoreMethod(method)) {
      answer({ id, ok: false, error: `the store knows no ${method}`, code: 'bug' });
      return;
    }
    this.#fromMain.push({ id, method, params, answer });
    this.#next();
  }

  /** Windows may only read; a request sent again while the first still waits is dropped. */
  fromWindow(message: unknown, post: (channel: string, answer: StoreAnswer) => void): void {
    const request = readRequest(message);
    const windowId = request === null ? null : request.windowId;
    if (request === null || windowId === null) return;
    const { id, method, params } = request;
    const key = `${windowId} ${id}`;
    if (this.#windowRequests.has(key)) return;
    const allowed = (windowMethods as readonly string[]).includes(method) && isStoreMethod(method);
    if (!allowed || !isWindowParams(method, params)) {
      post(storeAnswersChannel(windowId), {
        id,
        ok: false,
        error: `a window cannot ask for ${method} like this`,
        code: 'bug',
      });
      return;
    }
    this.#windowRequests.add(key);
    const answer = (value: StoreAnswer): void => {
      this.#windowRequests.delete(key);
      post(storeAnswersChannel(windowId), value);
    };
    this.#fromWindows.push({ id, method, params, answer });
    this.#next();
  }

  #next(): void {
    if (this.#busy) return;
    // Until main has opened the cache, windows wait.
    const waiting = (this.#store.isOpen ? this.#fromWindows.shift() : undefined) ?? this.#fromMain.shift();
    if (waiting === undefined) {
      this.#tidyWhenIdle();
      return;
    }
    this.#busy = true;
    this.#asked += 1;
    void this.#answer(waiting).then((answer) => {
      this.#busy = false;
      waiting.answer(answer);
      this.#next();
    });
  }

  /** Whoever asks meanwhile waits for one small transaction. */
  #tidyWhenIdle(): void {
    const when = this.#store.tidyWhen;
    if (when === 'idle') this.#tidy();
    else if (when === 'rest') this.#tidyAtRest();
  }

  #tidyAtRest(): void {
    if (this.#resting) return;
    this.#resting = true;
    const asked = this.#asked;
    setTimeout(() => {
      this.#resting = false;
      if (this.#busy) return;
      if (asked === this.#asked && this.#store.tidyWhen !== null) this.#tidy();
      else this.#tidyWhenIdle();
    }, restMs);
  }

  #tidy(): void {
    this.#busy = true;
    void this.#store.tidy().then(() => {
      this.#busy = false;
      this.#next();
    });
  }

  async #answer({ id, method, params }: Waiting): Promise<StoreAnswer> {
    try {
      const given = method === 'applyBatch' ? unpackBatch(params as StoreParams<'applyBatch'>) : params;
      return {
        id,
        ok: true,
        value: (await this.#store.run(method, given as StoreParams<typeof method>)) ?? null,
      };
    } catch (error) {
      const told = codeOf(error);
      const code = told === 'aborted' && (await this.#store.isGone()) ? 'damaged' : told;
      if (code === 'damaged') this.#store.markDamaged();
      return {
        id,
        ok: false,
        error: error instanceof Error ? `${error.name}: ${error.message}` : String(error),
        code,
      };
    }
  }
}

const damagedNames = new Set([
  'UnknownError',
  'DataError',
  'DataCloneError',
  'NotReadableError',
  'NotFoundError',
  'EncodingError',
  'VersionError',
  'OpenFailedError',
  'DatabaseClosedError',
  'MissingAPIError',
  'SyntaxError',
]);

/** What a failure means for main: room is missing, the cache must be opened anew, or we erred. */
export function codeOf(error: unknown): StoreTrouble {
  const names = namesOf(error);
  if (names.some((name) => name === 'QuotaExceededError')) return 'quota';
  if (error instanceof StoreMistake) return 'bug';
  if (error instanceof DamagedCacheError || names.some((name) => damagedNames.has(name))) return 'damaged';
  // Of several requests in a transaction that was given up, Chromium tells but one the true reason.
  if (names.some((name) => name === 'AbortError')) return 'aborted';
  return 'bug';
}

/** Dexie wraps the browser's errors, a transaction's abort wraps the request's, bulk ones have a list. */
function namesOf(error: unknown, depth = 0): string[] {
  if (typeof error !== 'object' || error === null || depth > 4) return [];
  const { name, inner, failures } = error as { name?: unknown; inner?: unknown; failures?: unknown };
  return [
    ...(typeof name === 'string' ? [name] : []),
    ...namesOf(inner, depth + 1),
    ...(Array.isArray(failures)
      ? failures.slice(0, 3).flatMap((failure) => namesOf(failure, depth + 1))
      : []),
  ];
}
