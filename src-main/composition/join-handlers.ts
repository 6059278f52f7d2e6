import type { AppInfo } from '../../src-shared/ipc/areas/app.ts';
import type { Secrets } from '../accounts/secrets.ts';
import { discover } from '../discovery/discover.ts';
import { accountHandlers } from '../ipc/handlers/account-handlers.ts';
import { appHandlers } from '../ipc/handlers/app-handlers.ts';
import { attachmentHandlers } from '../ipc/handlers/attachment-handlers.ts';
import { journalHandlers } from '../ipc/handlers/journal-handlers.ts';
import { mailHandlers } from '../ipc/handlers/mail-handlers.ts';
import { offlineHandlers } from '../ipc/handlers/offline-handlers.ts';
import { searchHandlers } from '../ipc/handlers/search-handlers.ts';
import { sendingHandlers } from '../ipc/handlers/sending-handlers.ts';
import { serverFolderHandlers } from '../ipc/handlers/server-folder-handlers.ts';
import { transferHandlers } from '../ipc/handlers/transfer-handlers.ts';
import { trustHandlers } from '../ipc/handlers/trust-handlers.ts';
import { createMessageSource } from '../ipc/message-source.ts';
import type { OpenedFiles } from '../ipc/opened-files.ts';
import type { Push } from '../ipc/push.ts';
import type { Handlers } from '../ipc/serve.ts';
import type { Options } from '../platform/options.ts';
import type { SearchIndex } from '../search/search-index.ts';
import type { Connectivity } from '../sync/connectivity.ts';
import type { Engines } from '../sync/engines.ts';
import type { Transfers } from '../transfer/transfers.ts';
import type { Uploads } from '../transfer/uploads.ts';
import type { Browser } from './open-browser.ts';
import type { Mail } from './open-mail.ts';
import type { Profile } from './open-profile.ts';
import { readArgument } from './start-arguments.ts';
import { startDemo } from './start-demo.ts';

export interface JoinedParts {
  options: Options;
  checkout: boolean;
  secrets: Secrets;
  engines: Engines;
  search: SearchIndex;
  push: Push;
  connectivity: Connectivity;
  mail: Mail;
  transfers: Transfers;
  uploads: Uploads;
  opened: OpenedFiles;
  info(): AppInfo;
  quit(): void;
}

/** Gives the handlers of every area what they need. */
export function joinHandlers(profile: Profile, browser: Browser, parts: JoinedParts): Handlers {
  const { accountStore, clock, journal, paths, register, settings } = profile;
  const { log } = profile.log;
  const { cache, network, shell } = browser;
  const { options, engines, search, push, connectivity, mail, transfers, uploads, opened } = parts;
  const { accounts, sending } = mail;
  const source = createMessageSource({ cache, engines, register, opened, reader: browser.reader });
  let started = readArgument(options.argument);
  return {
    ...appHandlers({
      info: parts.info,
      quit: parts.quit,
      secrets: parts.secrets,
      settings,
      shell,
      log: profile.log,
      setOnline: async (online) => {
        await settings.set({ stayOffline: !online });
        connectivity.setByUser(online);
        engines.setOnline(online);
      },
      startDemo: () => startDemo(parts.checkout),
      takeArgument: () => {
        const { mailto, emlFile } = started;
        started = readArgument(null);
        return { mailto, messageId: emlFile === null ? null : opened.open(emlFile) };
      },
    }),
    ...accountHandlers({
      accounts,
      engines,
      push,
      release: (accountId) => sending.release(accountId),
      discover: (address, signal, onProgress) =>
        discover({
          address,
          network,
          providerDatabaseUrl: options.providerDatabase ?? settings.get().providerDatabaseUrl,
          cacheDir: paths.discovery,
          signal,
          clock,
          log,
          onProgress,
        }),
    }),
    ...offlineHandlers({
      accounts: (accountId) => (accountId === undefined ? accountStore.all() : [accounts.need(accountId)]),
      cache,
      register,
      engines,
      space: profile.space,
      clock,
    }),
    ...searchHandlers({ cache, search, engines, accounts: () => accountStore.all() }),
    ...journalHandlers({ journal, cache, engines, register }),
    ...sendingHandlers(sending),
    ...serverFolderHandlers({ engines, register }),
    ...transferHandlers({ transfers, uploads, register, shell }),
    ...trustHandlers({
      ...browser,
      source,
      register,
      accountStore,
      clock,
      log,
      online: () => connectivity.online(),
      picturesFrom: () => settings.get().remoteImagesFrom,
    }),
    ...attachmentHandlers({ source, engines, ...browser }),
    ...mailHandlers({
      ...mail,
      ...browser,
      engines,
      register,
      source,
      online: () => connectivity.online(),
      beforeSync: (accountIds) => sending.flush(accountIds),
      afterSync: (accountIds) => sending.synced(accountIds),
      contextOf: (row, mail) => sending.contextOf(row, mail),
    }),
  };
}
