import type { Patch } from '../../src-shared/patch.ts';
import type { ReplayDone, ReplayResult } from '../commands/command.ts';
import type { Op, OpTarget } from '../journal/op.ts';
import { offerPutBack } from './put-back.ts';
import type { ReplayPorts } from './replay-ports.ts';
import { withRest } from './rest.ts';

type Rejected = Extract<ReplayResult, { state: 'rejected' }>;

/** Refusals that speak for the folder or the mailbox: no part of the batch would fare better. */
const forAll = new Set(['OVERQUOTA', 'NOPERM', 'TRYCREATE', 'NONEXISTENT', 'READ-ONLY']);
/** After so many single messages were refused and none taken, the rest is not tried. */
const enough = 8;

/** One message of many can be what the server refuses. */
export function worthParting(op: Op, { error, apart }: Rejected): boolean {
  if (apart !== undefined) return apart.length < op.targets.length;
  if (op.targets.length < 2 || error.code === 'quota' || error.code === 'not-found') return false;
  return error.server !== undefined && !forAll.has(error.server.code ?? '');
}

/**
 * A batch that was refused is tried again in halves, down to single messages (R14): what the server takes is done
 * and leaves the operation durably, part by part, so that it never comes again; what it refuses stays. Each part
 * notes its own evidence before it is sent. Gives what the rest of the operation came to.
 */
export async function replayInParts(
  op: Op,
  refused: Rejected,
  ports: ReplayPorts,
  replay: (part: Op) => Promise<ReplayResult>,
): Promise<ReplayResult> {
  const { journal, cache, clock } = ports;
  const whole: ReplayDone = { state: 'done', batches: [], places: [], pull: [], lost: [] };
  const waiting = partsOf(op.targets, refused.apart);
  let { error } = refused;
  let taken = 0;
  let refusals = 0;
  while (waiting.length > 0) {
    if (taken === 0 && refusals >= enough) return { state: 'rejected', error };
    const part = waiting.shift() ?? [];
    const result = await replay({ ...only(op, part), state: 'armed', evidence: {} });
    if (result.state === 'retry' || result.state === 'unknown') return result;
    if (result.state === 'rejected') {
      error = result.error;
      const parts = partsOf(part, result.apart);
      if (parts.length > 1) waiting.unshift(...parts);
      else refusals += 1;
      continue;
    }
    taken += part.length;
    await offerPutBack(op, result.lost, ports);
    for (const batch of result.batches) await cache.call('applyBatch', withRest(op, batch, clock));
    whole.pull.push(...result.pull);
    if (result.places.length > 0) await journal.place(result.places);
    const gone = new Set(part);
    const rest = op.targets.filter((target) => !gone.has(target));
    if (rest.length === 0) return { ...whole, places: result.places };
    const { targets, action, patches } = only(op, rest);
    await journal.change(op.opId, { targets, action, patches, evidence: {} });
    await cache.call('addPending', {
      ops: [{ opId: op.opId, accountId: op.accountId, seq: op.seq, mark: op.mark, patches }],
    });
  }
  ports.wantPull(whole.pull);
  return { state: 'rejected', error };
}

/** Those that are in the way apart from the rest, else halves; one part: it goes no further. */
function partsOf(targets: readonly OpTarget[], apart: readonly OpTarget[] | undefined): OpTarget[][] {
  if (apart === undefined) return halves(targets);
  const ids = new Set(apart.map(({ messageId }) => messageId));
  const rest = targets.filter(({ messageId }) => !ids.has(messageId));
  return rest.length === 0 ? [[...targets]] : [rest, targets.filter(({ messageId }) => ids.has(messageId))];
}

function halves(targets: readonly OpTarget[]): OpTarget[][] {
  const middle = Math.ceil(targets.length / 2);
  return [targets.slice(0, middle), targets.slice(middle)].filter((half) => half.length > 0);
}

/** The operation as if it had been made for these messages only. */
function only(op: Op, targets: readonly OpTarget[]): Pick<Op, 'targets' | 'action' | 'patches'> & Op {
  const wanted = new Set(targets);
  const ids = new Set(targets.map((target) => target.messageId));
  let { action } = op;
  if (action.kind === 'copy') {
    const copies = action.copies.filter((_, i) => {
      const target = op.targets[i];
      return target !== undefined && wanted.has(target);
    });
    for (const copy of copies) ids.add(copy);
    action = { ...action, copies };
  }
  const patches = op.patches.filter((patch: Patch) => !('messageId' in patch) || ids.has(patch.messageId));
  return { ...op, targets: [...targets], action, patches };
}
