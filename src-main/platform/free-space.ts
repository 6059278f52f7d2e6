import { statfs } from 'node:fs/promises';
import type { Clock } from './clock.ts';

/**
 * `tight`: nothing is fetched ahead any more. `full`: the cache takes no new rows either. What is left is for the
 * journal, drafts and outbox, which are never refused while a byte is there.
 */
export type SpaceLevel = 'ok' | 'tight' | 'full';

export interface SpaceGuard {
  level(): Promise<SpaceLevel>;
  /** Bytes that an ordinary user may still write; null where the system does not say. */
  free(): Promise<number | null>;
}

/**
 * Of a large disk absolute amounts count, of a small one its share: SQLite's log and Chromium's files need some
 * 20 MB beside what they keep. A write that Chromium has no room for costs it the whole cache (measured).
 */
const tightBytes = 2 * 1024 ** 3;
const tightShare = 0.2;
const fullBytes = 500 * 1024 ** 2;
const fullShare = 0.04;
/** The answer is kept so long: bodies come at 100 MB a second from a server nearby. */
const freshMs = 50;

/** Watches the disk that holds `directory`. A system that gives no numbers is taken to have room. */
export function createSpaceGuard(directory: string, clock: Clock): SpaceGuard {
  let asked = Number.NEGATIVE_INFINITY;
  let last: { free: number; size: number } | null = null;
  async function look(): Promise<{ free: number; size: number } | null> {
    if (clock.monotonic() - asked < freshMs) return last;
    asked = clock.monotonic();
    last = await statfs(directory).then(
      ({ bavail, blocks, bsize }) => ({ free: bavail * bsize, size: blocks * bsize }),
      () => null,
    );
    return last;
  }
  return {
    async level() {
      const space = await look();
      if (space === null) return 'ok';
      if (space.free < Math.min(fullBytes, space.size * fullShare)) return 'full';
      return space.free < Math.min(tightBytes, space.size * tightShare) ? 'tight' : 'ok';
    },
    free: async () => (await look())?.free ?? null,
  };
}
