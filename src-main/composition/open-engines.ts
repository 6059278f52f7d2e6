import { peopleText } from '../../src-shared/cache-protocol.ts';
import { keepsMailHere, type AccountSettings } from '../../src-shared/model/account.ts';
import type { NewRow } from '../../src-shared/model/message.ts';
import { credentialsFor, type Secrets } from '../accounts/secrets.ts';
import type { Backend } from '../backends/backend.ts';
import { createBackend } from '../backends/backend-registry.ts';
import { createLocalBackend } from '../backends/local/local-backend.ts';
import { createPop3DropBox } from '../backends/pop3/pop3-drop-box.ts';
import { begunInMemory } from '../platform/begun-files.ts';
import { imapCollections } from '../collect/drop-boxes.ts';
import { createOfflineEngine } from '../collect/offline-engine.ts';
import { WholeRequests } from '../collect/whole-requests.ts';
import { rowOfMail } from '../local-mail/row-of-mail.ts';
import type { Push } from '../ipc/push.ts';
import type { NamelessRow } from '../search/index-database.ts';
import type { SearchIndex } from '../search/search-index.ts';
import { createAccountEngine } from '../sync/account-engine.ts';
import type { AccountEngine, EnginePorts } from '../sync/engine-ports.ts';
import type { FactsLater } from '../sync/facts-later.ts';
import type { Connectivity } from '../sync/connectivity.ts';
import { createEngines, type Engines } from '../sync/engines.ts';
import { createFolderLocks } from '../sync/folder-locks.ts';
import type { FolderEntry } from '../sync/folder-register.ts';
import { hasReadyOp } from '../sync/replay-order.ts';
import type { Browser } from './open-browser.ts';
import type { Profile } from './open-profile.ts';

export interface EnginesOptions {
  secrets: Secrets;
  search: SearchIndex;
  factsLater: FactsLater;
  push: Push;
  connectivity: Connectivity;
  /** New mail after the first sync. */
  onArrived(entry: FolderEntry, rows: readonly NewRow[], messageIds: readonly string[]): void;
  onState(): void;
}

/** The resync engines with all that they use; none is started yet. */
export function openEngines(profile: Profile, browser: Browser, options: EnginesOptions): Engines {
  const { accountStore, journal, register, syncTimes, blobs, localMails, clock, space, crash, hooks } =
    profile;
  const { log } = profile.log;
  const { cache, network, reader, bodyShelf, begunBodies } = browser;
  const { secrets, search, push, connectivity } = options;
  const locks = createFolderLocks();

  const rowOf = async (bytes: Uint8Array) => rowOfMail(await reader.read(bytes));

  const serverOf = (account: AccountSettings) => ({
    server: account.incoming,
    credentials: () => credentialsFor(secrets, account.accountId, 'incoming'),
    network,
    clock,
    log,
    onWire: (line: string) => hooks?.onWire(account.incoming.protocol, line),
    rowOf,
    senderOf: async (header: Uint8Array) => {
      const mail = await reader.read(header);
      return mail.headers.length === 0 ? null : mail.from;
    },
    fewConnections: {
      until: () => syncTimes.fewConnectionsUntil(account.accountId),
      learnt: (until: number) => syncTimes.setFewConnections(account.accountId, until),
    },
  });

  const onProgress: EnginePorts['onProgress'] = (entry, done, total, phase) =>
    push.tell('sync.progress', {
      accountId: entry.accountId,
      folderId: entry.folderId,
      folderName: entry.name,
      done,
      total,
      phase,
    });

  function onState(): void {
    options.onState();
    connectivity.accountsSeen(
      engines.all().map((engine) => ({
        connected: engine.reachesServer(),
        networkGone: engine.state().error?.next === 'wait-online',
      })),
    );
  }

  const portsFor = (account: AccountSettings, backend: Backend): EnginePorts => ({
    backend,
    account: () => accountStore.get(account.accountId) ?? account,
    cache,
    journal,
    register,
    syncTimes,
    blobs,
    locks,
    clock,
    space,
    crash,
    log,
    readBodies: (messages) => reader.facts(messages),
    onBodies: (messageIds, texts) => {
      if (account.mode !== 'online') search.addTexts(account.accountId, { messageIds, ...texts });
    },
    onFactsLater: (count) => options.factsLater.kept(count),
    shelve: account.mode === 'online' ? null : (messages) => bodyShelf.put(account.accountId, messages),
    begun: account.mode === 'online' ? begunInMemory() : begunBodies,
    onFetching: (messageId, done, total) => push.tell('message.progress', { messageId, done, total }),
    onRows: (entry, rows, messageIds) => {
      // Nothing of an account kept only on its server goes into the index, which is a file.
      if (account.mode !== 'online')
        search.addRows(rows.map((row, i) => ({ ...indexed(entry, row), messageId: messageIds[i] ?? '' })));
      options.onArrived(entry, rows, messageIds);
    },
    onOlderRows: (entry, rows) =>
      account.mode === 'online' ? () => undefined : search.gatherRows(rows.map((row) => indexed(entry, row))),
    roomForOlderRows: () => (account.mode === 'online' ? Promise.resolve() : search.room()),
    onRenumbered: (entry) =>
      log('warn', 'a folder was numbered anew by its server', { folderId: entry.folderId }),
    onFreed: (accountIds) => {
      for (const accountId of accountIds) engines.get(accountId)?.kick();
    },
    onProgress,
    onState,
  });

  /** Local folders with a collector, where the mail lives on this computer. */
  function offlineEngine(account: AccountSettings): AccountEngine {
    const { protocol } = account.incoming;
    const mail = () => localMails.open(account.localStore ?? account.accountId);
    const requests = new WholeRequests();
    const local = createLocalBackend({ open: mail, rowOf, whole: (key) => requests.ask(key) });
    const server = protocol === 'imap' ? createBackend(protocol, serverOf(account)) : null;
    const maildrop = protocol === 'pop3' ? createPop3DropBox(serverOf(account)) : null;
    return createOfflineEngine({
      inner: createAccountEngine({
        ...portsFor(account, local),
        // What is told is when mail was collected, not when the local folders were looked through.
        syncTimes: { get: () => null, set: () => undefined },
        // All of it is here: the cache may hold all of it too, so that it is found by searching.
        account: () => ({
          ...(accountStore.get(account.accountId) ?? account),
          bodies: { days: 36_500, maxBytes: 25 * 1024 * 1024 },
        }),
      }),
      account: () => accountStore.get(account.accountId) ?? account,
      mail,
      requests,
      collections:
        server !== null
          ? (open, signal) => imapCollections(server, open, { lane: 'bulk', signal })
          : maildrop !== null
            ? () => Promise.resolve([{ dropBox: maildrop, path: 'INBOX', scope: 'pop3', fingerprint: null }])
            : null,
      hangUp: () => server?.disconnect(),
      syncTimes,
      clock,
      crash,
      log,
      onState,
      onProgress(path, done, total) {
        const entry = register.byPath(account.accountId, path);
        if (entry !== undefined) onProgress(entry, done, total, 'bodies');
      },
    });
  }

  function serverEngine(account: AccountSettings): AccountEngine {
    const { protocol } = account.incoming;
    if (protocol === 'local') throw new Error('mail without a server is kept here');
    return createAccountEngine(portsFor(account, createBackend(protocol, serverOf(account))));
  }

  const engines = createEngines({
    online: () => connectivity.online(),
    hasReady: (accountId) => hasReadyOp({ accountId, journal, clock }),
    engineFor: (account) => (keepsMailHere(account) ? offlineEngine(account) : serverEngine(account)),
  });
  return engines;
}

function indexed(entry: FolderEntry, { envelope, internalDate }: NewRow): NamelessRow {
  return {
    accountId: entry.accountId,
    date: internalDate,
    subject: envelope.subject,
    sender: peopleText(envelope.from),
    recipients: peopleText([...envelope.to, ...envelope.cc]),
  };
}
