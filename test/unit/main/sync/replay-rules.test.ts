import { afterEach, expect, test } from 'vitest';
import { openEngineWorld, bytesOf, type EngineWorld } from './engine-world.ts';
import type { FakeMailServer } from '../../../fakes/fake-backend.ts';

let world: EngineWorld;
afterEach(() => world.close());

const many = (count: number) => (server: FakeMailServer) => {
  server.create('Box');
  for (let n = 1; n <= count; n += 1) server.add('INBOX', bytesOf(n));
};

/** Waits for the journal to be empty; the pauses between two tries are the clock's. */
async function emptied(): Promise<void> {
  const left = (): number => {
    world.clock.advance(500);
    return world.journal.ops().length;
  };
  await expect.poll(left, { timeout: 20_000 }).toBe(0);
}

const words = { server: { host: 'mail.test:143', text: 'this one not' } };

/** The server refuses every command that names one of these UIDs. */
function refuseUids(method: 'copy' | 'move' | 'storeFlags', uids: readonly number[]): void {
  const plain = world.backend[method].bind(world.backend) as (...args: unknown[]) => Promise<unknown>;
  Object.assign(world.backend, {
    [method]: (path: string, named: number[], ...rest: unknown[]) => {
      if (named.some((uid) => uids.includes(uid))) world.fail(method, words);
      return plain(path, named, ...rest);
    },
  });
}

test.each(['move', 'copy'] as const)(
  'R14: of a %s that is refused for one message, the others are done and the one is parked',
  async (kind) => {
    world = await openEngineWorld({}, many(20));
    await world.sync();
    refuseUids(kind, [7]);
    const ids = (await world.rows('INBOX')).map((row) => row.messageId);
    await world.verbs[kind](ids, world.folder('Box'));
    await world.sync();
    expect(world.server.folder('Box').messages.size).toBe(19);
    const [left, ...more] = world.journal.ops();
    expect(more).toEqual([]);
    expect(left).toMatchObject({ state: 'parked', error: { server: words.server } });
    expect(left?.targets.map((target) => target.messageIdHeader)).toEqual(['<m7@b.test>']);
    await world.sync();
    expect(await world.rows('Box')).toHaveLength(19);
    expect(await world.rows('INBOX')).toHaveLength(kind === 'move' ? 1 : 20);
  },
);

test('R14: a refusal that speaks for the folder is not tried message by message', async () => {
  world = await openEngineWorld({}, many(20));
  await world.sync();
  world.fail('move', { server: { ...words.server, code: 'NOPERM' } }, 100);
  const ids = (await world.rows('INBOX')).map((row) => row.messageId);
  world.backend.calls.length = 0;
  await world.verbs.move(ids, world.folder('Box'));
  await world.sync();
  expect(world.backend.calls.filter((call) => call === 'move')).toHaveLength(1);
  expect(world.journal.ops()).toMatchObject([{ state: 'parked' }]);
});

test('R14: when every message is refused, trying ends early', async () => {
  world = await openEngineWorld({}, many(64));
  await world.sync();
  world.fail('storeFlags', words, 1_000);
  const ids = (await world.rows('INBOX')).map((row) => row.messageId);
  world.backend.calls.length = 0;
  await world.verbs.setFlags(ids, ['\\Flagged'], []);
  await world.sync();
  expect(world.backend.calls.filter((call) => call === 'storeFlags').length).toBeLessThan(25);
  expect(world.journal.ops()).toMatchObject([{ state: 'parked' }]);
});

test('R4: of wishes about one flag that wait, only the last is sent', async () => {
  world = await openEngineWorld({}, many(1));
  await world.sync();
  world.offline();
  const ids = (await world.rows('INBOX')).map((row) => row.messageId);
  await world.verbs.setFlags(ids, ['\\Flagged'], []);
  await world.verbs.setFlags(ids, [], ['\\Flagged']);
  await world.verbs.setFlags(ids, ['\\Flagged'], []);
  world.backend.calls.length = 0;
  world.online();
  await world.sync();
  expect(world.backend.calls.filter((call) => call === 'storeFlags')).toHaveLength(1);
  expect([...(world.server.folder('INBOX').messages.get(1)?.flags ?? [])]).toEqual(['\\Flagged']);
  expect(world.journal.ops()).toEqual([]);
});

test('R4: a flag that a copy takes along is sent before the copy', async () => {
  world = await openEngineWorld({}, many(1));
  await world.sync();
  world.offline();
  const ids = (await world.rows('INBOX')).map((row) => row.messageId);
  await world.verbs.setFlags(ids, ['\\Flagged'], []);
  await world.verbs.copy(ids, world.folder('Box'));
  await world.verbs.setFlags(ids, [], ['\\Flagged']);
  world.online();
  await world.sync();
  expect([...(world.server.folder('Box').messages.get(1)?.flags ?? [])]).toEqual(['\\Flagged']);
  expect([...(world.server.folder('INBOX').messages.get(1)?.flags ?? [])]).toEqual([]);
});

test.each([true, false])('R2: a MOVE whose answer was lost is looked up, UIDPLUS %s', async (uidplus) => {
  for (const outcome of ['unknown', 'unknown-done'] as const) {
    world = await openEngineWorld({ uidplus }, many(5));
    await world.sync();
    world.fail('move:outcome', outcome);
    const ids = (await world.rows('INBOX')).map((row) => row.messageId);
    await world.verbs.move(ids, world.folder('Box'));
    await emptied();
    expect(world.server.folder('Box').messages.size).toBe(5);
    expect(world.server.folder('INBOX').messages.size).toBe(0);
    if (outcome === 'unknown') await world.close();
  }
});

test.each([true, false])(
  'R2: an emulated MOVE whose answers are lost at each phase doubles nothing, UIDPLUS %s',
  async (uidplus) => {
    const phases = ['copy:outcome', 'expunge:outcome'] as const;
    for (const [i, phase] of phases.entries()) {
      for (const [k, outcome] of (['unknown', 'unknown-done'] as const).entries()) {
        world = await openEngineWorld({ uidplus, move: false }, many(4));
        await world.sync();
        world.fail(phase, outcome);
        const ids = (await world.rows('INBOX')).map((row) => row.messageId);
        await world.verbs.move(ids, world.folder('Box'));
        await emptied();
        expect(world.server.folder('Box').messages.size).toBe(4);
        const left = [...world.server.folder('INBOX').messages.values()];
        // Without UIDPLUS they stay there, marked, and are not shown.
        expect(left.filter((message) => !message.flags.has('\\Deleted'))).toEqual([]);
        await world.sync();
        expect(await world.rows('INBOX')).toEqual([]);
        if (i + k < 2) await world.close();
      }
    }
  },
);

test('a clock that was set back by 8 hours holds back nothing', async () => {
  world = await openEngineWorld({}, many(1));
  await world.sync();
  world.offline();
  const ids = (await world.rows('INBOX')).map((row) => row.messageId);
  const [opId = ''] = await world.verbs.setFlags(ids, ['\\Flagged'], []);
  await world.journal.change(opId, { nextTryAt: world.clock.now() + 8 * 3_600_000 });
  world.online();
  await world.sync();
  expect(world.journal.ops()).toEqual([]);
});
