import type { CachePort } from '../cache/cache-port.ts';
import type { Journal } from '../journal/journal.ts';
import { mayBeOnTheWire } from '../journal/op.ts';

/** How many user acts can be taken back; an undo toast stands for 10 s, so this is plenty. */
const remembered = 200;

/**
 * Taking back: an operation that has not left is simply dropped (its patches are its only effect); one
 * that has is answered with its opposite, as a new operation.
 */
export interface Undo {
  /** `opposite` undoes all of these at once when they have already left. */
  remember(opIds: readonly string[], opposite: () => Promise<void>): void;
  undo(opIds: readonly string[]): Promise<string[]>;
}

export function createUndo(journal: Journal, cache: CachePort): Undo {
  const acts: { opIds: readonly string[]; opposite: () => Promise<void> }[] = [];
  return {
    remember(opIds, opposite) {
      if (opIds.length === 0) return;
      acts.push({ opIds, opposite });
      if (acts.length > remembered) acts.shift();
    },
    async undo(opIds) {
      const wanted = new Set(opIds);
      const undone: string[] = [];
      for (const act of acts.toReversed().filter((entry) => entry.opIds.some((opId) => wanted.has(opId)))) {
        const allWait = act.opIds.every((opId) => {
          const op = journal.op(opId);
          return op !== undefined && !mayBeOnTheWire(op);
        });
        if (allWait) {
          await cache.call('dropPending', { opIds: await journal.cancel(act.opIds) });
        } else {
          await act.opposite();
        }
        undone.push(...act.opIds);
        acts.splice(acts.indexOf(act), 1);
      }
      // Nobody remembers it after a restart, and some acts have no opposite (deleting for good): what of it still
      // waits is dropped all the same, with what was built upon it.
      const taken = await journal.cancel(opIds.filter((opId) => !undone.includes(opId)));
      await cache.call('dropPending', { opIds: taken });
      return [...undone, ...taken];
    },
  };
}
