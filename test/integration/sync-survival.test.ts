import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, onTestFailed, test } from 'vitest';
import { startDovecot, type Dovecot } from '../../src-main/demo/dovecot.ts';
import { until } from '../harness/headless.ts';
import { RawImap } from '../servers/raw-imap.ts';
import { addAccount, folderNamed, mail, Profile, rowsOf, settled, synced, wireSince } from './sync-world.ts';

let dovecot: Dovecot;
let profile: Profile;
let peer: RawImap;
let made = 0;
let user = '';
beforeAll(async () => {
  dovecot = await startDovecot({
    users: Array.from({ length: 4 }, (_, i) => ({ name: `v${i}`, password: 'secret' })),
  });
});
afterAll(() => dovecot.stop());

async function begin(mails: number): Promise<void> {
  user = `v${made++}`;
  peer = await RawImap.open({ port: dovecot.imapPort, user, password: 'secret' });
  for (let n = 1; n <= mails; n += 1) await peer.append('INBOX', mail(n));
  profile = new Profile(['--extra-ca', dovecot.ca]);
  onTestFailed(() => console.log(profile.stderr().slice(-6_000)));
}
async function end(): Promise<void> {
  await profile.remove();
  await peer.close();
}

test('a large download that is killed before its mails were read is searched to the last word after the next start', async () => {
  await begin(0);
  try {
    const mails = Array.from({ length: 600 }, (_, at) => ({
      bytes: Buffer.from(mail(at + 1, { extra: `quince${at + 1}end` })),
    }));
    dovecot.seedMaildir(user, 'INBOX', mails);
    const posthorn = profile.start();
    const accountId = await addAccount(posthorn, dovecot, user);
    const run = await posthorn.call('sync.run', { accountId, bodies: 'all' });
    expect(run.accounts.flatMap(({ errors }) => errors)).toEqual([]);
    const inbox = await folderNamed(posthorn, accountId, 'INBOX');
    expect(inbox.readable).toBe(600);
    const words = await posthorn.call('search.query', { text: 'number', accountId });
    // Bytes are here before words: what is not searched yet is said.
    expect(words).toMatchObject({ of: 600, complete: words.searched === 600 });
    await posthorn.kill();

    const again = profile.start();
    const found = await until(
      async () => {
        const asked = await again.call('search.query', { text: 'number', accountId });
        return asked.searched === 600 ? asked : null;
      },
      'every text is searched',
      60_000,
    );
    expect(found).toMatchObject({ total: 600, of: 600, complete: true });
    for (const n of [1, 300, 600]) {
      const { rows } = await again.call('search.query', { text: `quince${n}end`, accountId });
      expect(rows.map((row) => [row.subject, row.preview.includes(`quince${n}`)])).toEqual([
        [`Mail ${n}`, true],
      ]);
    }
  } finally {
    await end();
  }
});

/** The processes below this one that draw or run pages. */
function rendererProcesses(root: number): number[] {
  const found: number[] = [];
  const children = new Map<number, number[]>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const parent = Number(/^\d+ \(.*\) \S (\d+)/s.exec(readFileSync(`/proc/${name}/stat`, 'utf8'))?.[1]);
      children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
    } catch {
      // Ended meanwhile.
    }
  }
  const look = (pid: number): void => {
    for (const child of children.get(pid) ?? []) {
      try {
        if (readFileSync(`/proc/${child}/cmdline`, 'utf8').includes('--type=renderer')) found.push(child);
      } catch {
        continue;
      }
      look(child);
    }
  };
  look(root);
  return found;
}

describe.skipIf(process.platform !== 'linux')('pages that crash', () => {
  test('case 73: with operations on their way, each was made wholly or not at all, and is done once', async () => {
    await begin(40);
    try {
      const posthorn = profile.start();
      const accountId = await addAccount(posthorn, dovecot, user);
      await synced(posthorn, accountId);
      await posthorn.call('connectivity.set', { online: false });
      const inbox = (await folderNamed(posthorn, accountId, 'INBOX')).folderId;
      const ids = (await rowsOf(posthorn, inbox)).map((row) => row.messageId);
      const calls = ids.map((messageId) =>
        posthorn.call('message.setFlags', { messageIds: [messageId], add: ['\\Flagged'] }).then(
          () => messageId,
          () => null,
        ),
      );
      const pids = rendererProcesses(posthorn.child.pid ?? 0);
      expect(pids.length).toBeGreaterThan(0);
      for (const pid of pids) process.kill(pid, 'SIGKILL');
      const answered = (await Promise.all(calls)).filter((id) => id !== null);
      const written = (await posthorn.call('journal.list')).length;
      // What was answered with yes is written down.
      expect(written).toBeGreaterThanOrEqual(answered.length);
      const shown = await until(
        async () => {
          const rows = await rowsOf(posthorn, inbox).catch(() => []);
          return rows.length === ids.length ? rows : null;
        },
        'the pages are there again',
        60_000,
      );
      const starred = shown.filter((row) => row.flags.includes('\\Flagged')).map((row) => row.messageId);
      expect(starred).toHaveLength(written);
      expect(starred).toEqual(expect.arrayContaining(answered));
      await posthorn.call('connectivity.set', { online: true });
      await settled(posthorn, accountId, 90_000);
      const flagged = (await peer.messages('INBOX')).filter((each) => each.flags.includes('\\Flagged'));
      expect(flagged).toHaveLength(written);
      const stores = (await wireSince(posthorn, 0)).filter((line) => / UID STORE /.test(line));
      expect(stores).toHaveLength(written);
    } finally {
      await end();
    }
  });
});

describe('a password that is another now', () => {
  test('case 76: what waits is kept while the old one is refused, and done once with the new one', async () => {
    await begin(3);
    try {
      await peer.create('A');
      const posthorn = profile.start();
      const accountId = await addAccount(posthorn, dovecot, user);
      await synced(posthorn, accountId);
      await posthorn.call('connectivity.set', { online: false });
      const inbox = (await folderNamed(posthorn, accountId, 'INBOX')).folderId;
      const [first, second] = (await rowsOf(posthorn, inbox)).map((row) => row.messageId);
      await posthorn.call('message.setFlags', { messageIds: [first ?? ''], add: ['\\Flagged'] });
      await posthorn.call('message.move', {
        messageIds: [second ?? ''],
        folderId: (await folderNamed(posthorn, accountId, 'A')).folderId,
      });
      const waiting = (await posthorn.call('journal.list')).map((op) => op.opId);
      await posthorn.call('account.setPassword', { accountId, incoming: 'the old one' });
      const before = (await wireSince(posthorn, 0)).length;
      await posthorn.call('connectivity.set', { online: true });
      await until(
        async () => (await posthorn.call('account.list'))[0]?.state === 'auth-failed',
        'the refusal is known',
        60_000,
      );
      // However often it is asked, and however much time goes by: one try, nothing lost, nothing parked.
      for (let hour = 0; hour < 3; hour += 1) {
        await posthorn.call('test.clock', { advanceMs: 3_600_000 });
        await posthorn.call('sync.run', { accountId });
      }
      const sent = (await wireSince(posthorn, before)).filter((line) => /LOGIN|AUTHENTICATE/.test(line));
      expect(sent).toHaveLength(1);
      const kept = await posthorn.call('journal.list');
      expect(kept.map((op) => op.opId)).toEqual(waiting);
      expect(kept.map((op) => op.state)).not.toContain('parked');
      await posthorn.call('account.setPassword', { accountId, incoming: 'secret' });
      await settled(posthorn, accountId, 60_000);
      expect((await peer.messages('A')).length).toBe(1);
      expect((await peer.messages('INBOX')).map((each) => each.flags.join(' ')).toSorted()).toEqual([
        '',
        '\\Flagged',
      ]);
      const moves = (await wireSince(posthorn, before)).filter((line) => / UID MOVE /.test(line));
      expect(moves).toHaveLength(1);
    } finally {
      await end();
    }
  });
});
