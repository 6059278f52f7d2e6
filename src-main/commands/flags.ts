import { bySource, done, notCertain, type Command } from './command.ts';

/**
 * ±FLAGS.SILENT by UID. Repeating it changes nothing more (RFC 4549 §4.2.3), so an unknown outcome is
 * simply tried again. A message that is gone needs no flag.
 */
export const flagsCommand: Command<'flags'> = {
  kind: 'flags',
  async replay(op, action, context) {
    const { found, doubtful } = await context.resolve(op.targets);
    if (doubtful.length > 0) return notCertain(doubtful, 'Their marks were left as they are.');
    await context.send();
    const batches = [];
    for (const [folderId, entries] of bySource(found)) {
      const folder = context.folder(folderId);
      if (folder === undefined) continue;
      const uids = entries.map((entry) => entry.ref.uid);
      const outcome = await context.backend.storeFlags(
        folder.path,
        uids,
        { add: action.add, remove: action.remove },
        context.call,
      );
      if (outcome.state === 'unknown') return outcome;
      batches.push({
        folderId,
        gen: folder.gen,
        flagChange: { uids, add: action.add, remove: action.remove },
      });
    }
    return done({ batches });
  },
};
