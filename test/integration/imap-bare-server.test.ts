import { afterAll, beforeAll, describe, expect, onTestFailed, test } from 'vitest';
import { dovecotMissing, startDovecot, type Dovecot } from '../../src-main/demo/dovecot.ts';
import type { Headless } from '../harness/headless.ts';
import { ImapMeddler } from '../servers/imap-meddler.ts';
import { RawImap } from '../servers/raw-imap.ts';
import { file, message, multipart, texts } from '../unit/main/sync/large-messages.ts';
import {
  addAccount,
  folderNamed,
  mail,
  Profile,
  rowBySubject,
  rowsOf,
  serverState,
  settled,
  shownState,
  synced,
} from './sync-world.ts';

const missing = dovecotMissing();
if (missing !== undefined) process.stderr.write(`skipped: ${missing}\n`);
const extensions =
  /^\S+ (?:UID (?:MOVE|EXPUNGE|REPLACE)|IDLE|NOTIFY|ENABLE|COMPRESS|ID |NAMESPACE|UNSELECT|GETQUOTA|GETACL|MYRIGHTS)|RETURN|CHANGEDSINCE|MODSEQ|CONDSTORE|QRESYNC|MAILBOXID|EMAILID|BINARY|UTF8|~\{|\{\d+[+-]\}/;

describe.skipIf(missing !== undefined)('Dovecot behind a proxy', () => {
  let dovecot: Dovecot;
  beforeAll(async () => {
    dovecot = await startDovecot({
      users: ['ann', 'bea', 'cid'].map((name) => ({ name, password: 'secret' })),
    });
  });
  afterAll(() => dovecot.stop());

  async function withProxy(
    user: string,
    work: (world: {
      posthorn: Headless;
      accountId: string;
      meddler: ImapMeddler;
      peer: RawImap;
    }) => Promise<void>,
    prepare: (meddler: ImapMeddler) => void = () => undefined,
  ): Promise<void> {
    const meddler = await ImapMeddler.start({ host: '127.0.0.1', port: dovecot.imapPort });
    prepare(meddler);
    const peer = await RawImap.open({ port: dovecot.imapPort, user, password: 'secret' });
    const profile = new Profile([]);
    onTestFailed(() => console.log(profile.stderr().slice(-4_000), meddler.commands.slice(-60).join('\n')));
    try {
      const posthorn = profile.start();
      await posthorn.call('connectivity.set', { online: true });
      const accountId = await addAccount(posthorn, { imapsPort: meddler.port }, user, { tls: 'none' });
      await work({ posthorn, accountId, meddler, peer });
    } finally {
      await profile.remove();
      await peer.close();
      await meddler.stop();
    }
  }

  test('bare IMAP4rev1: everything works, and no extension is on the wire', async () => {
    await withProxy(
      'ann',
      async ({ posthorn, accountId, meddler, peer }) => {
        for (let n = 1; n <= 12; n++) await peer.append('INBOX', mail(n));
        await settled(posthorn, accountId);
        const inbox = await folderNamed(posthorn, accountId, 'INBOX');
        const idOf = async (n: number): Promise<string> =>
          (await rowBySubject(posthorn, inbox.folderId, `Mail ${n}`)).messageId;
        const { folderId } = await posthorn.call('folder.create', { accountId, path: 'Box' });
        await posthorn.call('message.setFlags', { messageIds: [await idOf(1)], add: ['\\Flagged'] });
        await posthorn.call('message.move', { messageIds: [await idOf(2), await idOf(3)], folderId });
        await posthorn.call('message.delete', { messageIds: [await idOf(4)], permanent: true });
        await settled(posthorn, accountId);
        // Parts of a message are no extension: of a large one the text comes first, then a file, then the rest.
        // So old that nothing of its size is fetched ahead.
        const large = Buffer.from(
          message(multipart('mixed', [texts, file('a.zip', 'application/zip', 700_000)]))
            .toString('latin1')
            .replace('16 Nov 2026', '16 Nov 2020'),
          'latin1',
        );
        await peer.append('INBOX', large, [], '01-Feb-2020 10:00:00 +0000');
        await settled(posthorn, accountId);
        const { messageId } = await rowBySubject(posthorn, inbox.folderId, 'Grüße');
        expect(await posthorn.call('message.get', { messageId })).toMatchObject({
          text: 'Schöne Grüße',
          missing: { files: 1, follows: true },
        });
        const given = await posthorn.call('message.attachment', { messageId, partId: '2' });
        expect('base64' in given && Buffer.from(given.base64, 'base64').length).toBe(700_000);
        await settled(posthorn, accountId);
        expect((await rowBySubject(posthorn, inbox.folderId, 'Grüße')).readableOffline).toBe(true);
        expect(await posthorn.call('message.source', { messageId })).toEqual({
          base64: large.toString('base64'),
        });
        // What another program does comes in without CONDSTORE and without VANISHED.
        await peer.append('INBOX', mail(50));
        await peer.select('INBOX');
        const victim = (await peer.messages('INBOX')).find((one) => one.messageId.includes('m7@'));
        await peer.expunge(victim?.uid ?? 0);
        await settled(posthorn, accountId);
        // The connection for what the user does opened the folder before that mail came.
        await posthorn.call('message.setFlags', { messageIds: [await idOf(50)], add: ['\\Flagged'] });
        await settled(posthorn, accountId);
        expect((await peer.messages('INBOX')).find((one) => one.messageId.includes('m50@'))?.flags).toContain(
          '\\Flagged',
        );
        // Without UIDPLUS what was moved or deleted stays on the server, marked; it is not shown.
        const server = await serverState(peer);
        const alive = Object.fromEntries(
          Object.entries(server).map(([path, lines]) => [
            path,
            lines.filter((line) => !line.includes('\\Deleted')),
          ]),
        );
        expect(await shownState(posthorn, accountId)).toEqual(alive);
        expect(alive['Box']).toHaveLength(2);
        expect(
          await posthorn.call('quota.get', { accountId }).catch((error: unknown) => error),
        ).toMatchObject({
          message: expect.stringContaining('does not tell how full the mailbox is') as string,
        });
        expect(meddler.commands.length).toBeGreaterThan(40);
        expect(meddler.commands.filter((line) => extensions.test(line))).toEqual([]);
        expect(meddler.commands.filter((line) => /^\S+ (?:CLOSE|EXPUNGE)\b/.test(line))).toEqual([]);
      },
      (meddler) => {
        meddler.rewrite(/\[CAPABILITY [^\]]*\]/, '[CAPABILITY IMAP4rev1 AUTH=SCRAM-SHA-256]');
        meddler.rewrite(/^\* CAPABILITY .*/, '* CAPABILITY IMAP4rev1 AUTH=SCRAM-SHA-256');
      },
    );
  });

  test('case 37: a VANISHED (EARLIER) of everything takes nothing away', async () => {
    await withProxy('bea', async ({ posthorn, accountId, meddler, peer }) => {
      for (let n = 1; n <= 80; n++) await peer.append('INBOX', mail(n));
      await settled(posthorn, accountId);
      const inbox = await folderNamed(posthorn, accountId, 'INBOX');
      expect(await rowsOf(posthorn, inbox.folderId)).toHaveLength(80);
      await peer.select('INBOX');
      await peer.expunge('5');
      meddler.rewrite(
        /^\* OK \[HIGHESTMODSEQ.*/,
        (line) => `${line}\r\n* VANISHED (EARLIER) 1:4294967295`,
        9,
      );
      const before = meddler.commands.length;
      await synced(posthorn, accountId);
      // The lists decided, and the second one because so much would go.
      expect(meddler.commands.slice(before).filter((line) => /UID SEARCH/.test(line)).length).toBeGreaterThan(
        0,
      );
      expect(meddler.commands.some((line) => /SELECT "INBOX" \(QRESYNC/.test(line))).toBe(true);
      expect((await rowsOf(posthorn, inbox.folderId)).map((row) => row.subject)).not.toContain('Mail 5');
      expect(await rowsOf(posthorn, inbox.folderId)).toHaveLength(79);
    });
  });

  test('QRESYNC: what vanished is told by SELECT, and no list of UIDs is asked for; quota and sharing by name', async () => {
    await withProxy('cid', async ({ posthorn, accountId, meddler, peer }) => {
      for (let n = 1; n <= 60; n++) await peer.append('INBOX', mail(n));
      await settled(posthorn, accountId);
      const inbox = await folderNamed(posthorn, accountId, 'INBOX');
      const before = meddler.commands.length;
      await peer.select('INBOX');
      await peer.expunge('3,60');
      await peer.store('4', '+FLAGS', ['\\Flagged']);
      await synced(posthorn, accountId);
      const told = meddler.commands.slice(before);
      expect(await rowsOf(posthorn, inbox.folderId)).toHaveLength(58);
      expect((await rowBySubject(posthorn, inbox.folderId, 'Mail 4')).flags).toContain('\\Flagged');
      expect(told.filter((line) => /SEARCH|CHANGEDSINCE/.test(line))).toEqual([]);
      const quota = await posthorn.call('quota.get', { folderId: inbox.folderId });
      expect(quota.roots[0]?.resources[0]).toMatchObject({ resource: 'storage', limit: 20 * 1024 ** 3 });
      await posthorn.call('acl.set', { folderId: inbox.folderId, identifier: 'ann', rights: 'lr' });
      expect((await posthorn.call('acl.get', { folderId: inbox.folderId })).entries).toContainEqual({
        identifier: 'ann',
        rights: 'lr',
      });
      const left = await posthorn.call('acl.delete', { folderId: inbox.folderId, identifier: 'ann' });
      expect(left.entries.map((one) => one.identifier)).not.toContain('ann');
      // Case 45: a LIST that leaves folders out once does not take them away.
      const folders = (await posthorn.call('folder.list', { accountId })).length;
      meddler.rewrite(/^\* LIST .*(?:Sent|Archive|Junk).*/, '* OK nothing to see', 3);
      await synced(posthorn, accountId);
      expect(await posthorn.call('folder.list', { accountId })).toHaveLength(folders);
    });
  });
});
