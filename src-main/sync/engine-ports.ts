import type { AppError, AppErrorData } from '../../src-shared/error.ts';
import type { SyncReport } from '../../src-shared/ipc/areas/mail.ts';
import type { AccountSettings, AccountState } from '../../src-shared/model/account.ts';
import type { RestOfMessage } from '../../src-shared/model/structure.ts';
import type { Backend, Call } from '../backends/backend.ts';
import type { Clock } from '../platform/clock.ts';
import type { SpaceGuard } from '../platform/free-space.ts';
import type { BodyPorts } from './bodies.ts';
import type { FolderLocks } from './folder-locks.ts';
import type { OpenBodyPorts } from './open-body.ts';
import type { PartlyHere } from './open-parts.ts';
import type { FolderEntry } from './folder-register.ts';
import type { PullPorts } from './pull-ports.ts';
import type { ServerSearch } from './server-search.ts';
import type { SyncTimes } from './sync-times.ts';

export type BodiesWish = 'policy' | 'none' | 'all';
export type AccountReport = SyncReport['accounts'][number];

export interface EnginePorts extends BodyPorts, Pick<OpenBodyPorts, 'begun' | 'onFetching'> {
  account(): AccountSettings;
  locks: FolderLocks;
  syncTimes: Pick<SyncTimes, 'get' | 'set'>;
  clock: Clock;
  space: SpaceGuard;
  onState(): void;
  onProgress(entry: FolderEntry, done: number, total: number, phase: 'headers' | 'bodies'): void;
  onRows: PullPorts['onRows'];
  onOlderRows: PullPorts['onOlderRows'];
  roomForOlderRows: PullPorts['roomForOlderRows'];
  onRenumbered: PullPorts['onRenumbered'];
  /** Operations of these other accounts waited for what this one did. */
  onFreed(accountIds: readonly string[]): void;
  log(level: 'debug' | 'info' | 'warn', message: string, detail?: Record<string, unknown>): void;
}

export interface ManyBodies {
  found: Map<string, Buffer>;
  error: AppErrorData | null;
}

export interface EngineState {
  state: AccountState;
  error: AppErrorData | null;
  lastSyncAt: string | null;
  /** When what the server told of, in one folder or more, was last fetched. */
  lastHeardAt: string | null;
  /** By folder id: why it could not be checked the last time. */
  failures: ReadonlyMap<string, AppErrorData>;
  progress: { folderId: string; folderName: string; done: number; total: number } | null;
}

/** One account's mail: connected when it can be, sending what waits, asking for what changed. */
export interface AccountEngine {
  readonly backend: Backend;
  state(): EngineState;
  /** Its server answers at present: there is a network. */
  reachesServer(): boolean;
  start(): void;
  stop(): void;
  setOnline(online: boolean): void;
  tryNow(): Promise<void>;
  /** Something waits in the journal. */
  kick(): void;
  /** The user looks at this folder: it is asked first. */
  look(folderId: string): void;
  /** Network or power changed: prove the connection, or make it anew. */
  checkConnection(): void;
  /** Resolves when nothing is left to do for this account; never rejects. */
  sync(wish: { folderId?: string; bodies: BodiesWish }): Promise<AccountReport>;
  /** The exact bytes: from here, else from the server. */
  raw(messageId: string): Promise<Buffer>;
  /**
   * Of several at once, as bulk work that gives way to the user: what is not here is fetched unit by unit, and nothing
   * is kept. `error`: why those that are left out, and were not gone, could not be had. Never rejects.
   */
  rawMany(messageIds: readonly string[]): Promise<ManyBodies>;
  /** A large message that is not here, with its text first. Null: `raw` is to be asked. @throws AppError `not-cached` */
  partly(messageId: string): Promise<PartlyHere | null>;
  /** One part that `partly` left out, as a message of its own. Null: `raw` is to be asked. */
  partAlone(messageId: string, partId: string): Promise<Buffer | null>;
  /** The rest of what `partly` gave is to come when nothing else is to be done. Says whether it will. */
  wholeLater(messageId: string): Promise<RestOfMessage>;
  /** Stops fetching a large message; what came of it is kept. */
  stopFetching(messageId: string): void;
  /** Rows that a list is about to show are brought first: from the server in mode online, else from mail that lies here. */
  need(folderId: string, count: number): Promise<void>;
  /** Why nothing can be done to the account's mail now: it is only on the server. Null: it can. */
  away(): AppError | null;
  /** What the server finds; null: there is no server to ask. */
  readonly search: ServerSearch | null;
  /** Asks the server what is not kept here; null: there is no server to ask. Rejects when it is out of reach. */
  readonly onServer: (<T>(work: (backend: Backend, call: Call) => Promise<T>) => Promise<T>) | null;
}
