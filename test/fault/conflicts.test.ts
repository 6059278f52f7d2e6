import { expect } from 'vitest';
import { faultSuite } from './fault-suite.ts';
import type { Scenario } from './scenario.ts';

const flagsOf = async (world: Parameters<Scenario['seed']>[0], label: string, folder = 'INBOX') =>
  (await world.onServer()).find((mail) => mail.subject === `Mail ${label}` && mail.where === folder)?.flags;

const three: Scenario['seed'] = async (world) => {
  for (const folder of ['A', 'B']) await world.peer.create(folder);
  for (const label of ['one', 'two', 'three']) await world.put(label);
};

faultSuite('conflicts', [
  {
    cases: [48],
    name: 'the same flag is set here and cleared there: ours is the later wish',
    async seed(world) {
      await three(world);
      await world.put('starred', 'INBOX', { flags: ['\\Flagged'] });
    },
    async offline(world) {
      await world.flag('one', { add: ['\\Flagged', '\\Seen'] });
      await world.flag('starred', { remove: ['\\Flagged'] });
      await world.peer.store(await world.uid('one'), '+FLAGS', ['\\Answered']);
      await world.peer.store(await world.uid('starred'), '+FLAGS', ['\\Flagged', '$Theirs']);
    },
    async check(world) {
      expect(await flagsOf(world, 'one')).toBe('\\Answered \\Flagged \\Seen');
      expect(await flagsOf(world, 'starred')).toBe('$Theirs');
    },
  },
  {
    cases: [49],
    name: 'deleted for good here, starred there: it is deleted',
    seed: three,
    async offline(world) {
      await world.destroy('one');
      await world.peer.store(await world.uid('one'), '+FLAGS', ['\\Flagged']);
    },
  },
  {
    cases: [50],
    name: 'R6: moved here, deleted there: it stays deleted unless the user takes the offer, and nothing else is',
    seed: three,
    async offline(world) {
      await world.move(['one', 'two'], 'A');
      await world.peer.expunge(await world.uid('one'));
      world.ledger.changed('one', -1);
    },
    async check(world) {
      expect((await world.onServer()).filter((mail) => mail.where === 'A')).toHaveLength(1);
      // Its bytes were fetched before: they can be put back, once, and not by themselves.
      expect((await world.journal()).map(({ state, offer }) => ({ state, offer }))).toEqual([
        { state: 'parked', offer: 'put-back' },
      ]);
    },
  },
  {
    cases: [51],
    name: 'moved here to one folder and there to another: it is in one of them',
    seed: three,
    async offline(world) {
      await world.move(['one'], 'A');
      await world.uid('one');
      await world.peer.move(await world.uid('one'), 'B');
    },
    async check(world) {
      expect((await world.onServer()).find((mail) => mail.subject === 'Mail one')?.where).toBe('B');
    },
  },
  {
    cases: [52],
    name: 'moved A, then B, then back: it is where it was',
    seed: three,
    async offline(world) {
      await world.move(['one', 'two'], 'A');
      await world.move(['one', 'two'], 'B', 'A');
      await world.move(['two'], 'INBOX', 'B');
    },
    async check(world) {
      const where = new Map((await world.onServer()).map((mail) => [mail.subject, mail.where]));
      expect(where.get('Mail one')).toBe('B');
      expect(where.get('Mail two')).toBe('INBOX');
    },
  },
  {
    cases: [52, 14],
    name: 'moved A, then B, on a server without MOVE',
    server: 'uidplus',
    seed: three,
    async offline(world) {
      await world.move(['one', 'two'], 'A');
      await world.move(['one'], 'B', 'A');
      await world.flag('one', { add: ['\\Flagged'] }, 'B');
    },
    async check(world) {
      expect(await flagsOf(world, 'one', 'B')).toBe('\\Flagged');
    },
  },
]);
