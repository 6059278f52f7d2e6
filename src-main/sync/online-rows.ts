import { AppError } from '../../src-shared/error.ts';
import type { FolderCursor } from '../../src-shared/model/folder.ts';
import { countUids, parseUidSet, within } from '../../src-shared/uid-set.ts';
import type { Call, RemoteStatus } from '../backends/backend.ts';
import type { Timer } from '../platform/clock.ts';
import type { FolderEntry } from './folder-register.ts';
import type { PullPorts, PullReport } from './pull-ports.ts';
import { pullFolder, startGeneration } from './pull.ts';

/** A connection that comes back within this time finds what was shown still there. */
const grace = 30_000;
/** Rows fetched when a folder is looked at, at least: a window's first screens. */
const atLeast = 100;
/** A check for changes brings no older rows. */
const noneOlder = (): boolean => false;

/**
 * What of an account that is kept only on its server is shown for the moment: rows of folders that somebody
 * looked at, newest first, as many as were asked for. Nothing is fetched ahead, and all of it is dropped when
 * the connection is gone.
 */
export interface OnlineRows {
  /** Brings what is shown up to date and learns of every other folder how much is in it. */
  pass(
    entries: readonly FolderEntry[],
    statuses: ReadonlyMap<string, RemoteStatus>,
    call: Call,
    onReport: (report: PullReport) => void,
  ): Promise<void>;
  /** The newest `count` rows of the folder are here when it resolves, or all there are. */
  need(folderId: string, count: number, call: Call): Promise<void>;
  /** News of a folder that was looked at; of another one only its size. */
  refresh(folderId: string, call: Call): Promise<PullReport>;
  /** Rows found by searching, put beside those that were looked at. */
  take(folderId: string, uids: readonly number[], call: Call): Promise<void>;
  connected(): void;
  /** Drops everything, at once or after a grace. */
  lost(atOnce: boolean): void;
  /** There is no connection, and nothing is shown any more. */
  away(): boolean;
}

export interface OnlineRowsPorts extends PullPorts {
  accountId: string;
  log(level: 'debug' | 'info' | 'warn', message: string, detail?: Record<string, unknown>): void;
}

export function createOnlineRows(ports: OnlineRowsPorts): OnlineRows {
  const { accountId, cache, register, backend, clock } = ports;
  /** One at a time per folder: two of them would fetch the same rows, and the later cursor would win. */
  const tails = new Map<string, Promise<unknown>>();
  let isAway = true;
  let timer: Timer | null = null;

  function oneByOne<T>(folderId: string, work: () => Promise<T>): Promise<T> {
    const result = (tails.get(folderId) ?? Promise.resolve()).then(work);
    tails.set(
      folderId,
      result.catch(() => undefined),
    );
    return result;
  }

  async function cursorOf(folderId: string): Promise<FolderCursor | null> {
    const folders = await cache.call('folders', { accountId });
    return folders.find((folder) => folder.folderId === folderId)?.cursor ?? null;
  }

  /** Rows without a gap from the newest down; hits of a search below them do not count. */
  async function rowsHere(folderId: string, cursor: FolderCursor | null): Promise<number> {
    if (cursor === null || cursor.lowUid >= cursor.uidNext) return 0;
    const uids = parseUidSet(await cache.call('uids', { folderId })) ?? [];
    return countUids(within(uids, cursor.lowUid, cursor.uidNext - 1));
  }

  /** The folder's size alone, while nobody looks into it. */
  async function noteSize(entry: FolderEntry, status: RemoteStatus): Promise<void> {
    const selected = { ...status, readOnly: false, keywordsAllowed: true, permanentFlags: [] };
    const known = await cursorOf(entry.folderId);
    const cursor =
      known?.uidValidity === status.uidValidity && entry.uidValidity === status.uidValidity
        ? known
        : await startGeneration(entry, selected, ports);
    await cache.call('putCursor', {
      folderId: entry.folderId,
      cursor: {
        ...cursor,
        uidNext: status.uidNext,
        lowUid: status.uidNext,
        exists: status.exists,
        unseen: status.unseen,
      },
    });
  }

  async function isLookedAt(folderId: string): Promise<boolean> {
    const cursor = await cursorOf(folderId);
    return cursor !== null && cursor.lowUid < cursor.uidNext;
  }

  return {
    async pass(entries, statuses, call, onReport) {
      for (const entry of entries) {
        try {
          const status = statuses.get(entry.folderId) ?? (await backend.status(entry.path, call));
          await oneByOne(entry.folderId, async () => {
            if (await isLookedAt(entry.folderId)) {
              onReport(await pullFolder(entry.folderId, noneOlder, ports, call));
              const cursor = await cursorOf(entry.folderId);
              if (cursor !== null)
                await cache.call('putCursor', {
                  folderId: entry.folderId,
                  cursor: { ...cursor, unseen: status.unseen },
                });
            } else await noteSize(entry, status);
          });
        } catch (thrown) {
          if (!(thrown instanceof AppError) || thrown.data.scope !== 'folder' || call.signal.aborted)
            throw thrown;
          ports.log('warn', 'folder not asked', { folderId: entry.folderId, code: thrown.code });
        }
      }
    },
    need: (folderId, count, call) =>
      oneByOne(folderId, async () => {
        const cursor = await cursorOf(folderId);
        if (cursor !== null && cursor.lowUid <= 1) return;
        const missing = Math.max(count, atLeast) - (await rowsHere(folderId, cursor));
        if (missing > 0) await pullFolder(folderId, (added) => added < missing, ports, call);
      }),
    refresh: (folderId, call) =>
      oneByOne(folderId, async () => {
        const entry = register.get(folderId);
        if (entry === undefined || entry.local || !entry.selectable)
          return { added: 0, changed: 0, removed: 0 };
        if (await isLookedAt(folderId)) return await pullFolder(folderId, noneOlder, ports, call);
        await noteSize(entry, await backend.status(entry.path, call));
        return { added: 0, changed: 0, removed: 0 };
      }),
    take: (folderId, uids, call) =>
      oneByOne(folderId, async () => {
        const entry = register.get(folderId);
        if (entry === undefined) return;
        const refs = uids.map((uid) => ({ folderId, gen: entry.gen, uid }));
        const known = await cache.call('identify', { refs });
        const missing = uids.filter((_, i) => known[i] === null || known[i] === undefined);
        if (missing.length === 0) return;
        backend.expectValidity(entry.path, entry.uidValidity);
        await backend.fetchRows(
          entry.path,
          missing.toSorted((a, b) => a - b).join(','),
          call,
          async (rows) => {
            await cache.call('applyBatch', { folderId, gen: entry.gen, insert: rows });
          },
        );
      }),
    connected() {
      timer?.cancel();
      timer = null;
      isAway = false;
    },
    lost(atOnce) {
      const drop = (): void => {
        timer = null;
        isAway = true;
        void cache.call('emptyAccount', { accountId }).catch(() => undefined);
      };
      if (atOnce) {
        timer?.cancel();
        drop();
      } else if (!isAway) timer ??= clock.setTimeout(drop, grace);
    },
    away: () => isAway,
  };
}

export function onServerOnly(accountName: string): AppError {
  return new AppError({
    code: 'offline',
    scope: 'account',
    next: 'wait-online',
    detail: `The mail of “${accountName}” is only on its server, and there is no connection to it now. Nothing was changed. You can write mail meanwhile; it waits here to be sent.`,
  });
}
