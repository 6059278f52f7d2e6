import { afterEach, expect, test } from 'vitest';
import type { FakeMailServer } from '../../../fakes/fake-backend.ts';
import { bytesOf, openEngineWorld, type EngineWorld } from './engine-world.ts';

let world: EngineWorld;
afterEach(() => world.close());

const filled = (server: FakeMailServer): void => {
  for (let n = 1; n <= 6; n += 1) server.add('INBOX', bytesOf(n), n === 6 ? ['\\Deleted', '\\Flagged'] : []);
};

const inbox = () => world.server.folder('INBOX').messages;
const marked = (): number[] =>
  [...inbox().values()].flatMap(({ uid, flags }) => (flags.has('\\Deleted') ? [uid] : []));
const idOf = async (n: number): Promise<string> =>
  (await world.rows('INBOX')).find((row) => row.subject === `Mail ${n}`)?.messageId ?? '';

/** Messages 1 and 2 are deleted for good here and left marked on a server without UIDPLUS; 6 is marked by another. */
async function opened(): Promise<void> {
  world = await openEngineWorld({ uidplus: false, move: false }, filled);
  await world.sync();
  await world.verbs.delete([await idOf(1), await idOf(2)], true);
  await expect.poll(() => world.journal.ops().length).toBe(0);
  await world.sync();
  expect(marked()).toEqual([1, 2, 6]);
}

async function purge(): Promise<void> {
  await world.submit.ops([
    {
      accountId: 'a1',
      action: { kind: 'purge', folderId: world.folder('INBOX') },
      targets: [],
      patches: [],
      mark: 'delete',
      sentence: 'Remove what was deleted',
    },
  ]);
}

async function goOn(): Promise<void> {
  world.clock.advance(60_000);
  await world.sync().catch(() => undefined);
  world.clock.advance(60_000);
  await world.sync();
  expect(world.journal.ops()).toEqual([]);
}

const wellDone = async (): Promise<void> => {
  expect([...inbox().keys()].toSorted()).toEqual([3, 4, 5, 6]);
  expect([...(inbox().get(6)?.flags ?? [])].toSorted()).toEqual(['\\Deleted', '\\Flagged']);
  expect((await world.rows('INBOX')).map((row) => row.subject).toSorted()).toEqual([
    'Mail 3',
    'Mail 4',
    'Mail 5',
    'Mail 6',
  ]);
  expect(world.register.get(world.folder('INBOX'))?.leftBehind).toBe('');
};

test('R2, case 17: without UIDPLUS ours are removed by the dance, and what others marked stays marked', async () => {
  await opened();
  await purge();
  await goOn();
  await wellDone();
  expect(marked()).toEqual([6]);
});

test.each([
  ['the marks of others were taken off', 'storeFlags:outcome'],
  ['EXPUNGE', 'expungeMarked:outcome'],
])('R2, case 17: the answer to it was lost after %s: their marks are put back', async (_name, method) => {
  await opened();
  for (const outcome of ['unknown-done', 'unknown'] as const) {
    world.fail(method, outcome);
    await purge();
    await goOn();
    expect(marked()).toEqual([6]);
  }
  await wellDone();
});

test('R2, case 17: refused in the middle, nothing is removed and every mark is as it was', async () => {
  await opened();
  world.fail('expungeMarked', { server: { text: 'not now' } });
  await purge();
  await expect.poll(() => world.journal.ops()[0]?.state).toBe('parked');
  expect(marked()).toEqual([1, 2, 6]);
});

test('R2, case 17: what another program marks meanwhile is not removed', async () => {
  await opened();
  const { storeFlags } = world.backend;
  Object.assign(world.backend, {
    storeFlags: async (...given: Parameters<typeof storeFlags>) => {
      const outcome = await storeFlags(...given);
      Object.assign(world.backend, { storeFlags });
      inbox().get(4)?.flags.add('\\Deleted');
      return outcome;
    },
  });
  await purge();
  await goOn();
  expect([...inbox().keys()].toSorted()).toEqual([3, 4, 5, 6]);
  expect(marked().toSorted()).toEqual([4, 6]);
});

test('R2: where single messages can be removed the dance has nothing to do', async () => {
  world = await openEngineWorld({}, filled);
  await world.sync();
  await purge();
  await expect.poll(() => world.journal.ops().length).toBe(0);
  expect(world.backend.calls).not.toContain('expungeMarked');
});
