import { IDBFactory, IDBKeyRange } from 'fake-indexeddb';
import { expect, test } from 'vitest';
import { databaseNames, makeDatabase } from '../../../../src-renderer/store/database.ts';
import { Store } from '../../../../src-renderer/store/store.ts';
import { cursorOf, folderOf, newRow } from '../../../contract/cache-contract.ts';

const segments = 24;
const count = segments * 256;
type Dependencies = { indexedDB: IDBFactory; IDBKeyRange: typeof IDBKeyRange };

async function filled(dependencies: Dependencies): Promise<{ store: Store; cacheId: string }> {
  const store = new Store(() => undefined, dependencies);
  const { cacheId } = await store.run('open', { expectedCacheId: null });
  await store.run('putFolders', { accountId: 'a', folders: [folderOf('f1')] });
  const insert = Array.from({ length: count }, (_, at) => newRow(at + 1));
  await store.run('applyBatch', { folderId: 'f1', gen: 1, insert, cursor: cursorOf(count) });
  return { store, cacheId };
}

async function reopened(store: Store, dependencies: Dependencies, cacheId: string): Promise<Store> {
  store.close();
  const next = new Store(() => undefined, dependencies);
  expect(await next.run('open', { expectedCacheId: cacheId })).toMatchObject({ fresh: false });
  return next;
}

const shown = async (store: Store) => ({
  flags: await store.run('flagsOf', { folderId: 'f1', from: 1, to: count * 2 }),
  folder: (await store.run('folders', {})).map(({ cached, unread, flagged }) => ({
    cached,
    unread,
    flagged,
  })),
});

async function onDisk(dependencies: Dependencies) {
  const db = makeDatabase(databaseNames[0], dependencies);
  await db.open();
  const [states, marks] = await Promise.all([db.states.toArray(), db.marks.toArray()]);
  db.close();
  return { states, marks };
}

/** Every `step`th message from `first`. */
const every = (step: number, first: number): number[] =>
  Array.from({ length: Math.ceil((count - first + 1) / step) }, (_, at) => first + at * step);

test('marks in every segment are one record, not all segments rewritten, and the next run has them', async () => {
  const dependencies = { indexedDB: new IDBFactory(), IDBKeyRange };
  const { store, cacheId } = await filled(dependencies);
  const before = await onDisk(dependencies);
  const uids = every(200, 7);
  const flags = uids.map((uid) => ({ uid, flags: ['\\Flagged', 'with-a-keyword'] }));
  expect(await store.run('applyBatch', { folderId: 'f1', gen: 1, flags })).toMatchObject({
    changed: uids.length,
  });
  const after = await onDisk(dependencies);
  expect(after.states).toEqual(before.states);
  expect(after.marks).toHaveLength(1);
  const now = await shown(store);
  expect(now.folder).toEqual([{ cached: count, unread: count, flagged: uids.length }]);

  const next = await reopened(store, dependencies, cacheId);
  expect(await shown(next)).toEqual(now);
  expect(next.tidyWhen).toBe('rest');
  for (let steps = 0; next.tidyWhen !== null && steps < 10; steps += 1) await next.tidy();
  expect((await onDisk(dependencies)).marks).toEqual([]);
  const last = await reopened(next, dependencies, cacheId);
  expect(await shown(last)).toEqual(now);
  expect(last.tidyWhen).toBeNull();
  last.close();
});

test('what is written whole after a record of marks is newer than it, and a later record newer than that', async () => {
  const dependencies = { indexedDB: new IDBFactory(), IDBKeyRange };
  const { store, cacheId } = await filled(dependencies);
  const mark = (uids: number[], flags: string[]) =>
    store.run('applyBatch', { folderId: 'f1', gen: 1, flags: uids.map((uid) => ({ uid, flags })) });
  await mark(every(200, 1), ['\\Flagged']);
  await mark([1, 2], ['\\Seen']);
  await mark(every(200, 2), ['\\Answered']);
  const now = await shown(store);
  expect(now.flags.slice(0, 2)).toEqual([
    { uid: 1, flags: ['\\Seen'] },
    { uid: 2, flags: ['\\Answered'] },
  ]);
  const next = await reopened(store, dependencies, cacheId);
  expect(await shown(next)).toEqual(now);
  next.close();
});

test('in any order with removals, new rows, tidying and starts the disk has what is shown', async () => {
  const dependencies = { indexedDB: new IDBFactory(), IDBKeyRange };
  const made = await filled(dependencies);
  const { cacheId } = made;
  let { store } = made;
  let seed = 20_261_121;
  const random = (below: number): number => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((seed / 2_147_483_648) * below);
  };
  const words = [['\\Flagged'], ['\\Seen'], [], ['\\Seen', 'odd-word'], ['\\Flagged', '$Forwarded']];
  let last = count;
  let records = 0;
  for (let step = 0; step < 60; step += 1) {
    const what = random(6);
    const scattered = every(100 + random(150), 1 + random(100));
    const at = { folderId: 'f1', gen: 1 };
    if (what <= 1) {
      const flags = scattered.map((uid) => ({ uid, flags: words[random(words.length)] ?? [] }));
      await store.run('applyBatch', { ...at, flags });
    } else if (what === 2) {
      const flags = [random(count) + 1, random(count) + 1].map((uid) => ({ uid, flags: ['\\Answered'] }));
      await store.run('applyBatch', { ...at, flags });
    } else if (what === 3) {
      await store.run('applyBatch', { ...at, vanished: every(230, 1 + random(200)).join(',') });
    } else if (what === 4) {
      await store.run('applyBatch', { ...at, insert: [newRow(last + 1), newRow(last + 2)] });
      last += 2;
    } else await store.tidy();
    if (random(4) > 0) continue;
    records += (await onDisk(dependencies)).marks.length;
    const now = await shown(store);
    store = await reopened(store, dependencies, cacheId);
    expect(await shown(store)).toEqual(now);
  }
  expect(records).toBeGreaterThan(0);
  store.close();
});
