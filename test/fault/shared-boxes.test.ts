import { expect } from 'vitest';
import { faultSuite } from './fault-suite.ts';
import type { Scenario } from './scenario.ts';
import type { World } from './world.ts';

const box: Scenario['seed'] = async (world) => {
  for (const folder of ['Box', 'A']) await world.peer.create(folder);
  for (const label of ['one', 'two', 'three']) await world.put(label);
  for (const label of ['in', 'inner']) await world.put(label, 'Box');
};

const flagsOf = async (world: World, label: string): Promise<string | undefined> =>
  (await world.onServer()).find((mail) => mail.subject === `Mail ${label}`)?.flags;

faultSuite('shared boxes', [
  {
    cases: [17],
    name: 'deleted for good where UIDs cannot be expunged singly: what others marked stays as they left it',
    server: 'bare',
    seed: box,
    async offline(world) {
      // The dance of un-deleting the others' marks is never begun, so no kill can leave it half done.
      await world.destroy('one');
      await world.peer.store(await world.uid('two'), '+FLAGS', ['\\Deleted', '\\Flagged']);
      world.ledger.changed('two', -1);
    },
    async check(world) {
      const there = new Map(
        (await world.peer.messages('INBOX')).map((message) => [
          /^Subject: (.*?)\r?$/m.exec(message.bytes.toString('latin1'))?.[1],
          message.flags.toSorted().join(' '),
        ]),
      );
      expect(there.get('Mail one')).toBe('\\Deleted');
      expect(there.get('Mail two')).toBe('\\Deleted \\Flagged');
      expect(there.get('Mail three')).toBe('');
      expect(world.proxy.clientLines.filter((line) => /^\S+ (UID )?(EXPUNGE|CLOSE)\b/.test(line))).toEqual(
        [],
      );
    },
  },
  {
    cases: [57],
    name: 'INBOX is renamed elsewhere (RFC 3501 6.3.5): its mail is in the new folder, INBOX stays',
    seed: box,
    async offline(world) {
      await world.flag('one', { add: ['\\Flagged'] });
      await world.move(['two'], 'A');
      // Dovecot refuses RENAME INBOX; this is what it does on servers that take it.
      await world.peer.create('Old mail');
      await world.peer.select('INBOX');
      await world.peer.move('1:*', 'Old mail');
      await world.put('new');
      // Here it is refused before anything is written down.
      const refusal = world.posthorn.call('folder.rename', {
        folderId: await world.folder('INBOX'),
        path: 'Elsewhere',
      });
      await expect(refusal).rejects.toThrow(/special use/);
    },
    async check(world) {
      for (const label of ['one', 'two', 'three']) expect(await world.where(label)).toEqual(['Old mail']);
      expect(await world.where('new')).toEqual(['INBOX']);
      expect(world.meddler.commands.filter((line) => / RENAME /.test(line))).toEqual([]);
    },
  },
  {
    cases: [59],
    name: 'a folder that may only be read: the change there waits for the user, all else is done',
    seed: box,
    async offline(world) {
      await world.flag('in', { add: ['\\Flagged'] }, 'Box');
      await world.move(['inner'], 'A', 'Box');
      await world.copy('in', 'A', 'Box');
      await world.flag('one', { add: ['\\Seen'] });
      await world.peer.ok('SETACL', 'Box', world.user, 'lr');
    },
    async check(world) {
      expect((await world.parked()).toSorted()).toEqual(['flags', 'move']);
      expect(await world.where('in')).toEqual(['A', 'Box']);
      expect(await world.where('inner')).toEqual(['Box']);
      expect(await flagsOf(world, 'one')).toBe('\\Seen');
    },
  },
  {
    cases: [64],
    name: 'R5: of two words that exclude each other one is set here, the other there, unseen by us: theirs is left',
    seed: box,
    async offline(world) {
      await world.flag('one', { add: ['$Junk'], remove: ['$NotJunk'] });
      await world.flag('two', { add: ['\\Seen'] });
      await world.peer.store(await world.uid('one'), '+FLAGS', ['$NotJunk', '\\Answered']);
    },
    async check(world) {
      // UNCHANGEDSINCE what we knew: the server names it as MODIFIED, and what is read then is another choice (R5).
      expect(await flagsOf(world, 'one')).toBe('$NotJunk \\Answered');
      expect(await flagsOf(world, 'two')).toBe('\\Seen');
      expect(await world.journal()).toEqual([]);
    },
  },
]);
