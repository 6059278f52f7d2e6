import type { NewRow } from '../../src-shared/model/message.ts';
import type { Backend } from '../backends/backend.ts';
import type { CachePort } from '../cache/cache-port.ts';
import type { Clock } from '../platform/clock.ts';
import type { CrashControl } from '../platform/crash-points.ts';
import type { FolderLocks } from './folder-locks.ts';
import type { FolderEntry, FolderRegister } from './folder-register.ts';
import type { UnitSize } from './unit-size.ts';

export interface PullPorts {
  cache: CachePort;
  register: FolderRegister;
  backend: Backend;
  locks: FolderLocks;
  clock: Clock;
  crash: CrashControl;
  /** The cache keeps what was once listed; false: rows are only shown for the moment, and listed anew at any change. */
  keepsRows: boolean;
  /** Rows of one FETCH: a unit of bulk work. */
  rowUnit: UnitSize;
  /** Between two units: resolves when nothing more urgent is being done. Never while a folder's lock is held. */
  giveWay(): Promise<void>;
  onProgress(entry: FolderEntry, done: number, total: number): void;
  /** Rows that came after the first sync of the folder, now in the cache. */
  onRows(entry: FolderEntry, rows: readonly NewRow[], messageIds: readonly string[]): void;
  /** Rows of a first sync on their way into the cache; what it gives is called with their ids once they are there. */
  onOlderRows(entry: FolderEntry, rows: readonly NewRow[]): (messageIds: readonly string[]) => void;
  /** Between two units: resolves when more of such rows may come. */
  roomForOlderRows(): Promise<void>;
  /** Of these rows the body was here already: it rested. */
  onTaken(messageIds: readonly string[]): void;
  /** UIDVALIDITY changed; rows that could be told with certainty keep their ids. */
  onRenumbered(entry: FolderEntry): void;
}

export interface PullReport {
  added: number;
  changed: number;
  removed: number;
}
