import { afterAll, beforeAll, expect, onTestFailed, test } from 'vitest';
import { startDovecot, type Dovecot } from '../../src-main/demo/dovecot.ts';
import { until, type Headless } from '../harness/headless.ts';
import { FaultProxy } from '../servers/fault-proxy.ts';
import { RawImap } from '../servers/raw-imap.ts';
import {
  addAccountInClear,
  folderNamed,
  mail,
  Profile,
  rowsOf,
  serverState,
  settled,
  shownState,
  synced,
} from './sync-world.ts';

/** R21, R23: a server that drips, or stands still in the middle of a message, and a way that is half open. */
let dovecot: Dovecot;
beforeAll(async () => {
  dovecot = await startDovecot({
    users: ['drip', 'still', 'hole'].map((name) => ({ name, password: 'secret' })),
  });
});
afterAll(() => dovecot.stop());

interface World {
  posthorn: Headless;
  accountId: string;
  peer: RawImap;
  proxy: FaultProxy;
  subjectsIn(folder: string): Promise<string[]>;
}

async function withWorld(user: string, work: (world: World) => Promise<void>): Promise<void> {
  const peer = await RawImap.open({ port: dovecot.imapPort, user, password: 'secret' });
  const proxy = await FaultProxy.start({ targetPort: dovecot.imapPort });
  const profile = new Profile([]);
  onTestFailed(() => console.log(profile.stderr().slice(-4_000)));
  try {
    await peer.create('A');
    for (let n = 1; n <= 3; n += 1) for (const folder of ['INBOX', 'A']) await peer.append(folder, mail(n));
    const posthorn = profile.start();
    const accountId = await addAccountInClear(posthorn, proxy.port, user);
    await synced(posthorn, accountId);
    const subjectsIn = async (folder: string): Promise<string[]> =>
      (await rowsOf(posthorn, (await folderNamed(posthorn, accountId, folder)).folderId))
        .map(({ subject }) => subject)
        .sort();
    await work({ posthorn, accountId, peer, proxy, subjectsIn });
  } finally {
    await profile.remove();
    await proxy.stop();
    await peer.close();
  }
}

/** The clock of the test goes on until this has ended. */
async function ends<T>(posthorn: Headless, running: Promise<T>): Promise<T> {
  let over = false;
  const watched = running.finally(() => (over = true));
  watched.catch(() => undefined);
  await until(
    async () => {
      if (!over) await posthorn.call('test.clock', { advanceMs: 2_000 });
      return over;
    },
    'it ends',
    60_000,
  );
  return watched;
}

test(
  'R23: of a server that says one byte a second nothing waits but its own folder, and it is given up by the clock',
  { timeout: 300_000 },
  async () => {
    await withWorld('drip', async ({ posthorn, accountId, peer, proxy, subjectsIn }) => {
      for (const folder of ['INBOX', 'A']) await peer.append(folder, mail('new'));
      proxy.bytesPerSecond = 1;
      let over = false;
      const running = posthorn.call('sync.run', { accountId }).finally(() => (over = true));
      // The window can ask for all that is here, and change it, while nothing comes.
      const [row] = await rowsOf(posthorn, (await folderNamed(posthorn, accountId, 'A')).folderId);
      const messageId = row?.messageId ?? '';
      expect((await posthorn.call('message.get', { messageId })).text).toContain('Hello number');
      await posthorn.call('message.setFlags', { messageIds: [messageId], add: ['\\Flagged'] });
      expect(over).toBe(false);
      const run = await ends(posthorn, running);
      expect(run.accounts[0]?.errors.map(({ code }) => code).join()).toMatch(
        /timeout|connection-lost|offline/,
      );
      proxy.bytesPerSecond = 0;
      proxy.set('drop');
      proxy.set('pass');
      await settled(posthorn, accountId, 60_000);
      expect(await subjectsIn('A')).toContain('Mail new');
      expect(await shownState(posthorn, accountId)).toEqual(await serverState(peer));
    });
  },
);

test(
  'R23: a message that stands still in the middle of its bytes keeps no other folder waiting',
  { timeout: 300_000 },
  async () => {
    await withWorld('still', async ({ posthorn, accountId, peer, proxy, subjectsIn }) => {
      await peer.append('INBOX', mail('stuck', { extra: 'x'.repeat(20_000) }));
      proxy.cut({ side: 'server', insideLiteralOf: /FETCH .*BODY\[/, then: 'stall' });
      const running = posthorn.call('sync.run', { accountId, bodies: 'all' });
      running.catch(() => undefined);
      await peer.append('A', mail('beside'));
      await until(
        async () => {
          await posthorn.call('test.clock', { advanceMs: 2_000 });
          void posthorn.call('sync.run', { accountId }).catch(() => undefined);
          return (await subjectsIn('A')).includes('Mail beside');
        },
        'the mail of the other folder',
        60_000,
      );
      await ends(posthorn, running);
      await settled(posthorn, accountId, 60_000);
      expect(await shownState(posthorn, accountId)).toEqual(await serverState(peer));
      const inbox = (await folderNamed(posthorn, accountId, 'INBOX')).folderId;
      const stuck = (await rowsOf(posthorn, inbox)).find(({ subject }) => subject === 'Mail stuck');
      expect((await posthorn.call('message.get', { messageId: stuck?.messageId ?? '' })).text).toContain(
        'x'.repeat(20_000),
      );
    });
  },
);

test(
  'R21: a way that is half open while it waits for news is found within six minutes, and the new mail comes',
  { timeout: 300_000 },
  async () => {
    await withWorld('hole', async ({ posthorn, peer, proxy, subjectsIn }) => {
      const waits = (): boolean =>
        proxy.connections.some(
          ({ open, clientLines }) => open && clientLines.some((line) => / IDLE$/.test(line)),
        );
      await until(() => Promise.resolve(waits()), 'IDLE', 60_000);
      const before = proxy.connections.length;
      // What is open is dead from now on, without a word; what is opened later works.
      proxy.set('black-hole');
      await peer.append('INBOX', mail('unheard'));
      let advanced = 0;
      let foundAfter: number | null = null;
      await until(
        async () => {
          // Signing in again takes its time on a busy machine: the clock of the test need not run away meanwhile.
          const advanceMs = foundAfter === null ? 10_000 : 1_000;
          await posthorn.call('test.clock', { advanceMs });
          advanced += advanceMs;
          // The network is back when it tries for the first time to come through.
          if (foundAfter === null && proxy.connections.length > before) {
            foundAfter = advanced;
            proxy.set('drop');
            proxy.set('pass');
          }
          return (await subjectsIn('INBOX')).includes('Mail unheard');
        },
        'the new mail',
        90_000,
      );
      expect(foundAfter).toBeLessThanOrEqual(6 * 60_000);
    });
  },
);
