import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AppError } from '../src-shared/error.ts';
import type { AppInfo } from '../src-shared/ipc/areas/app.ts';
import { createAccounts, type Accounts } from './accounts/accounts.ts';
import { openAccountStore } from './accounts/account-store.ts';
import { openSecrets } from './accounts/secrets.ts';
import { createBackend } from './backends/backend-registry.ts';
import { checkImapServer } from './backends/imap/check-imap-server.ts';
import { checkSmtpServer } from './backends/smtp/check-smtp-server.ts';
import { openCache } from './cache/cache-client.ts';
import { cacheIdFile } from './cache/cache-id.ts';
import { discover } from './discovery/discover.ts';
import { startAutomation } from './ipc/automation.ts';
import { accountHandlers } from './ipc/handlers/account-handlers.ts';
import { appHandlers } from './ipc/handlers/app-handlers.ts';
import { journalHandlers } from './ipc/handlers/journal-handlers.ts';
import { mailHandlers } from './ipc/handlers/mail-handlers.ts';
import { searchHandlers } from './ipc/handlers/search-handlers.ts';
import { sendingHandlers } from './ipc/handlers/sending-handlers.ts';
import { createNews, type News } from './ipc/news.ts';
import { createPush } from './ipc/push.ts';
import { createServe } from './ipc/serve.ts';
import { createWindows, type Windows } from './ipc/windows.ts';
import { openJournal } from './journal/journal.ts';
import { isWaiting } from './journal/op.ts';
import { createMimeReader } from './mime/mime-reader.ts';
import { createRemoteImages } from './mime/remote-images.ts';
import { createSanitiser } from './mime/sanitiser.ts';
import { openSending } from './outbox/sending.ts';
import { appRoot } from './platform/app-root.ts';
import { openBlobs } from './platform/blobs.ts';
import { systemClock } from './platform/clock.ts';
import { noCrashes } from './platform/crash-points.ts';
import { openLog } from './platform/log.ts';
import { createNetwork } from './platform/network.ts';
import { peopleText, type StoreOpened } from '../src-shared/cache-protocol.ts';
import type { Options } from './platform/options.ts';
import type { ProfilePaths } from './platform/paths.ts';
import { openSearchIndex } from './search/search-index.ts';
import { openSettings } from './settings/settings-store.ts';
import { openShell } from './shell/open-shell.ts';
import type { EnginePorts } from './sync/account-engine.ts';
import { createConnectivity } from './sync/connectivity.ts';
import { createEngines } from './sync/engines.ts';
import { createFolderLocks } from './sync/folder-locks.ts';
import { openFolderRegister } from './sync/folder-register.ts';
import { createFolderVerbs } from './sync/folder-verbs.ts';
import { createSubmit } from './sync/submit.ts';
import { createUndo } from './sync/undo.ts';
import { createVerbs } from './sync/verbs.ts';

export interface Start {
  options: Options;
  paths: ProfilePaths;
  passphrase: string | null;
  checkout: boolean;
}

const cacheWords = {
  vanished:
    'The cache of your mail was gone. It is being rebuilt from the server; nothing of yours was lost.',
  damaged:
    'The cache of your mail was damaged. It is being rebuilt from the server; nothing of yours was lost.',
  newer:
    'The cache was made by a newer Posthorn. It is being rebuilt from the server; nothing of yours was lost.',
} as const;

const version = (JSON.parse(readFileSync(join(appRoot, 'package.json'), 'utf8')) as { version: string })
  .version;

/**
 * The composition root: opens the profile, builds every part, joins them, and resolves with the exit
 * code when the program is to end. Nothing is decided here.
 */
export async function openPosthorn({ options, paths, passphrase, checkout }: Start): Promise<number> {
  const notices: string[] = [];
  const onDamage = (path: string, kept: string): void => {
    notices.push(`${path} was damaged. It was kept as ${kept}, and Posthorn goes on without it.`);
  };
  const logFile = openLog(paths.log, { stderr: true });
  const { log } = logFile;
  const hooks =
    globalThis.posthornPackaged !== true && options.testHooks
      ? (await import('./test-hooks.ts')).openTestHooks(killEverything)
      : null;
  const clock = hooks?.clock ?? systemClock;
  let browserPids: number[] = [];
  const crash = hooks?.crash ?? noCrashes;
  function killEverything(): never {
    for (const pid of browserPids) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // Gone already.
      }
    }
    process.kill(process.pid, 'SIGKILL');
    throw new Error('not reached');
  }

  // ---- what must not be lost
  const settings = await openSettings(paths.settings, onDamage);
  const accountStore = await openAccountStore(paths.accounts, onDamage);
  const register = await openFolderRegister(paths.folders, onDamage);
  const journal = await openJournal(paths.journal, crash);
  const blobs = openBlobs(paths.blobs);
  // scrypt takes 0.4 s; the browser starts meanwhile.
  const openingSecrets = openSecrets({
    file: paths.secrets,
    profile: paths.profile,
    passphrase,
    log,
    useKeyring: true,
  });
  if (journal.damaged > 0)
    notices.push(
      `${journal.damaged} records of waiting changes were damaged; the file was kept as ${paths.journal}.bad.`,
    );

  // ---- the browser and the cache in it
  const onWire = (protocol: string) => (line: string) => hooks?.onWire(protocol, line);
  const network = createNetwork({
    ...(options.dns === null ? {} : { dns: options.dns }),
    extraCa: options.extraCa.map((file) => readFileSync(file, 'utf8')),
    connectTo: options.connectTo,
    log,
    clock,
  });
  const remoteImages = createRemoteImages(async (url, limits) => {
    const answer = await network.fetchHttps(url, limits);
    return { contentType: answer.contentType, body: answer.body };
  });
  const shell = await openShell({
    profileDir: paths.profile,
    headless: options.headless,
    // Tests serve a copy of their own: the one in build/ may be written anew while they run.
    rendererDir:
      (hooks === null ? undefined : process.env['POSTHORN_RENDERER_DIR']) ??
      join(appRoot, 'build', 'renderer'),
    remoteContent: (token) => remoteImages.content(token),
    onSecondInstance: (argv) => void secondStart(argv),
    log,
  });
  const secrets = await openingSecrets;
  const cacheIds = cacheIdFile(paths.cacheId);
  const cache = await openCache({
    shell,
    expectedCacheId: await cacheIds.read(),
    rememberCacheId: (cacheId) => void cacheIds.write(cacheId),
    log,
    clock,
  });
  const refreshPids = async (): Promise<void> => {
    browserPids = await shell.processIds();
  };
  if (hooks !== null) await refreshPids();

  // ---- reading, sending, syncing
  const reader = createMimeReader({ clock, log });
  const sanitiser = createSanitiser(shell, clock, log);
  const search = openSearchIndex(paths.searchIndex, log);
  noteRebuilt(cache.opened);
  /** An emptied cache fills itself again from the server; the user is told why it takes a while. */
  function noteRebuilt(opened: StoreOpened): void {
    if (!opened.fresh) return;
    search.clear();
    if (opened.reason !== null && opened.reason !== 'first') notices.push(cacheWords[opened.reason]);
  }
  const push = createPush();
  const connectivity = createConnectivity(settings.get().stayOffline, () => clock.now());
  const locks = createFolderLocks();
  let news: News | null = null;
  let windows: Windows | null = null;

  const engines = createEngines({
    online: () => connectivity.online(),
    backendFor: (account) =>
      createBackend(account.incoming.protocol, {
        server: account.incoming,
        credentials: async () => ({
          password: (await secrets.get(account.accountId, 'incoming')) ?? undefined,
        }),
        network,
        clock,
        log,
        onWire: onWire('imap'),
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
        search.addRows(
          rows.map(({ envelope, internalDate }, i) => ({
            messageId: messageIds[i] ?? '',
            accountId: entry.accountId,
            date: internalDate,
            subject: envelope.subject,
            sender: peopleText(envelope.from),
            recipients: peopleText([...envelope.to, ...envelope.cc]),
          })),
        );
        if (arrived) windows?.arrived(entry, rows, messageIds);
      },
      onRenumbered: (entry) =>
        log('warn', 'a folder was numbered anew by its server', { folderId: entry.folderId }),
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
        news?.accountsChanged();
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

  const submit = createSubmit({
    journal,
    cache,
    register,
    clock,
    crash,
    kick: (accountId) => engines.get(accountId)?.kick(),
  });
  const folders = createFolderVerbs(submit, register, cache, journal);
  const undo = createUndo(journal, cache);
  const rawOf = async (messageId: string): Promise<Uint8Array> => {
    const [row] = await cache.call('rows', { messageIds: [messageId] });
    const engine = row == null ? undefined : engines.get(row.accountId);
    if (engine === undefined)
      throw new AppError({
        code: 'not-found',
        scope: 'message',
        next: 'tell-user',
        detail: 'That message is not here any more.',
      });
    return await engine.raw(messageId);
  };
  const verbs = createVerbs({
    submit,
    register,
    folders,
    undo,
    rawOf,
    keepBlob: (bytes) => blobs.put(bytes),
  });
  const sending = await openSending({
    paths,
    onDamage,
    accountOf: (accountId) => accountStore.get(accountId),
    password: (accountId) => secrets.get(accountId, 'outgoing'),
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
    onChange: (items) => push.tell('outbox.changed', { items }),
  });
  const accounts: Accounts = createAccounts({
    store: accountStore,
    secrets,
    engines,
    journal,
    register,
    cache,
    checkIncoming: async ({ server, password, token }) => {
      await checkImapServer({
        server,
        credentials: { password: password ?? undefined, token: token ?? undefined },
        network,
        clock,
        onWire: onWire('imap'),
      });
    },
    checkOutgoing: async ({ server, password, token }) => {
      await checkSmtpServer({
        server,
        credentials: { password: password ?? undefined, token: token ?? undefined },
        network,
        clock,
        onWire: onWire('smtp'),
      });
    },
    forget: async (accountId) => {
      search.dropAccount(accountId);
      await sending.forget(accountId);
    },
    onChange: () => news?.accountsChanged(),
  });

  const info = (): AppInfo => ({
    name: 'Posthorn',
    version,
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
  news = createNews({ push, clock, cache, journal, accounts: () => accounts, info });
  connectivity.onChange(() => {
    news.appChanged();
    if (connectivity.reason() === null) sending.online();
  });
  secrets.onUnlocked(() => {
    for (const engine of engines.all())
      if (engine.state().state === 'locked') void engine.tryNow().catch(() => undefined);
    for (const account of accountStore.all()) sending.release(account.accountId);
    news.appChanged();
  });

  /** A new or emptied cache gets the waiting patches again; what the server has comes by itself. */
  async function showPending(): Promise<void> {
    await cache.call('resetPending', {
      ops: journal
        .ops()
        .filter(isWaiting)
        .map((op) => ({
          opId: op.opId,
          accountId: op.accountId,
          seq: op.seq,
          mark: op.mark,
          patches: op.patches,
        })),
    });
  }
  cache.onReopened((opened) => {
    noteRebuilt(opened);
    news.appChanged();
    void showPending().then(() => {
      for (const engine of engines.all()) engine.checkConnection();
    });
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
  let started = readArgument(options.argument);
  const serve = createServe(
    {
      ...appHandlers({
        info,
        quit: () => end(0),
        secrets,
        settings,
        shell,
        log: logFile,
        setOnline: async (online) => {
          await settings.set({ stayOffline: !online });
          connectivity.setByUser(online);
          engines.setOnline(online);
        },
        startDemo: () => startDemo(checkout),
        takeArgument: () => {
          const taken = started;
          started = readArgument(null);
          return taken;
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
      ...searchHandlers({ cache, search }),
      ...journalHandlers({ journal, cache, engines, register }),
      ...sendingHandlers(sending),
      ...mailHandlers({
        accounts,
        cache,
        engines,
        register,
        verbs,
        folders,
        undo,
        reader,
        sanitiser,
        remoteImages,
        shell,
        beforeSync: (accountIds) => sending.flush(accountIds),
      }),
    },
    { testHooks: hooks, log },
  );

  async function secondStart(argv: readonly string[]): Promise<void> {
    const { mailto, emlFile } = readArgument(argv.find((argument) => !argument.startsWith('-')) ?? null);
    await windows?.show({ ...(mailto === null ? {} : { mailto }), ...(emlFile === null ? {} : { emlFile }) });
  }

  await showPending();
  for (const account of accountStore.all()) engines.start(account);
  await sending.start();
  if (options.headless) {
    const automation = startAutomation(process.stdin, process.stdout, serve, push);
    void automation.ended.then(() => end(0));
  } else {
    windows = createWindows({
      shell,
      serve,
      push,
      cache,
      notificationsWanted: (accountId) =>
        settings.get().notifications && accountStore.get(accountId)?.notify === true,
    });
    shell.onAllWindowsClosed(() => end(0));
    await windows.open();
  }
  void shell.gone.then(() => end(options.headless ? 1 : 0));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => end(0));

  const code = await ended;
  await sending.stop();
  engines.stopAll();
  await Promise.all([reader.close(), search.close()]);
  await journal.close();
  await cache.close();
  await shell.quit();
  logFile.close();
  return code;
}

function readArgument(argument: string | null): { mailto: string | null; emlFile: string | null } {
  if (argument === null) return { mailto: null, emlFile: null };
  return /^mailto:/i.test(argument)
    ? { mailto: argument, emlFile: null }
    : { mailto: null, emlFile: argument.endsWith('.eml') ? argument : null };
}

/** The demo is a program of its own with a profile of its own, so that its mail never mixes with the user's. */
function startDemo(checkout: boolean): Promise<void> {
  if (!checkout)
    throw new AppError({
      code: 'not-yet',
      scope: 'app',
      next: 'tell-user',
      detail: 'The demo runs from a checkout: npm run demo.',
    });
  spawn(process.execPath, [join(appRoot, 'src-main', 'setup', 'run.mjs'), 'demo'], {
    cwd: appRoot,
    // Under Electron the set-up is run by the Node inside it; any other program ignores the word.
    env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
    detached: true,
    stdio: 'ignore',
  }).unref();
  return Promise.resolve();
}
