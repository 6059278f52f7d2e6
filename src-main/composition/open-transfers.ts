import { keepsMailHere } from '../../src-shared/model/account.ts';
import type { Push } from '../ipc/push.ts';
import type { Engines } from '../sync/engines.ts';
import { runExport } from '../transfer/export-job.ts';
import { runImport } from '../transfer/import-job.ts';
import { createTransfers, type Transfers } from '../transfer/transfers.ts';
import type { Browser } from './open-browser.ts';
import type { Mail } from './open-mail.ts';
import type { Profile } from './open-profile.ts';

const locatedAtOnce = 1_000;

/** Joins what exports and imports of folders need. */
export function openTransfers(
  profile: Profile,
  browser: Browser,
  parts: { engines: Engines; push: Push; submit: Mail['submit'] },
): Transfers {
  const { paths, journal, clock, crash, blobs, accountStore } = profile;
  const { cache, reader } = browser;
  const { engines, push, submit } = parts;

  /** The folder's list, as far as it can be had. */
  async function list(accountId: string, folderId: string): Promise<string> {
    const engine = engines.get(accountId);
    const online = accountStore.get(accountId)?.mode === 'online';
    const recordOf = async () =>
      (await cache.call('folders', { accountId })).find((folder) => folder.folderId === folderId);
    let why = '';
    if (online) {
      await engine?.need(folderId, (await recordOf())?.total ?? 0);
    } else {
      const [report] = await engines.sync([accountId], { folderId, bodies: 'none' });
      why = report?.errors[0]?.detail ?? '';
    }
    const record = await recordOf();
    if (record === undefined || record.complete || record.cached >= record.total) return '';
    return `Only ${record.cached.toLocaleString('en')} of ${record.total.toLocaleString('en')} messages are listed here; the others were left out. ${why}`.trim();
  }

  const written: ReadonlySet<string> = new Set(journal.ops().map(({ opId }) => opId));
  return createTransfers({
    directory: paths.transfers,
    journal,
    clock,
    log: profile.log.log,
    hasAccount: (accountId) => accountStore.get(accountId) !== undefined,
    folder: (folderId) => {
      const { accountId, role, name } = submit.folder(folderId);
      // As the window calls it, whatever its server writes.
      return { accountId, name: role === 'inbox' ? 'Inbox' : name };
    },
    async runExport(log, signal, progress) {
      const { accountId, folderId } = log.progress.start;
      submit.folder(folderId);
      const engine = engines.get(accountId);
      if (engine === undefined) throw new Error('an account without an engine');
      return await runExport(
        log,
        {
          cache,
          clock,
          crash,
          engine,
          list: () => list(accountId, folderId),
          onProgress: (done, total, paused) => progress(done, total, total === 0 ? 1 : done / total, paused),
        },
        signal,
      );
    },
    async stillIn(folderId, messageIds) {
      const there = new Set<string>();
      for (let at = 0; at < messageIds.length; at += locatedAtOnce) {
        const some = await cache.call('locate', { messageIds: messageIds.slice(at, at + locatedAtOnce) });
        for (const row of some) if (row?.viewFolderId === folderId) there.add(row.messageId);
      }
      return there;
    },
    async runImport(log, signal, progress) {
      const { start, earlier } = log.progress;
      const account = accountStore.get(start.accountId);
      const local = account !== undefined && keepsMailHere(account);
      const connected: readonly string[] = ['connecting', 'syncing', 'idle'];
      return await runImport(
        start,
        {
          journal,
          submit,
          blobs,
          reader,
          clock,
          crash,
          written,
          crlf: !local,
          away: () => !local && !connected.includes(engines.get(start.accountId)?.state().state ?? ''),
          earlier,
          onTaking: (of) => log.note({ t: 'taken', of }),
          onProgress: (done, share, paused) => progress(done, null, share, paused),
        },
        signal,
      );
    },
    onChange: (transfers) => push.tell('transfer.changed', { transfers }),
  });
}
