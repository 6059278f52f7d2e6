import { afterAll, beforeAll, expect, onTestFailed, test } from 'vitest';
import { startDovecot, type Dovecot } from '../../src-main/demo/dovecot.ts';
import { RawImap } from '../servers/raw-imap.ts';
import { folderNamed, mail, Profile, rowsOf, synced } from './sync-world.ts';

let dovecot: Dovecot;
beforeAll(async () => {
  dovecot = await startDovecot({ users: [{ name: 'ann', password: 'secret' }] });
});
afterAll(() => dovecot.stop());

test('a POP3 account that keeps its mail only on the server lists, reads and deletes there', async () => {
  const peer = await RawImap.open({ port: dovecot.imapPort, user: 'ann', password: 'secret' });
  for (const label of ['1', '2', '3']) await peer.append('INBOX', mail(label));
  const profile = new Profile(['--extra-ca', dovecot.ca]);
  onTestFailed(() => console.log(profile.stderr().slice(-6_000)));
  try {
    const posthorn = profile.start();
    const { accountId } = await posthorn.call('account.add', {
      address: 'ann@example.test',
      mode: 'online',
      incoming: {
        protocol: 'pop3',
        host: 'localhost',
        port: dovecot.pop3sPort,
        tls: 'implicit',
        username: 'ann',
        password: 'secret',
      },
      outgoing: null,
    });
    await synced(posthorn, accountId);
    const inbox = await folderNamed(posthorn, accountId, 'INBOX');
    const rows = await rowsOf(posthorn, inbox.folderId);
    expect(rows.map((row) => row.subject).sort()).toEqual(['Mail 1', 'Mail 2', 'Mail 3']);
    const second = rows.find((row) => row.subject === 'Mail 2')?.messageId ?? '';
    expect((await posthorn.call('message.get', { messageId: second })).text).toContain('Hello number 2');
    await posthorn.call('message.delete', { messageIds: [second], permanent: true });
    await synced(posthorn, accountId);
    const left = (await peer.messages('INBOX')).map(({ messageId }) => messageId);
    expect(left).toEqual(['<m1@sync.test>', '<m3@sync.test>']);
    expect((await rowsOf(posthorn, inbox.folderId)).map((row) => row.subject).sort()).toEqual([
      'Mail 1',
      'Mail 3',
    ]);
    await posthorn.quit();
  } finally {
    await profile.remove();
    await peer.close();
  }
});
