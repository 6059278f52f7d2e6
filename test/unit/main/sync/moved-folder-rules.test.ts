import { afterEach, expect, test } from 'vitest';
import type { FakeMailServer } from '../../../fakes/fake-backend.ts';
import { bytesOf, openEngineWorld, type EngineWorld } from './engine-world.ts';

let world: EngineWorld;
afterEach(() => world.close());

const boxOf =
  (count: number) =>
  (server: FakeMailServer): void => {
    server.create('Box');
    for (let n = 1; n <= count; n += 1) server.add('Box', bytesOf(n), [], n * 1_000);
  };

async function opened(count: number): Promise<void> {
  world = await openEngineWorld({}, boxOf(count));
  await world.sync();
  await world.engine.sync({ bodies: 'all' });
}

function renamed(from: string, to: string): void {
  world.server.folders.set(to, world.server.folder(from));
  world.server.folders.delete(from);
}

const ids = async (path: string): Promise<string[]> =>
  (await world.rows(path)).map((row) => row.messageId).toSorted();

test.each([1, 4, 5, 40])(
  'R13: a folder of %s messages that was renamed elsewhere is told by samples, and compared as a whole',
  async (count) => {
    await opened(count);
    const [folderId, before] = [world.folder('Box'), await ids('Box')];
    renamed('Box', 'Elsewhere');
    // One of them went meanwhile: the others are enough, and the comparison finds it.
    if (count > 5) world.server.folder('Elsewhere').messages.delete(count);
    world.backend.calls.length = 0;
    await world.sync();
    expect(world.folder('Elsewhere')).toBe(folderId);
    expect(await ids('Elsewhere')).toEqual(
      before.filter((id) => count <= 5 || id !== `${folderId}.1.${count.toString(36)}`),
    );
    expect(world.backend.calls.filter((name) => name === 'listUids').length).toBeGreaterThan(0);
    expect(world.backend.calls).not.toContain('fetchRows');
  },
);

test('R13: another folder of the same UIDVALIDITY is no renamed one, and its mail comes with its bodies', async () => {
  await opened(8);
  const folderId = world.folder('Box');
  const old = world.server.folder('Box');
  world.server.folders.delete('Box');
  const other = world.server.create('Elsewhere');
  other.uidValidity = old.uidValidity;
  // The same mail under other UIDs.
  for (const message of [...old.messages.values()].toReversed())
    world.server.add('Elsewhere', message.bytes, [], message.internalDate);
  world.backend.calls.length = 0;
  await world.engine.sync({ bodies: 'all' });
  expect(world.folder('Elsewhere')).not.toBe(folderId);
  expect(await world.rows('Elsewhere')).toHaveLength(8);
  expect((await world.rows('Elsewhere')).every((row) => row.readableOffline)).toBe(true);
  expect(world.backend.calls).not.toContain('fetchBodies');
});

test('R13: of two folders that went, the one that holds the same mail is the renamed one', async () => {
  world = await openEngineWorld({}, (server) => {
    boxOf(6)(server);
    server.create('Twin').uidValidity = server.folder('Box').uidValidity;
    for (let n = 11; n <= 16; n += 1) server.add('Twin', bytesOf(n));
  });
  await world.sync();
  const [box, twin] = [world.folder('Box'), world.folder('Twin')];
  renamed('Box', 'Zulu');
  renamed('Twin', 'Alpha');
  await world.sync();
  expect([world.folder('Zulu'), world.folder('Alpha')]).toEqual([box, twin]);
});

test('R13: too few samples of one message are not enough where others contradict', async () => {
  await opened(6);
  const folderId = world.folder('Box');
  renamed('Box', 'Elsewhere');
  const { messages } = world.server.folder('Elsewhere');
  const second = messages.get(2);
  if (second !== undefined) messages.set(2, { ...second, bytes: bytesOf('another') });
  await world.sync();
  expect(world.folder('Elsewhere')).not.toBe(folderId);
});
