import type { LocatedRow } from '../../src-shared/cache-protocol.ts';
import { mayBeOnTheWire } from '../journal/op.ts';
import type { Journal } from '../journal/journal.ts';
import { AppError } from '../../src-shared/error.ts';
import type { Submit } from './submit.ts';

/** A copy that the user made, and what it was made of. `removal`: the operation that takes the original away. */
export interface Copied {
  original: string;
  copy: string;
  removal?: string;
}

/** What taking back has to do about each copy that has already left. */
export interface CopiesBack {
  /** Copies that go: the original is where it was. */
  drop: LocatedRow[];
  /** Copies whose original is gone: of a move into another account they go back, else they stay. */
  bring: LocatedRow[];
  /** Removals that still wait: they are dropped, the original stays. */
  keep: string[];
}

async function here(submit: Submit, messageIds: readonly string[]): Promise<LocatedRow[]> {
  const found: LocatedRow[] = [];
  for (const messageId of messageIds) {
    try {
      found.push(...(await submit.locate([messageId])));
    } catch (thrown) {
      if (!(thrown instanceof AppError)) throw thrown;
    }
  }
  return found;
}

/** The last of a mail is never what goes: a copy is dropped only while its original is seen or stays for certain. */
export async function copiesBack(
  copied: readonly Copied[],
  submit: Submit,
  journal: Journal,
): Promise<CopiesBack> {
  const back: CopiesBack = { drop: [], bring: [], keep: [] };
  for (const { original, copy, removal } of copied) {
    const [row] = await here(submit, [copy]);
    const waits = removal === undefined ? undefined : journal.op(removal);
    const stays = waits !== undefined && !mayBeOnTheWire(waits);
    if (stays) back.keep.push(waits.opId);
    if (row === undefined) continue;
    if (stays) back.drop.push(row);
    else if (removal !== undefined) back.bring.push(row);
    else if ((await here(submit, [original])).length > 0) back.drop.push(row);
  }
  return back;
}
