import { AppError } from '../../src-shared/error.ts';
import { createAccounts, type Accounts } from '../accounts/accounts.ts';
import { createSwitchMode } from '../accounts/switch-mode.ts';
import { credentialsFor, type Secrets } from '../accounts/secrets.ts';
import { checkImapServer } from '../backends/imap/check-imap-server.ts';
import { checkPop3Server } from '../backends/pop3/check-pop3-server.ts';
import { checkSmtpServer } from '../backends/smtp/check-smtp-server.ts';
import type { Push } from '../ipc/push.ts';
import { openSending, type Sending } from '../outbox/sending.ts';
import type { SearchIndex } from '../search/search-index.ts';
import type { Connectivity } from '../sync/connectivity.ts';
import type { Engines } from '../sync/engines.ts';
import { createFolderVerbs, type FolderVerbs } from '../sync/folder-verbs.ts';
import { createSubmit, type Submit } from '../sync/submit.ts';
import { createUndo, type Undo } from '../sync/undo.ts';
import { createVerbs, type Verbs } from '../sync/verbs.ts';
import type { Browser } from './open-browser.ts';
import type { Profile } from './open-profile.ts';

/** What the user can do with mail: verbs, folders, taking back, sending, accounts. */
export interface Mail {
  submit: Submit;
  /** What lies in files of its own beside the cache: words in the index, large messages that were begun. */
  eraseIndex: (accountId: string) => Promise<void>;
  verbs: Verbs;
  folders: FolderVerbs;
  undo: Undo;
  sending: Sending;
  accounts: Accounts;
}

export interface MailOptions {
  engines: Engines;
  secrets: Secrets;
  search: SearchIndex;
  push: Push;
  connectivity: Connectivity;
  onAccounts(): void;
  endTransfers(accountId: string): Promise<void>;
}

export async function openMail(profile: Profile, browser: Browser, options: MailOptions): Promise<Mail> {
  const {
    paths,
    accountStore,
    journal,
    register,
    syncTimes,
    blobs,
    localMails,
    clock,
    crash,
    hooks,
    onDamage,
  } = profile;
  const { log } = profile.log;
  const { cache, network, reader, sanitiser, begunBodies } = browser;
  const { engines, secrets, search, push, connectivity } = options;
  const onWire = (protocol: string) => (line: string) => hooks?.onWire(protocol, line);
  const eraseIndex = async (accountId: string): Promise<void> => {
    await begunBodies.erase(accountId);
    await search.eraseAccount(accountId);
  };

  const submit = createSubmit({
    journal,
    cache,
    register,
    clock,
    crash,
    away: (accountId) => engines.get(accountId)?.away() ?? null,
    kick: (accountId) => engines.get(accountId)?.kick(),
  });
  const folders = createFolderVerbs(submit, register, cache, journal);
  const undo = createUndo(journal, cache);
  const rawOf = async (messageId: string): Promise<Uint8Array> => {
    const [row] = await cache.call('rows', { messageIds: [messageId] });
    const engine = row == null ? undefined : engines.get(row.accountId);
    if (engine !== undefined) return await engine.raw(messageId);
    throw new AppError({
      code: 'not-found',
      scope: 'message',
      next: 'tell-user',
      detail: 'That message is not here any more.',
    });
  };
  const verbs = createVerbs({
    submit,
    register,
    folders,
    undo,
    journal,
    cache,
    rawOf,
    keepBlob: (bytes) => blobs.put(bytes),
  });
  const sending = await openSending({
    paths,
    onDamage,
    accountOf: (accountId) => accountStore.get(accountId),
    credentials: (accountId) => credentialsFor(secrets, accountId, 'outgoing'),
    online: () => connectivity.online(),
    network,
    journal,
    cache,
    blobs,
    submit,
    folders,
    verbs,
    reader,
    sanitiser,
    rawOf,
    clock,
    crash,
    log,
    onWire: onWire('smtp'),
    kick: (accountId) => engines.get(accountId)?.kick(),
    onChange: (items) => push.tell('outbox.changed', { items }),
  });
  const accounts = createAccounts({
    store: accountStore,
    secrets,
    engines,
    journal,
    register,
    syncTimes,
    crash,
    cache,
    checkIncoming: async ({ server, ...credentials }, protocol) => {
      // Mail without a server has nobody to ask.
      if (protocol === 'local') return;
      const check = protocol === 'pop3' ? checkPop3Server : checkImapServer;
      await check({ server, credentials, network, clock, onWire: onWire(protocol) });
    },
    checkOutgoing: async ({ server, ...credentials }) => {
      await checkSmtpServer({
        server,
        credentials,
        network,
        clock,
        onWire: onWire('smtp'),
      });
    },
    modes: createSwitchMode({
      store: accountStore,
      engines,
      journal,
      cache,
      register,
      localMails,
      eraseIndex,
      crash,
      onChange: options.onAccounts,
    }),
    endTransfers: (accountId) => options.endTransfers(accountId),
    forget: async ({ accountId, localStore }) => {
      search.dropAccount(accountId);
      await begunBodies.erase(accountId);
      await localMails.remove(localStore ?? accountId);
      await sending.forget(accountId);
    },
    onChange: options.onAccounts,
  });
  return { submit, verbs, folders, undo, sending, accounts, eraseIndex };
}
