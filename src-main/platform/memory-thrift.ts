import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { systemClock } from './clock.ts';

/** Above this (resident bytes) the heap is kept as small as it can be. */
const muchBytes = 240_000_000;
/** Above this too, where it lasts: a first sync of 100,000 messages is over by then, one of a million is not. */
const longMuchBytes = 185_000_000;
const longLooks = 15;
/** Below this it may grow again. */
const littleBytes = 165_000_000;
/** When nothing is done, nothing above this is kept that can be given back. */
const idleBytes = 160_000_000;
const lookEveryMs = 1_000;
/** So long after much was done, doing less than this, the garbage is given back: nobody waits for the 50 ms it takes. */
const quietLooks = 5;
const quietMicroseconds = 50_000;

/**
 * Lets V8 collect early while the program is large. What main holds is some 30 MB whatever the number of messages; the
 * rest is garbage that V8 sees no reason to collect on a machine with much memory: 464 MB after 50,000 messages over
 * ten accounts. Collecting early costs a third of main's processor time, so that it is done only where it is needed.
 */
export function watchMemory(): void {
  // Main's heap has taken its limit by now. Threads that begin later take theirs from their `resourceLimits`, which
  // the command line's limit would override: 48 MB of new objects to each.
  setFlagsFromString('--max-semi-space-size=0');
  let thrifty = false;
  let quiet = 0;
  let much = 0;
  let usage = process.cpuUsage();
  const look = (): void => {
    const bytes = process.memoryUsage.rss();
    const { user, system } = process.cpuUsage(usage);
    usage = process.cpuUsage();
    quiet = user + system < quietMicroseconds ? quiet + 1 : 0;
    if (quiet === quietLooks && bytes > idleBytes) collectGarbage();
    much = bytes > longMuchBytes ? much + 1 : 0;
    if (thrifty ? bytes < littleBytes : bytes > muchBytes || much > longLooks) {
      thrifty = !thrifty;
      // Looked at by V8 at each collection: how far the heap may grow until the next one.
      setFlagsFromString(thrifty ? '--optimize-for-size' : '--no-optimize-for-size');
    }
    // The system's clock whatever the tests do with time: this is about the process.
    systemClock.setTimeout(look, lookEveryMs);
  };
  look();
}

/** V8 itself collects when more is wanted, never because nothing is. */
function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('globalThis.gc') as NodeJS.GCFunction | undefined;
  collect?.({ type: 'major', flavor: 'last-resort' });
}
