import { afterEach, expect, test } from 'vitest';
import { journalHandlers } from '../../../../src-main/ipc/handlers/journal-handlers.ts';
import { createFolderVerbs } from '../../../../src-main/sync/folder-verbs.ts';
import { bytesOf, openEngineWorld, type EngineWorld } from './engine-world.ts';

let world: EngineWorld;
afterEach(() => world.close());

const verbs = (): ReturnType<typeof createFolderVerbs> =>
  createFolderVerbs(world.submit, world.register, world.cache, world.journal);
const paths = (): string[] => [...world.server.folders.keys()].toSorted();

/** The server still carries out what a lost connection brought, while the same is asked for again. */
function late(method: 'createFolder' | 'renameFolder' | 'deleteFolder', carryOut: () => void): void {
  const plain = world.backend[method].bind(world.backend) as (...args: unknown[]) => Promise<unknown>;
  let isFirst = true;
  Object.assign(world.backend, {
    [method]: async (...args: unknown[]) => {
      if (isFirst) carryOut();
      isFirst = false;
      return plain(...args);
    },
  });
}

test('a folder that appears between the look and CREATE is the one that was to be made', async () => {
  world = await openEngineWorld();
  await world.sync();
  const folderId = await verbs().create('a1', 'Late');
  late('createFolder', () => world.server.create('Late'));
  await world.sync();
  expect(world.journal.ops()).toEqual([]);
  expect(world.register.get(folderId)).toMatchObject({ path: 'Late', local: false });
});

test('a folder that is renamed between the look and RENAME has its new name', async () => {
  world = await openEngineWorld({}, (server) => server.create('Old'));
  await world.sync();
  await verbs().rename(world.folder('Old'), 'New');
  late('renameFolder', () => {
    world.server.folders.set('New', world.server.folder('Old'));
    world.server.folders.delete('Old');
  });
  await world.sync();
  expect(world.journal.ops()).toEqual([]);
  expect(paths()).toEqual(['INBOX', 'New']);
});

test('a folder that goes between the look and DELETE is deleted', async () => {
  world = await openEngineWorld({}, (server) => server.create('Old'));
  await world.sync();
  await verbs().delete(world.folder('Old'));
  late('deleteFolder', () => void world.server.folders.delete('Old'));
  await world.sync();
  expect(world.journal.ops()).toEqual([]);
  expect(paths()).toEqual(['INBOX']);
});

test('a folder that could not be made, and that another program made, stays when its making is taken back', async () => {
  world = await openEngineWorld();
  await world.sync();
  const { 'journal.cancel': cancel } = journalHandlers({
    journal: world.journal,
    cache: world.cache,
    register: world.register,
    engines: { get: () => undefined } as never,
  });
  const folderId = await verbs().create('a1', 'Shared');
  world.fail('createFolder', {});
  await world.sync();
  expect(world.journal.ops().map(({ state }) => state)).toEqual(['parked']);
  world.server.create('Shared');
  world.server.add('Shared', bytesOf(1));
  await world.sync();
  for (const { opId } of world.journal.ops()) await cancel({ opId });
  expect(world.register.get(folderId)?.path).toBe('Shared');
  await world.sync();
  expect(world.register.all('a1').map(({ path }) => path)).toEqual(['INBOX', 'Shared']);
  expect(await world.rows('Shared')).toHaveLength(1);

  // One that nobody made goes.
  await verbs().create('a1', 'Mine');
  world.fail('createFolder', {});
  await world.sync();
  for (const { opId } of world.journal.ops()) await cancel({ opId });
  expect(world.register.byPath('a1', 'Mine')).toBe(undefined);
});
