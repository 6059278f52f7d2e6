import { afterAll, beforeAll, describe, expect, onTestFailed, test } from 'vitest';
import { startDovecot, type Dovecot } from '../../src-main/demo/dovecot.ts';
import { until } from '../harness/headless.ts';
import { RawImap } from '../servers/raw-imap.ts';
import {
  addAccount,
  folderNamed,
  mail,
  Profile,
  rowsOf,
  serverState,
  settled,
  shownState,
  wireLength,
  wireSince,
} from './sync-world.ts';

let dovecot: Dovecot;
const users = ['ann', 'bea', 'cat', 'dot', 'eve'];
/** Names that have broken mail programs before. */
const oddNames = [
  'Käse & Brot',
  'Käse & Brot/Ünter 😀',
  'say "hi"',
  'back\\slash',
  'trailing space ',
  '100% (odd) {names}',
  '&AOk-',
  'Ελληνικά',
];

beforeAll(async () => {
  dovecot = await startDovecot({ users: users.map((name) => ({ name, password: 'secret' })) });
});
afterAll(() => dovecot.stop());

const raw = (user: string, server: Dovecot = dovecot): Promise<RawImap> =>
  RawImap.open({ port: server.imapPort, user, password: 'secret' });

function many(count: number, offset = 0): { bytes: string; flags: string[]; internalDate: Date }[] {
  return Array.from({ length: count }, (_, i) => ({
    bytes: mail(offset + i, { extra: 'x'.repeat(i % 200) }),
    flags: [...(i % 3 === 0 ? [] : ['\\Seen']), ...(i % 7 === 0 ? ['\\Flagged', 'Work'] : [])],
    internalDate: new Date(Date.UTC(2026, 9, 1) + (i % 50) * 86_400_000 + i * 1_000),
  }));
}

async function withProfile(
  work: (profile: Profile) => Promise<void>,
  server: Dovecot = dovecot,
): Promise<void> {
  const profile = new Profile(['--extra-ca', server.ca]);
  onTestFailed(() => console.log(profile.stderr().slice(-4_000), server.log().slice(-1_000)));
  try {
    await work(profile);
  } finally {
    await profile.remove();
  }
}

describe('first sync', () => {
  test('3,000 mails in folders with odd names end equal to the server, and a second sync asks nothing more', async () => {
    dovecot.seedMaildir('ann', 'INBOX', many(2_000));
    dovecot.seedMaildir('ann', 'Big', many(960, 5_000));
    const peer = await raw('ann');
    for (const [i, name] of oddNames.entries()) {
      await peer.create(name);
      for (let n = 0; n < 5; n += 1)
        await peer.append(name, mail(`odd ${i}-${n}`), n % 2 === 0 ? ['\\Seen'] : []);
    }
    const server = await serverState(peer);
    expect(Object.values(server).flat()).toHaveLength(3_000);
    await withProfile(async (profile) => {
      const posthorn = profile.start();
      const accountId = await addAccount(posthorn, dovecot, 'ann');
      const run = await posthorn.call('sync.run', { accountId, bodies: 'none' });
      expect(run.accounts[0]?.errors).toEqual([]);
      expect(await shownState(posthorn, accountId)).toEqual(server);
      await posthorn.call('sync.run', { accountId });
      const before = await wireLength(posthorn);
      const second = await posthorn.call('sync.run', { accountId });
      expect(second.accounts[0]).toMatchObject({ added: 0, changed: 0, removed: 0, pushed: 0, errors: [] });
      const wire = await wireSince(posthorn, before);
      expect(wire.filter((line) => !/^\S+ (LIST|NOOP|IDLE|DONE)/.test(line))).toEqual([]);
      expect(await posthorn.quit()).toBe(0);
    });
    expect(await serverState(peer)).toEqual(server);
    await peer.close();
  });

  test('killed again and again it goes on and ends equal to the server', async () => {
    dovecot.seedMaildir('bea', 'INBOX', many(1_500));
    dovecot.seedMaildir('bea', 'Two', many(700, 3_000));
    const peer = await raw('bea');
    await withProfile(async (profile) => {
      let posthorn = profile.start();
      await posthorn.call('connectivity.set', { online: true });
      const accountId = await addAccount(posthorn, dovecot, 'bea');
      // At moments that nobody chose: the spread is what matters, so it is fixed.
      for (const delay of [20, 350, 120]) {
        void posthorn.call('sync.run', { accountId }).catch(() => undefined);
        await new Promise((resolve) => setTimeout(resolve, delay));
        await posthorn.kill();
        posthorn = profile.start();
        await posthorn.call('app.info');
      }
      for (const [name, hit] of [
        ['pull.rows-fetched', 2],
        ['pull.batch-applied', 1],
        ['pull.folder-done', 1],
        ['bodies.fetched', 3],
      ] as const) {
        await posthorn.kill();
        profile.stayOffline();
        posthorn = profile.start();
        await posthorn.call('test.crashAt', { name, hit });
        await posthorn.call('connectivity.set', { online: true });
        void posthorn.call('sync.run', { accountId }).catch(() => undefined);
        // A point that is behind us already is not reached any more.
        await Promise.race([posthorn.exited, new Promise((resolve) => setTimeout(resolve, 2_500))]);
        await posthorn.kill();
        posthorn = profile.start();
      }
      await settled(posthorn, accountId);
      expect(await shownState(posthorn, accountId)).toEqual(await serverState(peer));
      expect((await posthorn.call('app.info')).notices).toEqual([]);
    });
    await peer.close();
  });

  test('folders of a server whose separator is a dot', async () => {
    const dotted = await startDovecot({ users: [{ name: 'ann', password: 'secret' }], separator: '.' });
    try {
      const peer = await raw('ann', dotted);
      for (const name of ['a b', 'Käse.Ünter 😀', 'x & y.z']) {
        await peer.create(name);
        await peer.append(name, mail(name.length));
      }
      await withProfile(async (profile) => {
        const posthorn = profile.start();
        const accountId = await addAccount(posthorn, dotted, 'ann');
        await posthorn.call('sync.run', { accountId });
        expect(await shownState(posthorn, accountId)).toEqual(await serverState(peer));
        await posthorn.call('folder.create', { accountId, path: 'Neu.Größe & mehr "1"' });
        await settled(posthorn, accountId);
        expect((await peer.folders()).map((folder) => folder.path)).toContain('Neu.Größe & mehr "1"');
        expect(await shownState(posthorn, accountId)).toEqual(await serverState(peer));
      }, dotted);
      await peer.close();
    } finally {
      await dotted.stop();
    }
  });
});

describe('what others do', () => {
  test('flags, new and vanished mail are found in every folder', async () => {
    const peer = await raw('cat');
    for (const name of ['A', 'B']) await peer.create(name);
    for (const name of ['INBOX', 'A', 'B'])
      for (let n = 0; n < 12; n += 1) await peer.append(name, mail(`${name} ${n}`));
    await withProfile(async (profile) => {
      const posthorn = profile.start();
      const accountId = await addAccount(posthorn, dovecot, 'cat');
      await posthorn.call('sync.run', { accountId });
      for (const name of ['INBOX', 'A', 'B']) {
        await peer.select(name);
        await peer.store('2:3', '+FLAGS', ['\\Flagged', '$Label1']);
        await peer.store('4', '+FLAGS', ['\\Seen']);
        await peer.store('4', '-FLAGS', ['\\Seen']);
        // The highest and the lowest, and new mail at once: the count stays as it was.
        await peer.expunge('1,7,12');
        for (const n of ['x', 'y', 'z']) await peer.append(name, mail(`${name} ${n}`), ['\\Seen']);
      }
      const run = await posthorn.call('sync.run', { accountId });
      expect(run.accounts[0]?.errors).toEqual([]);
      // The inbox may have been heard of by push before.
      expect(run.accounts[0]?.added).toBeGreaterThanOrEqual(6);
      expect(run.accounts[0]?.removed).toBeGreaterThanOrEqual(6);
      expect(await shownState(posthorn, accountId)).toEqual(await serverState(peer));
      // Everything gone at once is believed after a second look.
      await peer.select('A');
      await peer.expunge('1:*');
      await posthorn.call('sync.run', { accountId });
      expect(await rowsOf(posthorn, (await folderNamed(posthorn, accountId, 'A')).folderId)).toEqual([]);
    });
    await peer.close();
  });

  test('new mail in the inbox comes by itself, and so do flags and removals', async () => {
    const peer = await raw('dot');
    await peer.append('INBOX', mail(1));
    await withProfile(async (profile) => {
      const posthorn = profile.start();
      const accountId = await addAccount(posthorn, dovecot, 'dot');
      await posthorn.call('sync.run', { accountId });
      const inbox = (await folderNamed(posthorn, accountId, 'INBOX')).folderId;
      const shows = (
        check: (subjects: string[], flags: string[]) => boolean,
        what: string,
      ): Promise<boolean> =>
        until(
          async () => {
            const rows = await rowsOf(posthorn, inbox);
            return check(
              rows.map((row) => row.subject),
              rows.flatMap((row) => row.flags),
            );
          },
          what,
          15_000,
        );
      await until(
        async () => (await wireSince(posthorn, 0)).some((line) => /IDLE/.test(line)),
        'IDLE',
        10_000,
      );
      await dovecot.deliver('dot@example.test', mail('pushed'));
      await shows((subjects) => subjects.includes('Mail pushed'), 'the new mail');
      await peer.select('INBOX');
      await peer.store('1', '+FLAGS', ['\\Flagged']);
      await shows((_, flags) => flags.includes('\\Flagged'), 'the star');
      await peer.expunge('1');
      await shows((subjects) => !subjects.includes('Mail 1'), 'the removal');
    });
    await peer.close();
  });

  test('folders that another program renames, deletes, makes and makes again', async () => {
    const peer = await raw('eve');
    for (const name of ['Old', 'Old/Below', 'Gone', 'Again', 'Swap 1', 'Swap 2']) {
      await peer.create(name);
      for (let n = 0; n < 3; n += 1) await peer.append(name, mail(`${name} ${n}`));
    }
    await withProfile(async (profile) => {
      const posthorn = profile.start();
      const accountId = await addAccount(posthorn, dovecot, 'eve');
      await posthorn.call('sync.run', { accountId });
      const old = await folderNamed(posthorn, accountId, 'Old');
      await peer.ok('RENAME', 'Old', 'New');
      await peer.ok('DELETE', 'Gone');
      await peer.ok('DELETE', 'Again');
      await peer.create('Again');
      await peer.append('Again', mail('after'));
      await peer.create('Made/Here');
      await peer.append('Made/Here', mail('made'));
      await peer.ok('RENAME', '"Swap 1"', '"Swap 3"');
      await peer.ok('RENAME', '"Swap 2"', '"Swap 1"');
      await peer.ok('RENAME', '"Swap 3"', '"Swap 2"');
      const run = await posthorn.call('sync.run', { accountId });
      expect(run.accounts[0]?.errors).toEqual([]);
      expect(await shownState(posthorn, accountId)).toEqual(await serverState(peer));
      // The same folder under another name keeps its id, so that what the user set for it stays.
      expect((await folderNamed(posthorn, accountId, 'New')).folderId).toBe(old.folderId);
    });
    await peer.close();
  });
});
