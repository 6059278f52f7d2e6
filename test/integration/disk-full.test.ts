import { randomBytes } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { closeSync, existsSync, mkdtempSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFailed, test } from 'vitest';
import { startDovecot, type Dovecot } from '../../src-main/demo/dovecot.ts';
import { Headless, until } from '../harness/headless.ts';
import { RawImap } from '../servers/raw-imap.ts';
import { addAccount, folderNamed, mail, rowsOf } from './sync-world.ts';

const disk = mkdtempSync(join(tmpdir(), 'posthorn-disk-'));
const missing = ((): string | undefined => {
  if (process.getuid?.() !== 0) return 'needs root to mount a small disk';
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=128m', 'tmpfs', disk], { stdio: 'pipe' });
    return undefined;
  } catch (error) {
    return `cannot mount a small disk: ${String(error).split('\n')[0] ?? ''}`;
  }
})();

let dovecot: Dovecot;
beforeAll(async () => {
  dovecot = await startDovecot({ users: [{ name: 'ann', password: 'secret' }] });
});
afterAll(async () => {
  await dovecot.stop();
  if (missing === undefined) execFileSync('umount', ['-l', disk]);
  rmSync(disk, { recursive: true, force: true });
});

const filler = join(disk, 'filler');

/** Fills the disk until about `left` bytes are free. */
function fill(left: number): void {
  const file = openSync(filler, 'a');
  const block = Buffer.alloc(64 * 1024, 1);
  try {
    for (;;) {
      const { bavail, bsize } = statfsSync(disk);
      if (bavail * bsize <= left) return;
      writeSync(file, block, 0, Math.min(block.length, bavail * bsize - left));
    }
  } catch (error) {
    // The program on it writes too: what was free a moment ago may be gone, and then it is as full as it was to be.
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
  } finally {
    closeSync(file);
  }
}

test.skipIf(missing !== undefined)(
  `case 71: a disk that fills takes nothing that only this computer has${missing === undefined ? '' : ` (skipped: ${missing})`}`,
  { timeout: 240_000 },
  async () => {
    const peer = await RawImap.open({ port: dovecot.imapPort, user: 'ann', password: 'secret' });
    // More than fits; fetching it ahead must stop before the disk is full.
    const noise = randomBytes(720_000).toString('base64').replaceAll(/.{76}/g, '$&\r\n');
    for (let n = 1; n <= 110; n += 1) await peer.append('INBOX', mail(n, { extra: noise.slice(n) }));
    const start = (): Headless =>
      new Headless({
        profile: join(disk, 'profile'),
        flags: ['--extra-ca', dovecot.ca],
        passphrase: 'only for tests',
      });
    let posthorn = start();
    onTestFailed(() => console.log(posthorn.stderr.slice(-5_000)));
    try {
      const accountId = await addAccount(posthorn, dovecot, 'ann');
      const run = await posthorn.call('sync.run', { accountId, bodies: 'all' });
      expect(run.accounts[0]?.errors.map((error) => error.code)).toEqual(['quota']);
      const { bavail, bsize } = statfsSync(disk);
      expect(bavail * bsize).toBeGreaterThan(4_000_000);
      const inbox = (await folderNamed(posthorn, accountId, 'INBOX')).folderId;
      const rows = await rowsOf(posthorn, inbox);
      expect(rows).toHaveLength(110);

      // Another program takes the rest: what is answered is durable, what cannot be kept is refused in words.
      await posthorn.call('connectivity.set', { online: false });
      fill(48 * 1024);
      const kept: string[] = [];
      const refused: string[] = [];
      for (const row of rows.slice(0, 60))
        await posthorn
          .call('message.setFlags', { messageIds: [row.messageId], add: ['\\Flagged'] })
          .then(() => kept.push(row.messageIdHeader))
          .catch((error: unknown) => refused.push(String(error)));
      const drafts: string[] = [];
      for (let n = 0; n < 20; n += 1)
        await posthorn
          .call('draft.save', {
            accountId,
            to: 'bob@example.test',
            subject: `Draft ${n}`,
            text: noise.slice(0, 9_000),
          })
          .then((saved) => drafts.push(saved.draftId))
          .catch((error: unknown) => refused.push(String(error)));
      for (const words of refused) expect(words).toMatch(/disk|space|full|copy of your mail|not here/i);
      await posthorn.kill();

      rmSync(filler);
      posthorn = start();
      const held = (await posthorn.call('draft.list', { accountId })).map((draft) => draft.draftId);
      expect(held).toEqual(expect.arrayContaining(drafts));
      await posthorn.call('connectivity.set', { online: true });
      // The copy may still have no room, and says so; what waited for the server goes there all the same.
      await until(
        async () => {
          const { accounts } = await posthorn.call('sync.run', { accountId });
          for (const error of accounts[0]?.errors ?? []) expect(error.code).toBe('quota');
          const waiting = (await posthorn.call('journal.list')).filter((op) => op.state !== 'parked');
          if (waiting.length > 0) await posthorn.call('test.clock', { advanceMs: 60_000 });
          return waiting.length === 0;
        },
        'nothing waits for the server',
        60_000,
      );
      const flagged = (await peer.messages('INBOX')).filter(({ flags }) => flags.includes('\\Flagged'));
      expect(flagged.map(({ messageId }) => messageId)).toEqual(expect.arrayContaining(kept));
      expect(flagged.length).toBeLessThanOrEqual(60);
    } finally {
      await posthorn.kill();
      if (existsSync(filler)) rmSync(filler);
      await peer.close();
    }
  },
);
