import type { AccountSettings } from '../../src-shared/model/account.ts';
import type { CachePort } from '../cache/cache-port.ts';
import type { Journal } from '../journal/journal.ts';
import type { CrashControl } from '../platform/crash-points.ts';
import type { Log } from '../platform/log.ts';
import type { FolderRegister } from '../sync/folder-register.ts';
import type { SyncTimes } from '../sync/sync-times.ts';
import type { AccountStore } from './account-store.ts';
import type { Secrets } from './secrets.ts';

export interface RemovePorts {
  store: AccountStore;
  secrets: Secrets;
  journal: Journal;
  register: FolderRegister;
  cache: CachePort;
  syncTimes: SyncTimes;
  crash: CrashControl;
  /** Things outside the journal that belong to an account and go with it: outbox, drafts, local mail, index. */
  forget(account: AccountSettings): Promise<void>;
}

/**
 * Takes away all that belongs to an account. The account carries its mark (`removing`, which hides it) from the
 * first step to the last, so that a kill half way is made up for at the next start: no step may leave something
 * behind that nobody knows of any more.
 */
export async function removeAccount(account: AccountSettings, ports: RemovePorts): Promise<void> {
  const { store, secrets, journal, register, cache, crash } = ports;
  const { accountId } = account;
  await store.put({ ...account, removing: true });
  crash.reach('account.removing');
  const takenBack = await journal.forgetAccount(accountId);
  if (takenBack.length > 0) await cache.call('dropPending', { opIds: takenBack });
  // What was forgotten still stands in the file until it is written anew.
  await journal.compact();
  crash.reach('account.journal-forgotten');
  await ports.forget(account);
  register.removeAccount(accountId);
  await register.save();
  await ports.syncTimes.remove(accountId);
  await cache.call('removeAccount', { accountId });
  crash.reach('account.cache-forgotten');
  // A file that was not opened yet cannot forget anything, and a keyring may refuse: the mark stays until it did.
  if (secrets.holder === 'locked') return;
  await secrets.removeAccount(accountId);
  await store.remove(accountId);
}

/** What an earlier run began. Gives a sentence for each account that could not be taken away wholly now either. */
export async function finishRemoving(ports: RemovePorts & { log: Log }): Promise<string[]> {
  const sentences: string[] = [];
  for (const account of ports.store.removing()) {
    try {
      await removeAccount(account, ports);
    } catch (error) {
      ports.log('error', 'an account could not be removed wholly', { accountId: account.accountId, error });
      sentences.push(
        `“${account.name}” was removed, but something of it (perhaps its password) could not be taken away yet. It is tried again at the next start.`,
      );
    }
  }
  return sentences;
}
