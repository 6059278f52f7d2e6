import { bySource, done, lookAgain, mayComeLate, notCertain, rejected, type Command } from './command.ts';
import {
  findCopies,
  goneOf,
  noteTarget,
  placeByCopyUid,
  searchFrom,
  withoutCopies,
  type Placed,
} from './place-copies.ts';

/** UID COPY. After a lost answer only what is not in the destination yet is copied again. */
export const copyCommand: Command<'copy'> = {
  kind: 'copy',
  async replay(op, action, context) {
    const target = context.folder(action.folderId);
    if (target === undefined)
      return rejected('The folder to copy to is not on the server any more. Nothing was copied.');
    const { found, doubtful, gone } = await context.resolve(op.targets);
    const lost = [...gone];
    if (doubtful.length > 0) return notCertain(doubtful, 'Nothing was copied.');
    const verifying = op.evidence.targetUidNext !== undefined;
    const placed: Placed[] = verifying
      ? await findCopies(found, target, await searchFrom(op.evidence, target, context), context)
      : [];
    if (placed.length < found.length && mayComeLate(op, context)) return lookAgain(op, context);
    await context.send(verifying ? op.evidence : await noteTarget(target, context));
    const copied = new Set(placed.map((place) => place.entry.target.messageId));
    for (const [sourceId, group] of bySource(found.filter((entry) => !copied.has(entry.target.messageId)))) {
      const source = context.folder(sourceId);
      if (source === undefined) continue;
      const outcome = await context.backend.copy(
        source.path,
        group.map((entry) => entry.ref.uid),
        target.path,
        context.call,
      );
      if (outcome.state === 'unknown') return outcome;
      const copies =
        outcome.value === null
          ? await findCopies(group, target, op.evidence.targetUidNext ?? 1, context)
          : placeByCopyUid(group, outcome.value, target);
      placed.push(...copies);
      const unplaced = withoutCopies(group, copies);
      lost.push(...(await goneOf(source.path, unplaced, target, op.evidence.targetUidNext ?? 1, context)));
    }
    const copyOf = new Map(op.targets.map((entry, i) => [entry.messageId, action.copies[i]]));
    const places = placed.flatMap((place) => {
      const messageId = copyOf.get(place.entry.target.messageId);
      return messageId === undefined || place.to === null ? [] : [{ messageId, to: place.to }];
    });
    return done({
      batches: [
        {
          folderId: target.folderId,
          gen: target.gen,
          bind: places.map((place) => ({ messageId: place.messageId, uid: place.to.uid })),
        },
      ],
      places,
      lost,
      pull: places.length + lost.length < op.targets.length ? [target.folderId] : [],
    });
  },
};
