import { afterEach, expect, test, vi } from 'vitest';
import { bytesOf, openEngineWorld, type EngineWorld } from './engine-world.ts';

let world: EngineWorld;
afterEach(() => world.close());

test('R4: news come through while somebody clicks faster than changes are sent', async () => {
  world = await openEngineWorld({}, (server) => {
    for (let n = 1; n <= 3; n += 1) server.add('INBOX', bytesOf(n));
  });
  await world.sync();
  const ids = (await world.rows('INBOX')).map((row) => row.messageId);
  let clicks = 0;
  let isOver = false;
  const click = async (): Promise<void> => {
    const messageId = ids[clicks % ids.length] ?? '';
    clicks += 1;
    await world.verbs.setFlags([messageId], [`click-${clicks}`], []);
  };
  const store = world.backend.storeFlags.bind(world.backend);
  vi.spyOn(world.backend, 'storeFlags').mockImplementation(async (...given) => {
    if (!isOver) await click();
    return await store(...given);
  });
  await click();
  world.server.add('INBOX', bytesOf(4));
  await world.sync();
  isOver = true;
  expect((await world.rows('INBOX')).map((row) => row.subject)).toContain('Mail 4');
  expect(clicks).toBeGreaterThan(2);
  await vi.waitFor(() => expect(world.journal.ops()).toEqual([]), { timeout: 60_000, interval: 5 });
});
