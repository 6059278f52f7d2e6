import { symlinkSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '../harness/headless.ts';
import type { BenchContext } from './bench-line.ts';
import { type BenchWorld, manyUsers, type Size, userOf } from './bench-world.ts';
import { memoryOf } from './process-tree.ts';
import { readPauses } from './read-pauses.ts';

const wanted = 200;
const quietMs = 15_000;

/**
 * Main's memory with ten accounts. All ten mailboxes are one Maildir under ten names: what main holds does not depend
 * on that, and a million files need not be written.
 */
export async function benchMemory(world: BenchWorld, { quick, add }: BenchContext): Promise<void> {
  const size: Size = quick ? 5_000 : 100_000;
  await world.mailbox(size);
  for (const user of manyUsers)
    symlinkSync(dirname(world.dovecot.maildir(userOf(size))), dirname(world.dovecot.maildir(user)));
  const total = size * manyUsers.length;
  const n = total.toLocaleString('en');
  const profile = world.newProfile();
  let app = world.open(profile);
  let most = 0;
  const note = async (what: string, seconds: number | null): Promise<void> => {
    const pid = app.child.pid ?? 0;
    const { memory } = await readPauses(pid, profile);
    const { main, all } = memoryOf(pid);
    const mb = (bytes: number): string => (bytes / 1e6).toFixed(0);
    add({
      what,
      value: main / 1e6,
      unit: 'MB resident',
      target: { words: `≤ ${wanted} MB`, met: main / 1e6 <= wanted },
      note: `${seconds === null ? '' : `most ${mb(most)} MB in ${seconds.toFixed(0)} s; `}heap ${mb(memory.heapUsed)} of ${mb(memory.heapTotal)} MB, buffers ${mb(memory.external)} MB; all processes ${mb(all)} MB (PSS)`,
    });
  };
  try {
    await app.call('app.info');
    await note('Memory of main before there is an account', null);
    const start = performance.now();
    const watch = setInterval(() => (most = Math.max(most, memoryOf(app.child.pid ?? 0).main)), 500);
    for (const user of manyUsers) await world.addAccount(app, user, world.dovecot.imapPort, 'none');
    await app.call('sync.run', { bodies: 'none' }, 3_600_000);
    const seconds = (performance.now() - start) / 1000;
    clearInterval(watch);
    await complete(app, total);
    await note(
      `Memory of main after the first sync of ${n} messages over ${manyUsers.length} accounts`,
      seconds,
    );
    await app.call('sync.run', { bodies: 'none' }, 600_000);
    await note('The same after another round in which nothing changed', null);
    // Fetching ahead is not what is measured.
    for (const { accountId } of await app.call('account.list'))
      await app.call('account.update', { accountId, bodies: { days: 0, maxBytes: 0 } });
    await sleep(quietMs);
    await note('The same when nothing was done for a quarter of a minute', null);
    await app.quit();
    app = world.open(profile);
    await app.call('app.info');
    await until(
      async () => (await app.call('account.list')).every(({ state }) => state === 'idle'),
      'all accounts are idle',
      600_000,
    );
    await complete(app, total);
    await note(`Memory of main after a restart, all ${manyUsers.length} accounts connected and idle`, null);
  } finally {
    await app.quit();
  }
}

async function complete(app: ReturnType<BenchWorld['open']>, total: number): Promise<void> {
  let cached = 0;
  for (const { accountId } of await app.call('account.list'))
    for (const folder of await app.call('folder.list', { accountId })) cached += folder.cached;
  if (cached !== total)
    throw new Error(`${cached} of ${total} messages are cached\n${app.stderr.slice(-2000)}`);
}
