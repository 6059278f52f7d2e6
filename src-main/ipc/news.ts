import type { AppErrorData } from '../../src-shared/error.ts';
import type { AppInfo } from '../../src-shared/ipc/areas/app.ts';
import type { Accounts } from '../accounts/accounts.ts';
import type { CachePort } from '../cache/cache-port.ts';
import type { Journal } from '../journal/journal.ts';
import type { Clock } from '../platform/clock.ts';
import { journalEntries } from './handlers/journal-handlers.ts';
import { folderView } from './folder-view.ts';
import type { Push } from './push.ts';

/** Changes of state are gathered for this long before they are told: news for people, not a trace. */
const gather = 80;

export interface News {
  accountsChanged(): void;
  journalChanged(): void;
  appChanged(): void;
}

/** Turns what changes inside into the contract's events, gathered so that a busy sync does not flood anyone. */
export function createNews(ports: {
  push: Push;
  clock: Clock;
  cache: CachePort;
  journal: Journal;
  accounts(): Accounts;
  /** Folders of the account that could not be checked. */
  failures(accountId: string): ReadonlyMap<string, AppErrorData> | undefined;
  info(): AppInfo;
}): News {
  const { push, clock, cache, journal } = ports;
  const due = new Set<() => void>();

  function soon(tell: () => void): void {
    if (due.has(tell)) return;
    due.add(tell);
    clock.setTimeout(() => {
      due.delete(tell);
      tell();
    }, gather);
  }

  const tellAccounts = (): void => push.tell('account.state', { accounts: ports.accounts().list() });
  const tellJournal = (): void => {
    push.tell('journal.changed', { entries: journalEntries(journal) });
    tellAccounts();
  };
  const tellApp = (): void => push.tell('app.changed', { info: ports.info() });

  cache.onNotice((notice) => {
    push.tell('folder.changed', {
      folders: notice.folders.map((folder) => folderView(folder, ports.failures(folder.accountId))),
    });
    push.tell('message.changed', {
      messageIds: notice.messageIds,
      folderIds: notice.folders.map((folder) => folder.folderId),
    });
  });
  journal.onChange(() => soon(tellJournal));

  return {
    accountsChanged: () => soon(tellAccounts),
    journalChanged: () => soon(tellJournal),
    appChanged: () => soon(tellApp),
  };
}
