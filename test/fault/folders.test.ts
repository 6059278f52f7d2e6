import { expect } from 'vitest';
import { faultSuite } from './fault-suite.ts';
import type { Scenario } from './scenario.ts';

const box: Scenario['seed'] = async (world) => {
  for (const folder of ['Box', 'A', 'B']) await world.peer.create(folder);
  for (const label of ['one', 'two', 'three']) await world.put(label);
  await world.put('inside', 'Box');
};

faultSuite('folders', [
  {
    cases: [54],
    name: 'a folder renamed elsewhere while changes wait for it',
    seed: box,
    async offline(world) {
      await world.move(['one'], 'Box');
      await world.flag('inside', { add: ['\\Seen'] }, 'Box');
      await world.peer.ok('RENAME', '"Box"', '"Chest"');
    },
    async check(world) {
      expect(await world.where('one')).toEqual(['Chest']);
      expect((await world.onServer()).find((each) => each.subject === 'Mail inside')?.flags).toBe('\\Seen');
      expect(await world.journal()).toEqual([]);
    },
  },
  {
    cases: [55],
    name: 'a folder renamed on both sides: one name wins, nothing in it is lost',
    seed: box,
    async offline(world) {
      await world.posthorn.call('folder.rename', { folderId: await world.folder('Box'), path: 'Ours' });
      await world.peer.ok('RENAME', '"Box"', '"Theirs"');
    },
    async check(world) {
      expect(await world.where('inside')).toHaveLength(1);
    },
  },
  {
    cases: [56],
    name: 'a folder deleted elsewhere while mail waits to go there: it stays where it was, and the user is told',
    seed: box,
    async offline(world) {
      await world.move(['one'], 'A');
      await world.flag('two', { add: ['\\Seen'] });
      await world.peer.ok('DELETE', '"A"');
    },
    async check(world) {
      expect(await world.where('one')).toEqual(['INBOX']);
      expect(await world.parked()).toEqual(['move']);
      expect((await world.onServer()).find((each) => each.subject === 'Mail two')?.flags).toBe('\\Seen');
    },
  },
  {
    cases: [53],
    name: 'moved out of a folder that is then deleted, all while off the network',
    seed: box,
    async offline(world) {
      await world.move(['inside'], 'A', 'Box');
      await world.posthorn.call('folder.delete', { folderId: await world.folder('Box') });
    },
    async check(world) {
      expect(await world.where('inside')).toEqual(['A']);
      expect((await world.peer.folders()).some((folder) => folder.path === 'Box')).toBe(false);
    },
  },
  {
    cases: [63],
    name: 'changes in a folder whose making still waits',
    seed: box,
    async offline(world) {
      await world.posthorn.call('folder.create', { accountId: world.accountId, path: 'New' });
      await world.move(['one'], 'New');
      await world.flag('one', { add: ['\\Flagged'] }, 'New');
      await world.copy('two', 'New');
      await world.flag('two', { add: ['\\Seen'] }, 'New');
    },
    trouble: (world) =>
      world.proxy.when({ side: 'client', pattern: / CREATE /, then: 'reset', passOn: true }),
    async check(world) {
      const there = (await world.onServer()).filter((each) => each.where === 'New');
      expect(there.map((each) => `${each.subject} ${each.flags}`).toSorted()).toEqual([
        'Mail one \\Flagged',
        'Mail two \\Seen',
      ]);
    },
  },
  {
    cases: [45],
    name: 'an empty LIST, and one that is cut short, delete no folder here',
    seed: box,
    async offline(world) {
      await world.flag('one', { add: ['\\Seen'] });
    },
    trouble(world) {
      world.meddler.answer(/ LIST /, 'OK Nothing.', 2);
    },
    async check(world) {
      expect(await world.where('inside')).toEqual(['Box']);
      const folders = await world.posthorn.call('folder.list', { accountId: world.accountId });
      expect(folders.map((folder) => folder.path)).toEqual(
        expect.arrayContaining(['A', 'B', 'Box', 'INBOX']),
      );
    },
  },
  {
    cases: [46],
    name: 'one folder that cannot be opened keeps no other from being synced',
    seed: box,
    endsWith: ['refused', 'not-found'],
    async offline(world) {
      await world.flag('one', { add: ['\\Seen'] });
      await world.put('new one', 'A');
    },
    trouble: (world) => world.meddler.answer(/ (SELECT|EXAMINE) "?B\b/, 'NO [NOPERM] Not for you.', 200),
    async check(world) {
      expect(await world.where('new one')).toEqual(['A']);
    },
  },
]);

faultSuite('deltas', [
  {
    cases: [38],
    name: 'the newest message is expunged elsewhere',
    seed: box,
    async offline(world) {
      await world.peer.expunge(await world.uid('three'));
      world.ledger.changed('three', -1);
      await world.put('four');
    },
  },
  {
    cases: [42, 28],
    name: 'HIGHESTMODSEQ and UIDNEXT go back',
    seed: box,
    async offline(world) {
      await world.put('four');
      await world.peer.store(await world.uid('one'), '+FLAGS', ['\\Flagged']);
    },
    trouble(world) {
      world.meddler.rewrite(/HIGHESTMODSEQ \d+/, 'HIGHESTMODSEQ 1', 6);
      world.meddler.rewrite(/UIDNEXT \d+/, 'UIDNEXT 1', 3);
    },
  },
  {
    cases: [37],
    name: 'everything is said to have vanished, and has not',
    seed: box,
    async offline(world) {
      await world.put('four');
    },
    trouble: (world) =>
      world.meddler.inject(/ (SELECT|UID FETCH|NOOP)/, ['* VANISHED (EARLIER) 1:4294967295'], 6),
  },
  {
    cases: [35, 36],
    name: 'a million are said to vanish while the folder is read',
    seed: box,
    async offline(world) {
      await world.put('four');
      await world.peer.store(await world.uid('two'), '+FLAGS', ['\\Answered']);
    },
    trouble: (world) => world.meddler.inject(/ UID FETCH /, ['* VANISHED 1000000:2000000'], 4),
  },
  {
    cases: [44],
    name: 'without CONDSTORE, mail is expunged while the folder is read',
    server: 'bare',
    seed: box,
    async offline(world) {
      await world.peer.expunge(await world.uid('one'));
      world.ledger.changed('one', -1);
      await world.put('four');
      await world.flag('two', { add: ['\\Seen'] });
    },
  },
  {
    cases: [47],
    name: 'a search that fails is not an empty folder',
    seed: box,
    async offline(world) {
      await world.put('four');
      await world.peer.expunge(await world.uid('one'));
      world.ledger.changed('one', -1);
    },
    trouble: (world) => world.meddler.answer(/ UID SEARCH /, 'NO [SERVERBUG] Internal error.', 2),
  },
  {
    cases: [58],
    name: 'a keyword that the folder does not take is shown as refused, the rest goes on',
    seed: box,
    async offline(world) {
      await world.flag('one', { add: ['$Odd'] });
      await world.flag('two', { add: ['\\Seen'] });
    },
    trouble: (world) =>
      world.meddler.answer(/ UID STORE .*\$Odd/, 'NO [NOPERM] Keywords cannot be created here.', 50),
    async check(world) {
      const flags = new Map((await world.onServer()).map((each) => [each.subject, each.flags]));
      expect(flags.get('Mail two')).toBe('\\Seen');
      expect(flags.get('Mail one')).toBe('');
      expect(await world.parked()).toEqual(['flags']);
    },
  },
]);
