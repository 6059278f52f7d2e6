import { peopleText } from '../../src-shared/cache-protocol.ts';
import type { NewRow } from '../../src-shared/model/message.ts';
import { credentialsFor, type Secrets } from '../accounts/secrets.ts';
import { createBackend } from '../backends/backend-registry.ts';
import type { Push } from '../ipc/push.ts';
import type { SearchIndex } from '../search/search-index.ts';
import type { EnginePorts } from '../sync/account-engine.ts';
import type { Connectivity } from '../sync/connectivity.ts';
import { createEngines, type Engines } from '../sync/engines.ts';
import { createFolderLocks } from '../sync/folder-locks.ts';
import type { FolderEntry } from '../sync/folder-register.ts';
import { hasReadyOp } from '../sync/replay.ts';
import type { Browser } from './open-browser.ts';
import type { Profile } from './open-profile.ts';

export interface EnginesOptions {
  secrets: Secrets;
  search: SearchIndex;
  push: Push;
  connectivity: Connectivity;
  /** New mail after the first sync. */
  onArrived(entry: FolderEntry, rows: readonly NewRow[], messageIds: readonly string[]): void;
  onState(): void;
}

/** The resync engines with all that they use; none is started yet. */
export function openEngines(profile: Profile, browser: Browser, options: EnginesOptions): Engines {
  const { accountStore, journal, register, blobs, clock, crash, hooks } = profile;
  const { log } = profile.log;
  const { cache, network, reader } = browser;
  const { secrets, search, push, connectivity } = options;
  const locks = createFolderLocks();

  const engines = createEngines({
    online: () => connectivity.online(),
    hasReady: (accountId) => hasReadyOp({ accountId, journal, clock }),
    backendFor: (account) =>
      createBackend(account.incoming.protocol, {
        server: account.incoming,
        credentials: () => credentialsFor(secrets, account.accountId, 'incoming'),
        network,
        clock,
        log,
        onWire: (line) => hooks?.onWire('imap', line),
      }),
    portsFor: (account, backend): EnginePorts => ({
      backend,
      account: () => accountStore.get(account.accountId) ?? account,
      cache,
      journal,
      register,
      blobs,
      locks,
      clock,
      crash,
      log,
      readBody: (bytes) => reader.read(bytes),
      onBody: (messageId, text) => search.addBody(messageId, text),
      onRows: (entry, rows, messageIds, arrived) => {
        search.addRows(indexRows(entry, rows, messageIds));
        if (arrived) options.onArrived(entry, rows, messageIds);
      },
      onRenumbered: (entry) =>
        log('warn', 'a folder was numbered anew by its server', { folderId: entry.folderId }),
      onFreed: (accountIds) => {
        for (const accountId of accountIds) engines.get(accountId)?.kick();
      },
      onProgress: (entry, done, total, phase) =>
        push.tell('sync.progress', {
          accountId: entry.accountId,
          folderId: entry.folderId,
          folderName: entry.name,
          done,
          total,
          phase,
        }),
      onState: () => {
        options.onState();
        connectivity.accountsSeen(
          engines.all().map((engine) => {
            const { state, error } = engine.state();
            return {
              connected: state === 'syncing' || state === 'idle',
              networkGone: error?.next === 'wait-online',
            };
          }),
        );
      },
    }),
  });
  return engines;
}

function indexRows(entry: FolderEntry, rows: readonly NewRow[], messageIds: readonly string[]) {
  return rows.map(({ envelope, internalDate }, i) => ({
    messageId: messageIds[i] ?? '',
    accountId: entry.accountId,
    date: internalDate,
    subject: envelope.subject,
    sender: peopleText(envelope.from),
    recipients: peopleText([...envelope.to, ...envelope.cc]),
  }));
}
