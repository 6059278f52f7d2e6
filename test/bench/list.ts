import type { ListView } from '../../src-shared/cache-protocol.ts';
import type { FolderCursor } from '../../src-shared/model/folder.ts';
import type { NewRow } from '../../src-shared/model/message.ts';
import {
  buildStorePage,
  cacheInChromium,
  removeFolder,
  type CacheInChromium,
} from '../fakes/chromium-cache.ts';
import { type BenchContext, percentile } from './bench-line.ts';
import type { BenchWorld } from './bench-world.ts';

const accountId = 'bench';
const folderId = 'bench-inbox';
const view: ListView = { folderIds: [folderId], threaded: false, sort: 'date-desc' };
const chunk = 2_000;
const newest = Date.UTC(2026, 10, 20);

/** Rows as they come from a server: names, threads, a few flags; about 700 bytes each. */
function row(uid: number, count: number): NewRow {
  const person = uid % 997;
  const parent = uid - 1 - (uid % 7);
  return {
    uid,
    flags: uid % 4 === 0 ? [] : ['\\Seen'],
    internalDate: newest - (count - uid) * 60_000,
    size: 2_000 + (uid % 9_000),
    envelope: {
      subject: `Re: plan for week ${uid % 52}, the part about number ${uid}`,
      from: [{ name: `Person ${person}`, address: `person${person}@example.test` }],
      to: [{ name: 'Ann', address: 'ann@example.test' }],
      cc: [],
      replyTo: [],
      messageIdHeader: `<${uid}.bench@example.test>`,
      inReplyTo: uid % 7 === 0 ? '' : `<${parent}.bench@example.test>`,
      references: uid % 7 === 0 ? [] : [`<${parent}.bench@example.test>`],
      sentAt: newest - (count - uid) * 60_000,
    },
    hasAttachments: uid % 10 === 0,
    preview: '',
  };
}

async function fill({ cache }: CacheInChromium, count: number): Promise<number> {
  await cache.call('putFolders', {
    accountId,
    folders: [
      {
        folderId,
        accountId,
        path: 'INBOX',
        name: 'INBOX',
        delimiter: '/',
        role: 'inbox',
        subscribed: true,
        selectable: true,
      },
    ],
  });
  const cursor: FolderCursor = {
    uidValidity: 1,
    gen: 1,
    uidNext: count + 1,
    lowUid: 1,
    modseqDone: null,
    exists: count,
    checkedAt: null,
  };
  const start = performance.now();
  const writing: Promise<unknown>[] = [];
  for (let high = count; high > 0; high -= chunk) {
    const low = Math.max(1, high - chunk + 1);
    const insert = Array.from({ length: high - low + 1 }, (_, at) => row(low + at, count));
    writing.push(cache.call('applyBatch', { folderId, gen: 1, insert, cursor: { ...cursor, lowUid: low } }));
    // Two on their way, as in a sync.
    if (writing.length > 1) await writing.shift();
  }
  await Promise.all(writing);
  return performance.now() - start;
}

async function timed(calls: number, call: (at: number) => Promise<unknown>): Promise<number[]> {
  const times: number[] = [];
  for (let at = 0; at < calls; at += 1) {
    const start = performance.now();
    await call(at);
    times.push(performance.now() - start);
  }
  return times;
}

/** The list as windows ask for it, in the browser's own IndexedDB, filled by the store's protocol. */
export async function benchList(world: BenchWorld, { quick, add }: BenchContext): Promise<void> {
  const page = await buildStorePage();
  try {
    for (const count of quick ? [20_000] : [100_000, 1_000_000])
      await benchListOf(world, count, page, { quick, add });
  } finally {
    await removeFolder(page);
  }
}

async function benchListOf(
  world: BenchWorld,
  count: number,
  rendererDir: string,
  { quick, add }: BenchContext,
): Promise<void> {
  const n = count.toLocaleString('en');
  const profile = world.newProfile();
  let store = await cacheInChromium(profile, rendererDir, null);
  const close = async (): Promise<void> => {
    await store.cache.close();
    await store.shell.quit();
  };
  try {
    const fillMs = await fill(store, count);
    add({
      what: `Rows into the store, ${n}, channel and commit included`,
      value: (count / fillMs) * 1000,
      unit: 'rows/s',
    });
    const { cacheId } = store.cache.opened;
    await close();
    store = await cacheInChromium(profile, rendererDir, cacheId);
    const [open = 0] = await timed(1, () => store.cache.call('page', { view, start: 0, count: 100 }));
    add({
      what: `List of ${n}: first page after a start`,
      value: open,
      unit: 'ms',
      note: 'all orders read from disk',
    });
    const calls = quick ? 50 : 300;
    const echo = await timed(calls, () => store.cache.call('folders', { accountId: 'nobody' }));
    const beside = (share: number): { what: string; value: number } => ({
      what: 'an empty question to the store',
      value: percentile(echo, share),
    });
    const random = (at: number): number => Math.floor(((at * 0.618034) % 1) * (count - 100));
    const measures: [string, (at: number) => Promise<unknown>][] = [
      ['the newest 100 again', () => store.cache.call('page', { view, start: 0, count: 100 })],
      [
        '100 rows at a random place',
        (at) => store.cache.call('page', { view, start: random(at), count: 100 }),
      ],
    ];
    const ids = await store.cache.call('idsOf', { view });
    measures.push([
      'the place of a random row',
      (at) => store.cache.call('indexOf', { view, messageId: ids[random(at)] ?? '' }),
    ]);
    for (const [what, call] of measures) {
      const times = await timed(calls, call);
      add({
        what: `List of ${n}: ${what}, p50`,
        value: percentile(times, 0.5),
        unit: 'ms',
        beside: beside(0.5),
      });
      add({
        what: `List of ${n}: ${what}, p95`,
        value: percentile(times, 0.95),
        unit: 'ms',
        beside: beside(0.95),
      });
    }
    // The mailbox was emptied elsewhere: one line of the server, "VANISHED 1:1000000".
    const vanished = { folderId, gen: 1, vanished: `1:${count}` };
    const [gone = 0] = await timed(1, () => store.cache.call('applyBatch', vanished));
    const [shown = 0] = await timed(1, () => store.cache.call('page', { view, start: 0, count: 100 }));
    add({
      what: `VANISHED of ${n}: until it is committed and the list shows nothing`,
      value: gone + shown,
      unit: 'ms',
      beside: beside(0.95),
      target: { words: '≤ 50 ms for 1,000,000', met: gone + shown <= 50 },
    });
  } finally {
    await close();
  }
}
