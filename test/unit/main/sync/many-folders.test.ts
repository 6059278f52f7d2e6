import { expect, test } from 'vitest';
import { openEngineWorld } from './engine-world.ts';

/*
 * 5,000 folders once held the whole program for minutes at the first pass: every new folder was compared with every
 * pair of known and listed ones, and every folder asked the cache for all others. Counted, not timed.
 */
test('the work of a pass grows with the number of folders, not with its square or cube', async () => {
  const many = 40;
  const world = await openEngineWorld({}, (server) => {
    for (let n = 0; n < many; n += 1) server.create(`Box ${n}`);
  });
  let reads = 0;
  const list = world.backend.listFolders.bind(world.backend);
  world.backend.listFolders = async (call) =>
    (await list(call)).map((folder) =>
      Object.defineProperty({ ...folder }, 'path', {
        enumerable: true,
        get: () => {
          reads += 1;
          return folder.path;
        },
      }),
    );
  let records = 0;
  const ask = world.cache.call.bind(world.cache);
  world.cache.call = (async (...given: Parameters<typeof ask>) => {
    const answer: unknown = await ask(...given);
    if (given[0] === 'folders' && Array.isArray(answer)) records += answer.length;
    return answer;
  }) as typeof ask;
  await world.sync();
  await world.sync();
  expect(await world.cache.call('folders', { accountId: 'a1' })).toHaveLength(many + 1);
  expect(reads).toBeLessThan(many * 25);
  expect(records).toBeLessThan(many * 25);
  await world.close();
}, 60_000);

test('empty folders are opened once, and the file of folders is not written anew for each', async () => {
  const many = 40;
  const world = await openEngineWorld({}, (server) => {
    for (let n = 0; n < many; n += 1) server.create(`Box ${n}`);
  });
  let saves = 0;
  const save = world.register.save.bind(world.register);
  world.register.save = async () => {
    saves += 1;
    await save();
  };
  await world.sync();
  await world.sync();
  expect(world.backend.calls.filter((method) => method === 'select')).toHaveLength(many + 1);
  expect(saves).toBeLessThan(5);
  const folders = await world.cache.call('folders', { accountId: 'a1' });
  expect(folders.filter(({ cursor }) => cursor?.checkedAt == null)).toEqual([]);
  await world.close();
}, 60_000);
