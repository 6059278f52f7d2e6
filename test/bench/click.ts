import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { type BenchContext, percentile } from './bench-line.ts';
import type { BenchWorld } from './bench-world.ts';

const record = Buffer.alloc(300, 'x');

/** What no durable click can be faster than: one record appended and fsynced where the journal lies. */
function bareAppends(profile: string, count: number): number[] {
  const file = openSync(join(profile, 'bench-appends'), 'a');
  try {
    return Array.from({ length: count }, () => {
      const start = performance.now();
      writeSync(file, record);
      fsyncSync(file);
      return performance.now() - start;
    });
  } finally {
    closeSync(file);
  }
}

/** A flag that no mail here has, set through the contract: when it is durable, and when every window was told to show it. */
export async function benchClick(world: BenchWorld, { quick, add }: BenchContext): Promise<void> {
  const size = quick ? 2_000 : 10_000;
  const { profile, inbox } = await world.synced(size);
  const clicks = quick ? 30 : 200;
  const app = world.open(profile);
  try {
    // Fetching ahead changes rows too: not while the clicks are timed.
    await app.call('folder.update', { folderId: inbox, policy: { bodies: 'none' } });
    const { rows } = await app.call('message.list', { folderId: inbox, limit: clicks });
    const floor: number[] = [];
    const durable: number[] = [];
    const shown: number[] = [];
    for (const { messageId } of rows) {
      floor.push(...bareAppends(profile, 1));
      app.events.length = 0;
      const start = performance.now();
      const seen = app
        .event('message.changed', ({ messageIds }) => messageIds?.includes(messageId) === true)
        .then(() => performance.now() - start);
      await app.call('message.setFlags', { messageIds: [messageId], add: ['\\Answered'] });
      durable.push(performance.now() - start);
      shown.push(await seen);
    }
    for (const [name, share] of [
      ['p50', 0.5],
      ['p95', 0.95],
    ] as const) {
      const beside = { what: 'one bare append and fsync', value: percentile(floor, share) };
      const where = `in a folder of ${size.toLocaleString('en')}`;
      add({
        what: `A click until it is durable, ${name}, ${where}`,
        value: percentile(durable, share),
        unit: 'ms',
        beside,
      });
      add({
        what: `A click until every window is told, ${name}, ${where}`,
        value: percentile(shown, share),
        unit: 'ms',
        beside,
      });
    }
  } finally {
    await app.quit();
  }
}
