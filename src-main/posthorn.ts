import type { AppInfo } from '../src-shared/ipc/areas/app.ts';
import { finishErasing } from './accounts/erase-copies.ts';
import { fillCache } from './composition/fill-cache.ts';
import { joinHandlers } from './composition/join-handlers.ts';
import { openBrowser } from './composition/open-browser.ts';
import { openEngines } from './composition/open-engines.ts';
import { openMail } from './composition/open-mail.ts';
import { openProfile } from './composition/open-profile.ts';
import { openTransfers } from './composition/open-transfers.ts';
import { argumentAmong } from './composition/start-arguments.ts';
import { watchPasses } from './composition/watch-passes.ts';
import { startAutomation } from './ipc/automation.ts';
import { createOpenedFiles } from './ipc/opened-files.ts';
import { createNews, type News } from './ipc/news.ts';
import { createPush } from './ipc/push.ts';
import { createServe } from './ipc/serve.ts';
import { createWindows, type Windows } from './ipc/windows.ts';
import { appVersion } from './platform/app-version.ts';
import { watchMemory } from './platform/memory-thrift.ts';
import type { Options } from './platform/options.ts';
import type { ProfilePaths } from './platform/paths.ts';
import { refillIndex } from './search/refill.ts';
import { openSearchIndex } from './search/search-index.ts';
import { createFactsLater } from './sync/facts-later.ts';
import { entriesFromCache } from './sync/folder-verbs.ts';
import { createConnectivity } from './sync/connectivity.ts';
import { createUploads } from './transfer/uploads.ts';

export interface Start {
  options: Options;
  paths: ProfilePaths;
  passphrase: string | null;
  checkout: boolean;
}

/**
 * The composition root: opens the profile, builds every part, joins them, and resolves with the exit
 * code when the program is to end. Nothing is decided here.
 */
export async function openPosthorn({ options, paths, passphrase, checkout }: Start): Promise<number> {
  watchMemory();
  const profile = await openProfile({
    paths,
    passphrase,
    testHooks: options.testHooks,
    undoSend: options.undoSend,
  });
  const { accountStore, clock, hooks, journal, notices, register, settings } = profile;
  const { log } = profile.log;
  // A mistake of ours in one corner must not take the mail that is being written elsewhere with it.
  process.on('unhandledRejection', (error) => log('error', 'nobody waited for a failure', { error }));
  const browser = await openBrowser(profile, options, secondStart);
  const { cache, shell } = browser;
  const secrets = await profile.openingSecrets;

  const search = openSearchIndex(paths.searchIndex, log, clock);
  const push = createPush();
  const connectivity = createConnectivity(settings.get().stayOffline, () => clock.now());
  let news: News | null = null;
  let windows: Windows | null = null;
  const noticePasses = watchPasses(
    () => engines,
    () => accountStore.all().map((account) => account.accountId),
    (accountId) => void sending.synced([accountId]),
  );
  const factsLater = createFactsLater({
    cache,
    bytesOf: (marks, mostBytes) => browser.bodyShelf.first(marks, mostBytes),
    readBodies: (messages) => browser.reader.facts(messages),
    keepsMail: (accountId) => (accountStore.get(accountId)?.mode ?? 'online') !== 'online',
    onBodies: (accountId, messageIds, texts) => search.addTexts(accountId, { messageIds, ...texts }),
    clock,
    log,
  });
  const engines = openEngines(profile, browser, {
    secrets,
    search,
    factsLater,
    push,
    connectivity,
    onArrived: (entry, rows, messageIds) => {
      windows?.arrived(entry, rows, messageIds);
      sending.arrived(
        rows.map(({ envelope }, i) => ({
          messageId: messageIds[i] ?? '',
          from: envelope.from,
          subject: envelope.subject,
        })),
      );
    },
    onState: () => {
      news?.accountsChanged();
      noticePasses();
    },
  });
  const mail = await openMail(profile, browser, {
    engines,
    secrets,
    search,
    push,
    connectivity,
    onAccounts: () => news?.accountsChanged(),
    endTransfers: (accountId) => transfers.endAccount(accountId),
  });
  const { accounts, sending } = mail;
  const transfers = openTransfers(profile, browser, { engines, push, submit: mail.submit });
  const uploads = createUploads(paths.transfers);

  const info = (): AppInfo => ({
    name: 'Posthorn',
    version: appVersion,
    shell: shell.kind,
    shellVersion: shell.version,
    profile: paths.profile,
    secrets: secrets.holder,
    demoAvailable: checkout,
    online: connectivity.online(),
    offlineSince: connectivity.offlineSince(),
    offlineReason: connectivity.reason(),
    notices,
  });
  news = createNews({
    push,
    clock,
    cache,
    journal,
    accounts: () => accounts,
    failures: (accountId) => engines.get(accountId)?.state().failures,
    info,
  });
  connectivity.onChange(() => {
    news.appChanged();
    if (connectivity.reason() === null) sending.online();
  });
  secrets.onUnlocked(() => {
    for (const engine of engines.all())
      if (engine.state().state === 'locked') void engine.tryNow().catch(() => undefined);
    for (const account of accountStore.all()) sending.release(account.accountId);
    void accounts.finishRemovals(log).catch(() => undefined);
    news.appChanged();
  });

  const showPending = fillCache(profile, cache, {
    search,
    engines,
    onReopened: () => news.appChanged(),
  });

  // ---- the ways in
  let end: (code: number) => void = () => undefined;
  const ended = new Promise<number>((resolve) => {
    end = resolve;
  });
  const onPower = (event: 'suspend' | 'resume' | 'network-changed'): void => {
    if (event === 'suspend') return;
    for (const engine of engines.all()) engine.checkConnection();
    sending.online();
  };
  shell.onSuspendResume(onPower);
  hooks?.onPower(onPower);
  const opened = createOpenedFiles(browser.reader);
  const serve = createServe(
    joinHandlers(profile, browser, {
      options,
      checkout,
      secrets,
      engines,
      search,
      push,
      connectivity,
      mail,
      transfers,
      uploads,
      opened,
      info,
      quit: () => end(0),
    }),
    { testHooks: hooks, log },
  );

  function secondStart(argv: readonly string[]): void {
    const { mailto, emlFile } = argumentAmong(argv);
    windows
      ?.show({
        ...(mailto === null ? {} : { mailto }),
        ...(emlFile === null ? {} : { messageId: opened.open(emlFile) }),
      })
      .catch((error: unknown) => log('error', 'the window could not be shown', { error }));
  }

  if (register.lost) {
    for (const { accountId } of accountStore.all())
      register.adopt(entriesFromCache(await cache.call('folders', { accountId }), journal));
    await register.save();
  }
  const unfinished = await finishErasing({
    store: accountStore,
    cache,
    register,
    journal,
    crash: profile.crash,
    eraseIndex: mail.eraseIndex,
    log,
  });
  notices.push(...unfinished, ...(await accounts.finishRemovals(log)));
  await showPending();
  for (const account of accountStore.all()) if (account.erasing !== true) engines.start(account);
  factsLater.start();
  await sending.start();
  await uploads.sweep(await transfers.resume());
  let ending = false;
  void refillIndex({
    cache,
    search,
    textOf: async (raw) => (await browser.reader.read(raw)).text,
    stopped: () => ending,
    indexed: (accountId) => accountStore.get(accountId)?.mode !== 'online',
  }).catch((error: unknown) => {
    // A program that ends takes the index away: the next start goes on.
    if (!ending) log('warn', 'the search index could not be filled again', { error });
  });
  if (options.headless) {
    const automation = startAutomation(process.stdin, process.stdout, serve, push);
    void automation.ended.then(() => end(0));
  } else {
    windows = createWindows({
      shell,
      serve,
      push,
      cache,
      log,
      notificationsWanted: (accountId) =>
        settings.get().notifications && accountStore.get(accountId)?.notify === true,
    });
    shell.onAllWindowsClosed(() => end(0));
    await windows.open();
  }
  void shell.gone.then(() => end(options.headless ? 1 : 0));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => end(0));

  const code = await ended;
  ending = true;
  await transfers.stop();
  await sending.stop();
  engines.stopAll();
  factsLater.stop();
  await Promise.all([browser.reader.close(), search.close()]);
  await journal.close();
  await profile.localMails.closeAll();
  await cache.close();
  await shell.quit();
  profile.log.close();
  return code;
}
