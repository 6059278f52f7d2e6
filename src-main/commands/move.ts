import type { FolderBatch } from '../../src-shared/cache-protocol.ts';
import { formatUidSet, uidSetOf } from '../../src-shared/uid-set.ts';
import type { Op, OpTarget } from '../journal/op.ts';
import {
  bySource,
  done,
  lookAgain,
  mayComeLate,
  notCertain,
  rejected,
  type Command,
  type ReplayContext,
  type ReplayDone,
  type ReplayFolder,
  type ReplayResult,
  type ResolvedTarget,
} from './command.ts';
import {
  findCopies,
  goneOf,
  noteTarget,
  placeByCopyUid,
  searchFrom,
  stillThere,
  withoutCopies,
  type Placed,
} from './place-copies.ts';

/**
 * Moves by UID MOVE (RFC 6851), else copy → proved → UID EXPUNGE of exactly those. After a lost answer
 * what the source still has is moved again; what it has not is looked for in the destination above the
 * UIDNEXT noted before. A message that is in neither was deleted elsewhere; it is not chased.
 */
export const moveCommand: Command<'move'> = {
  kind: 'move',
  async replay(op, action, context) {
    const target = context.folder(action.folderId);
    if (target === undefined)
      return rejected(
        'The folder to move to is not on the server any more. The messages stayed where they were.',
      );
    const { found, doubtful, gone } = await context.resolve(op.targets);
    if (doubtful.length > 0) {
      return notCertain(doubtful, 'They stayed where they were.');
    }
    const entries = found.filter((entry) => entry.ref.folderId !== target.folderId);
    if (entries.length === 0) return done({ lost: gone });
    const verifying = op.evidence.targetUidNext !== undefined;
    if (!verifying) await context.send(await noteTarget(target, context));
    const result = context.backend.capabilities.move
      ? await moveOnServer(op, entries, target, context, verifying)
      : await copyThenExpunge(op, entries, target, context, verifying);
    return result.state === 'done' ? { ...result, lost: [...gone, ...result.lost] } : result;
  },
};

async function moveOnServer(
  op: Op,
  entries: ResolvedTarget[],
  target: ReplayFolder,
  context: ReplayContext,
  verifying: boolean,
): Promise<ReplayResult> {
  const placed: Placed[] = [];
  const left: ResolvedTarget[] = [];
  const lost: OpTarget[] = [];
  for (const [sourceId, group] of bySource(entries)) {
    const source = context.folder(sourceId);
    if (source === undefined) continue;
    let moving = group;
    const from = op.evidence.targetUidNext ?? 1;
    if (verifying) {
      const there = await stillThere(source.path, group, context);
      moving = group.filter((entry) => there.has(entry.ref.uid));
      const missing = group.filter((entry) => !there.has(entry.ref.uid));
      const since = await searchFrom(op.evidence, target, context);
      const copies = await findCopies(missing, target, since, context);
      placed.push(...copies);
      lost.push(...(await goneOf(source.path, withoutCopies(missing, copies), target, since, context)));
      left.push(...missing);
      if (moving.length === 0) continue;
      await context.send(op.evidence);
    }
    const outcome = await context.backend.move(
      source.path,
      moving.map((entry) => entry.ref.uid),
      target.path,
      context.call,
    );
    if (outcome.state === 'unknown') return outcome;
    const copies =
      outcome.value === null
        ? await findCopies(moving, target, from, context)
        : placeByCopyUid(moving, outcome.value, target);
    placed.push(...copies);
    lost.push(...(await goneOf(source.path, withoutCopies(moving, copies), target, from, context)));
    left.push(...moving);
  }
  return moved(left, placed, lost, target, context);
}

async function copyThenExpunge(
  op: Op,
  entries: ResolvedTarget[],
  target: ReplayFolder,
  context: ReplayContext,
  verifying: boolean,
): Promise<ReplayResult> {
  const left: ResolvedTarget[] = [];
  const lost: OpTarget[] = [];
  const allPlaced: Placed[] = [];
  const maybeLate = mayComeLate(op, context);
  for (const [sourceId, group] of bySource(entries)) {
    const source = context.folder(sourceId);
    if (source === undefined) continue;
    let placed = verifying
      ? await findCopies(group, target, await searchFrom(op.evidence, target, context), context)
      : [];
    const copied = new Set(placed.map((place) => place.entry.ref.uid));
    const missing = group.filter((entry) => !copied.has(entry.ref.uid));
    if (missing.length > 0) {
      if (maybeLate) return lookAgain(op, context);
      await context.send(op.evidence);
      const outcome = await context.backend.copy(
        source.path,
        missing.map((entry) => entry.ref.uid),
        target.path,
        context.call,
      );
      if (outcome.state === 'unknown') return outcome;
      // \Deleted comes only after proof that the copy is there (rule 3): COPYUID, or found by looking.
      placed = [
        ...placed,
        ...(outcome.value === null
          ? await findCopies(missing, target, op.evidence.targetUidNext ?? 1, context)
          : placeByCopyUid(missing, outcome.value, target)),
      ];
    }
    await context.keep({
      ...op.evidence,
      done: placed.map((place) => ({ messageId: place.entry.target.messageId, to: place.to })),
    });
    const proved = placed.map((place) => place.entry.ref.uid);
    if (proved.length > 0) {
      const outcome = await context.backend.expunge(source.path, proved, context.call);
      if (outcome.state === 'unknown') return outcome;
      if (!outcome.value.expunged) await context.leftBehind(sourceId, proved);
    }
    allPlaced.push(...placed);
    const unplaced = withoutCopies(group, placed);
    const from = op.evidence.targetUidNext ?? 1;
    const gone = await goneOf(source.path, unplaced, target, from, context);
    lost.push(...gone);
    left.push(...placed.map((place) => place.entry));
    // Its row goes with it: nothing will be said of it again.
    left.push(...unplaced.filter((entry) => gone.includes(entry.target)));
    if (unplaced.length > 0 && proved.length === 0) {
      const there = await stillThere(source.path, group, context);
      if (there.size > 0)
        return rejected(
          'The server copied nothing to the folder and gave no reason. The messages stayed where they were.',
        );
    }
  }
  return moved(left, allPlaced, lost, target, context);
}

/** The cache's news: rows arrive in the destination first, then leave the source, so that none is ever in neither. */
function moved(
  left: ResolvedTarget[],
  placed: Placed[],
  lost: OpTarget[],
  target: ReplayFolder,
  context: ReplayContext,
): ReplayDone {
  const bind = placed.flatMap((place) =>
    place.to === null ? [] : [{ messageId: place.entry.target.messageId, uid: place.to.uid }],
  );
  const batches: FolderBatch[] = [{ folderId: target.folderId, gen: target.gen, bind }];
  for (const [sourceId, entries] of bySource(left)) {
    const source = context.folder(sourceId);
    if (source !== undefined) {
      batches.push({
        folderId: sourceId,
        gen: source.gen,
        vanished: formatUidSet(uidSetOf(entries.map((entry) => entry.ref.uid))),
      });
    }
  }
  return done({
    batches,
    lost,
    places: placed.flatMap((place) =>
      place.to === null ? [] : [{ messageId: place.entry.target.messageId, to: place.to }],
    ),
    pull: bind.length + lost.length < left.length ? [target.folderId] : [],
  });
}
