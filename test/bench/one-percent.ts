import { setTimeout as sleep } from 'node:timers/promises';
import type { Headless } from '../harness/headless.ts';
import type { RawImap } from '../servers/raw-imap.ts';
import { type BenchContext, median } from './bench-line.ts';
import type { BenchWorld } from './bench-world.ts';
import { changingMailbox, otherClient, poolFolder } from './changing-mailbox.ts';
import { rawStream, rowItems } from './raw-stream.ts';

const wanted = 500;

/** One in a hundred marked and as many new, at once: until the list shows them, and what reading them off costs. */
export async function benchOnePercent(world: BenchWorld, { quick, add }: BenchContext): Promise<void> {
  const size = quick ? 5_000 : 100_000;
  const share = size / 100;
  const { profile, accountId, inbox } = await changingMailbox(world, 'percent', size, share);
  const app = world.open(profile);
  const other = await otherClient(world, 'percent');
  const third = await otherClient(world, 'percent');
  await third.command('ENABLE QRESYNC');
  try {
    await app.call('message.list', { folderId: inbox, limit: 100 });
    await app.call('sync.run', { accountId, bodies: 'none' });
    const asked: number[] = [];
    const pushed: number[] = [];
    const floor: number[] = [];
    for (let round = 0; round < (quick ? 2 : 3); round += 1) {
      const ask = (): Promise<unknown> => app.call('sync.run', { accountId, bodies: 'none' });
      asked.push(await shownAfter(app, inbox, other, share, ask));
      pushed.push(await shownAfter(app, inbox, other, share, () => Promise.resolve()));
      const since = await stateOf(other);
      await change(other, share);
      floor.push(await leastPossible(world, third, since));
      await ask();
    }
    const n = size.toLocaleString('en');
    const beside = { what: 'SELECT (QRESYNC) and raw stream of the new ones', value: median(floor) };
    for (const [what, times] of [
      ['asked for', asked],
      ['pushed by the server, which waits half a second itself', pushed],
    ] as const) {
      const value = median(times);
      add({
        what: `1 % of ${n} marked and 1 % new: until the list shows them, ${what}`,
        value,
        unit: 'ms',
        beside,
        target: { words: `≤ ${wanted} ms`, met: value <= wanted },
        note: `slowest of ${times.length}: ${Math.max(...times).toFixed(0)} ms`,
      });
    }
  } finally {
    await other.close();
    await third.close();
    await app.quit();
  }
}

interface State {
  uidValidity: string;
  modseq: string;
  uidNext: string;
}

async function stateOf(other: RawImap): Promise<State> {
  const { untagged } = await other.command('STATUS INBOX (UIDNEXT UIDVALIDITY HIGHESTMODSEQ)');
  const text = untagged.map((line) => line.text).join(' ');
  return {
    uidValidity: /UIDVALIDITY (\d+)/.exec(text)?.[1] ?? '1',
    modseq: /HIGHESTMODSEQ (\d+)/.exec(text)?.[1] ?? '1',
    uidNext: /UIDNEXT (\d+)/.exec(text)?.[1] ?? '1',
  };
}

/**
 * What the server takes for the same, thrown away: to open a folder of 100,000 files that just changed costs it most.
 */
async function leastPossible(
  world: BenchWorld,
  third: RawImap,
  { uidValidity, modseq, uidNext }: State,
): Promise<number> {
  await third.command(`SELECT ${poolFolder}`);
  const start = performance.now();
  await third.command(`SELECT INBOX (QRESYNC (${uidValidity} ${modseq} 1:${Number(uidNext) - 1}))`);
  const selected = performance.now() - start;
  const rows = await rawStream({
    ...world.plain('percent'),
    command: `UID FETCH ${uidNext}:* ${rowItems}`,
  });
  return selected + rows.ms;
}

/** Both changes by one client; resolves when the server has done them. */
async function change(other: RawImap, share: number): Promise<void> {
  await other.command('SELECT INBOX');
  const found = await other.command('UID SEARCH UNFLAGGED');
  const uids = (found.untagged.find(({ text }) => text.startsWith('* SEARCH'))?.text ?? '')
    .split(' ')
    .slice(2)
    .map(Number);
  const step = Math.floor(uids.length / share);
  const marked = uids.filter((_, at) => (uids.length - 1 - at) % step === 0).slice(-share);
  if (marked.length !== share) throw new Error(`${marked.length} of ${share} messages can be marked`);
  await other.command(`SELECT ${poolFolder}`);
  await other.command('UID COPY 1:* INBOX');
  await other.command('SELECT INBOX');
  await other.command(`UID STORE ${marked.join(',')} +FLAGS.SILENT (\\Flagged)`);
}

/** Milliseconds from the server's change until the counters have all of it and the first page is drawn from it. */
async function shownAfter(
  app: Headless,
  inbox: string,
  other: RawImap,
  share: number,
  begin: () => Promise<unknown>,
): Promise<number> {
  const before = await counters(app, inbox);
  await change(other, share);
  const start = performance.now();
  const working = begin();
  for (;;) {
    const page = await app.call('message.list', { folderId: inbox, limit: 100 });
    const now = await counters(app, inbox);
    const ms = performance.now() - start;
    if (page.total === before.total + share && now.flagged === before.flagged + share) {
      await working;
      return ms;
    }
    if (ms > 60_000)
      throw new Error(
        `${page.total - before.total} new and ${now.flagged - before.flagged} marked of ${share} are shown`,
      );
    await sleep(5);
  }
}

async function counters(app: Headless, inbox: string): Promise<{ total: number; flagged: number }> {
  const [account] = await app.call('account.list');
  const folders = await app.call('folder.list', { accountId: account?.accountId ?? '' });
  const folder = folders.find(({ folderId }) => folderId === inbox);
  return { total: folder?.total ?? 0, flagged: folder?.flagged ?? 0 };
}
