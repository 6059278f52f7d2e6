import { afterEach, expect, test } from 'vitest';
import { bytesOf, openEngineWorld, type EngineWorld } from './engine-world.ts';

let world: EngineWorld;
afterEach(() => world.close());

/** The cache as it was before the move was done: a power cut takes what a browser wrote last. */
async function forgetMove(messageId: string): Promise<void> {
  const inbox = world.folder('INBOX');
  await world.cache.call('applyBatch', { folderId: inbox, gen: 1, bind: [{ messageId, uid: 1 }] });
  expect(await world.cache.call('locate', { messageIds: [messageId] })).toMatchObject([
    { ref: { folderId: inbox, uid: 1 } },
  ]);
}

async function movedOnce(): Promise<string> {
  world = await openEngineWorld({}, (server) => {
    server.create('Box');
    server.add('INBOX', bytesOf(1));
  });
  await world.sync();
  const [row] = await world.rows('INBOX');
  const messageId = row?.messageId ?? '';
  await world.verbs.move([messageId], world.folder('Box'));
  await world.sync();
  expect(world.server.folder('Box').messages.size).toBe(1);
  world.offline();
  return messageId;
}

test.each(['move', 'star', 'delete'] as const)(
  'R1: a cache that is older than the journal does not lead a %s to the wrong place',
  async (what) => {
    const messageId = await movedOnce();
    if (what === 'move') await world.verbs.move([messageId], world.folder('INBOX'));
    else if (what === 'star') await world.verbs.setFlags([messageId], ['\\Flagged'], []);
    else await world.verbs.delete([messageId], true);
    await forgetMove(messageId);
    world.online();
    await world.sync();
    const [inbox, box] = ['INBOX', 'Box'].map((path) => [...world.server.folder(path).messages.values()]);
    expect(world.journal.ops()).toEqual([]);
    expect(inbox).toHaveLength(what === 'move' ? 1 : 0);
    expect(box).toHaveLength(what === 'star' ? 1 : 0);
    if (what === 'star') expect([...(box?.[0]?.flags ?? [])]).toContain('\\Flagged');
  },
);

test('where cache and journal agree, the server is not asked where a message is', async () => {
  const messageId = await movedOnce();
  world.backend.calls.length = 0;
  await world.verbs.setFlags([messageId], ['\\Flagged'], []);
  world.online();
  await world.sync();
  expect(world.backend.calls).not.toContain('fetchIdentities');
});
