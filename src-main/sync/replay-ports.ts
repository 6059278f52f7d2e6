import type { Backend, Call } from '../backends/backend.ts';
import type { CachePort } from '../cache/cache-port.ts';
import type { Journal } from '../journal/journal.ts';
import type { Blobs } from '../platform/blobs.ts';
import type { Clock } from '../platform/clock.ts';
import type { CrashControl } from '../platform/crash-points.ts';
import type { FolderLocks } from './folder-locks.ts';
import type { FolderRegister } from './folder-register.ts';
import type { LateMarks } from './late-marks.ts';

export interface ReplayPorts {
  accountId: string;
  journal: Journal;
  cache: CachePort;
  register: FolderRegister;
  blobs: Blobs;
  backend: Backend;
  locks: FolderLocks;
  clock: Clock;
  crash: CrashControl;
  lateMarks: LateMarks;
  /** The account's mail is kept here; false: nothing of it may be written down. */
  keepsRows: boolean;
  /** Brings the server's list of folders into the register. */
  listFolders(call: Call): Promise<unknown>;
  /** Folders that must be asked for news because of what was done. */
  wantPull(folderIds: readonly string[]): void;
  /** Operations of these other accounts waited for what was just done. */
  onFreed(accountIds: readonly string[]): void;
}
