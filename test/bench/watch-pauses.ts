import { writeFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { isMainThread } from 'node:worker_threads';

/*
 * Loaded into main before its own code (`--import`): at each SIGUSR2 it writes how long the event loop was held up
 * since the last one, and begins anew. `p99` and `max` are milliseconds above the sampling interval, time in which
 * other programs had the processor included; `busiest` is the most processor time that main itself used between two
 * ticks of a timer, which the machine's load hardly moves.
 */
const file = process.env['POSTHORN_BENCH_PAUSES'];
const interval = 10;

if (isMainThread && file !== undefined) {
  const delays = monitorEventLoopDelay({ resolution: interval });
  delays.enable();
  let busiest = 0;
  let before = process.threadCpuUsage();
  setInterval(() => {
    const now = process.threadCpuUsage();
    busiest = Math.max(busiest, (now.user + now.system - before.user - before.system) / 1000);
    before = now;
  }, interval).unref();
  process.on('SIGUSR2', () => {
    const above = (ns: number): number => Math.max(0, ns / 1e6 - interval);
    writeFileSync(
      file,
      JSON.stringify({
        p99: above(delays.percentile(99)),
        max: above(delays.max),
        busiest,
        memory: process.memoryUsage(),
      }),
    );
    delays.reset();
    busiest = 0;
  });
}
