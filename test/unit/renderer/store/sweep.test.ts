import { IDBFactory, IDBKeyRange } from 'fake-indexeddb';
import { expect, test } from 'vitest';
import { makeDatabase, databaseNames } from '../../../../src-renderer/store/database.ts';
import { Store } from '../../../../src-renderer/store/store.ts';
import { cursorOf, folderOf, newRow, viewOf } from '../../../contract/cache-contract.ts';

const count = 66 * 256;

/** A folder whose rows fill more segments than are deleted at once. */
async function emptied(dependencies: { indexedDB: IDBFactory; IDBKeyRange: typeof IDBKeyRange }) {
  const store = new Store(() => undefined, dependencies);
  const { cacheId } = await store.run('open', { expectedCacheId: null });
  await store.run('putFolders', { accountId: 'a', folders: [folderOf('f1')] });
  const insert = Array.from({ length: count }, (_, at) => newRow(at + 1));
  await store.run('applyBatch', { folderId: 'f1', gen: 1, insert, cursor: cursorOf(count) });
  await store.run('applyBatch', { folderId: 'f1', gen: 1, vanished: `2:${count}` });
  return { store, cacheId };
}

async function segmentsOnDisk(dependencies: {
  indexedDB: IDBFactory;
  IDBKeyRange: typeof IDBKeyRange;
}): Promise<number[]> {
  const db = makeDatabase(databaseNames[0], dependencies);
  await db.open();
  const counts = await Promise.all([db.keys, db.states, db.envelopes].map((table) => table.count()));
  db.close();
  return counts;
}

test('rows that vanished by the thousand are gone at once and deleted bit by bit, also by the next run', async () => {
  const dependencies = { indexedDB: new IDBFactory(), IDBKeyRange };
  const { store, cacheId } = await emptied(dependencies);
  expect(await store.run('page', { view: viewOf('f1'), start: 0, count: 10 })).toMatchObject({ total: 1 });
  expect((await store.run('folders', {}))[0]).toMatchObject({ cached: 1, unread: 1 });
  expect(store.tidyWhen).toBe('idle');
  store.close();
  expect(await segmentsOnDisk(dependencies)).toEqual([66, 66, 66]);

  // The next run reads none of them, and a row that comes now is kept.
  const next = new Store(() => undefined, dependencies);
  expect(await next.run('open', { expectedCacheId: cacheId })).toMatchObject({ fresh: false });
  await next.run('applyBatch', { folderId: 'f1', gen: 1, insert: [newRow(count + 1)] });
  expect(await next.run('uids', { folderId: 'f1' })).toBe(`1,${count + 1}`);
  for (let steps = 0; next.tidyWhen !== null; steps += 1) {
    expect(steps).toBeLessThan(10);
    await next.tidy();
  }
  next.close();
  expect(await segmentsOnDisk(dependencies)).toEqual([2, 2, 2]);

  const last = new Store(() => undefined, dependencies);
  await last.run('open', { expectedCacheId: cacheId });
  expect(await last.run('uids', { folderId: 'f1' })).toBe(`1,${count + 1}`);
  last.close();
});

test('people seen are written when nobody asks anything for a while', async () => {
  const dependencies = { indexedDB: new IDBFactory(), IDBKeyRange };
  const store = new Store(() => undefined, dependencies);
  const { cacheId } = await store.run('open', { expectedCacheId: null });
  await store.run('putFolders', { accountId: 'a', folders: [folderOf('f1')] });
  await store.run('applyBatch', { folderId: 'f1', gen: 1, insert: [newRow(1)] });
  expect(store.tidyWhen).toBe('rest');
  await store.tidy();
  expect(store.tidyWhen).toBe(null);
  store.close();

  const next = new Store(() => undefined, dependencies);
  await next.run('open', { expectedCacheId: cacheId });
  expect(await next.run('contacts', { text: 'ann', limit: 2 })).toMatchObject([
    { address: 'ann1@example.org', weight: 1 },
  ]);
  next.close();
});
