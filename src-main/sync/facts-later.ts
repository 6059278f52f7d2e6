import type { BodyFacts } from '../../src-shared/cache-protocol.ts';
import type { CachePort } from '../cache/cache-port.ts';
import type { Clock, Timer } from '../platform/clock.ts';
import type { PackedTexts } from '../platform/pack-bytes.ts';
import type { ReadBodies } from './bodies.ts';

/** A download that brings nothing for so long is over, or slow enough that reading does not hold it up. */
const quietMs = 500;
/** With so many waiting they are read beside the download: what is not read is not found by its words. */
const mostWaiting = 20_000;
/** What an earlier run left is read when the start is over. */
const afterStartMs = 10_000;
/** After an error: the cache is away, or the disk takes nothing. */
const againMs = 60_000;
/** Read at a time: somebody who opens a message waits for it at most. */
const atOnce = 100;
const bytesAtOnce = 1024 * 1024;

export interface FactsLaterPorts {
  cache: CachePort;
  /** Bytes of the first of these, of one at least; null: they are lost. */
  bytesOf(marks: readonly string[], mostBytes: number): Promise<(Uint8Array | null)[]>;
  readBodies(messages: readonly Uint8Array[]): Promise<ReadBodies>;
  /** Whether words of the account's mail may be on this computer now. */
  keepsMail(accountId: string): boolean;
  onBodies(accountId: string, messageIds: string[], texts: PackedTexts): void;
  clock: Clock;
  log(level: 'warn', message: string, detail: Record<string, unknown>): void;
}

/**
 * Reads what a large download kept unread, when the line is quiet: what can be read offline is here sooner by a third.
 * What is still to be read stands in the cache, so that a kill, a move or a new UIDVALIDITY leaves none out.
 */
export interface FactsLater {
  /** So many were kept now. */
  kept(count: number): void;
  /** Looks for what an earlier run left. */
  start(): void;
  stop(): void;
}

export function createFactsLater(ports: FactsLaterPorts): FactsLater {
  const { clock, log } = ports;
  let waiting = 0;
  let quietFrom = 0;
  let timer: Timer | null = null;
  /** More were kept since the cache was asked last. */
  let hasMore = false;
  let isRunning = false;
  let isStopped = false;

  function later(ms: number): void {
    if (timer !== null || isRunning || isStopped) return;
    timer = clock.setTimeout(() => {
      timer = null;
      void run();
    }, ms);
  }

  const rest = (): number => (waiting > mostWaiting ? 0 : quietFrom - clock.monotonic());

  /** Until nothing is left, or the line is busy again: gives how long to rest then, in milliseconds. */
  async function readAll(): Promise<number | null> {
    for (;;) {
      const left = rest();
      if (left > 0) return left;
      if (isStopped) return null;
      hasMore = false;
      const count = await readSome(ports);
      waiting = Math.max(0, waiting - count);
      if (count > 0 || hasMore) continue;
      waiting = 0;
      return null;
    }
  }

  async function run(): Promise<void> {
    if (isRunning || isStopped) return;
    isRunning = true;
    const next = await readAll().catch((error: unknown) => {
      log('warn', 'kept messages could not be read', { error });
      return againMs;
    });
    isRunning = false;
    if (next !== null || hasMore) later(next ?? 0);
  }

  return {
    kept(count) {
      waiting += count;
      hasMore = true;
      quietFrom = clock.monotonic() + quietMs;
      if (waiting > mostWaiting) {
        timer?.cancel();
        timer = null;
      }
      later(Math.max(0, rest()));
    },
    start: () => later(afterStartMs),
    stop() {
      isStopped = true;
      timer?.cancel();
    },
  };
}

/** How many are done with; 0: nothing is left to be read. */
async function readSome({
  cache,
  bytesOf,
  readBodies,
  keepsMail,
  onBodies,
}: FactsLaterPorts): Promise<number> {
  const wanted = await cache.call('bodiesToRead', { limit: atOnce });
  if (wanted.length === 0) return 0;
  const bytes = await bytesOf(
    wanted.map(({ mark }) => mark),
    bytesAtOnce,
  );
  const here = wanted
    .slice(0, Math.max(1, bytes.length))
    .map((body, at) => ({ ...body, raw: bytes[at] ?? null }));
  const lost = here.filter(({ raw }) => raw === null).map(({ messageId }) => messageId);
  // The message is gone from the server, or its bytes from the disk: nothing is to be read.
  const unread = here.filter(({ raw, accountId }) => raw === null || accountId === null);
  const read = here.flatMap(({ messageId, accountId, raw }) =>
    raw === null || accountId === null ? [] : [{ messageId, accountId, raw }],
  );
  const facts: { messageId: string; facts: BodyFacts | null }[] = unread.map(({ messageId }) => ({
    messageId,
    facts: null,
  }));
  for (const [accountId, some] of Map.groupBy(read, (body) => body.accountId)) {
    const found = await readBodies(some.map(({ raw }) => raw));
    some.forEach(({ messageId }, at) => facts.push({ messageId, facts: found.facts[at] ?? null }));
    // The account was removed, or keeps its mail on the server only, while this was read.
    if (!keepsMail(accountId)) continue;
    // Told before they are written down as read: read twice is better than not found.
    onBodies(
      accountId,
      some.map(({ messageId }) => messageId),
      found.texts,
    );
  }
  await cache.call('putFacts', { bodies: facts });
  if (lost.length > 0) await cache.call('dropBodies', { messageIds: lost });
  return here.length;
}
