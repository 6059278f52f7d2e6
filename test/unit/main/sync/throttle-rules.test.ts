import { afterEach, expect, test } from 'vitest';
import { bytesOf, openEngineWorld, type EngineWorld } from './engine-world.ts';

let world: EngineWorld;
afterEach(() => world.close());

test('R14: a server that says how long to stay away is sent nothing at all before, and everything after', async () => {
  world = await openEngineWorld({}, (server) => {
    for (let n = 1; n <= 3; n += 1) server.add('INBOX', bytesOf(n));
  });
  await world.sync();
  let asked = 0;
  const { storeFlags, select } = world.backend;
  Object.assign(world.backend, {
    storeFlags: (...given: Parameters<typeof storeFlags>) => ((asked += 1), storeFlags(...given)),
    select: (...given: Parameters<typeof select>) => ((asked += 1), select(...given)),
  });
  world.offline();
  for (const row of await world.rows('INBOX')) await world.verbs.setFlags([row.messageId], ['\\Flagged'], []);
  world.fail('storeFlags', {
    next: 'retry',
    server: { text: 'Request is throttled. Suggested Backoff Time: 240000 milliseconds' },
  });
  world.online();
  await expect.poll(() => world.engine.state().state, { timeout: 10_000 }).toBe('waiting');
  const refused = asked;
  for (let minute = 0; minute < 3; minute += 1) {
    world.clock.advance(60_000);
    world.engine.kick();
    world.engine.checkConnection();
  }
  expect(asked).toBe(refused);
  expect(world.journal.ops('a1')).toHaveLength(3);
  expect(world.engine.state().error?.server?.text).toMatch(/throttled/);
  world.clock.advance(61_000);
  await expect
    .poll(() => (world.clock.advance(10_000), world.journal.ops('a1').length), { timeout: 20_000 })
    .toBe(0);
  expect((await world.rows('INBOX')).map((row) => row.flags.join(' '))).toEqual([
    '\\Flagged',
    '\\Flagged',
    '\\Flagged',
  ]);
});
