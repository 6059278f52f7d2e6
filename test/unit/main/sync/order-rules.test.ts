import { afterEach, expect, test } from 'vitest';
import { blockedOps } from '../../../../src-main/sync/replay-order.ts';
import type { FakeMailServer } from '../../../fakes/fake-backend.ts';
import { bytesOf, openEngineWorld, type EngineWorld } from './engine-world.ts';

let world: EngineWorld;
afterEach(() => world.close());

const three = (server: FakeMailServer): void => {
  server.create('Box');
  for (let n = 1; n <= 3; n += 1) server.add('INBOX', bytesOf(n));
};

const idOf = async (n: number, path = 'INBOX'): Promise<string> =>
  (await world.rows(path)).find((row) => row.subject === `Mail ${n}`)?.messageId ?? '';

test('R3: an operation that must wait holds back only those on the same message', async () => {
  world = await openEngineWorld({}, three);
  await world.sync();
  world.offline();
  await world.verbs.setFlags([await idOf(1)], ['\\Flagged'], []);
  await world.verbs.move([await idOf(1)], world.folder('Box'));
  await world.verbs.setFlags([await idOf(2)], ['\\Flagged'], []);
  const [first, second, third] = world.journal.ops();
  expect([...blockedOps(world.journal, world.journal.ops())]).toEqual([second?.opId]);
  world.fail('storeFlags', { next: 'retry', scope: 'folder' });
  world.online();
  await world.sync();
  const left = world.journal.ops().map((op) => op.opId);
  expect(left).toEqual([first?.opId, second?.opId]);
  expect(left).not.toContain(third?.opId);
  world.clock.advance(60_000);
  await world.sync();
  expect(world.journal.ops()).toEqual([]);
  expect(world.server.folder('Box').messages.size).toBe(1);
});

test('R6: a flag for a message that is gone is done without a word', async () => {
  world = await openEngineWorld({}, three);
  await world.sync();
  world.offline();
  await world.verbs.setFlags([await idOf(1)], ['\\Flagged'], []);
  world.server.folder('INBOX').messages.delete(1);
  world.online();
  await world.sync();
  expect(world.journal.ops()).toEqual([]);
});

test('R8: what changes while a folder is asked is asked for by the next pass', async () => {
  world = await openEngineWorld({}, three);
  await world.sync();
  const { fetchFlags } = world.backend;
  const inbox = world.server.folder('INBOX');
  const flag = (uid: number): void => {
    const message = inbox.messages.get(uid);
    message?.flags.add('\\Flagged');
    if (message !== undefined) message.modseq = ++world.server.modseq;
  };
  flag(1);
  Object.assign(world.backend, {
    fetchFlags: async (...given: Parameters<typeof fetchFlags>) => {
      await fetchFlags(...given);
      // After the answer, before the cursor is written.
      flag(2);
      Object.assign(world.backend, { fetchFlags });
    },
  });
  await world.sync();
  await world.sync();
  const flagged = (await world.rows('INBOX')).filter((row) => row.flags.includes('\\Flagged'));
  expect(flagged.map((row) => row.subject).toSorted()).toEqual(['Mail 1', 'Mail 2']);
});

test('R8, case 43: rows that were written without their cursor are not written twice', async () => {
  world = await openEngineWorld({}, three);
  await world.sync();
  const record = (await world.cache.call('folders', { accountId: 'a1' })).find(
    ({ path }) => path === 'INBOX',
  );
  world.server.add('INBOX', bytesOf(4));
  await world.sync();
  // As after a kill between rows and cursor.
  if (record?.cursor != null)
    await world.cache.call('putCursor', { folderId: record.folderId, cursor: record.cursor });
  await world.sync();
  expect(await world.rows('INBOX')).toHaveLength(4);
});

test.each([true, false])(
  'R12: our own copy is one row, though a pull saw it first, UIDPLUS %s',
  async (uidplus) => {
    world = await openEngineWorld({ uidplus }, three);
    await world.sync();
    const { copy } = world.backend;
    Object.assign(world.backend, {
      copy: async (...given: Parameters<typeof copy>) => {
        const outcome = await copy(...given);
        // The destination is asked in the very moment between the server's copy and our knowing of it.
        const folder = (await world.cache.call('folders', { accountId: 'a1' })).find(
          ({ path }) => path === 'Box',
        );
        await world.backend.fetchRows('Box', '1:*', given[3], async (rows) => {
          await world.cache.call('applyBatch', {
            folderId: folder?.folderId ?? '',
            gen: folder?.cursor?.gen ?? 1,
            insert: rows,
          });
        });
        return outcome;
      },
    });
    await world.verbs.copy([await idOf(1)], world.folder('Box'));
    await expect.poll(() => world.journal.ops().length).toBe(0);
    await world.sync();
    expect(await world.rows('Box')).toHaveLength(1);
    expect(world.server.folder('Box').messages.size).toBe(1);
  },
);

test('R13: changes that wait for a folder that was renamed elsewhere go to it under its new name', async () => {
  world = await openEngineWorld({}, (server) => {
    three(server);
    server.add('Box', bytesOf(9));
  });
  await world.sync();
  const folderId = world.folder('Box');
  world.offline();
  await world.verbs.setFlags([await idOf(9, 'Box')], ['\\Flagged'], []);
  await world.verbs.move([await idOf(1)], folderId);
  world.server.folders.set('Elsewhere', world.server.folder('Box'));
  world.server.folders.delete('Box');
  world.online();
  await world.sync();
  expect(world.journal.ops()).toEqual([]);
  expect(world.folder('Elsewhere')).toBe(folderId);
  expect(world.server.folder('Elsewhere').messages.size).toBe(2);
  expect([...(world.server.folder('Elsewhere').messages.get(1)?.flags ?? [])]).toEqual(['\\Flagged']);
});
