import { readdirSync, readFileSync, mkdtempSync, mkdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFailed, test } from 'vitest';
import { startDovecot, type Dovecot } from '../../src-main/demo/dovecot.ts';
import { startLocalSubmission, type LocalSubmission } from '../../src-main/demo/local-delivery.ts';
import { findTraces } from '../harness/find-traces.ts';
import { Headless, until } from '../harness/headless.ts';
import { folderNamed, rowBySubject, settled } from './sync-world.ts';

/** Long and like nothing else: what of them lies anywhere was leaked by us. */
const password = 'pw7Qz3kVx9Lm2Rt8Ns5Yb1Wd';
const passphrase = 'pp4Hj6Gf0Kc8Xv2Zb5Nm7Ql3';
const wrongPassword = 'wr9Tg5Rf1Ed7Wq3Az6Sx8Cd2';
const subject = 'sj3Ud8Ie2Ow6Pq1Al9Sk4Djf7';
const body = 'bd6Yv1Tc7Rx3Ez9Wq5Us2Io8';
const address = 'ad5Nb2Mv8Cx4Zl7Kj1Hg6Fd3@example.test';

let dovecot: Dovecot;
let submission: LocalSubmission;
beforeAll(async () => {
  dovecot = await startDovecot({ users: [{ name: 'ann', password }] });
  submission = await startLocalSubmission(dovecot);
});
afterAll(async () => {
  await submission.stop();
  await dovecot.stop();
});

/** Command lines and environments of `root` and all below it, the passphrase's own variable of `root` left out. */
function processTexts(root: number): string[] {
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
  const found: string[] = [];
  const look = (pid: number): void => {
    for (const file of pid === root ? ['cmdline'] : ['cmdline', 'environ'])
      try {
        found.push(readFileSync(`/proc/${pid}/${file}`, 'latin1'));
      } catch {
        // Ended meanwhile.
      }
    for (const child of children.get(pid) ?? []) look(child);
  };
  look(root);
  return found;
}

/** What others of this computer could read of it, were its folder open to them; Chromium's own lies in a closed one. */
function openToOthers(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => !name.startsWith('browser/'))
    .filter((name) => {
      try {
        return (statSync(join(folder, name)).mode & 0o077) !== 0;
      } catch {
        return false;
      }
    });
}

test.skipIf(process.platform !== 'linux')(
  'E06: no password lies anywhere, no word of a mail but where mail is kept, and nobody else can read any of it',
  async () => {
    const dir = mkdtempSync(join(tmpdir(), 'posthorn-canary-'));
    const profile = join(dir, 'profile');
    const temp = join(dir, 'tmp');
    mkdirSync(temp);
    // One that the user made, and others can enter.
    mkdirSync(profile, { mode: 0o755 });
    const start = (): Headless =>
      new Headless({
        profile,
        passphrase,
        flags: ['--extra-ca', dovecot.ca],
        env: { TMPDIR: temp, XDG_RUNTIME_DIR: temp, HOME: temp },
      });
    let posthorn = start();
    let stderr = '';
    onTestFailed(() => console.log(posthorn.stderr.slice(-4_000)));
    try {
      const server = { host: 'localhost', username: 'ann', password };
      const { accountId } = await posthorn.call('account.add', {
        address: 'ann@example.test',
        name: 'Ann',
        mode: 'disconnected',
        incoming: { ...server, protocol: 'imap', port: dovecot.imapsPort, tls: 'implicit' },
        outgoing: { ...server, port: submission.smtpPort, tls: 'starttls' },
      });
      await dovecot.deliver(
        'ann@example.test',
        `From: Eve <${address}>\r\nTo: ann@example.test\r\nSubject: ${subject}\r\nMessage-ID: <c@example.test>\r\n\r\n${body}\r\n`,
      );
      await posthorn.call('sync.run', { accountId, bodies: 'all' });
      const inbox = (await folderNamed(posthorn, accountId, 'INBOX')).folderId;
      const { messageId } = await rowBySubject(posthorn, inbox, subject);
      expect((await posthorn.call('message.get', { messageId })).text).toContain(body);
      await posthorn.call('draft.save', { accountId, to: address, subject, text: body });
      // One that is refused and one that goes; each is written about in the log.
      submission.script = {
        ...submission.script,
        onRecipient: (to) => (to === address ? { code: 550, text: `5.1.1 no ${address}` } : undefined),
      };
      for (const to of [address, 'ann@example.test'])
        await posthorn.call('message.send', { accountId, to, subject: `${subject} sent`, text: body });
      await until(
        async () =>
          (await posthorn.call('outbox.list', { all: true })).every(
            ({ state }) => !['queued', 'sending'].includes(state),
          ),
        'the outbox is at rest',
        40_000,
      );
      await settled(posthorn, accountId);
      await posthorn.call('account.setPassword', { accountId, incoming: wrongPassword });
      await until(
        async () => (await posthorn.call('account.list'))[0]?.state === 'auth-failed',
        'the refusal is known',
        40_000,
      );
      const texts = processTexts(posthorn.child.pid ?? 0);
      expect(texts.length).toBeGreaterThan(4);
      for (const secret of [password, wrongPassword, subject, body, address])
        expect(texts.filter((text) => text.includes(secret))).toEqual([]);
      expect(texts.filter((text) => text.includes(passphrase))).toEqual([]);
      // As it lies while it runs, after it was killed, and after an orderly end.
      const looks: string[][] = [];
      const look = (): void => {
        expect(findTraces(dir, [password, wrongPassword, passphrase])).toEqual([]);
        expect(findTraces(join(profile, 'log'), [subject, body, address, 'ann@example.test'])).toEqual([]);
        expect(openToOthers(profile)).toEqual([]);
        looks.push([
          ...new Set(findTraces(dir, [subject, body, address]).map((line) => line.split(': ')[0] ?? '')),
        ]);
      };
      look();
      stderr += posthorn.stderr;
      await posthorn.kill();
      look();
      posthorn = start();
      await posthorn.call('app.info');
      stderr += posthorn.stderr;
      expect(await posthorn.quit()).toBe(0);
      look();
      // Where docs/profile.md says that mail lies.
      const known =
        /^\/profile\/(?:browser\/|bodies\.sqlite|search\.sqlite|drafts\/|blobs\/|outbox\.log|reports\.log|journal\.log)/;
      expect(looks.flat().filter((file) => !known.test(file))).toEqual([]);
      // The search itself can find: the words are where they belong.
      expect(looks.flat().length).toBeGreaterThan(0);
      for (const word of [password, wrongPassword, passphrase, subject, body, address])
        expect(stderr).not.toContain(word);
    } finally {
      await posthorn.kill();
      rmSync(dir, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    }
  },
);
