import type { LocatedRow } from '../../src-shared/cache-protocol.ts';
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

/**
 * The last of a mail is never what goes: a copy is dropped only while its original is seen or stays for certain.
 * `kept`: removals that were taken back before this is asked, so that none of them is sent in the meantime.
 */
export async function copiesBack(
  copied: readonly Copied[],
  kept: ReadonlySet<string>,
  submit: Submit,
): Promise<CopiesBack> {
  const back: CopiesBack = { drop: [], bring: [] };
  for (const { original, copy, removal } of copied) {
    const [row] = await here(submit, [copy]);
    if (row === undefined) continue;
    if (removal === undefined) {
      if ((await here(submit, [original])).length > 0) back.drop.push(row);
    } else (kept.has(removal) ? back.drop : back.bring).push(row);
  }
  return back;
}
