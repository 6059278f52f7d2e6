import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, onTestFailed, test } from 'vitest';
import { startDovecot, type Dovecot } from '../../src-main/demo/dovecot.ts';
import type { LeaveOnServer } from '../../src-shared/model/account.ts';
import { loseCache } from '../harness/browser-processes.ts';
import type { Headless } from '../harness/headless.ts';
import { RawImap } from '../servers/raw-imap.ts';
import { folderNamed, mail, Profile, rowsOf, synced } from './sync-world.ts';

let dovecot: Dovecot;
let made = 0;
beforeAll(async () => {
  dovecot = await startDovecot({
    users: Array.from({ length: 20 }, (_, i) => ({ name: `u${i}`, password: 'secret' })),
  });
});
afterAll(() => dovecot.stop());

type Protocol = 'imap' | 'pop3';

interface World {
  profile: Profile;
  peer: RawImap;
  add(posthorn: Headless, leaveOnServer?: LeaveOnServer, mode?: 'offline' | 'disconnected'): Promise<string>;
  /** Subjects in the server's inbox. */
  onServer(): Promise<string[]>;
}

async function withWorld(protocol: Protocol, work: (world: World) => Promise<void>): Promise<void> {
  const user = `u${made}`;
  made += 1;
  const peer = await RawImap.open({ port: dovecot.imapPort, user, password: 'secret' });
  const profile = new Profile(['--extra-ca', dovecot.ca]);
  onTestFailed(() => console.log(profile.stderr().slice(-6_000)));
  try {
    await work({
      profile,
      peer,
      async add(posthorn, leaveOnServer, mode = 'offline') {
        const { accountId } = await posthorn.call('account.add', {
          address: `${user}@example.test`,
          mode,
          incoming: {
            protocol,
            host: 'localhost',
            port: protocol === 'imap' ? dovecot.imapsPort : dovecot.pop3sPort,
            tls: 'implicit',
            username: user,
            password: 'secret',
          },
          outgoing: null,
          ...(leaveOnServer === undefined ? {} : { leaveOnServer }),
        });
        return accountId;
      },
      onServer: async () =>
        (await peer.messages('INBOX')).map(
          ({ bytes }) => /^Subject: Mail (.*?)\r?$/m.exec(bytes.toString('latin1'))?.[1] ?? '?',
        ),
    });
  } finally {
    await profile.remove();
    await peer.close();
  }
}

async function here(posthorn: Headless, accountId: string, path = 'INBOX'): Promise<string[]> {
  const folder = await folderNamed(posthorn, accountId, path);
  return (await rowsOf(posthorn, folder.folderId)).map((row) => row.subject.replace('Mail ', '')).sort();
}

async function seed(peer: RawImap, count: number): Promise<string[]> {
  const labels = Array.from({ length: count }, (_, i) => String(i + 1));
  for (const label of labels)
    await peer.append('INBOX', mail(label, { extra: label === '3' ? '\r\n.\r\n..dots\r\n.' : '' }));
  return labels.sort();
}

for (const protocol of ['pop3', 'imap'] as const)
  describe(`taking mail home by ${protocol.toUpperCase()}`, () => {
    test('what is safe here leaves the server; the cache may vanish; nothing comes twice', async () => {
      await withWorld(protocol, async ({ profile, peer, add, onServer }) => {
        const labels = await seed(peer, 25);
        const bytes = new Map(
          (await peer.messages('INBOX')).map((message) => [message.messageId, message.sha256]),
        );
        let posthorn = profile.start();
        const accountId = await add(posthorn);
        await synced(posthorn, accountId);
        expect(await here(posthorn, accountId)).toEqual(labels);
        expect(await onServer()).toEqual([]);

        expect(await posthorn.quit()).toBe(0);
        await loseCache(profile.dir);
        await peer.append('INBOX', mail('late'));
        posthorn = profile.start();
        await synced(posthorn, accountId);
        await synced(posthorn, accountId);
        expect(await here(posthorn, accountId)).toEqual([...labels, 'late'].sort());
        const inbox = await folderNamed(posthorn, accountId, 'INBOX');
        for (const row of await rowsOf(posthorn, inbox.folderId)) {
          expect(row.readableOffline).toBe(true);
          const source = await posthorn.call('message.source', { messageId: row.messageId });
          const sum = createHash('sha256')
            .update(Buffer.from('base64' in source ? source.base64 : '', 'base64'))
            .digest('hex');
          expect(sum).toBe(bytes.get(row.messageIdHeader) ?? sum);
        }
      });
    });

    test('leave it there: until deleted here, for days, always', async () => {
      for (const leave of [{ kind: 'until-deleted' }, { kind: 'days', days: 3 }, { kind: 'always' }] as const)
        await withWorld(protocol, async ({ profile, peer, add, onServer }) => {
          await seed(peer, 4);
          const posthorn = profile.start();
          const accountId = await add(posthorn, leave);
          await synced(posthorn, accountId);
          await synced(posthorn, accountId);
          expect(await here(posthorn, accountId)).toEqual(['1', '2', '3', '4']);
          expect(await onServer()).toEqual(['1', '2', '3', '4']);
          const inbox = await folderNamed(posthorn, accountId, 'INBOX');
          const [second] = (await rowsOf(posthorn, inbox.folderId)).filter((row) => row.subject === 'Mail 2');
          await posthorn.call('message.delete', { messageIds: [second?.messageId ?? ''], permanent: true });
          await synced(posthorn, accountId);
          await synced(posthorn, accountId);
          expect(await here(posthorn, accountId)).toEqual(['1', '3', '4']);
          expect(await onServer()).toEqual(leave.kind === 'always' ? ['1', '2', '3', '4'] : ['1', '3', '4']);
          await posthorn.call('test.clock', { advanceMs: 4 * 86_400_000 });
          await synced(posthorn, accountId);
          expect(await onServer()).toEqual(
            leave.kind === 'days' ? [] : leave.kind === 'always' ? ['1', '2', '3', '4'] : ['1', '3', '4'],
          );
          expect(await here(posthorn, accountId)).toEqual(['1', '3', '4']);
        });
    });

    // Seven starts and six kills: 49 s at a load of 13 on two cores, more than 120 s at a load of 31.
    test('case 81: killed at every step, nothing is lost and nothing comes twice', async () => {
      await withWorld(protocol, async ({ profile, peer, add, onServer }) => {
        const labels = await seed(peer, 6);
        let posthorn = profile.start();
        await posthorn.call('connectivity.set', { online: true });
        let accountId = '';
        for (const [i, name] of [
          'collect.fetched',
          'local.before-append',
          'local.after-append',
          'collect.stored',
          'collect.marked',
          'collect.committed',
        ].entries()) {
          if (accountId === '') {
            await posthorn.call('test.crashAt', { name, hit: 2 });
            accountId = await add(posthorn).catch(() => '');
          } else {
            await posthorn.call('test.crashAt', { name, hit: 1 + (i % 2) });
            await posthorn.call('connectivity.set', { online: true });
          }
          const [known] = await posthorn.call('account.list').catch(() => []);
          accountId = known?.accountId ?? accountId;
          await Promise.race([posthorn.exited, posthorn.call('sync.run').catch(() => undefined)]);
          await posthorn.kill();
          // Whatever is not here must still be there.
          profile.stayOffline();
          posthorn = profile.start();
          const [account] = await posthorn.call('account.list');
          if (account === undefined) continue;
          accountId = account.accountId;
          await posthorn.call('sync.run');
          const mine = await here(posthorn, accountId);
          expect(new Set(mine).size, `${name}: ${mine.join(' ')}`).toBe(mine.length);
          expect([...new Set([...mine, ...(await onServer())])].sort(), name).toEqual(labels);
        }
        await posthorn.call('connectivity.set', { online: true });
        await synced(posthorn, accountId);
        expect(await here(posthorn, accountId)).toEqual(labels);
        expect(await onServer()).toEqual([]);
      });
    }, 300_000);
  });

describe('changing the mode', () => {
  test('case 84: says what moves, refuses while changes wait, and keeps what only this computer has', async () => {
    await withWorld('imap', async ({ profile, peer, add, onServer }) => {
      await peer.create('Projects');
      await peer.append('Projects', mail('plan'));
      const labels = await seed(peer, 5);
      const posthorn = profile.start();
      const accountId = await add(posthorn, undefined, 'disconnected');
      await synced(posthorn, accountId);
      await posthorn.call('connectivity.set', { online: false });
      const [row] = await rowsOf(posthorn, (await folderNamed(posthorn, accountId, 'INBOX')).folderId);
      await posthorn.call('message.setFlags', { messageIds: [row?.messageId ?? ''], add: ['\\Flagged'] });
      const preview = await posthorn.call('account.modePreview', { accountId, mode: 'offline' });
      expect(preview).toMatchObject({ messages: 6, pending: 1 });
      expect(preview.sentences.join(' ')).toContain('removed from the server');
      await expect(posthorn.call('account.setMode', { accountId, mode: 'offline' })).rejects.toThrow(
        '1 change',
      );
      await posthorn.call('connectivity.set', { online: true });
      await posthorn.call('account.setMode', { accountId, mode: 'offline', pending: 'send-first' });
      await synced(posthorn, accountId);
      expect(await here(posthorn, accountId)).toEqual(labels);
      expect(await here(posthorn, accountId, 'Projects')).toEqual(['plan']);
      expect(await onServer()).toEqual([]);
      const inbox = await rowsOf(posthorn, (await folderNamed(posthorn, accountId, 'INBOX')).folderId);
      expect(inbox.filter((each) => each.flags.includes('\\Flagged'))).toHaveLength(1);

      await posthorn.call('account.setMode', { accountId, mode: 'disconnected' });
      await posthorn.call('sync.run');
      const accounts = await posthorn.call('account.list');
      expect(accounts).toHaveLength(2);
      const kept = accounts.find((account) => account.accountId !== accountId);
      expect(await here(posthorn, kept?.accountId ?? '')).toEqual(labels);
      expect(await here(posthorn, kept?.accountId ?? '', 'Projects')).toEqual(['plan']);
      expect(await here(posthorn, accountId)).toEqual([]);
    });
  });
});
