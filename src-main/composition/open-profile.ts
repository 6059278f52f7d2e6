import { openAccountStore } from '../accounts/account-store.ts';
import { openSecrets, type Secrets } from '../accounts/secrets.ts';
import type { AccountStore } from '../accounts/account-store.ts';
import { createLocalMails, type LocalMails } from '../local-mail/local-mails.ts';
import type { Journal } from '../journal/journal.ts';
import { openJournal } from '../journal/open-journal.ts';
import { openBlobs, type Blobs } from '../platform/blobs.ts';
import { systemClock, type Clock } from '../platform/clock.ts';
import { noCrashes, type CrashControl } from '../platform/crash-points.ts';
import { openLog, type OpenLog } from '../platform/log.ts';
import { refuseNewerProfile } from '../platform/newer-profile.ts';
import { createSpaceGuard, type SpaceGuard } from '../platform/free-space.ts';
import type { ProfilePaths } from '../platform/paths.ts';
import { openSettings, type SettingsStore } from '../settings/settings-store.ts';
import { openFolderRegister, type FolderRegister } from '../sync/folder-register.ts';
import { openSyncTimes, type SyncTimes } from '../sync/sync-times.ts';
import type { TestHooks } from '../test-hooks.ts';

/** Everything of a profile that no server can give back, open and checked. */
export interface Profile {
  paths: ProfilePaths;
  /** Sentences about what was found damaged, for the user. */
  notices: string[];
  onDamage(path: string, kept: string): void;
  log: OpenLog;
  hooks: TestHooks | null;
  clock: Clock;
  crash: CrashControl;
  settings: SettingsStore;
  accountStore: AccountStore;
  register: FolderRegister;
  syncTimes: SyncTimes;
  journal: Journal;
  blobs: Blobs;
  localMails: LocalMails;
  space: SpaceGuard;
  /** scrypt takes 0.4 s; the browser starts meanwhile. */
  openingSecrets: Promise<Secrets>;
  /** Processes that a test's crash kills together with main. */
  crashPids: number[];
}

export async function openProfile(options: {
  paths: ProfilePaths;
  passphrase: string | null;
  testHooks: boolean;
  /** Seconds, for this run; null: as the settings say. */
  undoSend: number | null;
}): Promise<Profile> {
  const { paths, passphrase } = options;
  await refuseNewerProfile(paths);
  const notices: string[] = [];
  const crashPids: number[] = [];
  const onDamage = (path: string, kept: string): void => {
    notices.push(`${path} was damaged. It was kept as ${kept}, and Posthorn goes on without it.`);
  };
  const log = openLog(paths.log, { stderr: true });
  const hooks =
    globalThis.posthornPackaged !== true && options.testHooks
      ? (await import('../test-hooks.ts')).openTestHooks(() => killEverything(crashPids))
      : null;
  const crash = hooks?.crash ?? noCrashes;
  const accountStore = await openAccountStore(paths.accounts, onDamage);
  const keptOnServer = (accountId: string): boolean => accountStore.get(accountId)?.mode === 'online';
  const journal = await openJournal(paths.journal, crash, keptOnServer);
  if (journal.damaged > 0) {
    notices.push(
      `${journal.damaged} records of waiting changes were damaged; the file was kept as ${paths.journal}.bad.`,
    );
  }
  return {
    paths,
    notices,
    onDamage,
    log,
    hooks,
    clock: hooks?.clock ?? systemClock,
    crash,
    settings: await openSettings(
      paths.settings,
      onDamage,
      options.undoSend === null ? {} : { undoSendSeconds: options.undoSend },
    ),
    accountStore,
    register: await openFolderRegister(paths.folders, onDamage, keptOnServer),
    syncTimes: await openSyncTimes(paths.syncTimes, onDamage),
    journal,
    blobs: openBlobs(paths.blobs),
    localMails: createLocalMails(paths.localMail, crash, onDamage),
    space: createSpaceGuard(paths.profile, hooks?.clock ?? systemClock),
    openingSecrets: openSecrets({
      file: paths.secrets,
      profile: paths.profile,
      passphrase,
      log: log.log,
      useKeyring: true,
      // Every test starts the program with a passphrase, many of them again and again.
      cheapKey: globalThis.posthornPackaged !== true && hooks !== null,
      onDamage,
    }),
    crashPids,
  };
}

/** A power cut, as near as a program can come to it. */
function killEverything(pids: readonly number[]): never {
  for (const pid of pids) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // Gone already.
    }
  }
  process.kill(process.pid, 'SIGKILL');
  throw new Error('not reached');
}
