import { IDBFactory, IDBKeyRange } from 'fake-indexeddb';
import { expect, it } from 'vitest';
import { createStoreClient } from '../../../../src-renderer/cache/store-client.ts';
import { databaseNames, makeDatabase } from '../../../../src-renderer/store/database.ts';
import { codeOf, StoreServer } from '../../../../src-renderer/store/serve.ts';
import { Store } from '../../../../src-renderer/store/store.ts';
import {
  storeAnswersChannel,
  storeRequestsChannel,
  type StoreAnswer,
} from '../../../../src-shared/cache-protocol.ts';
import { folderOf, newRow, viewOf } from '../../../contract/cache-contract.ts';

interface Served {
  store: Store;
  server: StoreServer;
  ask(method: string, params: unknown): Promise<StoreAnswer>;
}

function serve(indexedDB: IDBFactory): Served {
  const store = new Store(() => undefined, { indexedDB, IDBKeyRange });
  const server = new StoreServer(store);
  return {
    store,
    server,
    ask: (method, params) => new Promise((resolve) => server.fromMain({ id: 1, method, params }, resolve)),
  };
}

async function filled(indexedDB: IDBFactory): Promise<string> {
  const { store } = serve(indexedDB);
  const { cacheId } = await store.run('open', { expectedCacheId: null });
  await store.run('putFolders', { accountId: 'a', folders: [folderOf('f1')] });
  await store.run('applyBatch', { folderId: 'f1', gen: 1, insert: [newRow(1), newRow(2)] });
  store.close();
  return cacheId;
}

it('answers windows over their channels, reads only, and keeps questions until main has opened the cache', async () => {
  const indexedDB = new IDBFactory();
  const cacheId = await filled(indexedDB);
  const { server, ask } = serve(indexedDB);
  const requests = new BroadcastChannel(storeRequestsChannel);
  const answers = new BroadcastChannel(storeAnswersChannel('w1'));
  requests.onmessage = (event: MessageEvent<unknown>) =>
    server.fromWindow(event.data, (_name, answer) => answers.postMessage(answer));
  const client = createStoreClient('w1');
  const page = client.ask('page', { view: viewOf('f1'), start: 0, count: 10 });
  await ask('open', { expectedCacheId: cacheId });
  expect((await page).rows.map((row) => row.messageId)).toEqual(['f1.1.2', 'f1.1.1']);
  const refused = new Promise<StoreAnswer>((resolve) =>
    server.fromWindow({ windowId: 'w1', id: 99, method: 'wipe', params: {} }, (_name, answer) =>
      resolve(answer),
    ),
  );
  expect(await refused).toMatchObject({ id: 99, ok: false, code: 'bug' });
  await expect(client.ask('page', { view: viewOf('f1'), start: -1, count: 10 })).rejects.toThrow(
    'cannot ask',
  );
  client.close();
  requests.close();
  answers.close();
});

it('finds out that the cache is damaged, and makes it anew at the next opening', async () => {
  const indexedDB = new IDBFactory();
  const cacheId = await filled(indexedDB);
  const db = makeDatabase(databaseNames[0], { indexedDB, IDBKeyRange });
  await db.open();
  await db.envelopes.update(['f1', 0], { text: '{"half' });
  db.close();
  const { ask } = serve(indexedDB);
  expect(await ask('open', { expectedCacheId: cacheId })).toMatchObject({
    ok: true,
    value: { fresh: false },
  });
  expect(await ask('page', { view: viewOf('f1'), start: 0, count: 10 })).toMatchObject({
    ok: false,
    code: 'damaged',
  });
  expect(await ask('open', { expectedCacheId: cacheId })).toMatchObject({
    ok: true,
    value: { fresh: true, reason: 'damaged' },
  });
});

it('makes anew what a newer Posthorn wrote', async () => {
  const indexedDB = new IDBFactory();
  const cacheId = await filled(indexedDB);
  const db = makeDatabase(databaseNames[0], { indexedDB, IDBKeyRange });
  await db.open();
  await db.meta.update('cache', { schema: 99 });
  db.close();
  const { ask } = serve(indexedDB);
  expect(await ask('open', { expectedCacheId: cacheId })).toMatchObject({
    ok: true,
    value: { fresh: true, reason: 'newer' },
  });
});

it('reads memory again from disk when a transaction fails', async () => {
  const indexedDB = new IDBFactory();
  const cacheId = await filled(indexedDB);
  const { store, ask } = serve(indexedDB);
  await ask('open', { expectedCacheId: cacheId });
  const batch = {
    folderId: 'f1',
    gen: 1,
    insert: [newRow(3)],
    vanished: '1',
    flags: [{ uid: 2, flags: null }],
  };
  expect(await ask('applyBatch', batch)).toMatchObject({ ok: false, code: 'bug' });
  expect(await store.run('idsOf', { view: viewOf('f1') })).toEqual(['f1.1.2', 'f1.1.1']);
  expect(await store.run('folders', {})).toMatchObject([{ cached: 2, unread: 2 }]);
});

it('tells a full disk from a damaged one', () => {
  const quota = Object.assign(new Error('x'), { name: 'AbortError', inner: { name: 'QuotaExceededError' } });
  expect(codeOf(quota)).toBe('quota');
  expect(
    codeOf(Object.assign(new Error('x'), { name: 'BulkError', failures: [{ name: 'QuotaExceededError' }] })),
  ).toBe('quota');
  expect(codeOf(new DOMException('x', 'UnknownError'))).toBe('damaged');
  expect(
    codeOf(Object.assign(new Error('x'), { name: 'BulkError', failures: [{ name: 'AbortError' }] })),
  ).toBe('aborted');
  expect(codeOf(new TypeError('x'))).toBe('bug');
});
