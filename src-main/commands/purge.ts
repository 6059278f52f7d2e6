import { formatUidSet, parseUidSet, subtract, type UidRange } from '../../src-shared/uid-set.ts';
import type { WriteOutcome } from '../backends/backend.ts';
import {
  done,
  lookAgain,
  mayComeLate,
  type Command,
  type ReplayContext,
  type ReplayFolder,
  type ReplayResult,
  tooBusy,
} from './command.ts';

/** So often other programs may mark more while we take their marks off, before we leave it for later. */
const mostRounds = 5;

/**
 * Removes what we had to leave marked \Deleted on a server without UIDPLUS, by the dance of RFC 4549 §4.2.4: the marks
 * of others are taken off, EXPUNGE takes what is left, and their marks are put back. Which those are is written down
 * before the first is taken off: after a kill, a lost connection or a refusal they are put back first.
 */
export const purgeCommand: Command<'purge'> = {
  kind: 'purge',
  async replay(op, action, context) {
    const folder = context.folder(action.folderId);
    if (folder === undefined || context.backend.expungeMarked === undefined) return done();
    const before = op.evidence.purge;
    // The EXPUNGE of a lost connection may come yet: marks of others that were put back by then would be their end.
    if (before !== undefined && mayComeLate(op, context)) return await lookAgain(op, context);
    if (before !== undefined && before.gen === folder.gen) {
      const restored = await mark(folder, parseUidSet(before.foreign) ?? [], true, context);
      if (restored.state === 'unknown') return restored;
    }
    const marked = await markedIn(folder, context);
    const left = parseUidSet(context.leftIn(action.folderId)) ?? [];
    const ours = subtract(marked, subtract(marked, left));
    if (ours.length === 0) return done({ pull: [folder.folderId] });
    const foreign = subtract(marked, ours);
    const evidence = { purge: { gen: folder.gen, foreign: formatUidSet(foreign) } };
    await context.send(evidence);
    // An earlier try has noted others.
    if (before !== undefined) await context.keep(evidence);
    return await dance(folder, ours, foreign, context);
  },
};

async function dance(
  folder: ReplayFolder,
  ours: readonly UidRange[],
  first: readonly UidRange[],
  context: ReplayContext,
): Promise<ReplayResult> {
  let foreign = first;
  let taking = first;
  try {
    for (let round = 0; ; round += 1) {
      const off = await mark(folder, taking, false, context);
      if (off.state === 'unknown') return off;
      context.reach('purge.unmarked');
      // Somebody may have marked more meanwhile: those too are not ours to remove.
      taking = subtract(await markedIn(folder, context), ours);
      if (taking.length === 0) break;
      foreign = joined(foreign, taking);
      await context.keep({ purge: { gen: folder.gen, foreign: formatUidSet(foreign) } });
      if (round === mostRounds) {
        const back = await mark(folder, foreign, true, context);
        return back.state === 'unknown'
          ? back
          : tooBusy(
              'Other programs are deleting messages in the folder all the time. Posthorn removes its own later.',
            );
      }
    }
    const gone = await context.backend.expungeMarked?.(folder.path, context.call);
    if (gone?.state === 'unknown') return gone;
    context.reach('purge.expunged');
    await context.purged(folder.folderId, formatUidSet(ours));
  } catch (error) {
    // Refused: nothing of ours went, and nothing of others may stay changed.
    await mark(folder, foreign, true, context);
    throw error;
  }
  const back = await mark(folder, foreign, true, context);
  if (back.state === 'unknown') return back;
  return done({ pull: [folder.folderId] });
}

/** Puts \Deleted on these or takes it off; those that are gone are no error. */
async function mark(
  folder: ReplayFolder,
  uids: readonly UidRange[],
  on: boolean,
  context: ReplayContext,
): Promise<WriteOutcome<void>> {
  const all: number[] = [];
  for (const [from, to] of uids) for (let uid = from; uid <= to; uid += 1) all.push(uid);
  if (all.length === 0) return { state: 'done', value: undefined };
  const change = on ? { add: ['\\Deleted'], remove: [] } : { add: [], remove: ['\\Deleted'] };
  return await context.backend.storeFlags(folder.path, all, change, context.call);
}

async function markedIn(folder: ReplayFolder, { backend, call }: ReplayContext): Promise<UidRange[]> {
  return parseUidSet((await backend.listMarked?.(folder.path, call)) ?? '') ?? [];
}

function joined(a: readonly UidRange[], b: readonly UidRange[]): UidRange[] {
  return parseUidSet([formatUidSet(a), formatUidSet(b)].filter((set) => set !== '').join(',')) ?? [];
}
