import type { FolderBatchResult } from '../../src-shared/cache-protocol.ts';
import type { FolderCursor } from '../../src-shared/model/folder.ts';
import type { NewRow } from '../../src-shared/model/message.ts';
import {
  countUids,
  formatUidSet,
  parseUidSet,
  subtract,
  takeHighest,
  uidSetOf,
  within,
  type UidRange,
} from '../../src-shared/uid-set.ts';
import type { Backend, Call, ResyncNews, SelectedFolder } from '../backends/backend.ts';
import type { CachePort } from '../cache/cache-port.ts';
import type { Clock } from '../platform/clock.ts';
import type { CrashControl } from '../platform/crash-points.ts';
import type { FolderLocks } from './folder-locks.ts';
import type { FolderEntry, FolderRegister } from './folder-register.ts';
import { compareUids, freshCursor } from './reconcile.ts';
import { mayAskSince, provenRemovals, resyncSince } from './resync-check.ts';

export interface PullPorts {
  cache: CachePort;
  register: FolderRegister;
  backend: Backend;
  locks: FolderLocks;
  clock: Clock;
  crash: CrashControl;
  onProgress(entry: FolderEntry, done: number, total: number): void;
  /** Rows that are new in the cache; `arrived` when they came after the first sync of the folder. */
  onRows(entry: FolderEntry, rows: readonly NewRow[], messageIds: readonly string[], arrived: boolean): void;
  /** UIDVALIDITY changed: ids of this folder's messages are new. */
  onRenumbered(entry: FolderEntry): void;
}

export interface PullReport {
  added: number;
  changed: number;
  removed: number;
}

/** UIDs a window of new mail, and rows a chunk of the first sync: usable after the first chunk. */
const newWindow = 2_000;
const firstChunk = 100;
const chunk = 1_000;

/**
 * Asks one folder for everything that happened since its cursor: new mail, flags, removals; then goes on
 * with the first sync, newest first, until `rowsWanted` more rows are there or nothing is missing.
 */
export async function pullFolder(
  folderId: string,
  rowsWanted: number,
  ports: PullPorts,
  call: Call,
): Promise<PullReport> {
  const report: PullReport = { added: 0, changed: 0, removed: 0 };
  const cursor = await ports.locks.hold([folderId], () => pullChanges(folderId, report, ports, call));
  if (cursor !== null && cursor.lowUid > 1)
    await pullOlder(folderId, cursor, rowsWanted, report, ports, call);
  ports.crash.reach('pull.folder-done');
  return report;
}

async function pullChanges(
  folderId: string,
  report: PullReport,
  ports: PullPorts,
  call: Call,
): Promise<FolderCursor | null> {
  const { cache, register, backend, clock } = ports;
  const entry = register.get(folderId);
  if (entry === undefined || entry.local || !entry.selectable) return null;
  const known = (await cursorOf(entry, cache)) ?? null;
  const selected = await backend.select(entry.path, call, resyncSince(entry, known));
  selected.exists -= countUids(leftBehind(entry));
  if (
    known === null ||
    known.uidValidity !== selected.uidValidity ||
    entry.uidValidity !== selected.uidValidity
  ) {
    return await startGeneration(entry, selected, ports);
  }
  report.added += await pullNew(entry, known, selected, ports, call);
  report.changed += await pullFlags(entry, known, selected, ports, call);
  report.removed += await pullRemovals(entry, known, selected, report, ports, call);
  const cursor: FolderCursor = {
    ...known,
    uidNext: Math.max(known.uidNext, selected.uidNext),
    // Of the SELECT that began this pass: what changes meanwhile is asked for again next time.
    modseqDone: selected.highestModseq,
    exists: selected.exists,
    checkedAt: new Date(clock.now()).toISOString(),
  };
  await cache.call('putCursor', { folderId, cursor });
  return cursor;
}

async function cursorOf(entry: FolderEntry, cache: CachePort): Promise<FolderCursor | null> {
  const folders = await cache.call('folders', { accountId: entry.accountId });
  return folders.find((folder) => folder.folderId === entry.folderId)?.cursor ?? null;
}

/** First sight of a folder, a lost cache, or UIDs that all changed (RFC 3501 §2.3.1.1). */
export async function startGeneration(
  entry: FolderEntry,
  selected: SelectedFolder,
  ports: PullPorts,
): Promise<FolderCursor> {
  const renumbered = entry.uidValidity !== null && entry.uidValidity !== selected.uidValidity;
  const gen = renumbered ? entry.gen + 1 : entry.gen;
  if (renumbered) {
    selected.exists += countUids(leftBehind(entry));
    ports.register.change(entry.folderId, { leftBehind: '' });
  }
  if (entry.uidValidity !== selected.uidValidity) {
    ports.register.change(entry.folderId, { uidValidity: selected.uidValidity, gen });
    await ports.register.save();
  }
  const cursor = freshCursor(selected, gen);
  await ports.cache.call('applyBatch', { folderId: entry.folderId, gen, reset: true, cursor });
  if (renumbered) ports.onRenumbered(entry);
  return cursor;
}

async function pullNew(
  entry: FolderEntry,
  known: FolderCursor,
  selected: SelectedFolder,
  ports: PullPorts,
  call: Call,
): Promise<number> {
  let added = 0;
  for (let from = known.uidNext; from < selected.uidNext; from += newWindow) {
    const to = Math.min(from + newWindow, selected.uidNext) - 1;
    await ports.backend.fetchRows(entry.path, `${from}:${to}`, call, async (rows) => {
      // A server answers "n:m" beyond its last message with the last one; it is not new.
      const fresh = rows.filter((row) => row.uid >= from && row.uid <= to);
      ports.crash.reach('pull.rows-fetched');
      const result = await insert(entry, fresh, ports);
      added += result.inserted;
    });
  }
  return added;
}

async function insert(entry: FolderEntry, rows: NewRow[], ports: PullPorts): Promise<FolderBatchResult> {
  const result = await ports.cache.call('applyBatch', {
    folderId: entry.folderId,
    gen: entry.gen,
    insert: rows,
  });
  ports.crash.reach('pull.batch-applied');
  ports.onRows(entry, rows, result.insertedIds, true);
  return result;
}

async function pullFlags(
  entry: FolderEntry,
  known: FolderCursor,
  selected: SelectedFolder,
  ports: PullPorts,
  call: Call,
): Promise<number> {
  const condstore = mayAskSince(known.modseqDone, selected.highestModseq);
  if (condstore && known.modseqDone === selected.highestModseq) return 0;
  if (known.uidNext <= known.lowUid) return 0;
  let changed = 0;
  const take = async (flags: ResyncNews['flags']): Promise<void> => {
    if (flags.length === 0) return;
    await takeBack(entry, flags, selected, ports);
    const result = await ports.cache.call('applyBatch', {
      folderId: entry.folderId,
      gen: entry.gen,
      flags: flags.map(({ uid, flags: set }) => ({ uid, flags: set })),
    });
    changed += result.changed;
  };
  if (condstore && selected.resync != null) {
    await take(selected.resync.flags);
    return changed;
  }
  const options = condstore && known.modseqDone !== null ? { changedSince: known.modseqDone } : {};
  await ports.backend.fetchFlags(
    entry.path,
    `${known.lowUid}:${known.uidNext - 1}`,
    options,
    call,
    async (news) => {
      if (news.kind === 'flags') await take(news.flags);
    },
  );
  return changed;
}

/** Removal needs proof: when the count differs from EXISTS the server's own list of UIDs decides. */
async function pullRemovals(
  entry: FolderEntry,
  known: FolderCursor,
  selected: SelectedFolder,
  report: PullReport,
  ports: PullPorts,
  call: Call,
): Promise<number> {
  const cached = await uidsOf(entry, ports.cache);
  const complete = known.lowUid <= 1;
  const vanished = provenRemovals(cached, known, selected);
  if (vanished !== null) return await removeRows(entry, vanished, ports);
  // A UIDNEXT that went backwards (case 28) leaves rows of ours beyond it: they are compared too.
  const end = Math.max(known.uidNext, selected.uidNext);
  const count = within(cached, 1, end - 1).reduce((sum, [first, last]) => sum + last - first + 1, 0);
  if (complete && count === selected.exists) return 0;
  if (!complete && known.exists + report.added === selected.exists) return 0;
  let server = await listUids(entry, ports, call);
  let plan = compareUids(server, cached, known.lowUid, end);
  if (plan.suspicious) {
    const again = await ports.backend.select(entry.path, call);
    server = await listUids(entry, ports, call);
    plan = compareUids(server, cached, known.lowUid, end);
    // A list that is shorter than the mailbox says it is proves nothing: the next pass asks again.
    if (plan.suspicious && countUids(server) < again.exists) return 0;
  }
  if (plan.missing.length > 0) {
    await ports.backend.fetchRows(entry.path, formatUidSet(plan.missing), call, async (rows) => {
      report.added += (await insert(entry, rows, ports)).inserted;
    });
  }
  return await removeRows(entry, plan.gone, ports);
}

async function removeRows(
  entry: FolderEntry,
  gone: readonly UidRange[],
  ports: Pick<PullPorts, 'cache'>,
): Promise<number> {
  if (gone.length === 0) return 0;
  const result = await ports.cache.call('applyBatch', {
    folderId: entry.folderId,
    gen: entry.gen,
    vanished: formatUidSet(gone),
  });
  return result.removed;
}

/**
 * The rest of the first sync, newest first. Each chunk is written with the cursor that speaks of it, so
 * a kill loses at most one chunk. No lock is needed: nobody can have acted on rows never shown.
 */
async function pullOlder(
  folderId: string,
  start: FolderCursor,
  rowsWanted: number,
  report: PullReport,
  ports: PullPorts,
  call: Call,
): Promise<void> {
  const entry = ports.register.get(folderId);
  if (entry === undefined) return;
  let left = within(await listUids(entry, ports, call), 1, start.lowUid - 1);
  let cursor = start;
  let before: Promise<void> = Promise.resolve();
  let writing: Promise<void> = Promise.resolve();
  let cached = 0;
  while (cursor.lowUid > 1 && report.added < rowsWanted) {
    call.signal.throwIfAborted();
    const wanted = takeHighest(left, cached === 0 && cursor.lowUid === cursor.uidNext ? firstChunk : chunk);
    const lowest = wanted[0]?.[0] ?? 1;
    left = within(left, 1, lowest - 1);
    const rows: NewRow[] = [];
    if (wanted.length > 0) {
      await ports.backend.fetchRows(entry.path, formatUidSet(wanted), call, (part) => {
        rows.push(...part);
        return Promise.resolve();
      });
    }
    ports.crash.reach('pull.rows-fetched');
    const lowUid = left.length === 0 ? 1 : lowest;
    const follows = cursor.lowUid;
    cursor = {
      ...cursor,
      lowUid,
      checkedAt: lowUid === 1 ? new Date(ports.clock.now()).toISOString() : cursor.checkedAt,
    };
    const batch = { folderId, gen: entry.gen, insert: rows, cursor, follows };
    // One chunk is fetched, one is on its way and one is written; never more, so memory stays flat.
    await before;
    before = writing;
    writing = ports.cache.call('applyBatch', batch).then((result) => {
      ports.crash.reach('pull.batch-applied');
      report.added += result.inserted;
      cached = result.cached;
      ports.onRows(entry, rows, result.insertedIds, false);
      ports.onProgress(entry, result.cached, Math.max(cursor.exists, result.cached));
    });
    // Said now so that a failed write is not an unhandled rejection while the next fetch runs.
    writing.catch(() => undefined);
    if (cached === 0) await writing;
  }
  await before;
  await writing;
}

async function uidsOf(entry: FolderEntry, cache: CachePort): Promise<UidRange[]> {
  return parseUidSet(await cache.call('uids', { folderId: entry.folderId })) ?? [];
}

/** What the server has, without what we left behind there; of that, what is really gone is forgotten. */
async function listUids(
  entry: FolderEntry,
  ports: Pick<PullPorts, 'backend' | 'register'>,
  call: Call,
): Promise<UidRange[]> {
  const server = parseUidSet(await ports.backend.listUids(entry.path, call)) ?? [];
  const left = leftBehind(entry);
  if (left.length === 0) return server;
  const there = subtract(left, subtract(left, server));
  if (countUids(there) < countUids(left)) {
    ports.register.change(entry.folderId, { leftBehind: formatUidSet(there) });
    await ports.register.save();
  }
  return subtract(server, there);
}

export function leftBehind(entry: FolderEntry): UidRange[] {
  return parseUidSet(entry.leftBehind ?? '') ?? [];
}

/** Somebody took \Deleted off a message that we had left behind: it is listed again. */
async function takeBack(
  entry: FolderEntry,
  flags: readonly { uid: number; flags: string[] }[],
  selected: SelectedFolder,
  ports: Pick<PullPorts, 'register'>,
): Promise<void> {
  const left = leftBehind(entry);
  if (left.length === 0) return;
  const alive = uidSetOf(flags.filter((row) => !row.flags.includes('\\Deleted')).map((row) => row.uid));
  const still = subtract(left, alive);
  const back = countUids(left) - countUids(still);
  if (back === 0) return;
  selected.exists += back;
  ports.register.change(entry.folderId, { leftBehind: formatUidSet(still) });
  await ports.register.save();
}
