import { expect } from 'vitest';
import { RawImap } from '../servers/raw-imap.ts';
import { faultSuite } from './fault-suite.ts';
import type { Scenario } from './scenario.ts';
import type { World } from './world.ts';

const labels = ['one', 'two', 'three', 'four', 'five', 'six'];

const box: Scenario['seed'] = async (world) => {
  await world.peer.create('Box');
  await world.peer.create('A');
  for (const label of labels) await world.put(label, 'Box');
};

const changes: Scenario['offline'] = async (world) => {
  await world.flag('one', { add: ['\\Flagged'] }, 'Box');
  await world.move(['two'], 'A', 'Box');
  await world.copy('three', 'A', 'Box');
  await world.destroy('four', 'Box');
};

/** The folder is made anew with the same mail in this order: every UID means another message now. */
async function madeAnew(world: World, order: readonly string[]): Promise<void> {
  // A connection of its own: Dovecot hangs up on whoever has a folder open that goes.
  await world.peer.select('INBOX');
  const other = await RawImap.open({ port: world.dovecot.imapPort, user: world.user, password: 'secret' });
  const old = await other.messages('Box');
  await other.select('INBOX');
  // The mail waits elsewhere, so that at no moment there is nothing to be found.
  await other.ok('RENAME', '"Box"', '"Old"');
  await other.create('Box');
  for (const label of order) {
    const message = old.find(({ bytes }) => bytes.toString('latin1').includes(`Subject: Mail ${label}\r`));
    if (message !== undefined) await world.putAgain(message, 'Box');
  }
  await other.ok('DELETE', '"Old"');
  await other.close();
}

/** Each of the four changes was made to its own message, or waits for the user and was made to none. */
async function onlyWhatWasMeant(world: World): Promise<void> {
  const server = await world.onServer();
  const flagged = server.filter((mail) => mail.flags.includes('\\Flagged')).map((mail) => mail.subject);
  expect(['', 'Mail one']).toContain(flagged.join());
  for (const label of ['one', 'three', 'five', 'six']) expect(await world.where(label)).toContain('Box');
  expect(await world.parked()).toEqual([]);
  expect(flagged).toEqual(['Mail one']);
  expect(await world.where('two')).toEqual(['A']);
  expect(await world.where('three')).toEqual(['A', 'Box']);
  expect(await world.where('four')).toEqual([]);
}

faultSuite(
  'many steps',
  [
    {
      cases: [24],
      name: 'R7: numbered anew while off the network; killed while rows are bound to their messages',
      seed: box,
      async offline(world) {
        await changes(world);
        await madeAnew(world, labels.toReversed());
      },
      check: onlyWhatWasMeant,
    },
    {
      cases: [25],
      name: 'R7: numbered anew within the session, then killed at every step of going on',
      seed: box,
      async connected(world) {
        await madeAnew(world, ['six', 'two', 'four', 'one', 'three', 'five']);
        await world.posthorn.call('sync.run', { accountId: world.accountId });
        await world.uid('one', 'Box');
        // Nothing is heard of the moments in between, in which the mail stands under another name.
        world.proxy.set('stall');
        await madeAnew(world, labels.toReversed());
      },
      async offline(world) {
        world.proxy.set('pass');
        await changes(world);
      },
      check: onlyWhatWasMeant,
    },
    {
      cases: [26],
      name: 'R7: a spurious change, killed before the register knows of it',
      seed: box,
      async offline(world) {
        await changes(world);
        await world.doveadm('mailbox', 'update', '--uid-validity', '1999999999', 'Box');
      },
      check: onlyWhatWasMeant,
    },
    {
      cases: [17],
      name: 'R2: the dance of RFC 4549 §4.2.4 on a server without UIDPLUS, killed between un-marking and marking again',
      server: 'bare',
      async seed(world) {
        for (const label of ['one', 'two', 'three', 'four']) await world.put(label);
      },
      async offline(world) {
        await world.destroy('one');
        await world.destroy('four');
        await world.posthorn.call('folder.purge', { folderId: await world.folder('INBOX') });
        await world.peer.store(await world.uid('two'), '+FLAGS', ['\\Deleted', '\\Flagged']);
        world.ledger.changed('two', -1);
      },
      async check(world) {
        const there = (await world.peer.messages('INBOX')).map(
          (message) =>
            `${/^Subject: (.*?)\r?$/m.exec(message.bytes.toString('latin1'))?.[1] ?? ''} ${message.flags.toSorted().join(' ')}`,
        );
        expect(there).toEqual(['Mail two \\Deleted \\Flagged', 'Mail three ']);
        expect(await world.journal()).toEqual([]);
      },
    },
  ],
  [
    'pull.identities-listed',
    'pull.renumbered',
    'purge.unmarked',
    'purge.expunged',
    'replay.sent',
    'pull.folder-done',
  ],
);
