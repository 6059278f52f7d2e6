import { setTimeout as sleep } from 'node:timers/promises';
import type { Headless } from '../harness/headless.ts';
import { type BenchContext, percentile } from './bench-line.ts';
import type { BenchWorld } from './bench-world.ts';
import { changingMailbox, otherClient } from './changing-mailbox.ts';

const wanted = 100;

/** Another client marks very many messages in one command while the user clicks. */
export async function benchFlagStorm(world: BenchWorld, { quick, add }: BenchContext): Promise<void> {
  const size = quick ? 5_000 : 50_000;
  const storm = quick ? 2_000 : 20_000;
  const { profile, accountId, inbox } = await changingMailbox(world, 'storm', size, 100);
  const app = world.open(profile);
  const other = await otherClient(world, 'storm');
  try {
    await app.call('sync.run', { accountId, bodies: 'none' });
    const { rows } = await app.call('message.list', { folderId: inbox, limit: 200 });
    const answered = new Set<string>();
    const ids = rows.map(({ messageId }) => messageId);
    const calm = await clicksWhile(app, answered, ids, sleep(quick ? 1_000 : 4_000));
    await other.command('SELECT INBOX');
    const before = await flagged(app, accountId, inbox);
    const start = performance.now();
    const marking = other.command(`UID STORE 1:${storm} +FLAGS.SILENT (\\Flagged)`);
    let shownMs = 0;
    const seen = (async () => {
      await marking;
      // The seeded ones among them were marked before: three in a hundred.
      while ((await flagged(app, accountId, inbox)) < before + storm * 0.95) {
        if (performance.now() - start > 120_000) throw new Error('the marks were never shown');
        await sleep(100);
      }
      shownMs = performance.now() - start;
    })();
    const stormy = await clicksWhile(app, answered, ids, seen);
    const n = storm.toLocaleString('en');
    for (const [name, share] of [
      ['p50', 0.5],
      ['p95', 0.95],
      ['longest', 1],
    ] as const) {
      const value = percentile(stormy, share);
      add({
        what: `A click until every window is told, ${name}, while another client marks ${n} messages`,
        value,
        unit: 'ms',
        beside: { what: 'the same when it is calm', value: percentile(calm, share) },
        ...(name === 'p95' ? { target: { words: `≤ ${wanted} ms`, met: value <= wanted } } : {}),
        ...(name === 'longest' ? { note: `${stormy.length} clicks` } : {}),
      });
    }
    add({
      what: `Until all ${n} marks are shown, the server's own time included`,
      value: shownMs,
      unit: 'ms',
    });
  } finally {
    await other.close();
    await app.quit();
  }
}

async function flagged(app: Headless, accountId: string, inbox: string): Promise<number> {
  const folders = await app.call('folder.list', { accountId });
  return folders.find(({ folderId }) => folderId === inbox)?.flagged ?? 0;
}

/** Clicks one message after the other until `ending` is over. Milliseconds of each. */
async function clicksWhile(
  app: Headless,
  answered: Set<string>,
  ids: readonly string[],
  ending: Promise<unknown>,
): Promise<number[]> {
  const times: number[] = [];
  let over = false;
  const ended = ending.finally(() => (over = true));
  for (let at = 0; !over || times.length < 10; at += 1) {
    const messageId = ids[at % ids.length] ?? '';
    app.events.length = 0;
    const start = performance.now();
    // Null: so much changed that windows ask for all they show.
    const seen = app.event(
      'message.changed',
      ({ messageIds }) => messageIds === null || messageIds.includes(messageId),
    );
    const marked = answered.delete(messageId);
    if (!marked) answered.add(messageId);
    await app.call('message.setFlags', {
      messageIds: [messageId],
      ...(!marked ? { add: ['\\Answered'] } : { remove: ['\\Answered'] }),
    });
    await seen;
    times.push(performance.now() - start);
    await sleep(20);
  }
  await ended;
  return times;
}
