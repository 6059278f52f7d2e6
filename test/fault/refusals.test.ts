import { expect } from 'vitest';
import { faultSuite } from './fault-suite.ts';
import type { Scenario } from './scenario.ts';

const three: Scenario['seed'] = async (world) => {
  for (const folder of ['A', 'B']) await world.peer.create(folder);
  for (const label of ['one', 'two', 'three']) await world.put(label);
};
const starThree = async (world: Parameters<Scenario['seed']>[0]): Promise<void> =>
  world.flag('three', { add: ['\\Flagged'] });
/** One refused change blocks nothing else. */
const threeIsStarred = async (world: Parameters<Scenario['seed']>[0]): Promise<void> => {
  expect((await world.onServer()).find((mail) => mail.subject === 'Mail three')?.flags).toBe('\\Flagged');
};

faultSuite('refusals', [
  {
    cases: [18],
    name: 'COPY is answered NO [EXPUNGEISSUED]: never taken for done, nothing deleted',
    server: 'uidplus',
    seed: three,
    async offline(world) {
      await world.move(['one', 'two'], 'A');
      await starThree(world);
    },
    trouble: (world) =>
      world.meddler.answer(
        / UID COPY /,
        'NO [EXPUNGEISSUED] Some of the requested messages no longer exist.',
        2,
      ),
    async check(world) {
      await threeIsStarred(world);
      for (const label of ['one', 'two']) expect(await world.where(label)).toHaveLength(1);
    },
  },
  {
    cases: [19],
    name: 'MOVE is answered NO [TRYCREATE]: shown, undone in the view',
    seed: three,
    async offline(world) {
      await world.move(['one'], 'A');
      await starThree(world);
    },
    trouble: (world) =>
      world.meddler.answer(/ UID (MOVE|COPY) /, "NO [TRYCREATE] Mailbox doesn't exist: A", 50),
    async check(world) {
      await threeIsStarred(world);
      expect(await world.parked()).toEqual(['move']);
      expect(await world.where('one')).toEqual(['INBOX']);
    },
  },
  {
    cases: [60],
    name: 'COPY is answered NO [OVERQUOTA]: parked, the copy is not shown',
    seed: three,
    async offline(world) {
      await world.copy('one', 'A');
      world.ledger.changed('one', -1);
      await starThree(world);
    },
    trouble: (world) =>
      world.meddler.answer(/ UID COPY /, 'NO [OVERQUOTA] Quota exceeded (mailbox full)', 50),
    async check(world) {
      await threeIsStarred(world);
      expect(await world.parked()).toEqual(['copy']);
    },
  },
  {
    cases: [23],
    name: 'a server that throttles is asked again later, not at once',
    seed: three,
    async offline(world) {
      await world.flag('one', { add: ['\\Seen'] });
      await starThree(world);
    },
    trouble: (world) => world.meddler.answer(/ UID STORE /, 'NO [LIMIT] Too many requests, slow down.', 2),
    async check(world) {
      await threeIsStarred(world);
      expect(await world.journal()).toEqual([]);
    },
  },
  {
    cases: [20],
    name: 'BYE in the middle of a batch',
    seed: three,
    async offline(world) {
      await world.flag('one', { add: ['\\Seen'] });
      await world.move(['two'], 'B');
      await starThree(world);
    },
    trouble(world) {
      world.meddler.inject(/ UID (MOVE|STORE) /, ['* BYE Server shutting down.']);
      world.proxy.when({ side: 'server', pattern: /^\* BYE/, then: 'drop' });
    },
    async check(world) {
      await threeIsStarred(world);
      expect(await world.where('two')).toEqual(['B']);
    },
  },
  {
    cases: [22],
    name: 'garbage and answers to nobody’s command are passed over',
    seed: three,
    async offline(world) {
      await world.move(['two'], 'B');
      await starThree(world);
    },
    trouble: (world) =>
      world.meddler.inject(/ UID (MOVE|STORE) /, ['zzz9 OK done', '* 0 EXPUNGED ((', '* 99 BAZ "quux'], 4),
    async check(world) {
      await threeIsStarred(world);
      expect(await world.where('two')).toEqual(['B']);
    },
  },
]);
