import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startDovecot, type Dovecot } from '../../src-main/demo/dovecot.ts';
import type { Headless } from '../harness/headless.ts';
import { RawImap } from '../servers/raw-imap.ts';
import { addAccount, folderNamed, mail, Profile, rowBySubject, synced } from './sync-world.ts';

let dovecot: Dovecot;
beforeAll(async () => {
  dovecot = await startDovecot({
    users: ['from', 'to', 'from2', 'to2'].map((name) => ({ name, password: 'secret' })),
  });
});
afterAll(() => dovecot.stop());

let profile: Profile;
beforeEach(() => {
  profile = new Profile(['--extra-ca', dovecot.ca]);
});
afterEach(() => profile.remove());

interface World {
  posthorn: Headless;
  /** Messages in each inbox, as a raw connection sees them. */
  onServers(): Promise<[number, number]>;
  inboxes: [string, string];
  messageId: string;
}

/** Two accounts, everything here, off the network. */
async function withTwo(users: [string, string], work: (world: World) => Promise<void>): Promise<void> {
  const raws = await Promise.all(
    users.map((user) => RawImap.open({ port: dovecot.imapPort, user, password: 'secret' })),
  );
  const [from, to] = raws;
  if (from === undefined || to === undefined) throw new Error('no servers');
  try {
    await from.append('INBOX', mail(1));
    const posthorn = profile.start();
    const accounts = [
      await addAccount(posthorn, dovecot, users[0]),
      await addAccount(posthorn, dovecot, users[1]),
    ] as const;
    for (const accountId of accounts) await synced(posthorn, accountId);
    const inboxes: [string, string] = [
      (await folderNamed(posthorn, accounts[0], 'INBOX')).folderId,
      (await folderNamed(posthorn, accounts[1], 'INBOX')).folderId,
    ];
    const { messageId } = await rowBySubject(posthorn, inboxes[0], 'Mail 1');
    await posthorn.call('connectivity.set', { online: false });
    const onServers = async (): Promise<[number, number]> => [
      (await from.messages('INBOX')).length,
      (await to.messages('INBOX')).length,
    ];
    await work({ posthorn, onServers, inboxes, messageId });
  } finally {
    await Promise.all(raws.map((raw) => raw.close()));
  }
}

describe('a move to another account', () => {
  test('is over when sync.run answers, and leaves the mail once', async () => {
    await withTwo(['from', 'to'], async ({ posthorn, onServers, inboxes, messageId }) => {
      await posthorn.call('message.move', { messageIds: [messageId], folderId: inboxes[1] });
      await posthorn.call('connectivity.set', { online: true });
      await posthorn.call('sync.run');
      expect(await posthorn.call('journal.list')).toEqual([]);
      expect(await onServers()).toEqual([0, 1]);
    });
  });

  test('that is taken back half way leaves the mail where it was', async () => {
    await withTwo(['from2', 'to2'], async ({ posthorn, onServers, inboxes, messageId }) => {
      await posthorn.call('message.move', { messageIds: [messageId], folderId: inboxes[1] });
      const append = (await posthorn.call('journal.list')).find((op) => op.kind === 'append');
      await posthorn.call('journal.cancel', { opId: append?.opId ?? '' });
      expect(await posthorn.call('journal.list')).toEqual([]);
      await posthorn.call('connectivity.set', { online: true });
      await posthorn.call('sync.run');
      expect(await onServers()).toEqual([1, 0]);
      expect(await rowBySubject(posthorn, inboxes[0], 'Mail 1')).toMatchObject({ pending: null });
    });
  });
});
