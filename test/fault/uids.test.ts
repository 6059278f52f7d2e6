import { expect } from 'vitest';
import { mail } from '../integration/sync-world.ts';
import { RawImap } from '../servers/raw-imap.ts';
import { faultSuite } from './fault-suite.ts';
import type { Scenario } from './scenario.ts';
import type { World } from './world.ts';

const box: Scenario['seed'] = async (world) => {
  await world.peer.create('Box');
  await world.peer.create('A');
  for (const label of ['one', 'two', 'three', 'four']) await world.put(label, 'Box');
};

const flagsIn = async (world: World, label: string): Promise<string | undefined> =>
  (await world.onServer()).find((each) => each.subject === `Mail ${label}`)?.flags;

/** The UIDVALIDITY that Box had at first. */
const first = new WeakMap<World, string>();

async function validityOf(world: World): Promise<string> {
  // A connection of its own: Dovecot hangs up on one that knew the folder under another number.
  const eye = await RawImap.open({ port: world.dovecot.imapPort, user: world.user, password: 'secret' });
  const { untagged } = await eye.ok('STATUS', 'Box', '(UIDVALIDITY)');
  await eye.close();
  return /UIDVALIDITY (\d+)/.exec(untagged.map((line) => line.text).join(' '))?.[1] ?? '';
}

/** The folder is made anew with the same mail, the first last: every UID means another message now. */
async function madeAnew(world: World, labels: readonly string[]): Promise<void> {
  const old = await world.peer.messages('Box');
  // Dovecot hangs up on whoever has a folder open that goes.
  await world.peer.select('INBOX');
  await world.peer.ok('DELETE', '"Box"');
  await world.peer.create('Box');
  for (const label of labels) {
    const message = old.find(({ bytes }) => bytes.toString('latin1').includes(`Subject: Mail ${label}\r`));
    if (message === undefined) throw new Error(`no ${label}`);
    await world.putAgain(message, 'Box');
  }
}

faultSuite('UIDs', [
  {
    cases: [24],
    name: 'UIDVALIDITY changed while changes waited: they meet the right messages or none',
    seed: box,
    async offline(world) {
      await world.flag('one', { add: ['\\Flagged'] }, 'Box');
      await world.move(['two'], 'A', 'Box');
      await madeAnew(world, ['four', 'three', 'two', 'one']);
    },
    async check(world) {
      expect(await flagsIn(world, 'three')).toBe('');
      expect(await flagsIn(world, 'four')).toBe('');
      for (const label of ['one', 'three', 'four']) expect(await world.where(label)).toEqual(['Box']);
      const two = await world.where('two');
      if ((await world.parked()).length === 0) {
        expect(two).toEqual(['A']);
        expect(await flagsIn(world, 'one')).toBe('\\Flagged');
      } else expect(two).toEqual(['Box']);
    },
  },
  {
    cases: [25],
    name: 'UIDVALIDITY changed within the session',
    seed: box,
    async connected(world) {
      await madeAnew(world, ['two', 'one', 'four', 'three']);
      await world.posthorn.call('sync.run', { accountId: world.accountId });
    },
    async offline(world) {
      await world.flag('three', { add: ['\\Flagged'] }, 'Box');
    },
    async check(world) {
      expect(await flagsIn(world, 'three')).toBe('\\Flagged');
      expect(await flagsIn(world, 'one')).toBe('');
    },
  },
  {
    cases: [26],
    name: 'a spurious change: another UIDVALIDITY, the same UIDs',
    seed: box,
    async offline(world) {
      await world.flag('one', { add: ['\\Flagged'] }, 'Box');
      await world.doveadm('mailbox', 'update', '--uid-validity', '1999999999', 'Box');
    },
    async check(world) {
      expect(await flagsIn(world, 'one')).toBe('\\Flagged');
    },
  },
  {
    cases: [27],
    name: 'UIDVALIDITY changed twice: the second time to a value used before, with other mail under each UID',
    seed: box,
    async connected(world) {
      first.set(world, await validityOf(world));
      await world.doveadm('mailbox', 'update', '--uid-validity', '1999999999', 'Box');
      await world.posthorn.call('sync.run', { accountId: world.accountId });
    },
    async offline(world) {
      await world.flag('one', { add: ['\\Flagged'] }, 'Box');
      await world.move(['two'], 'A', 'Box');
      await madeAnew(world, ['four', 'three', 'two', 'one']);
      await world.doveadm('mailbox', 'update', '--uid-validity', first.get(world) ?? '', 'Box');
      expect(await validityOf(world)).toBe(first.get(world));
    },
    async check(world) {
      expect(await flagsIn(world, 'three')).toBe('');
      expect(await flagsIn(world, 'four')).toBe('');
      for (const label of ['one', 'three', 'four']) expect(await world.where(label)).toEqual(['Box']);
      const parked = await world.parked();
      // Certain or not: it meets the right message, or none and is told.
      expect(await world.where('two')).toEqual([parked.includes('move') ? 'Box' : 'A']);
      expect(await flagsIn(world, 'one')).toBe(parked.includes('flags') ? '' : '\\Flagged');
    },
  },
  {
    cases: [30],
    name: 'one Message-ID many times: only the chosen copy is touched',
    async seed(world) {
      await world.peer.create('A');
      for (const label of ['x1', 'x2', 'x3'])
        await world.put(label, 'INBOX', { messageId: '<same@sync.test>' });
    },
    async offline(world) {
      await world.move(['x2'], 'A');
      await world.destroy('x3');
    },
    async check(world) {
      expect(await world.where('x1')).toEqual(['INBOX']);
      expect(await world.where('x2')).toEqual(['A']);
    },
  },
  {
    cases: [31],
    name: 'no Message-ID, and an answer that is lost',
    async seed(world) {
      await world.peer.create('A');
      for (const label of ['y1', 'y2']) await world.put(label, 'INBOX', { messageId: null });
    },
    async offline(world) {
      await world.move(['y1'], 'A');
      await world.copy('y2', 'A');
    },
    trouble: (world) =>
      world.proxy.when({ side: 'client', pattern: / UID (MOVE|COPY) /, then: 'reset', passOn: true }),
    async check(world) {
      expect(await world.where('y1')).toEqual(['A']);
      expect(await world.where('y2')).toEqual(['A', 'INBOX']);
    },
  },
  {
    cases: [39],
    name: 'new mail arrives between SELECT and FETCH',
    seed: box,
    async trouble(world) {
      const bytes = mail('late');
      world.ledger.put('late', bytes);
      await world.peer.append('Box', mail('first'));
      world.ledger.put('first', mail('first'));
      world.meddler.rewrite(
        /OK .*(SELECT|Select)/,
        (line) => {
          void world.peer.append('Box', bytes);
          return line;
        },
        1,
      );
    },
  },
]);
