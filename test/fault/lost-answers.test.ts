import { expect } from 'vitest';
import { faultSuite } from './fault-suite.ts';
import type { Scenario, ServerKind } from './scenario.ts';

const four: Scenario['seed'] = async (world) => {
  for (const folder of ['A', 'B']) await world.peer.create(folder);
  for (const label of ['one', 'two', 'three', 'four']) await world.put(label);
  // A twin by Message-ID waits where the other goes: a look by that alone would take it for the copy.
  await world.put('twin', 'A', { messageId: '<mone@sync.test>' });
};

/** The connection dies at the n-th command that matches, after or before the server heard it. */
const cutAt =
  (pattern: RegExp, passOn: boolean, hit = 1): NonNullable<Scenario['trouble']> =>
  (world) =>
    world.proxy.when({ side: 'client', pattern, then: 'reset', passOn, hit });

const moved = (
  cases: number[],
  name: string,
  server: ServerKind,
  pattern: RegExp,
  passOn = true,
): Scenario => ({
  cases,
  name,
  server,
  seed: four,
  async offline(world) {
    await world.move(['one', 'two'], 'A');
    await world.flag('three', { add: ['\\Seen'] });
  },
  trouble: cutAt(pattern, passOn),
  async check(world) {
    expect(await world.where('one')).toEqual(['A']);
    expect(await world.where('two')).toEqual(['A']);
    expect(await world.where('twin')).toEqual(['A']);
    expect(await world.journal()).toEqual([]);
  },
});

faultSuite('lost answers to STORE, COPY and APPEND', [
  {
    cases: [4],
    name: 'STORE reached the server, its OK did not reach us',
    seed: four,
    async offline(world) {
      await world.flag('one', { add: ['\\Flagged', '$Work'] });
      await world.flag('two', { add: ['\\Seen'] });
    },
    trouble: cutAt(/ UID STORE /, true),
    async check(world) {
      const flags = new Map((await world.onServer()).map((mail) => [mail.subject, mail.flags]));
      expect(flags.get('Mail one')).toBe('$Work \\Flagged');
      expect(flags.get('Mail two')).toBe('\\Seen');
    },
  },
  {
    cases: [5],
    name: 'APPEND reached a server without UIDPLUS, its OK did not reach us',
    server: 'bare',
    seed: four,
    async offline(world) {
      await world.draft('five');
    },
    trouble: cutAt(/ APPEND /, true),
  },
  {
    cases: [6],
    name: 'APPEND reached the server, APPENDUID did not reach us',
    seed: four,
    async offline(world) {
      await world.draft('six');
    },
    trouble: cutAt(/ APPEND /, true),
  },
  {
    cases: [7],
    name: 'APPEND is cut in the middle of its literal',
    seed: four,
    async offline(world) {
      await world.draft('seven');
    },
    trouble: (world) => world.proxy.cut({ side: 'client', insideLiteralOf: / APPEND /, then: 'reset' }),
  },
  {
    cases: [8],
    name: 'APPEND is refused: the draft stays here and the change waits for the user',
    seed: four,
    async offline(world) {
      await world.draft('eight');
    },
    trouble: (world) => {
      world.ledger.made('Draft eight', 0);
      world.meddler.answer(/ APPEND /, 'NO [NOPERM] Not in this folder.', 50);
    },
    async check(world) {
      expect(await world.parked()).toEqual(['append']);
      expect(
        (await world.posthorn.call('draft.list', { accountId: world.accountId })).map((d) => d.subject),
      ).toEqual(['Draft eight']);
    },
  },
  {
    cases: [11],
    name: 'COPY reached the server, COPYUID did not reach us',
    seed: four,
    async offline(world) {
      await world.copy('one', 'B');
      await world.copy('two', 'B');
    },
    trouble: cutAt(/ UID COPY /, true),
    async check(world) {
      expect(await world.where('one')).toEqual(['B', 'INBOX']);
      expect(await world.where('two')).toEqual(['B', 'INBOX']);
    },
  },
]);

faultSuite('lost answers to moves', [
  moved([12], 'MOVE reached the server, its OK did not reach us', 'full', / UID MOVE /),
  moved([12], 'MOVE never reached the server', 'full', / UID MOVE /, false),
  moved([14], 'without MOVE: the answer to COPY is lost', 'uidplus', / UID COPY /),
  moved(
    [15],
    'without MOVE: the answer to \\Deleted is lost',
    'uidplus',
    / UID STORE \S+ \+FLAGS\S* \(\\Deleted/,
  ),
  moved([16], 'without MOVE: the answer to UID EXPUNGE is lost', 'uidplus', / UID EXPUNGE /),
  moved([14, 5], 'without MOVE and UIDPLUS: the answer to COPY is lost', 'bare', / UID COPY /),
  {
    cases: [13],
    name: 'MOVE fails half way: what was moved is moved once, the rest follows',
    seed: four,
    async offline(world) {
      await world.move(['one', 'two', 'three'], 'A');
    },
    async trouble(world) {
      const uid = await world.uid('two');
      world.meddler.answer(/ UID MOVE /, 'NO [SERVERBUG] Failed or partially completed.');
      await world.peer.move(uid, 'A');
    },
    async check(world) {
      for (const label of ['one', 'two', 'three']) expect(await world.where(label)).toEqual(['A']);
    },
  },
]);
