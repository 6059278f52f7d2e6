import { afterEach, expect, test } from 'vitest';
import type { CachePort } from '../../../../src-main/cache/cache-port.ts';
import { folderView } from '../../../../src-main/ipc/folder-view.ts';
import { bytesOf, openEngineWorld, type EngineWorld } from './engine-world.ts';

let world: EngineWorld;
afterEach(() => world.close());

async function view(path: string) {
  const record = (await world.cache.call('folders', { accountId: 'a1' })).find((each) => each.path === path);
  if (record === undefined) throw new Error(`no folder ${path}`);
  return folderView(record, world.engine.state().failures);
}

test('a folder that cannot be opened is told, and the account was not wholly synced', async () => {
  world = await openEngineWorld({}, (server) => {
    server.create('Box');
    server.add('INBOX', bytesOf(1));
    server.add('Box', bytesOf(2));
  });
  const { select } = world.backend;
  Object.assign(world.backend, {
    select: (path: string, ...rest: [never]) => {
      if (path === 'Box') world.fail('select', { scope: 'folder', detail: 'Box cannot be opened.' });
      return select(path, ...rest);
    },
  });
  await world.engine.sync({ bodies: 'none' });
  await expect.poll(() => world.engine.state().state).toBe('idle');
  expect(world.engine.state().lastSyncAt).toBeNull();
  expect(await view('Box')).toMatchObject({ lastCheckAt: null, error: { detail: 'Box cannot be opened.' } });
  expect(await view('INBOX')).toMatchObject({ error: null, known: { n: 1, of: 1 }, completeTo: null });
  expect((await view('INBOX')).lastCheckAt).not.toBeNull();

  Object.assign(world.backend, { select });
  await world.sync();
  expect(world.engine.state().failures.size).toBe(0);
  expect(world.engine.state().lastSyncAt).not.toBeNull();
  expect((await view('Box')).error).toBeNull();
});

test('what was heard of between two looks at all folders has a time of its own', async () => {
  world = await openEngineWorld({}, (server) => server.add('INBOX', bytesOf(1)));
  await world.sync();
  const { lastSyncAt } = world.engine.state();
  await world.engine.sync({ folderId: world.folder('INBOX'), bodies: 'none' });
  const after = world.engine.state();
  expect(after.lastSyncAt).toBe(lastSyncAt);
  expect(Date.parse(after.lastHeardAt ?? '')).toBeGreaterThanOrEqual(Date.parse(lastSyncAt ?? ''));
});

test('while the first sync goes on it is told how far back it is complete, and how much is here', async () => {
  const day = 86_400_000;
  world = await openEngineWorld({}, (server) => {
    for (let n = 1; n <= 300; n += 1) server.add('INBOX', bytesOf(n), [], n * day);
  });
  let chunks = 0;
  const { fetchRows } = world.backend;
  Object.assign(world.backend, {
    fetchRows: (...given: Parameters<typeof fetchRows>) => {
      chunks += 1;
      if (chunks >= 2) world.fail('fetchRows', { scope: 'folder', detail: 'Not now.' });
      return fetchRows(...given);
    },
  });
  await world.engine.sync({ bodies: 'none' });
  expect(await view('INBOX')).toMatchObject({
    known: { n: 100, of: 300 },
    completeTo: new Date(201 * day).toISOString(),
    complete: false,
    error: { detail: 'Not now.' },
  });
  Object.assign(world.backend, { fetchRows });
  await world.sync();
  expect(await view('INBOX')).toMatchObject({ known: { n: 300, of: 300 }, completeTo: null, error: null });
});

test('an account taken off the network at any step of a sync says so, and goes on saying so', async () => {
  let steps = Number.POSITIVE_INFINITY;
  for (let at = 1; at <= steps; at += 1) {
    world = await openEngineWorld({}, (server) => server.add('INBOX', bytesOf(1)));
    const { call } = world.cache;
    let calls = 0;
    const cut: CachePort['call'] = async (...given) => {
      calls += 1;
      // The answer is there, and what waits for it goes on with it.
      const answer = await call.apply(world.cache, given);
      if (calls === at) world.offline();
      return answer as never;
    };
    Object.assign(world.cache, { call: cut });
    await world.engine.sync({ bodies: 'policy' });
    await new Promise(setImmediate);
    if (at > calls) steps = 0;
    else expect(world.engine.state(), `after call ${at}`).toMatchObject({ state: 'offline', progress: null });
    await world.close();
  }
});
