import { AppError } from '../../../../src-shared/error.ts';
import { refusal } from '../errors.ts';
import { fetchItems } from '../fetch-items.ts';
import { modseq as readModseq } from '../object-id.ts';
import { rawOf, type Tagged } from '../port.ts';
import { expandSet, uidSetChunks } from '../uid-set.ts';
import type { CommandContext } from './context.ts';
import { ensureInSight } from './in-sight.ts';
import { flagList, readOnly } from './store.ts';

/**
 * UID STORE (UNCHANGEDSINCE …) ±FLAGS.SILENT (RFC 7162 §3.1.3). `changed`: the UIDs that the server named as MODIFIED,
 * which it left as they were. What is taken off is taken off since our own addition, not since before it.
 */
export async function storeUnlessChanged(
  context: CommandContext,
  path: string,
  uids: number[],
  change: { add: string[]; remove: string[] },
  since: string,
): Promise<{ changed: number[] }> {
  const folder = await ensureInSight(context, path, uids);
  if (folder.readOnly) throw readOnly(context);
  if (readModseq(since) === null) throw noModseq();
  const changed = new Set<number>();
  for (const part of chunksOf(uids)) {
    let left = part;
    let bound: string | null = since;
    for (const [sign, flags] of [
      ['+', change.add],
      ['-', change.remove],
    ] as const) {
      if (flags.length === 0 || left.length === 0) continue;
      const stored = await storePart(context, left, `${sign}FLAGS.SILENT ${flagList(flags)}`, bound);
      for (const uid of stored.changed) changed.add(uid);
      left = left.filter((uid) => !stored.changed.has(uid));
      // Our own change has the highest number; without it being told there is nothing to compare with.
      bound = stored.highest;
    }
  }
  return { changed: [...changed] };
}

async function storePart(
  context: CommandContext,
  uids: number[],
  what: string,
  since: string | null,
): Promise<{ changed: Set<number>; highest: string | null }> {
  const changed = new Set<number>();
  let highest: bigint | null = null;
  for (const set of uidSetChunks(uids)) {
    const condition = since === null ? '' : `(UNCHANGEDSINCE ${since}) `;
    const tagged = await context.port.run({
      name: 'UID STORE',
      parts: [`UID STORE ${set} ${condition}${what}`],
      onUntagged: (response) => {
        if (response.name !== 'FETCH') return;
        const { uid, modseq } = fetchItems(response);
        if (modseq === null || !uids.includes(uid)) return;
        const number = BigInt(modseq);
        if (highest === null || number > highest) highest = number;
      },
    });
    const modified = modifiedUids(tagged, uids);
    // NO with MODIFIED says that some messages could not be changed, not that the change is refused.
    if (tagged.status !== 'OK' && modified === null)
      throw refusal(tagged, 'change the marks', 'message', context.place);
    for (const uid of modified ?? []) changed.add(uid);
  }
  return { changed, highest: highest === null ? null : String(highest) };
}

/** Null: it does not say MODIFIED. A set that cannot be read means any of them. */
function modifiedUids(tagged: Tagged, uids: readonly number[]): readonly number[] | null {
  if (tagged.code?.name !== 'MODIFIED') return null;
  return expandSet(rawOf(tagged.code.values[0]), uids.length) ?? uids;
}

function chunksOf(uids: readonly number[]): number[][] {
  const chunks: number[][] = [];
  for (let i = 0; i < uids.length; i += 500) chunks.push(uids.slice(i, i + 500));
  return chunks;
}

function noModseq(): AppError {
  return new AppError({
    code: 'bug',
    scope: 'message',
    next: 'bug',
    detail: 'Posthorn asked for a change by a number that is none.',
  });
}
