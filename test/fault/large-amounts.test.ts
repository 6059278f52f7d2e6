import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, onTestFailed, test } from 'vitest';
import { startDovecot, type Dovecot } from '../../src-main/demo/dovecot.ts';
import { until } from '../harness/headless.ts';
import {
  addAccount,
  addAccountInClear,
  folderNamed,
  mail,
  Profile,
  rowBySubject,
  rowsOf,
  serverState,
  settled,
  shownState,
  synced,
} from '../integration/sync-world.ts';
import { FaultProxy } from '../servers/fault-proxy.ts';
import { poorAddress, poorAddresses } from '../servers/poor-servers.ts';
import { RawImap } from '../servers/raw-imap.ts';
import { seeded } from './convergence/random.ts';

/**
 * The amounts of the acceptance list (R01, R02, R08, R27), for `npm run test:faults`. `npm test` proves the same with
 * smaller ones (`integration/sync-first`, `integration/large-mail`) and moves its 200 messages on one kind of server.
 */
const long = process.env['FAULTS'] === 'all';
const seed = Number(process.env['SYNC_SEED'] ?? Date.now() % 1_000_000);

let dovecot: Dovecot;
beforeAll(async () => {
  dovecot = await startDovecot({
    users: ['first', 'moves', 'bare', 'large'].map((name) => ({ name, password: 'secret' })),
    addresses: poorAddresses,
  });
});
afterAll(() => dovecot.stop());

async function withProfile(work: (profile: Profile) => Promise<void>): Promise<void> {
  const profile = new Profile(['--extra-ca', dovecot.ca]);
  onTestFailed(() => console.log(profile.stderr().slice(-4_000), dovecot.log().slice(-1_000)));
  try {
    await work(profile);
  } finally {
    await profile.remove();
  }
}

const mails = 10_000;
const kills = 50;
const skipped = long ? '' : ' (skipped: long; part of npm run test:faults)';

test.runIf(long)(
  `R01, R02: the first sync of ${mails} messages, killed at ${kills} random moments (SYNC_SEED=${seed}), ends equal to the server${skipped}`,
  async () => {
    dovecot.seedMaildir(
      'first',
      'INBOX',
      Array.from({ length: mails }, (_, i) => ({
        bytes: mail(i, { extra: 'x'.repeat(i % 200) }),
        flags: [...(i % 3 === 0 ? [] : ['\\Seen']), ...(i % 7 === 0 ? ['\\Flagged', 'Work'] : [])],
        internalDate: new Date(Date.UTC(2026, 9, 1) + (i % 50) * 86_400_000 + i * 1_000),
      })),
    );
    const random = seeded(seed);
    const peer = await RawImap.open({ port: dovecot.imapPort, user: 'first', password: 'secret' });
    const server = await serverState(peer);
    await withProfile(async (profile) => {
      let posthorn = profile.start();
      const accountId = await addAccount(posthorn, dovecot, 'first');
      for (let kill = 0; kill < kills; kill += 1) {
        void posthorn.call('sync.run', { accountId, bodies: 'none' }).catch(() => undefined);
        // At moments that nobody chose; a seed decides them.
        await new Promise((resolve) => setTimeout(resolve, random.below(900)));
        await posthorn.kill();
        posthorn = profile.start();
        // The cache opens every time: nothing is told of one that was lost or made anew.
        expect((await posthorn.call('app.info')).notices, `kill ${kill + 1}`).toEqual([]);
      }
      await settled(posthorn, accountId, 120_000);
      expect(await shownState(posthorn, accountId)).toEqual(server);
      await synced(posthorn, accountId);
      expect(await shownState(posthorn, accountId)).toEqual(server);
    });
    expect(await serverState(peer)).toEqual(server);
    await peer.close();
  },
  600_000,
);

const servers = [
  ['UIDPLUS, no MOVE', 'moves', poorAddress.uidplus],
  ['nothing but IMAP4rev1', 'bare', poorAddress.bare],
] as const;
test.each(long ? servers : servers.slice(0, 1))(
  'R08: 200 messages are moved on a server with %s, cut after COPY, before and after marking and expunging',
  async (_what, user, targetHost) => {
    const count = 200;
    const peer = await RawImap.open({ port: dovecot.imapPort, user, password: 'secret' });
    await peer.create('Target');
    dovecot.seedMaildir(
      user,
      'INBOX',
      Array.from({ length: count + 20 }, (_, i) => ({
        bytes: mail(i),
        flags: [],
        internalDate: new Date(Date.UTC(2026, 9, 1) + i * 1_000),
      })),
    );
    const sums = async (path: string): Promise<string[]> =>
      (await peer.messages(path))
        .filter(({ flags }) => !flags.includes('\\Deleted'))
        .map(({ bytes }) => createHash('sha256').update(bytes).digest('hex'))
        .sort();
    const before = await sums('INBOX');
    expect(new Set(before).size).toBe(count + 20);
    const proxy = await FaultProxy.start({ targetPort: dovecot.imapPort, targetHost });
    try {
      await withProfile(async (profile) => {
        const posthorn = profile.start();
        const accountId = await addAccountInClear(posthorn, proxy.port, user);
        await synced(posthorn, accountId);
        await posthorn.call('connectivity.set', { online: false });
        const inbox = (await folderNamed(posthorn, accountId, 'INBOX')).folderId;
        const target = (await folderNamed(posthorn, accountId, 'Target')).folderId;
        const moved = (await rowsOf(posthorn, inbox)).slice(0, count);
        await posthorn.call('message.move', {
          messageIds: moved.map(({ messageId }) => messageId),
          folderId: target,
        });
        // Copied, and the way ends before the originals are marked; and at each step after that.
        const deleted = / UID STORE \S+ \+FLAGS\S* \(\\Deleted/;
        for (const [pattern, passOn] of [
          [/ UID COPY /, true],
          [deleted, false],
          [deleted, true],
          [/ UID EXPUNGE /, false],
          [/ UID EXPUNGE /, true],
        ] as const)
          proxy.when({ side: 'client', pattern, hit: 1, then: 'reset', passOn });
        await posthorn.call('connectivity.set', { online: true });
        await settled(posthorn, accountId, 120_000);
        const there = await sums('Target');
        const left = await sums('INBOX');
        expect(there).toHaveLength(count);
        expect(left).toHaveLength(20);
        expect([...there, ...left].sort()).toEqual(before);
        await synced(posthorn, accountId);
        const ids = (rows: readonly { messageIdHeader: string }[]): string[] =>
          rows.map(({ messageIdHeader }) => messageIdHeader).sort();
        expect(ids(await rowsOf(posthorn, target))).toEqual(ids(moved));
        expect(await rowsOf(posthorn, inbox)).toHaveLength(20);
        expect(await posthorn.call('journal.list')).toEqual([]);
      });
    } finally {
      await proxy.stop();
      await peer.close();
    }
  },
  300_000,
);

test.runIf(long)(
  `R27: 25 MB with 20 attachments, stopped at half and gone on with, is right to the last byte${skipped}`,
  async () => {
    const files = Array.from({ length: 20 }, (_, at) =>
      Buffer.concat(
        Array.from({ length: 900 }, (_, block) =>
          Buffer.concat(
            Array.from({ length: 32 }, (_, part) =>
              createHash('sha256').update(`${at} ${block} ${part}`).digest(),
            ),
          ),
        ),
      ),
    );
    const large = Buffer.from(
      [
        'From: Bob <bob@example.test>',
        'Subject: Mail large',
        'Message-ID: <large@sync.test>',
        'MIME-Version: 1.0',
        'Content-Type: multipart/mixed; boundary=b',
        '',
        ...files.flatMap((bytes, at) => [
          '--b',
          `Content-Type: application/octet-stream; name=file-${at}.bin`,
          `Content-Disposition: attachment; filename=file-${at}.bin`,
          'Content-Transfer-Encoding: base64',
          '',
          bytes.toString('base64').replace(/.{76}/g, '$&\r\n'),
        ]),
        '--b--',
        '',
      ].join('\r\n'),
    );
    expect(large.length).toBeGreaterThan(24_500_000);
    const peer = await RawImap.open({ port: dovecot.imapPort, user: 'large', password: 'secret' });
    const proxy = await FaultProxy.start({ targetPort: dovecot.imapsPort });
    try {
      await peer.append('INBOX', mail(1));
      await withProfile(async (profile) => {
        const posthorn = profile.start();
        const accountId = await addAccount(posthorn, dovecot, 'large', { port: proxy.port });
        await synced(posthorn, accountId);
        const { folderId } = await folderNamed(posthorn, accountId, 'INBOX');
        await posthorn.call('folder.update', { folderId, policy: { bodies: 'none' } });
        await peer.append('INBOX', large);
        await synced(posthorn, accountId);
        const { messageId } = await rowBySubject(posthorn, folderId, 'Mail large');
        proxy.bytesPerSecond = 8_000_000;
        const stopped = posthorn.call('message.source', { messageId }).then(
          () => 'it came whole',
          (error: unknown) => String(error),
        );
        const done = (): number =>
          Math.max(
            0,
            ...posthorn.events
              .filter(({ name }) => name === 'message.progress')
              .map(({ params }) => Number(params['done'] ?? 0)),
          );
        await until(() => Promise.resolve(done() > large.length / 2), 'half of it is here', 120_000);
        await posthorn.call('message.stopFetching', { messageId });
        expect(await stopped).toContain('What came so far is kept');
        proxy.bytesPerSecond = 0;
        const begun = proxy.connections.reduce((sum, { fromServer }) => sum + fromServer, 0);
        const { base64: source } = (await posthorn.call('message.source', { messageId })) as {
          base64: string;
        };
        const sum = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
        expect(sum(Buffer.from(source, 'base64'))).toBe(sum(large));
        // What had come before did not come again.
        const more = proxy.connections.reduce((total, { fromServer }) => total + fromServer, 0) - begun;
        expect(more).toBeLessThan(large.length * 0.6);
        const { attachments } = await posthorn.call('message.get', { messageId });
        expect(attachments).toHaveLength(20);
        for (const [at, { partId, filename }] of attachments.entries()) {
          expect(filename).toBe(`file-${at}.bin`);
          const { base64 } = (await posthorn.call('message.attachment', { messageId, partId })) as {
            base64: string;
          };
          expect(sum(Buffer.from(base64, 'base64')), filename).toBe(sum(files[at] ?? Buffer.alloc(0)));
        }
      });
    } finally {
      await proxy.stop();
      await peer.close();
    }
  },
  900_000,
);
