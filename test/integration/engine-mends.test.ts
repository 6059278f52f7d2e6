import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFailed, test } from 'vitest';
import { startDovecot, type Dovecot } from '../../src-main/demo/dovecot.ts';
import { loseCache } from '../harness/browser-processes.ts';
import { CallFailed, until } from '../harness/headless.ts';
import { RawImap } from '../servers/raw-imap.ts';
import { addAccount, mail, Profile, settled, synced, wireLength, wireSince } from './sync-world.ts';

let dovecot: Dovecot;
let made = 0;
beforeAll(async () => {
  dovecot = await startDovecot({
    users: Array.from({ length: 12 }, (_, i) => ({ name: `e${i}`, password: 'secret' })),
  });
});
afterAll(() => dovecot.stop());

async function withWorld(
  work: (world: { profile: Profile; user: string; peer: RawImap }) => Promise<void>,
): Promise<void> {
  const user = `e${made++}`;
  const peer = await RawImap.open({ port: dovecot.imapPort, user, password: 'secret' });
  const profile = new Profile(['--extra-ca', dovecot.ca]);
  onTestFailed(() => console.log(profile.stderr().slice(-6_000)));
  try {
    await work({ profile, user, peer });
  } finally {
    await profile.remove();
    await peer.close();
  }
}

/** Every durable byte of the profile as one text. */
function durable(dir: string): string {
  return ['accounts.json', 'folders.json', 'journal.log', 'outbox.log', 'sync-times.json', 'drafts']
    .map((name) => join(dir, name))
    .filter((path) => existsSync(path))
    .map((path) =>
      name(path) === 'drafts'
        ? readdirSync(path)
            .map((draft) => readFileSync(join(path, draft), 'utf8'))
            .join('\n')
        : readFileSync(path, 'utf8'),
    )
    .join('\n');
}
const name = (path: string): string => path.split('/').at(-1) ?? '';

describe('removing an account', () => {
  test.each(['account.removing', 'account.journal-forgotten', 'account.cache-forgotten'] as const)(
    'killed at %s: the next start finishes it',
    async (point) => {
      await withWorld(async ({ profile, user, peer }) => {
        await peer.append('INBOX', mail(1));
        let posthorn = profile.start();
        const accountId = await addAccount(posthorn, dovecot, user);
        await synced(posthorn, accountId);
        await posthorn.call('connectivity.set', { online: false });
        await posthorn.call('draft.save', { accountId, subject: 'Left over', text: 'words', close: true });
        await posthorn.call('folder.create', { accountId, path: 'Waiting' });
        await posthorn.call('test.crashAt', { name: point });
        await posthorn.call('account.remove', { accountId }).catch(() => undefined);
        await posthorn.exited;
        expect(readFileSync(join(profile.dir, 'accounts.json'), 'utf8')).toContain('"removing": true');

        posthorn = profile.start();
        expect(await posthorn.call('account.list')).toEqual([]);
        expect(await posthorn.call('draft.list')).toEqual([]);
        await posthorn.quit();
        expect(durable(profile.dir)).not.toContain(accountId);
        expect(durable(profile.dir)).not.toContain('Left over');
      });
    },
    60_000,
  );
});

test('R32: accounts of a newer Posthorn are refused in words, and nothing is touched', async () => {
  await withWorld(async ({ profile, user }) => {
    const first = profile.start();
    await addAccount(first, dovecot, user);
    await first.quit();
    const path = join(profile.dir, 'accounts.json');
    const newer = readFileSync(path, 'utf8').replace('"version": 1', '"version": 2');
    writeFileSync(path, newer);
    const before = durable(profile.dir);
    const again = profile.start();
    expect(await again.exited).toBe(1);
    expect(again.stderr).toContain('newer Posthorn');
    expect(durable(profile.dir)).toBe(before);
    expect(readdirSync(profile.dir).filter((file) => file.endsWith('.bad'))).toEqual([]);
  });
});

test('when everything was last asked is known after a restart, also without a network', async () => {
  await withWorld(async ({ profile, user }) => {
    let posthorn = profile.start();
    const accountId = await addAccount(posthorn, dovecot, user);
    await synced(posthorn, accountId);
    await posthorn.call('connectivity.set', { online: false });
    const [before] = await posthorn.call('account.list');
    expect(before?.lastSyncAt).not.toBeNull();
    // Durable soon, not at once: it is a time that is shown.
    const file = join(profile.dir, 'sync-times.json');
    await expect
      .poll(() => (existsSync(file) ? readFileSync(file, 'utf8') : ''))
      .toContain(before?.lastSyncAt ?? 'never');
    await posthorn.kill();
    posthorn = profile.start();
    const [after] = await posthorn.call('account.list');
    expect(after?.lastSyncAt).toBe(before?.lastSyncAt);
  });
});

test('older copies of a draft leave the server also after the cache was lost', async () => {
  await withWorld(async ({ profile, user, peer }) => {
    let posthorn = profile.start();
    const accountId = await addAccount(posthorn, dovecot, user);
    await synced(posthorn, accountId);
    const { draftId } = await posthorn.call('draft.save', {
      accountId,
      subject: 'One',
      text: 'a',
      close: true,
    });
    await settled(posthorn, accountId);
    const drafts = (await posthorn.call('folder.list', { accountId })).find((f) => f.role === 'drafts');
    expect(await peer.messages(drafts?.path ?? '')).toHaveLength(1);
    await posthorn.call('connectivity.set', { online: false });
    await posthorn.quit();
    await loseCache(profile.dir);

    posthorn = profile.start();
    await posthorn.call('draft.save', { accountId, draftId, subject: 'Two', text: 'b', close: true });
    await posthorn.call('connectivity.set', { online: true });
    await settled(posthorn, accountId);
    await until(async () => {
      const left = await peer.messages(drafts?.path ?? '');
      return left.length === 1 && left[0]?.bytes.includes('Subject: Two') === true;
    }, 'only the newest copy is left');
  });
}, 60_000);

test('another host never gets the password that was given for the old one', async () => {
  await withWorld(async ({ profile, user }) => {
    const posthorn = profile.start();
    const accountId = await addAccount(posthorn, dovecot, user);
    await synced(posthorn, accountId);
    const from = await wireLength(posthorn);
    const change = { host: '127.0.0.1' };
    const refused = await posthorn
      .call('account.update', { accountId, incoming: change })
      .catch((thrown: unknown) => thrown);
    expect(refused).toBeInstanceOf(CallFailed);
    expect((refused as CallFailed).data).toMatchObject({ code: 'refused', next: 'ask-password' });
    expect((await wireSince(posthorn, from)).filter((line) => /AUTHENTICATE|LOGIN/i.test(line))).toEqual([]);
    await posthorn.call('account.update', { accountId, incoming: { ...change, password: 'secret' } });
    const [account] = await posthorn.call('account.list');
    expect(account?.settings.incoming.host).toBe('127.0.0.1');
    expect(readFileSync(join(profile.dir, 'accounts.json'), 'utf8')).not.toContain('secret');
  });
});
