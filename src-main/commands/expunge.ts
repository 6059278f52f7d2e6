import { formatUidSet, uidSetOf } from '../../src-shared/uid-set.ts';
import { bySource, done, notCertain, type Command } from './command.ts';

/** \Deleted and UID EXPUNGE of exactly these. Repeating it is harmless: UIDs are never given out twice. */
export const expungeCommand: Command<'expunge'> = {
  kind: 'expunge',
  async replay(op, _action, context) {
    const { found, doubtful } = await context.resolve(op.targets);
    if (doubtful.length > 0) return notCertain(doubtful, 'Nothing was deleted.');
    await context.send();
    const batches = [];
    for (const [folderId, entries] of bySource(found)) {
      const folder = context.folder(folderId);
      if (folder === undefined) continue;
      const uids = entries.map((entry) => entry.ref.uid);
      const outcome = await context.backend.expunge(folder.path, uids, context.call);
      if (outcome.state === 'unknown') return outcome;
      if (!outcome.value.expunged) await context.leftBehind(folderId, uids);
      batches.push({ folderId, gen: folder.gen, vanished: formatUidSet(uidSetOf(uids)) });
    }
    return done({ batches });
  },
};
