import { setTimeout as sleep } from 'node:timers/promises';
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

/** What the user waits for after typing a word, over what is cached, and while it is being indexed. */
export async function benchSearch(world: BenchWorld, context: BenchContext): Promise<void> {
  const { quick, add } = context;
  const size: Size = quick ? 5_000 : 50_000;
  await benchWhileIndexing(world, quick ? 5_000 : 100_000, context);
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

/** A search every 100 ms from the account's adding until some seconds after its first sync: rows are indexed meanwhile. */
async function benchWhileIndexing(world: BenchWorld, size: Size, { add }: BenchContext): Promise<void> {
  const user = await world.mailbox(size);
  const app = world.open(world.newProfile());
  try {
    await app.call('app.info');
    const accountId = await world.addAccount(app, user, world.dovecot.imapPort, 'none');
    let over = false;
    const synced = app
      .call('sync.run', { accountId, bodies: 'none' }, 1_200_000)
      .then(() => sleep(3_000))
      .finally(() => (over = true));
    const times: number[] = [];
    for (let at = 0; !over; at += 1) {
      const start = performance.now();
      await app.call('search.query', { text: texts[at % texts.length] ?? '', limit: 50 });
      times.push(performance.now() - start);
      await sleep(100);
    }
    await synced;
    const n = size.toLocaleString('en');
    for (const [name, share] of [
      ['p50', 0.5],
      ['p95', 0.95],
    ] as const)
      add({
        what: `A search while ${n} messages are synced and indexed, ${name}`,
        value: percentile(times, share),
        unit: 'ms',
        note: `${times.length} searches, longest ${Math.max(...times).toFixed(0)} ms`,
      });
  } finally {
    await app.quit();
  }
}
