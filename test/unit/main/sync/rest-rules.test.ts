import { afterEach, expect, test } from 'vitest';
import type { FakeMailServer } from '../../../fakes/fake-backend.ts';
import { bytesOf, openEngineWorld, type EngineWorld } from './engine-world.ts';

let world: EngineWorld;
afterEach(() => world.close());

const day = 86_400_000;

const filled = (server: FakeMailServer): void => {
  server.create('Box');
  for (let n = 1; n <= 3; n += 1) server.add('INBOX', bytesOf(n), [], n * day);
};

const all = async (): Promise<void> => void (await world.engine.sync({ bodies: 'all' }));

async function opened(capabilities = {}): Promise<void> {
  world = await openEngineWorld(capabilities, filled);
  await world.sync();
  await all();
  world.backend.calls.length = 0;
}

/** Another program takes a message out of INBOX; gives its bytes. */
function taken(uid: number): Buffer {
  const { messages } = world.server.folder('INBOX');
  const message = messages.get(uid);
  messages.delete(uid);
  world.server.modseq++;
  if (message === undefined) throw new Error(`no UID ${uid}`);
  return message.bytes;
}

const bodiesFetched = (): number => world.backend.calls.filter((name) => name === 'fetchBodies').length;
/** How many bodies rest; none does after it. */
const resting = (): Promise<number> =>
  world.cache.call('forgetRested', { accountId: 'a1', before: Number.MAX_SAFE_INTEGER });
const raw = async (path: string, n: number): Promise<string | null> => {
  const row = (await world.rows(path)).find(({ subject }) => subject === `Mail ${n}`);
  return await world.cache.call('body', { messageId: row?.messageId ?? '' });
};

test.each(['INBOX', 'Box'])(
  'R9: a message that comes back to %s within thirty days does not need its body again',
  async (path) => {
    await opened();
    const bytes = taken(2);
    await all();
    expect((await world.rows('INBOX')).length).toBe(2);
    world.clock.advance(29 * day);
    await all();
    world.server.add(path, bytes, [], 2 * day);
    await all();
    expect(bodiesFetched()).toBe(0);
    expect(await raw(path, 2)).toBe(bytes.toString('latin1'));
    expect((await world.rows(path)).every((row) => row.readableOffline)).toBe(true);
  },
);

test('R9: after thirty days what was removed has left, and is fetched again when it comes back', async () => {
  await opened();
  const bytes = taken(2);
  await all();
  world.clock.advance(31 * day);
  await all();
  expect(await resting()).toBe(0);
  world.server.add('Box', bytes, [], 2 * day);
  await all();
  expect(bodiesFetched()).toBe(1);
  expect(await raw('Box', 2)).toBe(bytes.toString('latin1'));
});

test('R9: what the user deletes for good does not stay on the disk', async () => {
  await opened();
  const row = (await world.rows('INBOX')).find(({ subject }) => subject === 'Mail 2');
  await world.verbs.delete([row?.messageId ?? ''], true);
  await expect.poll(() => world.journal.ops().length).toBe(0);
  await all();
  expect(await resting()).toBe(0);
  taken(1);
  await all();
  expect(await resting()).toBe(1);
});

test('R9: a message that moves on a server that does not say where keeps its body', async () => {
  await opened({ uidplus: false });
  const row = (await world.rows('INBOX')).find(({ subject }) => subject === 'Mail 2');
  await world.verbs.move([row?.messageId ?? ''], world.folder('Box'));
  await expect.poll(() => world.journal.ops().length).toBe(0);
  await all();
  expect((await world.rows('Box')).length).toBe(1);
  expect(bodiesFetched()).toBe(0);
});

test('R9, R13: mail of a folder that went and is under another name now keeps its bodies', async () => {
  world = await openEngineWorld({}, (server) => {
    filled(server);
    for (let n = 4; n <= 9; n += 1) server.add('Box', bytesOf(n), [], n * day);
  });
  await world.sync();
  await all();
  world.backend.calls.length = 0;
  // Another numbering and another name: nothing says that it is the same folder.
  const old = [...world.server.folder('Box').messages.values()];
  world.server.folders.delete('Box');
  world.server.create('Elsewhere');
  for (const message of old) world.server.add('Elsewhere', message.bytes, [], message.internalDate);
  await all();
  await all();
  expect((await world.rows('Elsewhere')).map((row) => row.readableOffline)).toEqual(Array(6).fill(true));
  expect(bodiesFetched()).toBe(0);
});
