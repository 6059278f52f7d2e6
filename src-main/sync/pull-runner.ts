import { AppError, toAppError, type AppErrorData } from '../../src-shared/error.ts';
import { countUids } from '../../src-shared/uid-set.ts';
import type { Call } from '../backends/backend.ts';
import { createBodiesAhead } from './bodies-ahead.ts';
import type { EnginePorts, EngineState } from './engine-ports.ts';
import type { FolderListing } from './folder-listing.ts';
import { folderRank } from './folder-rank.ts';
import type { FolderEntry } from './folder-register.ts';
import { createOldNews } from './old-news.ts';
import type { OnlineRows } from './online-rows.ts';
import { leftBehind } from './left-behind.ts';
import type { PullPorts, PullReport } from './pull-ports.ts';
import { pullInTurns, rowsPerTurn, upTo, type Turn } from './pull-turns.ts';
import { pullFolder, pullKnown } from './pull.ts';
import { compareDue, unchangedSince } from './reconcile.ts';
import { withdrawOffers } from './put-back.ts';
import type { ReplayRunner } from './replay-runner.ts';
import { forgetRested } from './rest.ts';
import type { Session } from './session.ts';
import { speaksForAccount } from './server-wish.ts';
import { lostData, type SyncRequests } from './sync-requests.ts';
import type { UrgentWork } from './urgent-work.ts';
import type { WholeLater } from './whole-later.ts';

export interface PullRunnerPorts {
  engine: EnginePorts;
  pull: PullPorts;
  accountId: string;
  session: Session;
  listing: FolderListing;
  requests: SyncRequests;
  replay: ReplayRunner;
  urgent: UrgentWork;
  later: WholeLater;
  /** Of an account whose mail is only on its server. */
  online: OnlineRows | null;
  onFoldersKnown(): void;
  lastError(): AppErrorData | null;
  setState(change: Partial<EngineState>): void;
  failed(thrown: unknown, signal: AbortSignal): void;
}

/** Asks the server for what changed: single folders soon, all of them in passes, and bodies ahead of time. */
export interface PullRunner {
  /** This folder is to be asked, before others. */
  want(folderId: string): void;
  /** The server told of something in this folder, which may be known already. */
  heard(folderId: string): void;
  /** All folders are to be asked. */
  wantAll(): void;
  /** Starts when there is a connection and something to do; false when nothing runs. */
  run(): boolean;
}

export function createPullRunner(ports: PullRunnerPorts): PullRunner {
  const { engine, accountId, session, requests, replay, online, setState } = ports;
  const { register, cache } = engine;
  const wanted = new Map<string, 'asked' | 'heard'>();
  const failedFolders = new Map<string, AppErrorData>();
  const oldNews = createOldNews({ ...engine, accountId });
  let passWanted = false;
  const ahead = createBodiesAhead({ ...ports, pullWanted, passWanted: () => passWanted });
  let running: Promise<void> | null = null;

  function somethingToDo(): boolean {
    // Nothing is fetched ahead of an account that keeps nothing here.
    return passWanted || wanted.size > 0 || requests.waiting() || (online === null && ahead.waiting());
  }

  function run(): boolean {
    const signal = session.signal();
    if (running !== null) return true;
    if (signal === null) return false;
    running = work(signal).finally(() => {
      running = null;
      if (session.signal() === null) requests.failAll(ports.lastError());
      else if (somethingToDo()) run();
    });
    return true;
  }

  async function work(signal: AbortSignal): Promise<void> {
    const call: Call = { lane: 'bulk', signal };
    // Taken down meanwhile, between two calls that do not notice: what the session says of the account stands.
    const tell = (change: Partial<EngineState>): void => {
      if (!signal.aborted) setState(change);
    };
    try {
      while (somethingToDo()) {
        signal.throwIfAborted();
        tell({ state: 'syncing' });
        const taken = requests.take();
        const one = taken.length === 1 && !passWanted ? (taken[0]?.folderId ?? null) : null;
        const full = passWanted || (taken.length > 0 && one === null);
        passWanted = false;
        try {
          await replay.settled();
          if (one !== null) {
            wanted.delete(one);
            await pullOne(one, upTo(rowsPerTurn), call);
          }
          if (full) {
            if (taken.length > 0) await pullInbox(call);
            await pullEverything(call);
          }
          await pullWanted(call);
          if (online === null) await ahead.run(taken, call);
          await replay.settled();
        } catch (thrown) {
          for (const request of taken) {
            // Taken down from elsewhere: why the connection went says more than that this call was cancelled.
            request.report.errors.push(
              signal.aborted ? (ports.lastError() ?? lostData) : toAppError(thrown).data,
            );
            request.settle();
          }
          throw thrown;
        }
        await withdrawOffers(accountId, engine);
        if (full) passed();
        else {
          const failures = new Map(failedFolders);
          setState(
            failures.size > 0
              ? { failures }
              : { failures, lastHeardAt: new Date(engine.clock.now()).toISOString() },
          );
        }
        for (const request of taken) request.settle();
      }
      session.worked();
      tell({ state: 'idle', error: null, progress: null });
    } catch (thrown) {
      ports.failed(thrown, signal);
    }
  }

  /** All folders were asked. Those that did not answer as they should are told, and then it was no whole sync. */
  function passed(): void {
    for (const folderId of failedFolders.keys())
      if (register.get(folderId) === undefined) failedFolders.delete(folderId);
    const failures = new Map(failedFolders);
    if (failures.size > 0) {
      setState({ failures });
      return;
    }
    const lastSyncAt = new Date(engine.clock.now()).toISOString();
    engine.syncTimes.set(accountId, lastSyncAt);
    setState({ failures, lastSyncAt });
  }

  async function pullWanted(call: Call): Promise<void> {
    for (const [folderId, why] of wanted) {
      wanted.delete(folderId);
      const isOld = why === 'heard' && online === null && (await oldNews.isOld(folderId, call));
      if (!isOld) await pullOne(folderId, upTo(rowsPerTurn), call);
    }
  }

  async function pullInbox(call: Call): Promise<void> {
    const inbox = register.byRole(accountId, 'inbox');
    if (inbox === undefined || online !== null) return;
    try {
      note(await pullKnown(inbox.folderId, ports.pull, call));
    } catch (thrown) {
      // The pass asks it again and says what is wrong with it.
      if (toAppError(thrown).data.scope !== 'folder' || call.signal.aborted) throw thrown;
    }
  }

  async function pullEverything(call: Call): Promise<void> {
    const statuses = await ports.listing.list(call);
    const records = new Map(
      (await cache.call('folders', { accountId })).map((folder) => [folder.folderId, folder]),
    );
    const entries = register
      .all(accountId)
      .filter((entry) => entry.selectable && !entry.local)
      .toSorted((a, b) => folderRank(a) - folderRank(b));
    if (online !== null) {
      ports.onFoldersKnown();
      replay.kick();
      await replay.settled();
      await online.pass(entries, statuses, call, note);
      return;
    }
    await forgetRested(accountId, engine);
    const changed: FolderEntry[] = [];
    for (const entry of entries) {
      const status = statuses.get(entry.folderId) ?? null;
      if (status !== null) status.exists -= countUids(leftBehind(entry));
      const cursor = records.get(entry.folderId)?.cursor ?? null;
      // A kill left cache and register with different numberings: a pass brings them together.
      const apart = cursor !== null && (cursor.gen !== entry.gen || cursor.uidValidity !== entry.uidValidity);
      if (apart || !unchangedSince(cursor, status) || compareDue(cursor, engine.clock.now()))
        changed.push(entry);
    }
    await pullInTurns(
      changed,
      { cache, accountId, pullWanted, pullOne, othersWait: () => wanted.size > 0 },
      call,
    );
  }

  /** A folder that fails alone is reported and passed over; the connection's failure is thrown. */
  async function pullOne(folderId: string, mayGoOn: Turn, call: Call): Promise<boolean> {
    try {
      note(
        online === null
          ? await pullFolder(folderId, mayGoOn, ports.pull, call)
          : await online.refresh(folderId, call),
      );
      failedFolders.delete(folderId);
      oldNews.pulled(folderId);
      return true;
    } catch (thrown) {
      const error = toAppError(thrown);
      if (error.data.scope === 'account' || error.data.scope === 'app' || call.signal.aborted) throw thrown;
      if (speaksForAccount(error.data)) throw new AppError({ ...error.data, scope: 'account' }, thrown);
      engine.log('warn', 'folder not synced', { folderId, code: error.code });
      failedFolders.set(folderId, error.data);
      requests.failed(error.data);
      return false;
    }
  }

  function note(report: PullReport): void {
    if (report.added > 0) session.worked();
    requests.pulled(report);
  }

  return {
    want(folderId) {
      wanted.set(folderId, 'asked');
      run();
    },
    heard(folderId) {
      if (!wanted.has(folderId)) wanted.set(folderId, 'heard');
      run();
    },
    wantAll() {
      passWanted = true;
      run();
    },
    run,
  };
}
