import { existsSync, rmSync, writeFileSync } from 'node:fs';
import type { StoreMethod, StoreParams, StoreResult } from '../../src-shared/cache-protocol.ts';
import type { CacheClient } from '../cache/cache-client.ts';
import type { Clock, Timer } from '../platform/clock.ts';
import type { Log } from '../platform/log.ts';
import { isMark, type BodyShelf } from './body-shelf.ts';

/** What was removed lately is looked for so long after, together. */
const sweepAfterMs = 10 * 60_000;
/** After a kill, or where a sweep was still due, shelf and cache are compared soon after the start. */
const sweepAtStartMs = 60_000;
/** Marks asked for at a time: windows ask between two answers. */
const marksAtOnce = 2_000;

export interface ShelvedCacheOptions {
  cache: CacheClient;
  /** Where the shelf's file lies; beside it a mark says that something is to be swept up. */
  path: string;
  shelf: BodyShelf;
  clock: Clock;
  log: Log;
}

export interface ShelvedCache extends CacheClient {
  /** Compares shelf and cache now: what no row has is dropped, and a row whose body is lost is not called readable. */
  sweep(): Promise<void>;
}

/**
 * The cache with its bodies on the shelf: a body that the cache knows by a mark is read from there, and what the cache
 * forgets as a whole the shelf forgets too. Single bodies are swept up later, as a browser's database would.
 */
export function createShelvedCache({ cache, path, shelf, clock, log }: ShelvedCacheOptions): ShelvedCache {
  let timer: Timer | null = null;
  let closed = false;
  /** What was kept later than this may not stand in the cache yet. */
  let settledKey = 0;

  const marker = `${path}-sweep`;

  function leaveMarker(): void {
    try {
      writeFileSync(marker, '', { mode: 0o600 });
    } catch (error) {
      // A full disk: this run sweeps all the same.
      log('debug', 'a sweep could not be noted', { error });
    }
  }

  function schedule(afterMs: number): void {
    if (timer !== null || closed) return;
    leaveMarker();
    void shelf.lastKey().then(
      (key) => (settledKey = key),
      () => undefined,
    );
    timer = clock.setTimeout(() => {
      timer = null;
      void sweep().catch((error: unknown) => log('warn', 'kept bodies could not be swept', { error }));
    }, afterMs);
  }

  async function sweep(): Promise<void> {
    const marks = new Map<string, string[]>();
    let after: string | null = null;
    do {
      const page: StoreResult<'bodyMarks'> = await cache.call('bodyMarks', { after, limit: marksAtOnce });
      for (const { messageId, mark } of page.marks)
        if (isMark(mark)) marks.set(mark, [...(marks.get(mark) ?? []), messageId]);
      after = page.next;
    } while (after !== null && !closed);
    if (closed) return;
    const lost = (await shelf.keepOnly([...marks.keys()], settledKey)).flatMap(
      (mark) => marks.get(mark) ?? [],
    );
    if (lost.length > 0) await cache.call('dropBodies', { messageIds: lost });
    if (timer === null) rmSync(marker, { force: true });
  }

  async function body(messageId: string): Promise<string | null> {
    const found = await cache.call('body', { messageId });
    if (found === null || !isMark(found)) return found;
    const raw = await shelf.get(found);
    if (raw !== null) return Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength).toString('latin1');
    // Lost: the row is not readable any more, so that it is fetched again.
    void cache.call('dropBodies', { messageIds: [messageId] }).catch(() => undefined);
    return null;
  }

  async function call(method: StoreMethod, params: unknown): Promise<unknown> {
    const result = await cache.call(method, params as StoreParams<StoreMethod>);
    switch (method) {
      case 'removeAccount':
      case 'emptyAccount':
        await shelf.eraseAccount((params as StoreParams<'removeAccount'>).accountId);
        break;
      case 'wipe':
        await shelf.clear();
        break;
      case 'removeFolder':
      case 'dropBodies':
      case 'forgetRested':
        schedule(sweepAfterMs);
        break;
      case 'applyBatch': {
        const { vanished, reset } = params as StoreParams<'applyBatch'>;
        if (reset === true || (vanished !== undefined && vanished !== '')) schedule(sweepAfterMs);
        break;
      }
      default:
    }
    return result;
  }

  cache.onReopened(({ fresh }) => {
    if (fresh)
      void shelf.clear().catch((error: unknown) => log('warn', 'kept bodies were not dropped', { error }));
  });
  // A file that was closed as it should be has no -wal beside it.
  const clean = existsSync(path) && !existsSync(`${path}-wal`) && !existsSync(marker);
  if (!cache.opened.fresh && !clean) schedule(sweepAtStartMs);

  return {
    get opened() {
      return cache.opened;
    },
    call: <M extends StoreMethod>(method: M, params: StoreParams<M>) =>
      (method === 'body' ? body((params as StoreParams<'body'>).messageId) : call(method, params)) as Promise<
        StoreResult<M>
      >,
    onNotice: (listener) => cache.onNotice(listener),
    onReopened: (listener) => cache.onReopened(listener),
    sweep,
    async close() {
      closed = true;
      timer?.cancel();
      await cache.close();
      await shelf.close();
    },
  };
}
