import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFailed, test } from 'vitest';
import { startDovecot, type Dovecot } from '../../src-main/demo/dovecot.ts';
import { RawImap } from '../servers/raw-imap.ts';
import { folderNamed, mail, Profile, rowBySubject, rowsOf, synced } from './sync-world.ts';

let dovecot: Dovecot;
beforeAll(async () => {
  dovecot = await startDovecot({ users: [{ name: 'ann', password: 'secret' }] });
});
afterAll(() => dovecot.stop());

const filler = `the long part ${'of a large mail, line after line\r\n'.repeat(3_000)}`;

function holds(folder: string, words: string): boolean {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .some((path) => statSync(path).isFile() && readFileSync(path).includes(words));
}

test('a POP3 account leaves large mail on the server until it is opened: by its header first, then whole, once', async () => {
  const peer = await RawImap.open({ port: dovecot.imapPort, user: 'ann', password: 'secret' });
  await peer.append('INBOX', mail('small'));
  await peer.append('INBOX', mail('large', { extra: filler }));
  const profile = new Profile(['--extra-ca', dovecot.ca]);
  onTestFailed(() => console.log(profile.stderr().slice(-6_000)));
  try {
    let posthorn = profile.start();
    const { accountId } = await posthorn.call('account.add', {
      address: 'ann@example.test',
      mode: 'offline',
      leaveLargerThan: 20_000,
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
    const large = await rowBySubject(posthorn, inbox.folderId, 'Mail large');
    expect(large.size).toBeGreaterThan(100_000);
    const localMail = join(profile.dir, 'local-mail');
    expect(holds(localMail, 'Hello number small')).toBe(true);
    expect(holds(localMail, 'line after line')).toBe(false);
    // Taking home removes what is safe here, and only that.
    expect((await peer.messages('INBOX')).map(({ messageId }) => messageId)).toEqual(['<mlarge@sync.test>']);

    await posthorn.call('connectivity.set', { online: false });
    await expect(posthorn.call('message.get', { messageId: large.messageId })).rejects.toMatchObject({
      data: { code: 'not-cached', detail: expect.stringContaining('left on the server') as string },
    });
    await posthorn.call('connectivity.set', { online: true });
    expect((await posthorn.call('message.get', { messageId: large.messageId })).text).toContain(
      'line after line',
    );
    await synced(posthorn, accountId);
    expect(await peer.messages('INBOX')).toEqual([]);
    await posthorn.quit();

    profile.stayOffline();
    posthorn = profile.start();
    expect((await rowsOf(posthorn, inbox.folderId)).map((row) => row.subject).sort()).toEqual([
      'Mail large',
      'Mail small',
    ]);
    expect((await posthorn.call('message.get', { messageId: large.messageId })).text).toContain(
      'line after line',
    );
    await posthorn.quit();
  } finally {
    await profile.remove();
    await peer.close();
  }
});

test('where mail stays on the server too, what is larger comes when everything is asked for', async () => {
  const peer = await RawImap.open({ port: dovecot.imapPort, user: 'ann', password: 'secret' });
  await peer.append('INBOX', mail('kept', { extra: filler }));
  const profile = new Profile(['--extra-ca', dovecot.ca]);
  onTestFailed(() => console.log(profile.stderr().slice(-6_000)));
  try {
    const posthorn = profile.start();
    const { accountId } = await posthorn.call('account.add', {
      address: 'ann@example.test',
      mode: 'disconnected',
      leaveLargerThan: 20_000,
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
    const { messageId } = await rowBySubject(posthorn, inbox.folderId, 'Mail kept');
    await posthorn.call('sync.run', { accountId, bodies: 'all' });
    await posthorn.call('connectivity.set', { online: false });
    expect((await posthorn.call('message.get', { messageId })).text).toContain('line after line');
    expect(await peer.messages('INBOX')).toHaveLength(1);
    await posthorn.quit();
  } finally {
    await profile.remove();
    await peer.close();
  }
});
