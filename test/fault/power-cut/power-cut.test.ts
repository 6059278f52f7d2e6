import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, onTestFailed, test } from 'vitest';
import { startDovecot, type Dovecot } from '../../../src-main/demo/dovecot.ts';
import { Headless } from '../../harness/headless.ts';
import { folderNamed } from '../../integration/sync-world.ts';
import { RawImap } from '../../servers/raw-imap.ts';
import { startSmtpSink, type SmtpSink } from '../../servers/smtp-sink.ts';
import { seeded } from '../convergence/random.ts';
import { cacheWays, copyCache, diskAfterCut, keptWays } from './disk-after-cut.ts';
import { firstMails, Story, type Accounts } from './story.ts';
import { Told } from './told.ts';
import { brokenPromises, comeToRest } from './verdict.ts';

/**
 * The power goes while somebody works. Posthorn starts again from what a disk is bound to have kept (or from some of
 * what it might have kept besides), and all that it had answered must be true in the end, once.
 */
const cuts = Number(process.env['POWER_CUTS'] ?? (process.env['FAULTS'] === 'all' ? 60 : 2));
const first = Number(process.env['CUT_SEED'] ?? Date.now() % 1_000_000);
const noProc = process.platform === 'linux' ? undefined : 'reads /proc to see what is fsynced';

let dovecot: Dovecot;
let sink: SmtpSink;
let users = 0;
const work = mkdtempSync(join(tmpdir(), 'posthorn-power-'));
beforeAll(async () => {
  dovecot = await startDovecot({
    users: Array.from({ length: cuts * 2 }, (_, n) => ({ name: `u${n}`, password: 'secret' })),
    maxConnections: 100,
  });
  sink = await startSmtpSink({ certificates: dovecot.certificates, users: dovecot.users });
});
afterAll(async () => {
  await sink.stop();
  await dovecot.stop();
  rmSync(work, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
});

const witness = fileURLToPath(new URL('./fsync-witness.ts', import.meta.url));

function start(profile: string, notes?: string): Headless {
  return new Headless({
    profile,
    flags: ['--extra-ca', dovecot.ca],
    passphrase: 'only for tests',
    ...(notes === undefined
      ? {}
      : {
          nodeFlags: ['--import', witness],
          env: { POSTHORN_TEST_WITNESS: notes, POSTHORN_TEST_PROFILE: profile },
        }),
  });
}

async function addAccounts(posthorn: Headless, home: 'pop3' | 'imap'): Promise<Accounts> {
  const [user, homeUser] = [`u${users++}`, `u${users++}`];
  const server = (name: string) => ({ host: 'localhost', username: name, password: 'secret' });
  const { accountId } = await posthorn.call('account.add', {
    address: `${user}@example.test`,
    mode: 'disconnected',
    incoming: { ...server(user), protocol: 'imap', port: dovecot.imapsPort, tls: 'implicit' },
    outgoing: { ...server(user), port: sink.smtpPort, tls: 'starttls' },
  });
  const { accountId: homeId } = await posthorn.call('account.add', {
    address: `${homeUser}@example.test`,
    mode: 'offline',
    incoming: {
      ...server(homeUser),
      protocol: home,
      port: home === 'pop3' ? dovecot.pop3sPort : dovecot.imapsPort,
      tls: 'implicit',
    },
    outgoing: null,
  });
  return { accountId, user, homeId, homeUser };
}

/** Resolves when this side has read all that the stopped program wrote: what it said last was said. */
async function heard(posthorn: Headless): Promise<void> {
  let before = -1;
  for (let quiet = 0; quiet < 50; quiet += 1) {
    const now =
      posthorn.child.stdout === null
        ? 0
        : (posthorn.child.stdout as unknown as { bytesRead: number }).bytesRead;
    if (now !== before) quiet = 0;
    before = now;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

for (let seed = first; seed < first + cuts; seed += 1)
  test.skipIf(noProc !== undefined)(
    `R1: what was answered before a power cut is true after it (CUT_SEED=${seed})${noProc === undefined ? '' : ` (skipped: ${noProc})`}`,
    { timeout: 300_000 },
    async () => {
      const random = seeded(seed);
      const how = { kept: random.pick(keptWays), cache: random.pick(cacheWays) };
      const home = random.pick(['pop3', 'imap'] as const);
      const dir = (name: string): string => join(work, `${name}-${seed}`);
      const told = new Told('');
      let journal = '';
      let posthorn = start(dir('profile'), dir('notes'));
      onTestFailed(() =>
        console.log(
          [`CUT_SEED=${seed} ${how.kept}, cache ${how.cache}, ${home}`, ...told.lines].join('\n'),
          journal,
          posthorn.stderr.slice(-4_000),
        ),
      );
      try {
        const accounts = await addAccounts(posthorn, home);
        const name = (await posthorn.call('account.list')).find(
          (account) => account.accountId === accounts.accountId,
        )?.name;
        told.accountName.is(name ?? '');
        const peer = await RawImap.open({ port: dovecot.imapPort, user: accounts.user, password: 'secret' });
        for (const bytes of firstMails(told, 16)) await peer.append('INBOX', bytes);
        await peer.create('Box');
        await peer.close();
        await posthorn.call('sync.run');
        await folderNamed(posthorn, accounts.accountId, 'Box');

        const story = new Story(posthorn, dovecot, accounts, random, told);
        const acts = 20 + random.below(100);
        const older = random.below(acts);
        let begun = 0;
        await story.tellUntil(() => {
          if (begun === older && how.cache === 'older') {
            // Stopped, for SQLite's files are one thing; LevelDB's are only appended to.
            process.kill(posthorn.child.pid ?? 0, 'SIGSTOP');
            copyCache(dir('profile'), dir('older'));
            process.kill(posthorn.child.pid ?? 0, 'SIGCONT');
          }
          begun += 1;
          return begun > acts;
        });
        process.kill(posthorn.child.pid ?? 0, 'SIGSTOP');
        await heard(posthorn);
        diskAfterCut(
          { ...how, profile: dir('profile'), notes: dir('notes'), olderCache: dir('older'), random },
          dir('after'),
        );
        await story.cut(posthorn.kill());
        const file = join(dir('after'), 'journal.log');
        journal = existsSync(file) ? readFileSync(file, 'utf8') : 'no journal';
        expect(story.wrong).toEqual([]);

        posthorn = start(dir('after'));
        const eye = await RawImap.open({ port: dovecot.imapPort, user: accounts.user, password: 'secret' });
        const after = { posthorn, accounts, told, peer: eye, sink };
        await comeToRest(after);
        expect(await brokenPromises(after)).toEqual([]);
        await eye.close();
        expect(await posthorn.quit()).toBe(0);
      } finally {
        await posthorn.kill();
      }
    },
  );
