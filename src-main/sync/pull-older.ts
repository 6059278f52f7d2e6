import type { FolderCursor } from '../../src-shared/model/folder.ts';
import { countUids, formatUidSet, takeHighest, within } from '../../src-shared/uid-set.ts';
import type { Call } from '../backends/backend.ts';
import { listUids } from './left-behind.ts';
import { OlderRows } from './older-rows.ts';
import type { PullPorts, PullReport } from './pull-ports.ts';

/** Rows of the very first chunk: usable at once. How many the others have, the connection decides. */
const firstChunk = 100;

/**
 * The rest of the first sync, newest first, as long as `mayGoOn` says so of the rows added in this turn. Each chunk is written with the cursor that speaks of it, so
 * a kill loses at most one chunk. No lock is needed: nobody can have acted on rows never shown.
 */
export async function pullOlder(
  folderId: string,
  start: FolderCursor,
  mayGoOn: (added: number) => boolean,
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
  while (cursor.lowUid > 1 && mayGoOn(report.added)) {
    await ports.roomForOlderRows();
    await ports.giveWay();
    call.signal.throwIfAborted();
    const isFirst = cached === 0 && cursor.lowUid === cursor.uidNext;
    const wanted = takeHighest(left, isFirst ? firstChunk : ports.rowUnit.now());
    const lowest = wanted[0]?.[0] ?? 1;
    left = within(left, 1, lowest - 1);
    const rows = new OlderRows();
    if (wanted.length > 0) {
      await ports.rowUnit.measure(countUids(wanted), () =>
        ports.backend.fetchRows(entry.path, formatUidSet(wanted), call, (part) => {
          rows.take(part, (some) => ports.onOlderRows(entry, some));
          return Promise.resolve();
        }),
      );
    }
    ports.crash.reach('pull.rows-fetched');
    const lowUid = left.length === 0 ? 1 : lowest;
    const follows = cursor.lowUid;
    const now = new Date(ports.clock.now()).toISOString();
    cursor =
      lowUid === 1
        ? { ...cursor, lowUid, checkedAt: now, comparedAt: now, completeTo: null }
        : { ...cursor, lowUid, completeTo: rows.oldest ?? cursor.completeTo ?? null };
    const batch = { folderId, gen: entry.gen, ...rows.given(), cursor, follows };
    // One chunk is fetched, one is on its way and one is written; never more, so memory stays flat.
    await before;
    before = writing;
    writing = ports.cache.call('applyBatch', batch).then((result) => {
      ports.crash.reach('pull.batch-applied');
      report.added += result.inserted;
      cached = result.cached;
      rows.inserted(result.insertedIds);
      if (result.takenIds !== undefined) ports.onTaken(result.takenIds);
      ports.onProgress(entry, result.cached, Math.max(cursor.exists, result.cached));
    });
    // Said now so that a failed write is not an unhandled rejection while the next fetch runs.
    writing.catch(() => undefined);
    if (cached === 0) await writing;
  }
  await before;
  await writing;
}
