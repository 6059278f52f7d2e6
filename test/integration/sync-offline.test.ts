import { afterAll, beforeAll, describe, expect, onTestFailed, test } from 'vitest';
import { startDovecot, type Dovecot } from '../../src-main/demo/dovecot.ts';
import { RawImap } from '../servers/raw-imap.ts';
import { cyrusMissing, startCyrus } from '../servers/cyrus.ts';
import { FaultProxy } from '../servers/fault-proxy.ts';
import { poorAddress, poorAddresses } from '../servers/poor-servers.ts';
import { afterScript, offlineScript, onServer, seedScript, shown } from './sync-script.ts';
import {
  addAccount,
  addAccountInClear,
  folderNamed,
  Profile,
  rowsOf,
  settled,
  synced,
} from './sync-world.ts';

let dovecot: Dovecot;
let made = 0;
const users = Array.from({ length: 60 }, (_, i) => `u${i}`);
beforeAll(async () => {
  dovecot = await startDovecot({
    users: users.map((name) => ({ name, password: 'secret' })),
    addresses: poorAddresses,
  });
});
afterAll(() => dovecot.stop());

interface World {
  profile: Profile;
  user: string;
  peer: RawImap;
}

/** A user of its own with the seed of the script. */
async function withWorld(
  work: (world: World) => Promise<void>,
  flags: readonly string[] = [],
): Promise<void> {
  const user = users[made];
  if (user === undefined) throw new Error('too few users');
  made += 1;
  const peer = await RawImap.open({ port: dovecot.imapPort, user, password: 'secret' });
  await seedScript(peer);
  const profile = new Profile(['--extra-ca', dovecot.ca, ...flags]);
  onTestFailed(() => console.log(profile.stderr().slice(-6_000)));
  try {
    await work({ profile, user, peer });
  } finally {
    await profile.remove();
    await peer.close();
  }
}

describe('offline', () => {
  test('everything works, outlives quitting and a start without a server, and is replayed once', async () => {
    await withWorld(async ({ profile, user }) => {
      let posthorn = profile.start();
      const accountId = await addAccount(posthorn, dovecot, user);
      await synced(posthorn, accountId);
      await posthorn.call('connectivity.set', { online: false });
      const dead = (await folderNamed(posthorn, accountId, 'Dead')).folderId;
      await offlineScript(posthorn, accountId);
      expect(await shown(posthorn, accountId)).toEqual(afterScript);
      // What is put into a folder that is about to go would go with it.
      const [some] = await rowsOf(posthorn, (await folderNamed(posthorn, accountId, 'INBOX')).folderId);
      await expect(
        posthorn.call('message.move', { messageIds: [some?.messageId ?? ''], folderId: dead }),
      ).rejects.toThrow('is being deleted');
      expect(await posthorn.quit()).toBe(0);

      await dovecot.down();
      posthorn = profile.start();
      await posthorn.call('connectivity.set', { online: true });
      expect(await shown(posthorn, accountId)).toEqual(afterScript);
      const run = await posthorn.call('sync.run', { accountId });
      expect(run.accounts[0]?.errors.map((error) => error.code)).toEqual(['offline']);
      for (const folder of await posthorn.call('folder.list', { accountId }))
        for (const row of await rowsOf(posthorn, folder.folderId)) {
          expect(row.readableOffline, `${folder.path} ${row.subject}`).toBe(true);
          expect((await posthorn.call('message.get', { messageId: row.messageId })).text).toContain(
            'Hello number',
          );
        }
      await dovecot.start();
      await settled(posthorn, accountId);
      const peer = await RawImap.open({ port: dovecot.imapPort, user, password: 'secret' });
      expect(await onServer(peer)).toEqual(afterScript);
      expect(await shown(posthorn, accountId)).toEqual(afterScript);
      expect(await posthorn.call('journal.list')).toEqual([]);
      await synced(posthorn, accountId);
      expect(await onServer(peer)).toEqual(afterScript);
      await peer.close();
    });
  });

  for (const [name, host] of [
    ['with UIDPLUS but without MOVE, CONDSTORE and LIST-STATUS', poorAddress.uidplus],
    ['with nothing but IMAP4rev1', poorAddress.bare],
  ] as const)
    test(`a server ${name}`, async () => {
      await withWorld(
        async ({ profile, user, peer }) => {
          const posthorn = profile.start();
          const accountId = await addAccount(posthorn, dovecot, user);
          await synced(posthorn, accountId);
          await posthorn.call('connectivity.set', { online: false });
          await offlineScript(posthorn, accountId);
          await posthorn.call('connectivity.set', { online: true });
          await settled(posthorn, accountId);
          const server = await onServer(peer);
          // Without UIDPLUS what left stays behind, marked \Deleted: a bare EXPUNGE would take others' too.
          for (const [path, lines] of Object.entries(server))
            server[path] = lines.filter((line) => !line.includes('\\Deleted'));
          expect(server).toEqual(afterScript);
          expect(await shown(posthorn, accountId)).toEqual(afterScript);
        },
        ['--connect-to', `localhost:${dovecot.imapsPort}:${host}:${dovecot.imapsPort}`],
      );
    });

  const missing = cyrusMissing();
  test.skipIf(missing !== undefined)(
    `Cyrus${missing === undefined ? '' : ` (skipped: ${missing})`}`,
    async () => {
      const cyrus = await startCyrus({ users: [{ name: 'ann', password: 'secret' }] });
      const peer = await RawImap.open({ port: cyrus.imapPort, user: 'ann', password: 'secret' });
      const profile = new Profile(['--extra-ca', cyrus.ca]);
      onTestFailed(() => console.log(profile.stderr().slice(-6_000)));
      try {
        await seedScript(peer);
        const posthorn = profile.start();
        const accountId = await addAccount(posthorn, cyrus, 'ann');
        await synced(posthorn, accountId);
        await posthorn.call('connectivity.set', { online: false });
        await offlineScript(posthorn, accountId);
        await posthorn.call('connectivity.set', { online: true });
        await settled(posthorn, accountId);

        expect(await onServer(peer)).toEqual(afterScript);
        expect(await shown(posthorn, accountId)).toEqual(afterScript);
      } finally {
        await profile.remove();
        await peer.close();
        await cyrus.stop();
      }
    },
  );
});

describe('killed', () => {
  test('case 1: while writing down what the user does', async () => {
    await withWorld(async ({ profile, user, peer }) => {
      let posthorn = profile.start();
      const accountId = await addAccount(posthorn, dovecot, user);
      await synced(posthorn, accountId);
      await posthorn.call('connectivity.set', { online: false });
      const inbox = (await folderNamed(posthorn, accountId, 'INBOX')).folderId;
      const ids = (await rowsOf(posthorn, inbox)).map((row) => row.messageId);
      const starred = async (): Promise<number> =>
        (await rowsOf(posthorn, inbox)).filter((row) => row.flags.includes('\\Flagged')).length;
      let before = 0;
      for (const [i, name] of [
        'journal.before-append',
        'journal.after-append',
        'submit.before-answer',
      ].entries()) {
        await posthorn.call('test.crashAt', { name, hit: 1 });
        await posthorn
          .call('message.setFlags', { messageIds: [ids[i] ?? ''], add: ['\\Flagged'] })
          .catch(() => undefined);
        await posthorn.exited;
        posthorn = profile.start();
        // Durable or not, but never half: what the journal has is shown, and nothing else.
        const waiting = (await posthorn.call('journal.list')).length;
        expect(waiting).toBe(name === 'journal.before-append' ? before : before + 1);
        expect(await starred()).toBe(waiting);
        before = waiting;
      }
      await posthorn.call('connectivity.set', { online: true });
      await settled(posthorn, accountId);
      const server = await onServer(peer);
      expect(server['INBOX']?.filter((line) => line.includes('\\Flagged'))).toHaveLength(2);
    });
  });

  const points = ['replay.armed', 'replay.sent', 'replay.answered', 'replay.acked', 'replay.applied'];
  // One hit of each here, the two servers at different ones; SYNC_CRASHES=all tries many (minutes).
  const rounds = process.env['SYNC_CRASHES'] === 'all' ? Array.from({ length: 12 }, (_, i) => i + 1) : [1];
  for (const host of ['localhost', poorAddress.uidplus] as const)
    test(`cases 3, 9 and 10: at each point of the replay, again and again (${host === 'localhost' ? 'MOVE' : 'copy and expunge'})`, async () => {
      await withWorld(
        async ({ profile, user, peer }) => {
          let posthorn = profile.start();
          const accountId = await addAccount(posthorn, dovecot, user);
          await synced(posthorn, accountId);
          await posthorn.call('connectivity.set', { online: false });
          await offlineScript(posthorn, accountId);
          expect(await posthorn.quit()).toBe(0);
          for (const round of rounds)
            for (const [i, name] of points.entries()) {
              profile.stayOffline();
              posthorn = profile.start();
              await posthorn.call('test.crashAt', { name, hit: 1 + ((round + i + host.length) % 3) });
              await posthorn.call('connectivity.set', { online: true });
              const settling = settled(posthorn, accountId).catch(() => undefined);
              await Promise.race([posthorn.exited, settling]);
              if (posthorn.child.exitCode === null && posthorn.child.signalCode === null)
                await posthorn.quit();
            }
          posthorn = profile.start();
          await settled(posthorn, accountId);
          expect(await onServer(peer)).toEqual(afterScript);
          expect(await shown(posthorn, accountId)).toEqual(afterScript);
          expect(await posthorn.call('journal.list')).toEqual([]);
        },
        host === 'localhost'
          ? []
          : ['--connect-to', `localhost:${dovecot.imapsPort}:${host}:${dovecot.imapsPort}`],
      );
    });
});

describe('lost answers', () => {
  for (const [capability, targetHost] of [
    ['MOVE', '127.0.0.1'],
    ['no MOVE', poorAddress.uidplus],
    ['no UIDPLUS', poorAddress.bare],
  ] as const)
    // Before it heard: the easy half, so one kind of server is enough for it.
    for (const passOn of capability === 'MOVE' ? [true, false] : [true])
      test(`the connection dies ${passOn ? 'after' : 'before'} the server heard (${capability})`, async () => {
        await withWorld(async ({ profile, user, peer }) => {
          const proxy = await FaultProxy.start({ targetPort: dovecot.imapPort, targetHost });
          try {
            const posthorn = profile.start();
            const accountId = await addAccountInClear(posthorn, proxy.port, user);
            await synced(posthorn, accountId);
            await posthorn.call('connectivity.set', { online: false });
            await offlineScript(posthorn, accountId);
            for (const [pattern, hit] of [
              [/ UID STORE /, 1],
              [/ UID (MOVE|COPY) /, 1],
              [/ UID (MOVE|COPY) /, 3],
              [/ CREATE /, 1],
              [/ RENAME /, 1],
              [/ UID EXPUNGE /, 1],
              [/ UID COPY /, 1],
              [/ DELETE /, 1],
            ] as const)
              proxy.when({ side: 'client', pattern, hit, then: 'reset', passOn });
            await posthorn.call('connectivity.set', { online: true });
            await settled(posthorn, accountId);
            const server = await onServer(peer);
            for (const [path, lines] of Object.entries(server))
              server[path] = lines.filter((line) => !line.includes('\\Deleted'));
            expect(server).toEqual(afterScript);
            expect(await shown(posthorn, accountId)).toEqual(afterScript);
          } finally {
            await proxy.stop();
          }
        });
      });
});
