import { beforeEach, expect, it } from 'vitest';
import type { CachePort } from '../../../../src-main/cache/cache-port.ts';
import type { Clock } from '../../../../src-main/platform/clock.ts';
import { createFactsLater, type FactsLater } from '../../../../src-main/sync/facts-later.ts';
import { packTexts } from '../../../../src-main/platform/pack-bytes.ts';
import { cacheInProcess } from '../../../fakes/cache-in-process.ts';
import { folderOf, newRow } from '../../../contract/cache-contract.ts';

let cache: CachePort;
let bodies: Map<string, string>;
let found: string[];
let now: number;
let timers: { at: number; run: () => void }[];
let later: FactsLater;
/** Called when a batch is read. */
let whileRead: () => void;
let keepsMail: boolean;
const logged: string[] = [];

const clock: Clock = {
  now: () => now,
  monotonic: () => now,
  setTimeout(run, ms) {
    const timer = { at: now + ms, run };
    timers.push(timer);
    return { cancel: () => (timers = timers.filter((one) => one !== timer)) };
  },
};

/** Lets this much time pass; what is due is begun. */
function pass(ms: number): void {
  now += ms;
  for (const timer of timers.filter(({ at }) => at <= now)) {
    timers = timers.filter((one) => one !== timer);
    timer.run();
  }
}

const left = async (): Promise<number> => (await cache.call('bodiesToRead', { limit: 10_000 })).length;

/** Ids, by their UIDs from 1 on. */
async function keep(count: number): Promise<string[]> {
  const uids = Array.from({ length: count }, (_, at) => 1 + at);
  const { insertedIds } = await cache.call('applyBatch', {
    folderId: 'f1',
    gen: 1,
    insert: uids.map((uid) => newRow(uid)),
  });
  for (const uid of uids) bodies.set(`→k.${uid}`, `text of ${uid}`);
  await cache.call('putBodies', {
    bodies: insertedIds.map((messageId, at) => ({
      messageId,
      raw: '',
      kept: `→k.${uids[at] ?? 0}`,
      facts: null,
    })),
  });
  later.kept(count);
  return insertedIds;
}

beforeEach(async () => {
  cache = cacheInProcess();
  await cache.call('open', { expectedCacheId: null });
  await cache.call('putFolders', { accountId: 'a1', folders: [folderOf('f1', { accountId: 'a1' })] });
  bodies = new Map();
  found = [];
  now = 0;
  timers = [];
  whileRead = () => undefined;
  keepsMail = true;
  logged.length = 0;
  later = createFactsLater({
    cache,
    bytesOf: (marks) =>
      Promise.resolve(
        marks
          .slice(0, 30)
          .map((mark) => bodies.get(mark))
          .map((text) => (text === undefined ? null : Buffer.from(text))),
      ),
    readBodies(messages) {
      whileRead();
      return Promise.resolve({
        facts: messages.map((raw) => ({ preview: Buffer.from(raw).toString(), hasAttachments: true })),
        texts: packTexts(messages.map((raw) => Buffer.from(raw).toString())),
      });
    },
    onBodies: (accountId, messageIds, texts) =>
      found.push(...messageIds.map((id, at) => `${accountId} ${id} ${texts.ends.length > at}`)),
    keepsMail: () => keepsMail,
    clock,
    log: (_level, message) => logged.push(message),
  });
});

it('reads what a download kept when it has been quiet, all of it, and tells the index', async () => {
  const ids = await keep(250);
  pass(499);
  expect(await left()).toBe(250);
  pass(1);
  await expect.poll(left).toBe(0);
  expect(new Set(found).size).toBe(250);
  const [row] = await cache.call('rows', { messageIds: ids.slice(76, 77) });
  expect(row).toMatchObject({ preview: 'text of 77', hasAttachments: true });
  expect(logged).toEqual([]);
});

it('gives no word to the index of an account that was removed or emptied while its mail was read', async () => {
  await keep(2);
  whileRead = () => (keepsMail = false);
  pass(500);
  await expect.poll(left).toBe(0);
  expect(found).toEqual([]);
});

it('rests while more comes, and goes on after it', async () => {
  await keep(90);
  whileRead = () => {
    whileRead = () => undefined;
    later.kept(0);
  };
  pass(500);
  await expect.poll(() => found.length).toBe(30);
  await expect.poll(() => timers.length).toBe(1);
  expect(await left()).toBe(60);
  pass(500);
  await expect.poll(left).toBe(0);
});

it('does not let a very large download wait for all of its facts', async () => {
  await keep(40);
  later.kept(20_000);
  pass(0);
  await expect.poll(left).toBe(0);
});

it('finds what an earlier run left, and calls lost bytes what they are', async () => {
  await keep(3);
  later.stop();
  bodies.delete('→k.2');
  const earlier = later;
  later = createFactsLater({
    cache,
    bytesOf: (marks) =>
      Promise.resolve(
        marks.map((mark) => bodies.get(mark)).map((text) => (text === undefined ? null : Buffer.from(text))),
      ),
    readBodies: (messages) =>
      Promise.resolve({
        facts: messages.map(() => ({ preview: 'read', hasAttachments: false })),
        texts: packTexts(messages.map(() => '')),
      }),
    onBodies: () => undefined,
    keepsMail: () => keepsMail,
    clock,
    log: () => undefined,
  });
  pass(60_000);
  expect(await left()).toBe(3);
  earlier.kept(1);
  later.start();
  pass(10_000);
  await expect.poll(left).toBe(0);
  const rows = await cache.call('rows', { messageIds: ['f1.1.1', 'f1.1.2', 'f1.1.3'] });
  expect(rows.map((row) => row?.readableOffline)).toEqual([true, false, true]);
});

it('tries again later where the cache is away', async () => {
  const call = cache.call.bind(cache);
  let away = true;
  Object.assign(cache, {
    call: (...args: Parameters<typeof call>) =>
      away && args[0] === 'putFacts' ? Promise.reject(new Error('away')) : call(...args),
  });
  await keep(2);
  pass(500);
  await expect.poll(() => logged).toEqual(['kept messages could not be read']);
  await expect.poll(() => timers.length).toBe(1);
  away = false;
  pass(60_000);
  await expect.poll(left).toBe(0);
});
