import { toAppError, type AppErrorData } from '../../src-shared/error.ts';
import type { Timer } from '../platform/clock.ts';
import type { AccountEngine, EnginePorts, EngineState } from './engine-ports.ts';
import { fetchMany } from './fetch-many.ts';
import { createFolderListing } from './folder-listing.ts';
import type { FolderEntry } from './folder-register.ts';
import { createOnlineRows, onServerOnly, type OnlineRows } from './online-rows.ts';
import { createOpenBody } from './open-body.ts';
import { createOpenParts } from './open-parts.ts';
import { createPullRunner } from './pull-runner.ts';
import type { PullPorts } from './pull-ports.ts';
import { createReplayRunner } from './replay-runner.ts';
import { createServerSearch } from './server-search.ts';
import { createSession, type Session } from './session.ts';
import { createSyncRequests } from './sync-requests.ts';
import { tellTaken } from './rest.ts';
import { createUnitSize, pieceUnits, rowUnits } from './unit-size.ts';
import { createUrgentWork } from './urgent-work.ts';
import { watchInbox } from './watch.ts';
import { createWholeLater } from './whole-later.ts';

/** All folders are asked this often while connected (one LIST-STATUS where the server has it). */
const sweepEvery = 3 * 60_000;

/** Joins what one account's mail needs: the session, the sending of what waits, and the asking for news. */
export function createAccountEngine(ports: EnginePorts): AccountEngine {
  const { backend, clock, register } = ports;
  const accountId = ports.account().accountId;
  const keepsRows = ports.account().mode !== 'online';
  const pullPorts: PullPorts = {
    ...ports,
    keepsRows,
    rowUnit: createUnitSize(rowUnits, clock),
    giveWay: () => replay.settled(),
    onProgress: headerProgress,
    onTaken: (messageIds) => void tellTaken(messageIds, ports),
  };
  /** Of an account in mode `online`; the engine is made anew when the mode changes. */
  const online: OnlineRows | null =
    ports.account().mode === 'online' ? createOnlineRows({ ...pullPorts, accountId, log: ports.log }) : null;
  /** The names of an online account's folders are only in memory: changes that wait are sent once they are known. */
  let foldersKnown = online === null;
  let current: EngineState = {
    state: 'connecting',
    error: null,
    lastSyncAt: ports.syncTimes.get(accountId),
    lastHeardAt: null,
    failures: new Map(),
    progress: null,
  };
  let sweepTimer: Timer | null = null;
  const requests = createSyncRequests();
  const pieces = createUnitSize(pieceUnits, clock);
  const listing = createFolderListing({ ...ports, accountId });

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
      replay.kick();
      pull.wantAll();
      void watchInbox({
        accountId,
        backend,
        register,
        clock,
        signal,
        onNews: (folderId) => pull.heard(folderId),
        onFolders: () => pull.wantAll(),
      }).catch((thrown: unknown) => {
        if (!signal.aborted) session.lost(toAppError(thrown));
      });
      scheduleSweep();
    },
  });

  const urgent = createUrgentWork();
  const later = createWholeLater({ ...ports, kick: () => void pull.run() });
  const openBody = createOpenBody(ports, session, later);
  const openParts = createOpenParts(ports, session);

  const replay = createReplayRunner({
    ...ports,
    accountId,
    keepsRows,
    session,
    listing,
    requests,
    foldersKnown: () => foldersKnown,
    want: (folderId) => pull.want(folderId),
    failed,
  });

  const pull = createPullRunner({
    engine: ports,
    pull: pullPorts,
    accountId,
    session,
    listing,
    requests,
    replay,
    urgent,
    later,
    online,
    onFoldersKnown() {
      foldersKnown = true;
    },
    lastError: () => current.error,
    setState,
    failed,
  });

  function setState(change: Partial<EngineState>): void {
    current = { ...current, ...change };
    ports.onState();
  }

  function headerProgress(entry: FolderEntry, done: number, total: number): void {
    if (session.signal() === null) return;
    current = { ...current, progress: { folderId: entry.folderId, folderName: entry.name, done, total } };
    ports.onProgress(entry, done, total, 'headers');
  }

  function scheduleSweep(): void {
    sweepTimer?.cancel();
    sweepTimer = clock.setTimeout(() => {
      if (session.signal() === null) return;
      pull.wantAll();
      scheduleSweep();
    }, sweepEvery);
  }

  function failed(thrown: unknown, signal: AbortSignal): void {
    if (signal.aborted) return;
    const error = toAppError(thrown);
    if (error.code === 'quota' && error.data.server === undefined) {
      // Our disk, not the connection: what needs no room goes on.
      setState({ state: 'idle', error: error.data, progress: null });
      return;
    }
    ports.log('warn', 'connection given up', { accountId, code: error.code, detail: error.data.detail });
    session.lost(error);
  }

  return {
    backend,
    state: () => current,
    reachesServer: () => current.state === 'syncing' || current.state === 'idle',
    start: () => void session.ensure().catch(() => undefined),
    stop() {
      replay.stop();
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
      await online.need(folderId, count, { lane: 'interactive', signal });
    },
    onServer: async (work) => await work(backend, { lane: 'interactive', signal: await session.ensure() }),
    search: createServerSearch({
      ...ports,
      take: online?.take ?? null,
      connect: async () => ({ lane: 'interactive', signal: await session.ensure() }),
    }),
    kick: () => replay.kick(),
    look: (folderId) => pull.want(folderId),
    checkConnection() {
      if (session.signal() === null) session.wake();
      else
        void backend.ping(10_000).then(
          () => pull.wantAll(),
          (thrown: unknown) => session.lost(toAppError(thrown)),
        );
    },
    async sync(wish) {
      const report = requests.open(accountId);
      const wasLost = (error: AppErrorData): boolean => error.code === 'connection-lost';
      // A connection that breaks is made again once: Dovecot hangs up on whoever has a folder open that
      // another program deletes or renames. What it may have taken along is looked for twice, and then asked for.
      for (let attempt = 0; attempt < 3; attempt += 1) {
        report.errors = report.errors.filter((error) => !wasLost(error));
        try {
          await session.ensure();
          replay.kick();
          const done = requests.wait(wish, report);
          // Lost in this very moment: nobody else would answer.
          if (!pull.run()) requests.failAll(current.error);
          await done;
        } catch (thrown) {
          report.errors.push(toAppError(thrown).data);
        }
        const isLost = report.errors.some(wasLost);
        if (isLost ? attempt > 0 : !(await replay.lookedTwice())) break;
      }
      requests.close(report);
      return report;
    },
    rawMany: (messageIds) =>
      fetchMany(messageIds, {
        ...ports,
        size: pieces,
        connect: () => session.ensure(),
        giveWay: () => replay.settled(),
      }),
    raw: (messageId) => urgent.run(() => openBody.raw(messageId)),
    partly: (messageId) => urgent.run(() => openParts.open(messageId)),
    partAlone: (messageId, partId) => urgent.run(() => openParts.part(messageId, partId)),
    wholeLater: (messageId) => later.want(messageId),
    stopFetching(messageId) {
      openBody.stop(messageId);
      openParts.stop(messageId);
    },
  };
}
