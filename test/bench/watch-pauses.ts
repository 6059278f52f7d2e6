import { writeFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { isMainThread } from 'node:worker_threads';

/*
 * Loaded into main before its own code (`--import`): at each SIGUSR2 it writes how long the event loop was held up
 * since the last one, and begins anew. Milliseconds above the sampling interval.
 */
const file = process.env['POSTHORN_BENCH_PAUSES'];
const interval = 10;

if (isMainThread && file !== undefined) {
  const delays = monitorEventLoopDelay({ resolution: interval });
  delays.enable();
  process.on('SIGUSR2', () => {
    const above = (ns: number): number => Math.max(0, ns / 1e6 - interval);
    writeFileSync(file, JSON.stringify({ p99: above(delays.percentile(99)), max: above(delays.max) }));
    delays.reset();
  });
}
