import { expect, onTestFailed, test } from 'vitest';
import { dovecotMissing, startDovecot } from '../../src-main/demo/dovecot.ts';
import { loseCache } from '../harness/browser-processes.ts';
import type { Headless } from '../harness/headless.ts';
import { RawImap } from '../servers/raw-imap.ts';
import { addAccount, folderNamed, mail, Profile, rowsOf, synced } from './sync-world.ts';

const missing = dovecotMissing();
if (missing !== undefined) process.stderr.write(`skipped: ${missing}\n`);

test.skipIf(missing !== undefined)(
  'case 84: mail that stays here when an account stops taking it home is listed at once, after restarts too',
  async () => {
    const dovecot = await startDovecot({ users: [{ name: 'ann', password: 'secret' }] });
    const peer = await RawImap.open({ port: dovecot.imapPort, user: 'ann', password: 'secret' });
    const profile = new Profile(['--extra-ca', dovecot.ca]);
    onTestFailed(() => console.log(profile.stderr().slice(-4_000)));
    const keeper = async (posthorn: Headless, accountId: string): Promise<string> =>
      (await posthorn.call('account.list')).find((account) => account.accountId !== accountId)?.accountId ??
      '';
    /** What the folder list says at once. */
    const totals = async (posthorn: Headless, accountId: string): Promise<number[]> => {
      const folders = await posthorn.call('folder.list', { accountId: await keeper(posthorn, accountId) });
      return folders.map(({ total }) => total);
    };
    /** Rows of both folders of the account that was made for what stays here. */
    const kept = async (posthorn: Headless, accountId: string): Promise<number[]> => {
      const other = await keeper(posthorn, accountId);
      const rows: number[] = [];
      for (const path of ['INBOX', 'Projects']) {
        const { folderId } = await folderNamed(posthorn, other, path);
        rows.push((await rowsOf(posthorn, folderId)).length);
      }
      return rows;
    };
    try {
      await peer.create('Projects');
      for (let n = 1; n <= 9; n += 1) await peer.append(n > 5 ? 'Projects' : 'INBOX', mail(n));
      let posthorn = profile.start();
      const accountId = await addAccount(posthorn, dovecot, 'ann');
      await posthorn.call('account.setMode', { accountId, mode: 'offline' });
      await synced(posthorn, accountId);
      expect(await peer.messages('INBOX')).toHaveLength(0);
      await posthorn.call('account.setMode', { accountId, mode: 'disconnected' });
      expect(await totals(posthorn, accountId)).toEqual(expect.arrayContaining([5, 4]));
      expect(await posthorn.quit()).toBe(0);
      posthorn = profile.start();
      expect(await kept(posthorn, accountId)).toEqual([5, 4]);
      // As after a crash that took the cache along.
      await posthorn.kill();
      await loseCache(profile.dir);
      posthorn = profile.start();
      expect(await kept(posthorn, accountId)).toEqual([5, 4]);
    } finally {
      await profile.remove();
      await peer.close();
      await dovecot.stop();
    }
  },
);
