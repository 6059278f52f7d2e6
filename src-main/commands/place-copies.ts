import type { CopiedUid, FoundMessage } from '../backends/backend.ts';
import type { MessageRef } from '../../src-shared/model/message.ts';
import type { OpEvidence, OpTarget } from '../journal/op.ts';
import type { ReplayContext, ReplayFolder, ResolvedTarget } from './command.ts';

export interface Placed {
  entry: ResolvedTarget;
  /** Null: it is there, but the server did not tell its UID and more than one could be it. */
  to: MessageRef | null;
}

/**
 * Which of these messages already have a copy at or above the UIDNEXT noted before the command: the
 * check after a lost answer (RFC 4549 §5.1). Told by Message-ID and size; each copy on the server
 * stands for one message only.
 */
export async function findCopies(
  entries: readonly ResolvedTarget[],
  target: ReplayFolder,
  fromUid: number,
  context: ReplayContext,
): Promise<Placed[]> {
  const headers = [
    ...new Set(entries.map((entry) => entry.target.messageIdHeader).filter((header) => header !== '')),
  ];
  const found: FoundCopy[] =
    headers.length === 0
      ? []
      : await context.backend.findByMessageId(target.path, fromUid, headers, context.call);
  if (entries.some((entry) => entry.target.messageIdHeader === ''))
    found.push(...(await withoutMessageId(target, fromUid, context)));
  const placed: Placed[] = [];
  for (const entry of entries) {
    const at = found.findIndex(
      (copy) =>
        copy.messageIdHeader === entry.target.messageIdHeader &&
        copy.size === entry.target.size &&
        (copy.internalDate === undefined || copy.internalDate === entry.target.internalDate),
    );
    const copy = found[at];
    if (copy === undefined) continue;
    found.splice(at, 1);
    placed.push({ entry, to: { folderId: target.folderId, gen: target.gen, uid: copy.uid } });
  }
  return placed;
}

type FoundCopy = FoundMessage & { internalDate?: number };

/** COPY and MOVE keep INTERNALDATE (RFC 9051 6.4.7): with the size it tells messages that have no Message-ID. */
async function withoutMessageId(
  target: ReplayFolder,
  fromUid: number,
  context: ReplayContext,
): Promise<FoundCopy[]> {
  const found: FoundCopy[] = [];
  await context.backend.fetchRows(target.path, `${fromUid}:*`, context.call, (rows) => {
    for (const { uid, envelope, size, internalDate } of rows)
      if (uid >= fromUid && envelope.messageIdHeader === '')
        found.push({ uid, messageIdHeader: '', size, internalDate });
    return Promise.resolve();
  });
  return found;
}

/**
 * Which of these, of which no copy was found, are certainly gone: the source has them no more, and nothing with their
 * Message-ID came to the destination.
 */
export async function goneOf(
  sourcePath: string,
  unplaced: readonly ResolvedTarget[],
  target: ReplayFolder,
  fromUid: number,
  context: ReplayContext,
): Promise<OpTarget[]> {
  if (unplaced.length === 0) return [];
  const there = await stillThere(sourcePath, unplaced, context);
  const away = unplaced.filter((entry) => !there.has(entry.ref.uid)).map((entry) => entry.target);
  const headers = [...new Set(away.map((one) => one.messageIdHeader).filter((header) => header !== ''))];
  if (headers.length === 0) return away;
  const came = await context.backend.findByMessageId(target.path, fromUid, headers, context.call);
  const arrived = new Set(came.map((copy) => copy.messageIdHeader.replace(/\s+/g, '')));
  return away.filter((one) => !arrived.has(one.messageIdHeader.replace(/\s+/g, '')));
}

export function withoutCopies(
  entries: readonly ResolvedTarget[],
  placed: readonly Placed[],
): ResolvedTarget[] {
  const copied = new Set(placed.map((place) => place.entry.target.messageId));
  return entries.filter((entry) => !copied.has(entry.target.messageId));
}

/** Pairs of a COPYUID answer as places. Entries the server left out were gone. */
export function placeByCopyUid(
  entries: readonly ResolvedTarget[],
  pairs: readonly CopiedUid[],
  target: ReplayFolder,
): Placed[] {
  const byUid = new Map(pairs.map((pair) => [pair.sourceUid, pair.targetUid]));
  return entries.flatMap((entry) => {
    const uid = byUid.get(entry.ref.uid);
    return uid === undefined ? [] : [{ entry, to: { folderId: target.folderId, gen: target.gen, uid } }];
  });
}

/** UIDNEXT of the destination, noted before the command so that its outcome can be checked. */
export async function noteTarget(target: ReplayFolder, context: ReplayContext): Promise<OpEvidence> {
  const status = await context.backend.status(target.path, context.call);
  return { targetUidNext: status.uidNext, targetUidValidity: status.uidValidity };
}

/**
 * Where the search for what an earlier try left begins: at the UIDNEXT noted then, or at 1 when the
 * folder was numbered anew meanwhile and that number says nothing any more. STATUS lets a session that has the folder
 * open see what came since, also in a folder that was empty.
 */
export async function searchFrom(
  { targetUidNext = 1, targetUidValidity }: OpEvidence,
  target: ReplayFolder,
  context: ReplayContext,
): Promise<number> {
  if (targetUidValidity === undefined) return targetUidNext;
  const { uidValidity } = await context.backend.status(target.path, context.call);
  return uidValidity === targetUidValidity ? targetUidNext : 1;
}

/** Those of the entries that the source folder still has. */
export async function stillThere(
  path: string,
  entries: readonly ResolvedTarget[],
  context: ReplayContext,
): Promise<Set<number>> {
  const there = new Set<number>();
  const uids = entries.map((entry) => entry.ref.uid).sort((a, b) => a - b);
  await context.backend.fetchFlags(path, uids.join(','), {}, context.call, (news) => {
    if (news.kind === 'flags') for (const row of news.flags) there.add(row.uid);
    return Promise.resolve();
  });
  return there;
}
