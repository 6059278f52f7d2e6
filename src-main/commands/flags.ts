import type { FolderBatch } from '../../src-shared/cache-protocol.ts';
import { bySource, done, notCertain, type Command } from './command.ts';
import { exclusiveOf, partedFlags, storeExclusive } from './exclusive-flags.ts';

/**
 * ±FLAGS.SILENT by UID. Repeating it changes nothing more (RFC 4549 §4.2.3), so an unknown outcome is
 * simply tried again. A message that is gone needs no flag. Ours is the later wish for each flag that we touch, but
 * keywords that exclude each other give way to who chose since (R5).
 */
export const flagsCommand: Command<'flags'> = {
  kind: 'flags',
  async replay(op, action, context) {
    const { found, doubtful } = await context.resolve(op.targets);
    if (doubtful.length > 0) return notCertain(doubtful, 'Their marks were left as they are.');
    await context.send();
    const batches: FolderBatch[] = [];
    const exclusive = exclusiveOf(action);
    const { plain, one } = partedFlags(action, exclusive);
    for (const [folderId, entries] of bySource(found)) {
      const folder = context.folder(folderId);
      if (folder === undefined) continue;
      const knowing =
        exclusive.length > 0 &&
        context.backend.storeUnlessChanged !== undefined &&
        context.backend.capabilities.condstore
          ? entries.filter((entry) => entry.target.base !== undefined)
          : [];
      const wholly = entries.filter((entry) => !knowing.includes(entry));
      for (const [some, change] of [
        [wholly, { add: action.add, remove: action.remove }],
        [knowing, plain],
      ] as const) {
        if (some.length === 0 || change.add.length + change.remove.length === 0) continue;
        const uids = some.map((entry) => entry.ref.uid);
        const outcome = await context.backend.storeFlags(folder.path, uids, change, context.call);
        if (outcome.state === 'unknown') return outcome;
        batches.push({ folderId, gen: folder.gen, flagChange: { uids, ...change } });
      }
      if (knowing.length === 0) continue;
      const stored = await storeExclusive(knowing, folder, { wish: one, exclusive }, context);
      if (stored.state !== 'done') return stored;
      batches.push(...stored.batches);
    }
    return done({ batches });
  },
};
