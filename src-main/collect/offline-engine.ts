import { toAppError, type AppError, type AppErrorData } from '../../src-shared/error.ts';
import type { AccountState } from '../../src-shared/model/account.ts';
import { delay, type Timer } from '../platform/clock.ts';
import type { AccountEngine, EngineState } from '../sync/engine-ports.ts';
import { backoffMs } from '../sync/backoff.ts';
import { wishedWaitMs } from '../sync/server-wish.ts';
import { needsUser, offline, stateOf } from '../sync/session.ts';
import type { SyncTimes } from '../sync/sync-times.ts';
import type { Collected } from './collect.ts';
import { createVisits, type VisitPorts } from './visits.ts';
import { wholeElsewhere, wholeGone, wholeNotNow } from './whole-requests.ts';

/** Mail is collected this often while the account is on the network. */
const every = 5 * 60_000;
/** A list of mail that lies here waits so long for its rows at most; folders say what is still missing. */
const longestListing = 5_000;
/** After a failed sign-in nothing tries again by itself for this long. */
const loginPause = 10_000;

export interface OfflineEnginePorts extends VisitPorts {
  /** Runs the account's folders on this computer; always connected. */
  inner: AccountEngine;
  /** When mail was collected last, over restarts. */
  syncTimes: Pick<SyncTimes, 'get' | 'set'>;
  onState(): void;
  log(level: 'debug' | 'info' | 'warn', message: string, detail?: Record<string, unknown>): void;
}

/**
 * An account that takes its mail home: its folders are local and always there (the inner engine), and a collector
 * visits the server now and then. A server that cannot be reached never keeps local mail from being read.
 */
export function createOfflineEngine(ports: OfflineEnginePorts): AccountEngine {
  const { inner, clock, collections, requests } = ports;
  let online = true;
  let stopped = false;
  let visit: { done: Promise<Collected>; abort: AbortController } | null = null;
  let timer: Timer | null = null;
  let failures = 0;
  let failedAt = Number.NEGATIVE_INFINITY;
  let lastError: AppError | null = null;
  let lastVisitAt: string | null = null;
  /** Folders that were brought into the cache in this run, or are on their way into it. */
  const listings = new Map<string, Promise<unknown>>();
  const visits = createVisits(ports);

  function collectNow(): Promise<Collected> {
    if (stopped || !online) return Promise.reject(offline());
    if (visit !== null) return visit.done;
    timer?.cancel();
    const abort = new AbortController();
    const done = visits.make(abort.signal).then(
      (got) => {
        failures = 0;
        lastError = null;
        lastVisitAt = new Date(clock.now()).toISOString();
        // What it brought is listed anew.
        listings.clear();
        ports.syncTimes.set(ports.account().accountId, lastVisitAt);
        settle();
        again(Math.max(every, visits.pauseMs()));
        return got;
      },
      (thrown: unknown) => {
        const error = toAppError(thrown);
        if (!abort.signal.aborted) {
          lastError = error;
          failedAt = clock.monotonic();
          ports.log('warn', 'collecting given up', {
            accountId: ports.account().accountId,
            code: error.code,
          });
          if (!needsUser(error))
            again(Math.max(loginPause, backoffMs(failures), wishedWaitMs(error.data) ?? 0));
          failures += 1;
        }
        settle();
        throw error;
      },
    );
    visit = { done, abort };
    // Whoever waits for it hears of a failure; a visit that the clock started is told by the state.
    done.catch(() => undefined);
    ports.onState();
    return done;
  }

  function settle(): void {
    visit = null;
    ports.onState();
  }

  function again(ms: number): void {
    timer?.cancel();
    if (stopped || !online || collections === null) return;
    timer = clock.setTimeout(() => void collectNow().catch(() => undefined), ms);
  }

  /** As often as somebody asks, but a server that just refused is left alone for a while. */
  function collectIfAllowed(): Promise<Collected> {
    if (lastError !== null && (needsUser(lastError) || clock.monotonic() - failedAt < loginPause))
      return Promise.reject(lastError);
    return collectNow();
  }

  /** Somebody waits for the rest of a message: by the visit that is under way, or by one of its own. */
  async function bringWhole(key: string): Promise<void> {
    if (collections === null) {
      requests.failed(key, wholeElsewhere());
      return;
    }
    try {
      // A visit that was at its end already may not have heard of it.
      for (let tries = 0; tries < 2 && requests.has(key); tries += 1) await collectIfAllowed();
      requests.failed(key, wholeGone());
    } catch (thrown) {
      requests.failed(key, wholeNotNow(toAppError(thrown)));
    }
  }
  requests.listen((key) => void bringWhole(key));

  function state(): EngineState {
    const local = inner.state();
    const shown = (accountState: AccountState, error: AppErrorData | null): EngineState => ({
      ...local,
      state: accountState,
      error,
      lastSyncAt: lastVisitAt ?? ports.syncTimes.get(ports.account().accountId),
    });
    if (collections === null) return local;
    if (!online) return shown('offline', null);
    if (lastError !== null) return shown(stateOf(lastError), lastError.data);
    return visit === null ? shown(local.state, local.error) : shown('syncing', null);
  }

  return {
    // Its mail is that of its folders, which are here.
    ...inner,
    state,
    reachesServer: () => online && collections !== null && lastError === null && lastVisitAt !== null,
    start() {
      inner.start();
      void collectNow().catch(() => undefined);
    },
    stop() {
      stopped = true;
      timer?.cancel();
      visit?.abort.abort(offline());
      ports.hangUp();
      inner.stop();
    },
    setOnline(next) {
      // Local folders need no network; only the visits do.
      inner.start();
      if (online === next) return;
      online = next;
      if (!next) {
        timer?.cancel();
        visit?.abort.abort(offline());
        ports.hangUp();
      } else if (lastError === null || !needsUser(lastError)) void collectNow().catch(() => undefined);
      ports.onState();
    },
    async tryNow() {
      await inner.tryNow();
      lastError = null;
      failures = 0;
      await collectNow();
    },
    /**
     * Mail that lies here is never shown as if there were none: a cache that is new, or older than the mail (the account
     * was just changed, the program restarted, the cache lost), is brought up before a list is given.
     */
    async need(folderId) {
      const listing = listings.get(folderId) ?? inner.sync({ folderId, bodies: 'none' });
      listings.set(folderId, listing);
      listing.catch(() => listings.delete(folderId));
      const listed = new AbortController();
      const late = delay(clock, longestListing, listed.signal).catch(() => undefined);
      await Promise.race([listing, late]).finally(() => listed.abort());
    },
    away: () => null,
    search: null,
    onServer: null,
    checkConnection() {
      inner.checkConnection();
      if (lastError === null || !needsUser(lastError)) void collectNow().catch(() => undefined);
    },
    async sync(wish) {
      // First what the user did here: what was deleted for good may then leave the server in the same visit.
      const mail = await ports.mail();
      const before = mail.state.modseq;
      const report = await inner.sync(wish);
      if (collections === null) return report;
      try {
        if (wish.bodies === 'all') {
          await visit?.done.catch(() => undefined);
          visits.takeEverything();
        }
        await collectIfAllowed();
      } catch (thrown) {
        report.errors.unshift(toAppError(thrown).data);
      }
      // A visit that was under way already may have brought mail after the folder was asked.
      if (mail.state.modseq === before) return report;
      const after = await inner.sync(wish);
      return {
        ...after,
        added: report.added + after.added,
        changed: report.changed + after.changed,
        removed: report.removed + after.removed,
        pushed: report.pushed + after.pushed,
        parked: report.parked + after.parked,
        errors: [...report.errors, ...after.errors],
      };
    },
  };
}
