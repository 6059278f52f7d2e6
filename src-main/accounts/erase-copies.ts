import type { AccountSettings } from '../../src-shared/model/account.ts';
import type { CachePort } from '../cache/cache-port.ts';
import type { Journal } from '../journal/journal.ts';
import type { Log } from '../platform/log.ts';
import type { CrashControl } from '../platform/crash-points.ts';
import type { FolderRegister } from '../sync/folder-register.ts';
import type { AccountStore } from './account-store.ts';

export interface ErasePorts {
  store: AccountStore;
  cache: CachePort;
  register: FolderRegister;
  journal: Journal;
  crash: CrashControl;
  /** The search index forgets the account, in its file too. */
  eraseIndex(accountId: string): Promise<void>;
}

/** Names to the store which accounts it keeps in its memory only. */
export async function keepInMemory(store: AccountStore, cache: CachePort): Promise<void> {
  await cache.call('setVolatile', {
    accountIds: store
      .all()
      .filter(({ mode }) => mode === 'online')
      .map(({ accountId }) => accountId),
  });
}

/**
 * Erases what of an account lies here as copies of the server: rows, bodies, index, names of folders, and what the
 * journal's file still holds of changes that are done. The account carries its mark (`erasing`) until all of it is
 * gone, so that a kill half way is made up for at the next start.
 */
export async function eraseCopies(account: AccountSettings, ports: ErasePorts): Promise<void> {
  const { store, cache, register, journal, crash } = ports;
  const { accountId } = account;
  await cache.call('removeAccount', { accountId });
  crash.reach('mode.rows-removed');
  await keepInMemory(store, cache);
  // What is removed stays readable in the cache's files until the cache is written anew.
  await cache.call('rewrite', {});
  crash.reach('mode.cache-rewritten');
  await ports.eraseIndex(accountId);
  register.removeAccount(accountId);
  await register.save();
  await journal.compact();
  const { erasing: _done, ...rest } = store.get(accountId) ?? account;
  await store.put(rest);
}

/** What an earlier run began. Gives a sentence for each account whose copies could not be erased now either. */
export async function finishErasing(ports: ErasePorts & { log: Log }): Promise<string[]> {
  const sentences: string[] = [];
  for (const account of ports.store.all()) {
    if (account.erasing !== true) continue;
    try {
      await eraseCopies(account, ports);
    } catch (error) {
      ports.log('error', 'copies could not be erased', { accountId: account.accountId, error });
      sentences.push(
        `The copies of “${account.name}” on this computer could not be erased yet. It is tried again at the next start; the account is not used until then. Perhaps the disk is full.`,
      );
    }
  }
  return sentences;
}
