import type { FolderBatchResult } from '../../src-shared/cache-protocol.ts';
import type { FolderCursor } from '../../src-shared/model/folder.ts';
import type { NewRow } from '../../src-shared/model/message.ts';
import { countUids, formatUidSet, parseUidSet, within, type UidRange } from '../../src-shared/uid-set.ts';
import type { Call, SelectedFolder } from '../backends/backend.ts';
import type { CachePort } from '../cache/cache-port.ts';
import type { FolderEntry } from './folder-register.ts';
import { leftBehind, listUids } from './left-behind.ts';
import type { PullPorts, PullReport } from './pull-ports.ts';
import { compareDue, compareUids } from './reconcile.ts';
import { provenRemovals, wentBackwards } from './resync-check.ts';

export interface Removals {
  removed: number;
  /** All UIDs were compared with the server's list. */
  compared: boolean;
  /** The server's list was shorter than it says the folder is: nothing was removed, and it must be asked again. */
  doubtful: boolean;
}

/**
 * Removal needs proof: when the count differs from EXISTS the server's own list of UIDs decides. Once a week, and
 * when the server's numbers went backwards, the lists are compared though all seems well (R10).
 */
export async function pullRemovals(
  entry: FolderEntry,
  known: FolderCursor,
  selected: SelectedFolder,
  report: PullReport,
  ports: PullPorts,
  call: Call,
): Promise<Removals> {
  const cached = await uidsOf(entry, ports.cache);
  const complete = known.lowUid <= 1;
  const due = compareDue(known, ports.clock.now()) || wentBackwards(known, selected);
  const vanished = due ? null : provenRemovals(cached, known, selected);
  const unchanged: Removals = { removed: 0, compared: false, doubtful: false };
  if (vanished !== null) return { ...unchanged, removed: await removeRows(entry, vanished, ports) };
  // A UIDNEXT that went backwards (case 28) leaves rows of ours beyond it: they are compared too.
  const end = Math.max(known.uidNext, selected.uidNext);
  const count = within(cached, 1, end - 1).reduce((sum, [first, last]) => sum + last - first + 1, 0);
  if (!due && complete && count === selected.exists) return unchanged;
  if (!complete && known.exists + report.added === selected.exists) return unchanged;
  let server = await listUids(entry, ports, call);
  let plan = compareUids(server, cached, known.lowUid, end);
  if (plan.suspicious || (plan.gone.length > 0 && countUids(server) !== selected.exists)) {
    const again = await ports.backend.select(entry.path, call);
    server = await listUids(entry, ports, call);
    plan = compareUids(server, cached, known.lowUid, end);
    // A list that is shorter than the mailbox says it is proves nothing: the next pass asks again.
    const exists = again.exists - countUids(leftBehind(entry));
    if (plan.gone.length > 0 && countUids(server) < exists) return { ...unchanged, doubtful: true };
  }
  if (plan.missing.length > 0) {
    await ports.backend.fetchRows(entry.path, formatUidSet(plan.missing), call, async (rows) => {
      report.added += (await insert(entry, rows, ports)).inserted;
    });
  }
  return { removed: await removeRows(entry, plan.gone, ports), compared: complete, doubtful: false };
}

async function removeRows(
  entry: FolderEntry,
  gone: readonly UidRange[],
  ports: Pick<PullPorts, 'cache' | 'clock'>,
): Promise<number> {
  if (gone.length === 0) return 0;
  const result = await ports.cache.call('applyBatch', {
    folderId: entry.folderId,
    gen: entry.gen,
    vanished: formatUidSet(gone),
    // It may be in another folder, or come back: its body waits for it (R9).
    rest: ports.clock.now(),
  });
  return result.removed;
}

async function uidsOf(entry: FolderEntry, cache: CachePort): Promise<UidRange[]> {
  return parseUidSet(await cache.call('uids', { folderId: entry.folderId })) ?? [];
}

/** Rows that came after the first sync of the folder. */
export async function insert(
  entry: FolderEntry,
  rows: NewRow[],
  ports: PullPorts,
): Promise<FolderBatchResult> {
  const result = await ports.cache.call('applyBatch', {
    folderId: entry.folderId,
    gen: entry.gen,
    insert: rows,
  });
  ports.crash.reach('pull.batch-applied');
  ports.onRows(entry, rows, result.insertedIds);
  if (result.takenIds !== undefined) ports.onTaken(result.takenIds);
  return result;
}
