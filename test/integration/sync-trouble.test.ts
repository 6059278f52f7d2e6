import { randomBytes } from 'node:crypto';
import {
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFailed, test } from 'vitest';
import { startDovecot, type Dovecot } from '../../src-main/demo/dovecot.ts';
import { until } from '../harness/headless.ts';
import { FaultProxy } from '../servers/fault-proxy.ts';
import { RawImap } from '../servers/raw-imap.ts';
import { afterScript, offlineScript, onServer, seedScript, shown } from './sync-script.ts';
import {
  addAccount,
  folderNamed,
  mail,
  Profile,
  rowBySubject,
  rowsOf,
  settled,
  synced,
  wireSince,
} from './sync-world.ts';

let dovecot: Dovecot;
let made = 0;
const users = Array.from({ length: 40 }, (_, i) => ({
  name: `t${i}`,
  password: 'secret',
  ...(i === 39 ? { quota: '20k' } : {}),
}));
beforeAll(async () => {
  dovecot = await startDovecot({ users });
});
afterAll(() => dovecot.stop());

interface World {
  profile: Profile;
  user: string;
  peer: RawImap;
}

async function withWorld(work: (world: World) => Promise<void>, user = `t${made++}`): Promise<void> {
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

function filesBelow(dir: string): string[] {
  if (!existsSync(dir)) return [];
  return readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

/** Chromium's files of the cache. */
function cacheFiles(profile: Profile): string[] {
  return filesBelow(join(profile.dir, 'browser')).filter((file) => /IndexedDB/i.test(file));
}

describe('the cache is lost (case 72)', () => {
  const damages: Record<string, (profile: Profile) => void> = {
    'it was deleted': (profile) => {
      const files = cacheFiles(profile);
      expect(files.length).toBeGreaterThan(0);
      for (const file of files) rmSync(file);
    },
    'its files were cut short': (profile) => {
      for (const file of cacheFiles(profile)) truncateSync(file, Math.floor(statSync(file).size / 3));
    },
    'bytes in its files were turned': (profile) => {
      for (const file of cacheFiles(profile)) {
        const bytes = readFileSync(file);
        for (let at = 50; at < bytes.length; at += 97) bytes[at] = (bytes[at] ?? 0) ^ 0xff;
        writeFileSync(file, bytes);
      }
    },
  };
  for (const [what, damage] of Object.entries(damages))
    test(`${what}: it says so, shows and sends what waits, and fills again`, async () => {
      await withWorld(async ({ profile, user, peer }) => {
        await seedScript(peer);
        let posthorn = profile.start();
        const accountId = await addAccount(posthorn, dovecot, user);
        await synced(posthorn, accountId);
        await posthorn.call('connectivity.set', { online: false });
        await offlineScript(posthorn, accountId);
        const waiting = (await posthorn.call('journal.list')).map((op) => [op.opId, op.kind]);
        expect(await posthorn.quit()).toBe(0);
        damage(profile);
        posthorn = profile.start();
        const info = await posthorn.call('app.info');
        expect(info.notices.join(' ')).toMatch(/cache/i);
        expect((await posthorn.call('account.list')).map((account) => account.accountId)).toEqual([
          accountId,
        ]);
        expect((await posthorn.call('journal.list')).map((op) => [op.opId, op.kind])).toEqual(waiting);
        await posthorn.call('connectivity.set', { online: true });
        await settled(posthorn, accountId);
        expect(await onServer(peer)).toEqual(afterScript);
        expect(await shown(posthorn, accountId)).toEqual(afterScript);
        expect(await posthorn.quit()).toBe(0);
        posthorn = profile.start();
        expect((await posthorn.call('app.info')).notices).toEqual([]);
      });
    });

  test('what waits is shown again as soon as the rows are there', async () => {
    await withWorld(async ({ profile, user, peer }) => {
      for (let n = 1; n <= 5; n += 1) await peer.append('INBOX', mail(n));
      await peer.create('A');
      const proxy = await FaultProxy.start({ targetPort: dovecot.imapsPort });
      try {
        let posthorn = profile.start();
        const accountId = await addAccount(posthorn, dovecot, user, { port: proxy.port });
        await synced(posthorn, accountId);
        await posthorn.call('connectivity.set', { online: false });
        const inbox = (await folderNamed(posthorn, accountId, 'INBOX')).folderId;
        const a = (await folderNamed(posthorn, accountId, 'A')).folderId;
        const id = async (n: number): Promise<string> =>
          (await rowBySubject(posthorn, inbox, `Mail ${n}`)).messageId;
        await posthorn.call('message.move', { messageIds: [await id(1)], folderId: a });
        await posthorn.call('message.setFlags', { messageIds: [await id(2)], add: ['\\Flagged'] });
        await posthorn.call('message.delete', { messageIds: [await id(3)], permanent: true });
        await posthorn.quit();
        for (const file of cacheFiles(profile)) rmSync(file);
        posthorn = profile.start();
        // The store takes what waits again by itself; the rows come, the changes do not leave yet.
        await peer.select('INBOX');
        await posthorn.call('connectivity.set', { online: true });
        await settled(posthorn, accountId);
        expect(await shown(posthorn, accountId)).toEqual(await onServer(peer));
        expect((await onServer(peer))['A']).toEqual(['1']);
        expect((await onServer(peer))['INBOX']).toEqual(['2 \\Flagged', '4', '5']);
      } finally {
        await proxy.stop();
      }
    });
  });
});

describe('main’s own files are damaged', () => {
  for (const name of ['settings.json', 'folders.json', 'journal.log'] as const)
    test(`${name} is kept as .bad, told of, and Posthorn goes on`, async () => {
      await withWorld(async ({ profile, user, peer }) => {
        for (let n = 1; n <= 5; n += 1) await peer.append('INBOX', mail(n));
        let posthorn = profile.start();
        const accountId = await addAccount(posthorn, dovecot, user);
        await synced(posthorn, accountId);
        await posthorn.call('connectivity.set', { online: false });
        const inbox = (await folderNamed(posthorn, accountId, 'INBOX')).folderId;
        for (const n of [1, 2, 3])
          await posthorn.call('message.setFlags', {
            messageIds: [(await rowBySubject(posthorn, inbox, `Mail ${n}`)).messageId],
            add: ['\\Flagged'],
          });
        await posthorn.quit();
        const file = join(profile.dir, name);
        const bytes = readFileSync(file);
        // In the middle: the journal's first and last operations must live on.
        const at = name === 'journal.log' ? Math.floor(bytes.length / 2) : 0;
        bytes.fill(0x7b, at, at + 40);
        writeFileSync(file, bytes);
        posthorn = profile.start();
        const { notices } = await posthorn.call('app.info');
        expect(notices.join(' ')).toContain(`${file}.bad`);
        expect(existsSync(`${file}.bad`)).toBe(true);
        await posthorn.call('connectivity.set', { online: true });
        await settled(posthorn, accountId);
        const starred = (await onServer(peer))['INBOX']?.filter((line) => line.includes('\\Flagged'));
        expect(starred?.length).toBeGreaterThanOrEqual(name === 'journal.log' ? 2 : 3);
        expect(await shown(posthorn, accountId)).toEqual(await onServer(peer));
      });
    });

  test('accounts.json is kept as .bad, and its copy takes its place', async () => {
    await withWorld(async ({ profile, user, peer }) => {
      await peer.append('INBOX', mail(1));
      let posthorn = profile.start();
      const accountId = await addAccount(posthorn, dovecot, user);
      await posthorn.quit();
      const file = join(profile.dir, 'accounts.json');
      writeFileSync(file, randomBytes(300));
      posthorn = profile.start();
      expect((await posthorn.call('app.info')).notices.join(' ')).toContain(`${file}.bad`);
      expect((await posthorn.call('account.list')).map((one) => one.accountId)).toEqual([accountId]);
      await settled(posthorn, accountId);
      expect(await shown(posthorn, accountId)).toEqual(await onServer(peer));
    });
  });

  test('accounts.json and its copy: the account is gone, the program is not', async () => {
    await withWorld(async ({ profile, user }) => {
      let posthorn = profile.start();
      await addAccount(posthorn, dovecot, user);
      await posthorn.quit();
      const file = join(profile.dir, 'accounts.json');
      for (const damaged of [file, `${file}.copy`]) writeFileSync(damaged, randomBytes(300));
      posthorn = profile.start();
      expect((await posthorn.call('app.info')).notices.join(' ')).toContain(`${file}.bad`);
      expect(await posthorn.call('account.list')).toEqual([]);
      const accountId = await addAccount(posthorn, dovecot, user);
      expect((await posthorn.call('sync.run', { accountId })).accounts[0]?.errors).toEqual([]);
    });
  });
});

describe('UIDVALIDITY', () => {
  test('changed while offline: nothing is done to the wrong message, what can be told apart is done', async () => {
    await withWorld(async ({ profile, user, peer }) => {
      for (let n = 1; n <= 8; n += 1) await peer.append('INBOX', mail(n));
      await peer.create('A');
      let posthorn = profile.start();
      const accountId = await addAccount(posthorn, dovecot, user);
      await synced(posthorn, accountId);
      await posthorn.call('connectivity.set', { online: false });
      const inbox = (await folderNamed(posthorn, accountId, 'INBOX')).folderId;
      const id = async (n: number): Promise<string> =>
        (await rowBySubject(posthorn, inbox, `Mail ${n}`)).messageId;
      await posthorn.call('message.setFlags', { messageIds: [await id(1)], add: ['\\Flagged'] });
      await posthorn.call('message.move', {
        messageIds: [await id(2)],
        folderId: (await folderNamed(posthorn, accountId, 'A')).folderId,
      });
      await posthorn.call('message.delete', { messageIds: [await id(3)], permanent: true });
      await posthorn.call('message.delete', { messageIds: [await id(4)], permanent: true });
      await posthorn.quit();
      // Another mail takes the lowest UID, number 4 gets a twin, and every UID speaks of another message.
      const all = await peer.messages('INBOX');
      await peer.close();
      await dovecot.doveadm(['mailbox', 'delete', '-u', user, '-s', 'INBOX']).catch(() => undefined);
      const again = await RawImap.open({ port: dovecot.imapPort, user, password: 'secret' });
      await again.select('INBOX');
      await again.command('UID STORE', '1:*', '+FLAGS', '(\\Deleted)');
      await again.command('EXPUNGE');
      // With its date, as programs that restore a mailbox do it: Message-ID, size and date tell a message (R7).
      for (const n of [8, 7, 6, 5, 4, 4, 3, 2, 1]) {
        const found = all.find((m) => m.messageId === `<m${n}@sync.test>`);
        await again.append('INBOX', found?.bytes ?? '', [], found?.internalDate);
      }
      await again.close();
      const validity = String(2_000_000_000 + made);
      await dovecot.doveadm(['mailbox', 'update', '-u', user, '--uid-validity', validity, 'INBOX']);
      await renumber(user);
      const peer2 = await RawImap.open({ port: dovecot.imapPort, user, password: 'secret' });
      posthorn = profile.start();
      await posthorn.call('connectivity.set', { online: true });
      await settled(posthorn, accountId);
      const server = await onServer(peer2);
      expect(server['INBOX']).toEqual(['1 \\Flagged', '4', '4', '5', '6', '7', '8']);
      expect(server['A']).toEqual(['2']);
      expect(await shown(posthorn, accountId)).toEqual(server);
      const parked = await posthorn.call('journal.list');
      expect(parked.map((op) => [op.kind, op.state])).toEqual([['expunge', 'parked']]);
      expect(parked[0]?.error?.detail).toMatch(/could not be told apart/);
      await posthorn.call('journal.cancel', { opId: parked[0]?.opId ?? '' });
      expect(await posthorn.call('journal.list')).toEqual([]);
      await peer2.close();
    });
  });

  /** Dovecot keeps UIDs over a new UIDVALIDITY; here they begin at 1 again. */
  async function renumber(user: string): Promise<void> {
    const list = join(dovecot.maildir(user), 'dovecot-uidlist');
    const [head = '', ...lines] = readFileSync(list, 'utf8').trimEnd().split('\n');
    const renumbered = lines.map((line, i) => line.replace(/^\d+/, String(i + 1)));
    writeFileSync(list, [head.replace(/ N\d+/, ` N${lines.length + 1}`), ...renumbered, ''].join('\n'));
    for (const file of filesBelow(dovecot.maildir(user)))
      if (/Maildir\/dovecot\.index/.test(file)) rmSync(file);
    await dovecot.doveadm(['mailbox', 'status', '-u', user, 'messages', 'INBOX']);
  }
});

describe('refused', () => {
  test('a folder that another program deleted: parked with words, nothing else waits for it, cancel and retry work', async () => {
    await withWorld(async ({ profile, user, peer }) => {
      for (let n = 1; n <= 6; n += 1) await peer.append('INBOX', mail(n));
      for (const name of ['Doomed', 'Fine']) await peer.create(name);
      const posthorn = profile.start();
      const accountId = await addAccount(posthorn, dovecot, user);
      await synced(posthorn, accountId);
      await posthorn.call('connectivity.set', { online: false });
      const inbox = (await folderNamed(posthorn, accountId, 'INBOX')).folderId;
      const id = async (n: number): Promise<string> =>
        (await rowBySubject(posthorn, inbox, `Mail ${n}`)).messageId;
      const doomed = (await folderNamed(posthorn, accountId, 'Doomed')).folderId;
      const fine = (await folderNamed(posthorn, accountId, 'Fine')).folderId;
      const two = await id(2);
      await posthorn.call('message.move', { messageIds: [await id(1)], folderId: doomed });
      await posthorn.call('message.copy', { messageIds: [two], folderId: doomed });
      await posthorn.call('message.setFlags', { messageIds: [two], add: ['\\Flagged'] });
      await posthorn.call('message.move', { messageIds: [await id(3)], folderId: fine });
      await posthorn.call('message.delete', { messageIds: [await id(4)], permanent: true });
      await peer.ok('DELETE', 'Doomed');
      await posthorn.call('connectivity.set', { online: true });
      const run = await posthorn.call('sync.run', { accountId });
      await settled(posthorn, accountId);
      expect(run.accounts[0]).toMatchObject({ parked: 2, pushed: 3 });
      const parked = await posthorn.call('journal.list');
      expect(parked.map((op) => [op.kind, op.state])).toEqual([
        ['move', 'parked'],
        ['copy', 'parked'],
      ]);
      for (const op of parked) expect(op.error?.detail).toMatch(/folder/i);
      expect(await onServer(peer)).toMatchObject({ INBOX: ['1', '2 \\Flagged', '5', '6'], Fine: ['3'] });
      expect(await shown(posthorn, accountId)).toEqual(await onServer(peer));
      await posthorn.call('journal.cancel', { opId: parked[1]?.opId ?? '' });
      await posthorn.call('journal.retry', { opId: parked[0]?.opId ?? '' });
      await settled(posthorn, accountId);
      const left = await posthorn.call('journal.list');
      expect(left.map((op) => op.state)).toEqual(['parked']);
      await posthorn.call('journal.cancel', { opId: left[0]?.opId ?? '' });
      expect(await posthorn.call('journal.list')).toEqual([]);
      expect(await shown(posthorn, accountId)).toEqual(await onServer(peer));
    });
  });

  test('a full mailbox', async () => {
    await withWorld(async ({ profile, user, peer }) => {
      await peer.append('INBOX', mail(1, { extra: 'x'.repeat(11_000) }));
      await peer.append('INBOX', mail(2));
      await peer.create('A');
      const posthorn = profile.start();
      const accountId = await addAccount(posthorn, dovecot, user);
      await synced(posthorn, accountId);
      const inbox = (await folderNamed(posthorn, accountId, 'INBOX')).folderId;
      const a = (await folderNamed(posthorn, accountId, 'A')).folderId;
      const big = (await rowBySubject(posthorn, inbox, 'Mail 1')).messageId;
      await posthorn.call('message.copy', { messageIds: [big], folderId: a });
      await posthorn.call('message.setFlags', { messageIds: [big], add: ['\\Seen'] });
      await settled(posthorn, accountId);
      const [op] = await posthorn.call('journal.list');
      expect(op).toMatchObject({ kind: 'copy', state: 'parked', error: { code: 'quota' } });
      expect(await shown(posthorn, accountId)).toEqual(await onServer(peer));
      // Room is made, and the same change is tried again.
      await dovecot.doveadm(['expunge', '-u', user, 'mailbox', 'INBOX', 'subject', 'Mail 2']);
      await posthorn.call('journal.retry', { opId: op?.opId ?? '' });
      await settled(posthorn, accountId);
      expect((await posthorn.call('journal.list')).map((entry) => entry.state)).toEqual(['parked']);
    }, 't39');
  });
});

describe('several accounts', () => {
  test('a wrong password, a dead host and a black hole trouble nobody else', async () => {
    await withWorld(async ({ profile, user, peer }) => {
      await peer.append('INBOX', mail(1));
      const broken = [`t${made++}`, `t${made++}`, `t${made++}`];
      const proxies = [
        await FaultProxy.start({ targetPort: dovecot.imapsPort }),
        await FaultProxy.start({ targetPort: dovecot.imapsPort }),
      ] as const;
      const proxy = await FaultProxy.start({ targetPort: dovecot.imapPort });
      try {
        const posthorn = profile.start();
        const good = await addAccount(posthorn, dovecot, user);
        const refused = await addAccount(posthorn, dovecot, broken[0] ?? '', { port: proxies[0].port });
        const hole = await addAccount(posthorn, dovecot, broken[1] ?? '', { port: proxies[1].port });
        const wrong = await addAccount(posthorn, dovecot, broken[2] ?? '');
        await posthorn.call('sync.run', {});
        proxies[0].set('drop');
        proxies[0].set('refuse');
        proxies[1].set('black-hole');
        await posthorn.call('account.setPassword', { accountId: wrong, incoming: 'not this one' });
        await until(
          async () =>
            (await posthorn.call('account.list')).find((a) => a.accountId === wrong)?.state === 'auth-failed',
          'the refusal is known',
        );
        await peer.append('INBOX', mail(2));
        const begun = Date.now();
        expect((await posthorn.call('sync.run', { accountId: good })).accounts[0]?.errors).toEqual([]);
        // Whoever waits for the silent one waits for ever: the clock stands.
        expect(Date.now() - begun).toBeLessThan(20_000);
        // A silent server is given up after a minute; the clock of the test makes it pass sooner.
        let resolved = false;
        const running = posthorn.call('sync.run', {}).finally(() => (resolved = true));
        await until(
          async () => {
            if (!resolved) await posthorn.call('test.clock', { advanceMs: 2_000 });
            return resolved;
          },
          'sync.run resolves',
          40_000,
        );
        const run = await running;
        const codes = Object.fromEntries(
          run.accounts.map((account) => [account.accountId, account.errors.map((error) => error.code)]),
        );
        expect(codes).toEqual({
          [good]: [],
          [refused]: ['offline'],
          [hole]: ['offline'],
          [wrong]: ['auth-failed'],
        });
        const before = (await wireSince(posthorn, 0)).filter((line) =>
          /LOGIN|AUTHENTICATE/.test(line),
        ).length;
        for (let i = 0; i < 5; i += 1) await posthorn.call('sync.run', { accountId: wrong });
        expect((await wireSince(posthorn, 0)).filter((line) => /LOGIN|AUTHENTICATE/.test(line)).length).toBe(
          before,
        );
        await posthorn.call('account.setPassword', { accountId: wrong, incoming: 'secret' });
        expect((await posthorn.call('sync.run', { accountId: wrong })).accounts[0]?.errors).toEqual([]);
        proxies[0].set('pass');
        proxies[1].set('drop');
        proxies[1].set('pass');
        await settled(posthorn, refused);
        await settled(posthorn, hole);
      } finally {
        for (const one of [...proxies, proxy]) await one.stop();
      }
    });
  });

  test('case 75: a lost network and a sleep are noticed, and their end too', async () => {
    await withWorld(async ({ profile, user, peer }) => {
      await peer.append('INBOX', mail(1));
      const proxy = await FaultProxy.start({ targetPort: dovecot.imapsPort });
      try {
        const posthorn = profile.start();
        const accountId = await addAccount(posthorn, dovecot, user, { port: proxy.port });
        await synced(posthorn, accountId);
        proxy.set('reset');
        proxy.set('refuse');
        await until(
          async () => (await posthorn.call('account.list'))[0]?.state !== 'idle',
          'the loss is noticed',
          5_000,
        );
        await peer.append('INBOX', mail(2));
        proxy.set('pass');
        await posthorn.call('test.power', { event: 'network-changed' });
        const inbox = (await folderNamed(posthorn, accountId, 'INBOX')).folderId;
        await until(async () => (await rowsOf(posthorn, inbox)).length === 2, 'the new mail', 20_000);
        // Half open: nothing passes, nothing is said. Waking up finds out.
        proxy.set('black-hole');
        await peer.append('INBOX', mail(3));
        await posthorn.call('test.power', { event: 'resume' });
        await until(
          async () => {
            await posthorn.call('test.clock', { advanceMs: 2_000 });
            return (await posthorn.call('account.list'))[0]?.state !== 'idle';
          },
          'the half-open connection is noticed',
          10_000,
        );
        proxy.set('drop');
        proxy.set('pass');
        await until(
          async () => {
            await posthorn.call('test.clock', { advanceMs: 2_000 });
            return (await rowsOf(posthorn, inbox)).length === 3;
          },
          'the third mail',
          20_000,
        );
      } finally {
        await proxy.stop();
      }
    });
  });
});
