import type { FolderCursor } from '../../src-shared/model/folder.ts';
import { countUids, formatUidSet, takeHighest, uidSetOf, within } from '../../src-shared/uid-set.ts';
import type { Call, MessageIdentity, SelectedFolder } from '../backends/backend.ts';
import type { FolderEntry } from './folder-register.ts';
import { identitiesOnServer, rowsInCache, type OwnRow } from './identities.ts';
import { leftBehind } from './left-behind.ts';
import type { PullPorts, PullReport } from './pull-ports.ts';
import { insert } from './pull-removals.ts';
import { freshCursor } from './reconcile.ts';
import { contradicts, pairUp, plainId } from './same-message.ts';

/** A new UIDVALIDITY is believed to be spurious when so many of our messages are where they were. */
const spuriousFrom = 0.8;
/** Rows of messages that are new to us, fetched a time. */
const chunk = 1_000;
/** More new messages than this are a first sync, which lets others go before. */
const mostAtOnce = 5_000;

/** The same UIDs mean the same messages as before (`cursor` goes on), or what the new numbering begins with. */
export type Renumbered = { kept: true; cursor: FolderCursor } | { kept: false; cursor: FolderCursor };

/**
 * UIDVALIDITY changed (R7). The folder's messages are listed by what they keep, and our rows are bound to them, so that
 * they keep their ids, their bodies and what waits for them. What cannot be told with certainty is listed anew. The rows
 * change their numbers in one transaction with the cursor; the register follows, and a kill in between is mended here.
 */
export async function renumberFolder(
  entry: FolderEntry,
  known: FolderCursor,
  selected: SelectedFolder,
  report: PullReport,
  ports: PullPorts,
  call: Call,
): Promise<Renumbered> {
  const { backend, cache } = ports;
  const ours = await rowsInCache(entry.folderId, known.gen, cache);
  const all = selected.exists === 0 ? '' : '1:*';
  const theirs = await identitiesOnServer(backend, entry.path, all, call);
  ports.crash.reach('pull.identities-listed');
  const { alike, other } = sameUids(ours, theirs);
  const spurious = ours.length > 0 && alike.size >= ours.length * spuriousFrom;
  if (spurious && other === 0 && known.gen >= entry.gen) {
    const cursor: FolderCursor = {
      ...known,
      uidValidity: selected.uidValidity,
      // Its numbers began anew too: flags and UIDs are compared by the pass that goes on from here.
      modseqDone: null,
      comparedAt: null,
    };
    await cache.call('putCursor', { folderId: entry.folderId, cursor });
    ports.crash.reach('pull.renumbered');
    await register(entry, { uidValidity: selected.uidValidity, gen: known.gen }, ports);
    return { kept: true, cursor };
  }
  // Where the register is ahead of the cache, which lost its last writing, the register's generation is the new one.
  const gen =
    entry.gen > known.gen && entry.uidValidity === selected.uidValidity
      ? entry.gen
      : Math.max(entry.gen, known.gen) + 1;
  selected.exists += countUids(leftBehind(entry));
  const bound: Map<OwnRow, MessageIdentity> = pairUp(ours, theirs);
  if (spurious) {
    const taken = new Set([...bound.values()].map(({ uid }) => uid));
    for (const [row, message] of alike)
      if (!bound.has(row) && !taken.has(message.uid)) bound.set(row, message);
  }
  const cursor = freshCursor(selected, gen);
  if (cursor.lowUid <= 1) cursor.comparedAt = new Date(ports.clock.now()).toISOString();
  const flags = [...bound.values()].map(({ uid, flags: set }) => ({ uid, flags: set }));
  await cache.call('applyBatch', {
    folderId: entry.folderId,
    gen,
    reset: true,
    rest: ports.clock.now(),
    // Ascending: the cache keeps rows in the order of their UIDs.
    bind: [...bound]
      .map(([row, message]) => ({ messageId: row.messageId, uid: message.uid }))
      .sort((a, b) => a.uid - b.uid),
    flags,
    cursor,
  });
  ports.crash.reach('pull.renumbered');
  await register(entry, { uidValidity: selected.uidValidity, gen, leftBehind: '' }, ports);
  ports.onRenumbered(entry);
  const boundUids = new Set(flags.map(({ uid }) => uid));
  const missing = theirs.map(({ uid }) => uid).filter((uid) => !boundUids.has(uid));
  if (cursor.lowUid <= 1 || missing.length > mostAtOnce) return { kept: false, cursor };
  return { kept: false, cursor: await fetchMissing(entry, missing, cursor, report, ports, call) };
}

/** The cache has the new numbering, and the register did not hear of it: a kill came in between. */
export async function finishRenumbering(
  entry: FolderEntry,
  known: FolderCursor,
  ports: PullPorts,
): Promise<void> {
  const change = { uidValidity: known.uidValidity, gen: known.gen };
  await register(entry, known.gen > entry.gen ? { ...change, leftBehind: '' } : change, ports);
}

async function register(
  entry: FolderEntry,
  change: { uidValidity: number; gen: number; leftBehind?: string },
  ports: PullPorts,
): Promise<void> {
  ports.register.change(entry.folderId, change);
  await ports.register.save();
}

/** Our rows whose UID is the same message by its Message-ID, and how many are certainly another one. */
function sameUids(
  ours: readonly OwnRow[],
  theirs: readonly MessageIdentity[],
): { alike: Map<OwnRow, MessageIdentity>; other: number } {
  const byUid = new Map(theirs.map((message) => [message.uid, message]));
  const alike = new Map<OwnRow, MessageIdentity>();
  let other = 0;
  for (const row of ours) {
    const message = byUid.get(row.uid);
    if (message === undefined) continue;
    const header = plainId(row.messageIdHeader);
    if (header !== plainId(message.messageIdHeader) || contradicts(row, message)) other += 1;
    else if (header !== '') alike.set(row, message);
    else if (row.size !== message.size) other += 1;
  }
  return { alike, other };
}

/** Rows of what is new to us, newest first; then the folder is as complete as it can be. */
async function fetchMissing(
  entry: FolderEntry,
  missing: readonly number[],
  cursor: FolderCursor,
  report: PullReport,
  ports: PullPorts,
  call: Call,
): Promise<FolderCursor> {
  let left = uidSetOf(missing);
  while (left.length > 0) {
    call.signal.throwIfAborted();
    const some = takeHighest(left, chunk);
    left = within(left, 1, (some[0]?.[0] ?? 1) - 1);
    await ports.backend.fetchRows(entry.path, formatUidSet(some), call, async (rows) => {
      ports.crash.reach('pull.rows-fetched');
      report.added += (await insert(entry, rows, ports)).inserted;
    });
  }
  const now = new Date(ports.clock.now()).toISOString();
  const whole: FolderCursor = { ...cursor, lowUid: 1, checkedAt: now, comparedAt: now, completeTo: null };
  await ports.cache.call('putCursor', { folderId: entry.folderId, cursor: whole });
  return whole;
}
