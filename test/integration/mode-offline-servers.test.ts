import { afterAll, beforeAll, describe, expect, onTestFailed, test } from 'vitest';
import { startDovecot, type Dovecot } from '../../src-main/demo/dovecot.ts';
import type { LeaveOnServer } from '../../src-shared/model/account.ts';
import { ScriptedPop3Server } from '../fakes/scripted-pop3-server.ts';
import { until, type Headless } from '../harness/headless.ts';
import { RawImap } from '../servers/raw-imap.ts';
import { mail, Profile, rowsOf, synced } from './sync-world.ts';

let dovecot: Dovecot;
beforeAll(async () => {
  dovecot = await startDovecot({
    users: ['box', 'moved', 'closed'].map((name) => ({ name, password: 'secret' })),
  });
});
afterAll(() => dovecot.stop());

async function withProfile(work: (posthorn: Headless) => Promise<void>): Promise<void> {
  const profile = new Profile(['--extra-ca', dovecot.ca]);
  onTestFailed(() => console.log(profile.stderr().slice(-4_000)));
  try {
    await work(profile.start());
  } finally {
    await profile.remove();
  }
}

async function addImap(posthorn: Headless, user: string, leaveOnServer: LeaveOnServer): Promise<string> {
  const { accountId } = await posthorn.call('account.add', {
    address: `${user}@example.test`,
    mode: 'offline',
    incoming: {
      protocol: 'imap',
      host: 'localhost',
      port: dovecot.imapsPort,
      tls: 'implicit',
      username: user,
      password: 'secret',
    },
    outgoing: null,
    leaveOnServer,
  });
  return accountId;
}

/** Subjects of all mail here, with their folders. */
async function here(posthorn: Headless, accountId: string): Promise<string[]> {
  const folders = await posthorn.call('folder.list', { accountId });
  const found: string[] = [];
  for (const { folderId, path } of folders)
    for (const row of await rowsOf(posthorn, folderId))
      found.push(`${path}: ${row.subject.replace('Mail ', '')}`);
  return found.sort();
}

const peerOf = (user: string): Promise<RawImap> =>
  RawImap.open({ port: dovecot.imapPort, user, password: 'secret' });

describe('taking mail home from servers that change what they call it', () => {
  test('case 26: a folder numbered anew doubles nothing, and what is removed here still goes there', async () => {
    await withProfile(async (posthorn) => {
      const peer = await peerOf('box');
      for (const label of ['1', '2', '3']) await peer.append('INBOX', mail(label));
      const accountId = await addImap(posthorn, 'box', { kind: 'until-deleted' });
      await synced(posthorn, accountId);
      await peer.close();
      await dovecot.doveadm(['mailbox', 'update', '-u', 'box', '--uid-validity', '1999999999', 'INBOX']);
      await synced(posthorn, accountId);
      await synced(posthorn, accountId);
      expect(await here(posthorn, accountId)).toEqual(['INBOX: 1', 'INBOX: 2', 'INBOX: 3']);
      const inbox = (await posthorn.call('folder.list', { accountId })).find(({ path }) => path === 'INBOX');
      const rows = await rowsOf(posthorn, inbox?.folderId ?? '');
      const second = rows.find((row) => row.subject === 'Mail 2');
      await posthorn.call('message.delete', { messageIds: [second?.messageId ?? ''], permanent: true });
      await synced(posthorn, accountId);
      await synced(posthorn, accountId);
      const eye = await peerOf('box');
      const left = (await eye.messages('INBOX')).map(({ bytes }) => /Mail (\d)/.exec(bytes.toString())?.[1]);
      await eye.close();
      expect(left).toEqual(['1', '3']);
    });
  });

  test('what somebody moves on the server stays one mail here, where it is', async () => {
    await withProfile(async (posthorn) => {
      const peer = await peerOf('moved');
      await peer.create('Projects');
      for (const label of ['1', '2']) await peer.append('INBOX', mail(label));
      const accountId = await addImap(posthorn, 'moved', { kind: 'always' });
      await synced(posthorn, accountId);
      await peer.select('INBOX');
      await peer.ok('MOVE', '1', 'Projects');
      await synced(posthorn, accountId);
      await synced(posthorn, accountId);
      await peer.close();
      expect(await here(posthorn, accountId)).toEqual(['INBOX: 1', 'INBOX: 2']);
    });
  });
});

describe('taking mail home by POP3 from servers that refuse', () => {
  const texts = ['1', '2', '3'].map((label) => mail(label));

  async function addPop3(posthorn: Headless, port: number): Promise<string> {
    const { accountId } = await posthorn.call('account.add', {
      address: 'ann@example.test',
      mode: 'offline',
      incoming: {
        protocol: 'pop3',
        host: '127.0.0.1',
        port,
        tls: 'none',
        allowPlaintextPassword: true,
        username: 'ann',
        password: 'secret',
      },
      outgoing: null,
    });
    return accountId;
  }

  test('case 82: another program has the mailbox open: said in words, and collected once it let go', async () => {
    await withProfile(async (posthorn) => {
      const answers: [RegExp, string | null][] = [];
      const server = await ScriptedPop3Server.start({ messages: texts, answers });
      try {
        const accountId = await addPop3(posthorn, server.port);
        await synced(posthorn, accountId);
        expect(await here(posthorn, accountId)).toEqual(['INBOX: 1', 'INBOX: 2', 'INBOX: 3']);
        answers.push([/^PASS/, '-ERR [IN-USE] locked\r\n']);
        const refused = await posthorn.call('sync.run', { accountId });
        expect(
          refused.accounts.flatMap(({ errors }) => errors.map(({ detail }) => detail)).join(' '),
        ).toContain('another program');
        // Nobody is asked for a password that was not wrong, and what is here can be read.
        const [account] = await posthorn.call('account.list');
        expect(account?.error?.next).toBe('retry');
        expect(await here(posthorn, accountId)).toHaveLength(3);
        answers.length = 0;
        const visits = server.commands.filter((line) => line === 'QUIT').length;
        await posthorn.call('test.clock', { advanceMs: 10 * 60_000 });
        await until(
          () => Promise.resolve(server.commands.filter((line) => line === 'QUIT').length > visits),
          'another visit',
        );
        await until(async () => (await posthorn.call('account.list'))[0]?.error === null, 'no error');
        expect(await here(posthorn, accountId)).toHaveLength(3);
      } finally {
        await server.stop();
      }
    });
  });

  test('a message that the server does not give: the others come home, and it says so', async () => {
    await withProfile(async (posthorn) => {
      const server = await ScriptedPop3Server.start({
        messages: texts,
        answers: [[/^RETR 2/, '-ERR cannot read it\r\n']],
      });
      try {
        const accountId = await addPop3(posthorn, server.port);
        // By itself: nobody asks.
        await until(async () => (await here(posthorn, accountId)).length === 2, 'two mails');
        expect(await here(posthorn, accountId)).toEqual(['INBOX: 1', 'INBOX: 3']);
        await until(() => Promise.resolve(server.commands.includes('QUIT')), 'the end of a visit');
        expect(server.removed.toSorted()).toEqual([1, 3]);
        await until(async () => (await posthorn.call('account.list'))[0]?.error !== null, 'an error');
        const [account] = await posthorn.call('account.list');
        expect(account?.error?.detail).toContain('All other mail was collected. (cannot read it)');
      } finally {
        await server.stop();
      }
    });
  });
});
