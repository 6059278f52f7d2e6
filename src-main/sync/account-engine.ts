import { AppError, toAppError, type AppErrorData } from '../../src-shared/error.ts';
import { countUids } from '../../src-shared/uid-set.ts';
import type { SyncReport } from '../../src-shared/ipc/areas/mail.ts';
import type { AccountSettings, AccountState } from '../../src-shared/model/account.ts';
import type { Backend, Call, Lane } from '../backends/backend.ts';
import type { Clock, Timer } from '../platform/clock.ts';
import type { BodyPorts } from './bodies.ts';
import { fetchRaw, notCached, rawHere } from './bodies.ts';
import { createOnlineRows, onServerOnly, type OnlineRows } from './online-rows.ts';
import { createServerSearch, type ServerSearch } from './server-search.ts';
import { prefetch } from './prefetch.ts';
import { passFolders } from './folder-pass.ts';
import type { FolderEntry } from './folder-register.ts';
import type { FolderLocks } from './folder-locks.ts';
import { leftBehind, pullFolder, type PullPorts, type PullReport } from './pull.ts';
import { unchangedSince } from './reconcile.ts';
import { hasReadyOp, replayAll } from './replay.ts';
import { createSession, type Session } from './session.ts';
import { watchInbox } from './watch.ts';

/** All folders are asked this often while connected (one LIST-STATUS where the server has it). */
const sweepEvery = 3 * 60_000;
/** Rows of a first sync taken from one folder before others get their turn. */
const rowsPerTurn = 5_000;

export type BodiesWish = 'policy' | 'none' | 'all';
export type AccountReport = SyncReport['accounts'][number];

export interface EnginePorts extends BodyPorts {
  account(): AccountSettings;
  locks: FolderLocks;
  clock: Clock;
  onState(): void;
  onProgress(entry: FolderEntry, done: number, total: number, phase: 'headers' | 'bodies'): void;
  onRows: PullPorts['onRows'];
  onRenumbered: PullPorts['onRenumbered'];
  /** Operations of these other accounts waited for what this one did. */
  onFreed(accountIds: readonly string[]): void;
  log(level: 'debug' | 'info' | 'warn', message: string, detail?: Record<string, unknown>): void;
}

export interface EngineState {
  state: AccountState;
  error: AppErrorData | null;
  lastSyncAt: string | null;
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
  /** Rows that a list is about to show are fetched first, where the account keeps none here. */
  need(folderId: string, count: number): Promise<void>;
  /** Why nothing can be done to the account's mail now: it is only on the server. Null: it can. */
  away(): AppError | null;
  /** What the server finds; null: there is no server to ask. */
  readonly search: ServerSearch | null;
}

interface Request {
  folderId: string | null;
  bodies: BodiesWish;
  report: AccountReport;
  settle(): void;
}

const lostData: AppErrorData = {
  code: 'connection-lost',
  scope: 'account',
  next: 'retry',
  detail:
    'The connection to the server was lost before everything was asked. What is here is kept; it goes on at the next connection.',
};

export function createAccountEngine(ports: EnginePorts): AccountEngine {
  const { backend, clock, register } = ports;
  const accountId = ports.account().accountId;
  const pullPorts: PullPorts = { ...ports, onProgress: headerProgress };
  /** Of an account in mode `online`; the engine is made anew when the mode changes. */
  const online: OnlineRows | null =
    ports.account().mode === 'online' ? createOnlineRows({ ...pullPorts, accountId, log: ports.log }) : null;
  /** The names of an online account's folders are only in memory: changes that wait are sent once they are known. */
  let foldersKnown = online === null;
  let current: EngineState = { state: 'connecting', error: null, lastSyncAt: null, progress: null };
  let passWanted = false;
  /** Fetching ahead by policy is not finished: it gives way to everything else and goes on after it. */
  let prefetchWanted = false;
  const wanted = new Set<string>();
  const requests: Request[] = [];
  let pulling: Promise<void> | null = null;
  let replaying: Promise<void> | null = null;
  let listing: ReturnType<typeof passFolders> | null = null;
  /** The session in which the server's folders were listed. */
  let listedIn: AbortSignal | null = null;
  let replayAgain = false;
  let replayTimer: Timer | null = null;
  let sweepTimer: Timer | null = null;
  const reports = new Set<AccountReport>();

  const session: Session = createSession({
    backend,
    clock,
    onState(state, error) {
      online?.lost(false);
      setState({ state, error, progress: null });
    },
    onUp(signal) {
      online?.connected();
      setState({ state: 'syncing', error: null });
      passWanted = true;
      replay();
      pull();
      void watchInbox({
        accountId,
        backend,
        register,
        clock,
        signal,
        onNews: (folderId) => want(folderId),
      }).catch((thrown: unknown) => {
        if (!signal.aborted) session.lost(toAppError(thrown));
      });
      scheduleSweep();
    },
  });

  function setState(change: Partial<EngineState>): void {
    current = { ...current, ...change };
    ports.onState();
  }

  function headerProgress(entry: FolderEntry, done: number, total: number): void {
    current = { ...current, progress: { folderId: entry.folderId, folderName: entry.name, done, total } };
    ports.onProgress(entry, done, total, 'headers');
  }

  function callOn(lane: Lane, signal: AbortSignal): Call {
    return { lane, signal };
  }

  // ---- sending what waits
  function replay(): void {
    if (replaying !== null) {
      replayAgain = true;
      return;
    }
    const signal = session.signal();
    if (signal !== null && !foldersKnown) return;
    if (signal === null) {
      // Waiting for the network is not an error; a connection attempt is made when none is refused.
      void session.ensure().catch(() => undefined);
      return;
    }
    replaying = runReplay(signal).finally(() => {
      replaying = null;
      if (replayAgain && session.signal() !== null) {
        replayAgain = false;
        replay();
      }
    });
  }

  async function runReplay(signal: AbortSignal): Promise<void> {
    try {
      // A folder that was renamed or made anew meanwhile must be known by its name before anything goes there.
      if (listedIn !== signal && hasReadyOp({ accountId, journal: ports.journal, clock }))
        await listFolders(callOn('interactive', signal));
      do {
        replayAgain = false;
        const report = await replayAll(
          { ...ports, accountId, wantPull: (ids) => ids.forEach(want) },
          callOn('interactive', signal),
        );
        for (const open of reports) {
          open.pushed += report.pushed;
          open.parked += report.parked;
        }
        replayTimer?.cancel();
        if (report.nextTryAt !== null)
          replayTimer = clock.setTimeout(replay, Math.max(0, report.nextTryAt - clock.now()));
      } while (replayAgain);
    } catch (thrown) {
      failed(thrown, signal);
    }
  }

  /** One LIST at a time: two would each add a folder that is new. */
  async function listFolders(call: Call): ReturnType<typeof passFolders> {
    listing ??= passFolders({ ...ports, accountId }, call).finally(() => {
      listing = null;
    });
    const statuses = await listing;
    listedIn = call.signal;
    return statuses;
  }

  // ---- asking for what changed
  function want(folderId: string): void {
    wanted.add(folderId);
    pull();
  }

  function pull(): void {
    const signal = session.signal();
    if (pulling !== null || signal === null) return;
    pulling = runPull(signal).finally(() => {
      pulling = null;
      if (session.signal() === null) failRequests(current.error);
      else if (somethingToPull()) pull();
    });
  }

  function somethingToPull(): boolean {
    return passWanted || prefetchWanted || wanted.size > 0 || requests.length > 0;
  }

  async function runPull(signal: AbortSignal): Promise<void> {
    const call = callOn('bulk', signal);
    try {
      while (somethingToPull()) {
        setState({ state: 'syncing' });
        const taken = requests.splice(0);
        const one = taken.length === 1 && !passWanted ? (taken[0]?.folderId ?? null) : null;
        const full = passWanted || (taken.length > 0 && one === null);
        passWanted = false;
        try {
          await (replaying ?? Promise.resolve());
          if (one !== null) wanted.add(one);
          if (full) await pullEverything(call);
          await pullWanted(call);
          await bodies(taken, call);
          await (replaying ?? Promise.resolve());
        } catch (thrown) {
          for (const request of taken) {
            // Taken down from elsewhere: why the connection went says more than that this call was cancelled.
            request.report.errors.push(
              signal.aborted ? (current.error ?? lostData) : toAppError(thrown).data,
            );
            request.settle();
          }
          throw thrown;
        }
        if (full) current.lastSyncAt = new Date(clock.now()).toISOString();
        for (const request of taken) request.settle();
      }
      session.worked();
      setState({ state: 'idle', error: null, progress: null });
    } catch (thrown) {
      failed(thrown, signal);
    }
  }

  async function pullWanted(call: Call): Promise<void> {
    while (wanted.size > 0) {
      const [folderId] = wanted;
      if (folderId === undefined) return;
      wanted.delete(folderId);
      await pullOne(folderId, rowsPerTurn, call);
    }
  }

  async function pullEverything(call: Call): Promise<void> {
    const statuses = await listFolders(call);
    const records = new Map(
      (await ports.cache.call('folders', { accountId })).map((folder) => [folder.folderId, folder]),
    );
    const entries = register
      .all(accountId)
      .filter((entry) => entry.selectable && !entry.local)
      .toSorted((a, b) => rank(a) - rank(b));
    if (online !== null) {
      foldersKnown = true;
      replay();
      await (replaying ?? Promise.resolve());
      await online.pass(entries, statuses, call, note);
      return;
    }
    const changed: FolderEntry[] = [];
    for (const entry of entries) {
      const status = statuses.get(entry.folderId) ?? null;
      if (status !== null) status.exists -= countUids(leftBehind(entry));
      if (!unchangedSince(records.get(entry.folderId)?.cursor ?? null, status)) changed.push(entry);
    }
    // Everywhere the newest rows first: usable at once; then the rest in turns.
    for (const entry of changed) {
      await pullWanted(call);
      await pullOne(entry.folderId, 1, call);
    }
    let open = changed;
    while (open.length > 0) {
      const still: FolderEntry[] = [];
      for (const entry of open) {
        await pullWanted(call);
        if (await pullMore(entry, call)) still.push(entry);
      }
      open = still;
    }
  }

  /** One more turn of a first sync; false when the folder is complete. */
  async function pullMore(entry: FolderEntry, call: Call): Promise<boolean> {
    const folder = (await ports.cache.call('folders', { accountId })).find(
      (record) => record.folderId === entry.folderId,
    );
    if (folder?.cursor == null || folder.cursor.lowUid <= 1) return false;
    return await pullOne(entry.folderId, rowsPerTurn, call);
  }

  /** A folder that fails alone is reported and passed over; the connection's failure is thrown. */
  async function pullOne(folderId: string, rows: number, call: Call): Promise<boolean> {
    try {
      note(
        online === null
          ? await pullFolder(folderId, rows, pullPorts, call)
          : await online.refresh(folderId, call),
      );
      return true;
    } catch (thrown) {
      const error = toAppError(thrown);
      if (error.data.scope === 'account' || error.data.scope === 'app' || call.signal.aborted) throw thrown;
      ports.log('warn', 'folder not synced', { folderId, code: error.code });
      for (const open of reports) open.errors.push(error.data);
      return false;
    }
  }

  function note(report: PullReport): void {
    if (report.added > 0) session.worked();
    for (const open of reports) {
      open.added += report.added;
      open.changed += report.changed;
      open.removed += report.removed;
    }
  }

  async function bodies(taken: readonly Request[], call: Call): Promise<void> {
    // Nothing is fetched ahead of an account that keeps nothing here.
    if (online !== null) return;
    const all = taken.some((request) => request.bodies === 'all');
    const asked = all || taken.some((request) => request.bodies === 'policy');
    // Fetching ahead gives way before its first message too: it would start the reader of mail for nothing.
    if (!asked && (taken.length > 0 || requests.length > 0)) {
      prefetchWanted = true;
      return;
    }
    prefetchWanted = !(await prefetch({
      entries: register.all(accountId).toSorted((a, b) => rank(a) - rank(b)),
      policy: ports.account().bodies,
      everything: all,
      ports,
      clock,
      call,
      async giveWay() {
        await pullWanted(call);
        return !asked && (requests.length > 0 || passWanted);
      },
      onError: (error) => reports.forEach((open) => open.errors.push(error.data)),
    }));
  }

  function rank(entry: FolderEntry): number {
    const order = ['inbox', 'drafts', 'sent', null, 'flagged', 'archive', 'junk', 'trash', 'all'];
    return order.indexOf(entry.role);
  }

  function scheduleSweep(): void {
    sweepTimer?.cancel();
    sweepTimer = clock.setTimeout(() => {
      if (session.signal() === null) return;
      passWanted = true;
      pull();
      scheduleSweep();
    }, sweepEvery);
  }

  function failed(thrown: unknown, signal: AbortSignal): void {
    if (signal.aborted) return;
    const error = toAppError(thrown);
    ports.log('warn', 'connection given up', { accountId, code: error.code, detail: error.data.detail });
    session.lost(error);
  }

  function failRequests(error: AppErrorData | null): void {
    for (const request of requests.splice(0)) {
      request.report.errors.push(error ?? lostData);
      request.settle();
    }
  }

  return {
    backend,
    state: () => current,
    reachesServer: () => current.state === 'syncing' || current.state === 'idle',
    start: () => void session.ensure().catch(() => undefined),
    stop() {
      replayTimer?.cancel();
      sweepTimer?.cancel();
      session.stop();
    },
    setOnline(wanted) {
      session.setOnline(wanted);
      if (!wanted) online?.lost(true);
    },
    tryNow: () => session.tryNow(),
    away: () => (online?.away() === true ? onServerOnly(ports.account().name) : null),
    async need(folderId, count) {
      if (online === null) return;
      let signal: AbortSignal;
      try {
        signal = await session.ensure();
      } catch (thrown) {
        const error = toAppError(thrown);
        throw error.code === 'offline' ? onServerOnly(ports.account().name) : error;
      }
      await online.need(folderId, count, callOn('interactive', signal));
    },
    search: createServerSearch({
      ...ports,
      take: online?.take ?? null,
      connect: async () => callOn('interactive', await session.ensure()),
    }),
    kick: () => replay(),
    look: (folderId) => want(folderId),
    checkConnection() {
      if (session.signal() === null) void session.tryNow().catch(() => undefined);
      else
        void backend.ping(10_000).then(
          () => {
            passWanted = true;
            pull();
          },
          (thrown: unknown) => session.lost(toAppError(thrown)),
        );
    },
    async sync(wish) {
      const report: AccountReport = {
        accountId,
        added: 0,
        changed: 0,
        removed: 0,
        pushed: 0,
        parked: 0,
        errors: [],
      };
      reports.add(report);
      const wasLost = (error: AppErrorData): boolean => error.code === 'connection-lost';
      // A connection that breaks is made again once: Dovecot hangs up on whoever has a folder open that
      // another program deletes or renames.
      for (let attempt = 0; attempt < 2; attempt += 1) {
        report.errors = report.errors.filter((error) => !wasLost(error));
        try {
          await session.ensure();
          replay();
          await new Promise<void>((settle) => {
            requests.push({ folderId: wish.folderId ?? null, bodies: wish.bodies, report, settle });
            pull();
            // Lost in this very moment: nobody else would answer.
            if (pulling === null) failRequests(current.error);
          });
        } catch (thrown) {
          report.errors.push(toAppError(thrown).data);
        }
        if (!report.errors.some(wasLost)) break;
      }
      reports.delete(report);
      return report;
    },
    async raw(messageId) {
      const here = await rawHere(messageId, ports);
      if (here !== null) return here;
      let signal: AbortSignal;
      try {
        signal = await session.ensure();
      } catch (thrown) {
        const error = toAppError(thrown);
        throw new AppError(
          {
            ...notCached().data,
            ...(error.code === 'offline' ? {} : { detail: `${notCached().message} ${error.data.detail}` }),
          },
          thrown,
        );
      }
      return await fetchRaw(messageId, ports, callOn('interactive', signal));
    },
  };
}
