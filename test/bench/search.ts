import { type BenchContext, percentile } from './bench-line.ts';
import type { BenchWorld, Size } from './bench-world.ts';

const texts = [
  'tides',
  'report',
  'from:anna',
  'subject:plan',
  'the re',
  '"come in"',
  'meeting notes',
  'is:unread a',
  'zzzznothing',
  'müller',
];

/** What the user waits for after typing a word, over what is cached. */
export async function benchSearch(world: BenchWorld, { quick, add }: BenchContext): Promise<void> {
  const size: Size = quick ? 5_000 : 50_000;
  const { profile, accountId } = await world.synced(size);
  const app = world.open(profile);
  try {
    await app.call('search.query', { accountId, text: 'first', limit: 50 });
    const times: number[] = [];
    let found = 0;
    for (let round = 0; round < (quick ? 2 : 6); round += 1) {
      for (const text of texts) {
        const start = performance.now();
        found += (await app.call('search.query', { accountId, text, limit: 50 })).rows.length;
        times.push(performance.now() - start);
      }
    }
    if (found === 0) throw new Error('no search found anything');
    const n = size.toLocaleString('en');
    add({
      what: `A search over ${n} messages, newest 50 shown, p50`,
      value: percentile(times, 0.5),
      unit: 'ms',
    });
    add({
      what: `A search over ${n} messages, newest 50 shown, p95`,
      value: percentile(times, 0.95),
      unit: 'ms',
    });
  } finally {
    await app.quit();
  }
}
