import { setFlagsFromString } from 'node:v8';
import { systemClock } from './clock.ts';

/** Above this (resident bytes) the heap is kept as small as it can be, below the other it may grow again. */
const muchBytes = 180_000_000;
const littleBytes = 150_000_000;
const lookEveryMs = 1_000;

/**
 * Lets V8 collect early while the program is large. What main holds is some 30 MB whatever the number of messages; the
 * rest is garbage that V8 sees no reason to collect on a machine with much memory: 464 MB after 50,000 messages over
 * ten accounts. Collecting early costs a third of main's processor time, so that it is done only where it is needed.
 */
export function watchMemory(): void {
  let thrifty = false;
  const look = (): void => {
    const bytes = process.memoryUsage.rss();
    if (thrifty ? bytes < littleBytes : bytes > muchBytes) {
      thrifty = !thrifty;
      // Looked at by V8 at each collection: how far the heap may grow until the next one.
      setFlagsFromString(thrifty ? '--optimize-for-size' : '--no-optimize-for-size');
    }
    // The system's clock whatever the tests do with time: this is about the process.
    systemClock.setTimeout(look, lookEveryMs);
  };
  look();
}
