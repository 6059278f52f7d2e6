import type { FolderCursor } from '../../src-shared/model/folder.ts';
import type { NewRow } from '../../src-shared/model/message.ts';
import { countUids } from '../../src-shared/uid-set.ts';
import type { Call, ResyncNews, SelectedFolder } from '../backends/backend.ts';
import type { CachePort } from '../cache/cache-port.ts';
import type { FolderEntry } from './folder-register.ts';
import { leftBehind, takeBack } from './left-behind.ts';
import { pullOlder } from './pull-older.ts';
import type { PullPorts, PullReport } from './pull-ports.ts';
import { insert, pullRemovals } from './pull-removals.ts';
import { freshCursor } from './reconcile.ts';
import { finishRenumbering, renumberFolder } from './renumber.ts';
import { mayAskSince, resyncSince } from './resync-check.ts';

/** UIDs a window of new mail at most: they may have gaps, which cost nothing. */
const widest = 2_000;

/** From so many messages on it costs a server time to tell the STATUS of a folder that just changed. */
const large = 5_000;

/**
 * Asks a large folder that is known whole for what happened since its cursor, before the server listed its folders:
 * whoever asks waits for the inbox. LIST with the STATUS of 100,000 messages in a Maildir that just changed costs
 * Dovecot as much as to open it: 100 to 200 ms. With another UIDVALIDITY nothing is done: only the list can tell a
 * renamed inbox (case 57).
 */
export async function pullKnown(folderId: string, ports: PullPorts, call: Call): Promise<PullReport> {
  const report: PullReport = { added: 0, changed: 0, removed: 0 };
  await ports.locks.hold([folderId], () => pullChanges(folderId, report, ports, call, 'known'));
  return report;
}

/**
 * Asks one folder for everything that happened since its cursor: new mail, flags, removals; then goes on
 * with the first sync, newest first, until `mayGoOn` (asked with the rows added so far) ends the turn or nothing is missing.
 */
export async function pullFolder(
  folderId: string,
  mayGoOn: (added: number) => boolean,
  ports: PullPorts,
  call: Call,
): Promise<PullReport> {
  const report: PullReport = { added: 0, changed: 0, removed: 0 };
  const cursor = await ports.locks.hold([folderId], () => pullChanges(folderId, report, ports, call));
  if (cursor !== null && cursor.lowUid > 1) await pullOlder(folderId, cursor, mayGoOn, report, ports, call);
  ports.crash.reach('pull.folder-done');
  return report;
}

async function pullChanges(
  folderId: string,
  report: PullReport,
  ports: PullPorts,
  call: Call,
  which: 'any' | 'known' = 'any',
): Promise<FolderCursor | null> {
  const { cache, register, backend, clock } = ports;
  const entry = register.get(folderId);
  if (entry === undefined || entry.local || !entry.selectable) return null;
  let known = (await cursorOf(entry, cache)) ?? null;
  if (which === 'known' && !isLargeAndWhole(entry, known)) return null;
  const selected = await backend.select(entry.path, call, resyncSince(entry, known));
  selected.exists -= countUids(leftBehind(entry));
  const anew = known?.uidValidity !== selected.uidValidity || entry.uidValidity !== selected.uidValidity;
  if (anew && which === 'known') return null;
  if (known === null || (anew && (entry.uidValidity === null || !ports.keepsRows)))
    return await startGeneration(entry, selected, ports);
  if (known.uidValidity !== selected.uidValidity || known.gen < entry.gen) {
    const renumbered = await renumberFolder(entry, known, selected, report, ports, call);
    if (!renumbered.kept) return renumbered.cursor;
    known = renumbered.cursor;
  } else if (anew || known.gen > entry.gen) await finishRenumbering(entry, known, ports);
  // What SELECT told of the known ones is written while the new ones are fetched; each says what it changed.
  const marking = selected.resync == null ? null : pullFlags(entry, known, selected, ports, call);
  marking?.catch(() => undefined);
  report.added += await pullNew(entry, known, selected, ports, call);
  report.changed += await (marking ?? pullFlags(entry, known, selected, ports, call));
  const { removed, compared, doubtful } = await pullRemovals(entry, known, selected, report, ports, call);
  report.removed += removed;
  const now = new Date(clock.now()).toISOString();
  const cursor: FolderCursor = {
    ...known,
    uidNext: Math.max(known.uidNext, selected.uidNext),
    // Of the SELECT that began this pass: what changes meanwhile is asked for again next time.
    modseqDone: selected.highestModseq,
    exists: selected.exists,
    checkedAt: doubtful ? known.checkedAt : now,
    ...(compared ? { comparedAt: now } : doubtful ? { comparedAt: null } : {}),
  };
  await cache.call('putCursor', { folderId, cursor });
  return cursor;
}

/** All of it is here, and the server can tell what happened since by a number. */
function isLargeAndWhole(entry: FolderEntry, known: FolderCursor | null): boolean {
  return (
    known?.modseqDone != null &&
    known.exists >= large &&
    known.lowUid <= 1 &&
    known.gen === entry.gen &&
    known.uidValidity === entry.uidValidity
  );
}

async function cursorOf(entry: FolderEntry, cache: CachePort): Promise<FolderCursor | null> {
  const [folder] = await cache.call('folders', { accountId: entry.accountId, folderId: entry.folderId });
  return folder?.cursor ?? null;
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
  // It is empty: everything of it was seen.
  if (cursor.lowUid <= 1) cursor.checkedAt = cursor.comparedAt = new Date(ports.clock.now()).toISOString();
  const rest = ports.clock.now();
  await ports.cache.call('applyBatch', { folderId: entry.folderId, gen, reset: true, rest, cursor });
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
  let before: Promise<void> = Promise.resolve();
  let writing: Promise<void> = Promise.resolve();
  /** Some are fetched, some are on their way and some are written; the cursor comes after all of them. */
  const write = async (rows: NewRow[]): Promise<void> => {
    await before;
    before = writing;
    writing = insert(entry, rows, ports).then((result) => {
      added += result.inserted;
    });
    writing.catch(() => undefined);
  };
  let window = ports.rowUnit.now();
  for (let from = known.uidNext, to = 0; from < selected.uidNext; from = to + 1) {
    to = Math.min(from + window, selected.uidNext) - 1;
    let found = 0;
    await ports.rowUnit.measure(
      () => (found < window / 2 ? 0 : found),
      () =>
        ports.backend.fetchRows(entry.path, `${from}:${to}`, call, async (rows) => {
          // A server answers "n:m" beyond its last message with the last one; it is not new.
          const fresh = rows.filter((row) => row.uid >= from && row.uid <= to);
          found += fresh.length;
          ports.crash.reach('pull.rows-fetched');
          await write(fresh);
        }),
    );
    window = found < window / 2 ? Math.min(2 * window, widest) : ports.rowUnit.now();
  }
  await before;
  await writing;
  return added;
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
