import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Waits for something another process does. Real time and not the program's Clock: a test that advances the clock
 * must not make a server's start look late, and these timers must keep the process alive.
 */
export async function until<T>(
  what: string,
  probe: () => T | undefined | Promise<T | undefined>,
  options: { withinMs: number; everyMs?: number; explain?: () => string },
): Promise<T> {
  const end = performance.now() + options.withinMs;
  let last: unknown;
  for (;;) {
    try {
      const value = await probe();
      if (value !== undefined) return value;
      last = undefined;
    } catch (thrown) {
      if (thrown instanceof GaveUp) throw thrown;
      last = thrown;
    }
    if (performance.now() > end) break;
    await sleep(options.everyMs ?? 20);
  }
  const why = last instanceof Error ? `: ${last.message}` : '';
  const told = options.explain === undefined ? '' : `\n${options.explain()}`;
  throw new Error(`${what} did not happen within ${options.withinMs} ms${why}${told}`);
}

/** Thrown by a probe that knows it is of no use to go on waiting. */
export class GaveUp extends Error {}

/** Rejects when `promise` takes longer than `ms`; the promise itself is left alone. */
export async function within<T>(what: string, ms: number, promise: Promise<T>): Promise<T> {
  const ended = new AbortController();
  const late = sleep(ms, undefined, { signal: ended.signal }).then(
    () => {
      throw new Error(`${what} took longer than ${ms} ms`);
    },
    () => undefined as never,
  );
  try {
    return await Promise.race([promise, late]);
  } finally {
    ended.abort();
  }
}
