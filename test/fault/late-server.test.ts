import { expect } from 'vitest';
import { faultSuite } from './fault-suite.ts';
import type { Scenario, ServerKind } from './scenario.ts';

/**
 * The connection goes with a command in it; the server has read it, is busy, and carries it out seconds later, when
 * Posthorn is back, has looked and may have sent it again.
 */
const seed: Scenario['seed'] = async (world) => {
  for (const folder of ['A', 'B', 'Old']) await world.peer.create(folder);
  for (const label of ['one', 'two', 'three']) await world.put(label);
};

const lateAt =
  (pattern: RegExp, lateMs: number): NonNullable<Scenario['trouble']> =>
  (world) =>
    world.proxy.when({ side: 'client', pattern, then: 'late', lateMs });

const nothingWaits: NonNullable<Scenario['check']> = async (world) => {
  expect(await world.journal()).toEqual([]);
};

const moved = (name: string, server: ServerKind, pattern: RegExp, lateMs: number): Scenario => ({
  cases: [],
  name,
  server,
  seed,
  offline: (world) => world.move(['one', 'two'], 'A'),
  trouble: lateAt(pattern, lateMs),
  async check(world) {
    expect(await world.where('one')).toEqual(['A']);
    expect(await world.where('two')).toEqual(['A']);
    await nothingWaits(world);
  },
});

faultSuite('a server that carries out late what a lost connection brought', [
  {
    cases: [],
    name: 'COPY',
    seed,
    async offline(world) {
      await world.copy('one', 'A');
      await world.copy('two', 'B');
    },
    trouble: lateAt(/ UID COPY /, 3_000),
    check: nothingWaits,
  },
  moved('MOVE', 'full', / UID MOVE /, 1_500),
  moved('COPY, where it stands for MOVE', 'uidplus', / UID COPY /, 3_000),
  moved('COPY, without MOVE and UIDPLUS', 'bare', / UID COPY /, 2_000),
  {
    cases: [],
    name: 'APPEND of a draft that goes on being written',
    server: 'bare',
    seed,
    async offline(world) {
      await world.draft('late', undefined, 'Words that come late');
    },
    trouble: lateAt(/^Words that come late/, 2_500),
    check: nothingWaits,
  },
  {
    cases: [],
    name: 'CREATE, and mail that is to go there',
    seed,
    async offline(world) {
      const { accountId } = world;
      await world.posthorn.call('folder.create', { accountId, path: 'New' });
      await world.move(['one'], 'New');
    },
    trouble: lateAt(/ CREATE /, 500),
    async check(world) {
      expect(await world.where('one')).toEqual(['New']);
      await nothingWaits(world);
    },
  },
  {
    cases: [],
    name: 'STORE, and EXPUNGE of one',
    seed,
    async offline(world) {
      await world.flag('one', { add: ['\\Flagged'] });
      await world.destroy('two');
    },
    trouble(world) {
      world.proxy.when({ side: 'client', pattern: / UID STORE .*Flagged/, then: 'late', lateMs: 500 });
      world.proxy.when({ side: 'client', pattern: / UID EXPUNGE /, then: 'late', lateMs: 2_000 });
    },
    check: nothingWaits,
  },
  {
    cases: [],
    name: 'DELETE of a folder',
    seed,
    async offline(world) {
      await world.posthorn.call('folder.delete', { folderId: await world.folder('Old') });
    },
    trouble: lateAt(/ DELETE /, 2_000),
    async check(world) {
      expect((await world.peer.folders()).map(({ path }) => path)).not.toContain('Old');
      await nothingWaits(world);
    },
  },
]);
