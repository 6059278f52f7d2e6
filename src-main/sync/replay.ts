import { AppError, toAppError, type AppErrorData } from '../../src-shared/error.ts';
import type { Call } from '../backends/backend.ts';
import { done, lateStill, type ReplayResult } from '../commands/command.ts';
import { replayOp } from '../commands/command-registry.ts';
import { isWaiting, type Op } from '../journal/op.ts';
import { backoffMs } from './backoff.ts';
import { speaksForAccount, wishedWaitMs } from './server-wish.ts';
import { whereThereIsRoom } from './where-there-is-room.ts';
import { contextFor, tellAgain } from './replay-context.ts';
import { isOvertaken, nextOp, touchedBy } from './replay-order.ts';
import { replayInParts, worthParting } from './replay-parts.ts';
import { foldersMoved, foldersOf } from './op-folders.ts';
import { offerPutBack } from './put-back.ts';
import type { ReplayPorts } from './replay-ports.ts';
import { withRest } from './rest.ts';

export interface ReplayReport {
  pushed: number;
  parked: number;
  /** Earliest time at which a waiting operation may be tried again; null: none waits. */
  nextTryAt: number | null;
  /** Something came meanwhile that can be sent. */
  more: boolean;
}

/**
 * Brings the account's operations that wait now to the server, oldest first: what comes meanwhile is another round's,
 * for whoever waits for a round must not wait as long as somebody clicks. One that is refused is parked
 * and blocks nothing else; one that must wait holds back only operations on the same messages or
 * folders. A failure of the connection ends the run (it throws) and leaves everything waiting.
 */
export async function replayAll(ports: ReplayPorts, call: Call): Promise<ReplayReport> {
  const report: ReplayReport = { pushed: 0, parked: 0, nextTryAt: null, more: false };
  const tried = new Set<string>();
  const last = ports.journal.ops(ports.accountId).reduce((seq, op) => Math.max(seq, op.seq), 0);
  for (;;) {
    const op = nextOp(ports, tried, report);
    report.more = op !== undefined && op.seq > last;
    if (op === undefined || report.more) return report;
    tried.add(op.opId);
    call.signal.throwIfAborted();
    const outcome = await replayOne(op, ports, call);
    if (outcome === 'done') report.pushed += 1;
    else if (outcome === 'parked') report.parked += 1;
  }
}

async function replayOne(op: Op, ports: ReplayPorts, call: Call): Promise<'done' | 'parked' | 'waiting'> {
  const folders = foldersOf(op, ports.register);
  return await ports.locks.hold(folders, async () => {
    // Taken back, or settled by an engine that was just replaced, while this one waited for the folder.
    const over = (): boolean => ports.journal.op(op.opId) === undefined || !isWaiting(op);
    if (over()) return 'waiting';
    ports.lateMarks.note(op);
    const heldUntil = ports.lateMarks.holds(op);
    if (heldUntil !== null) return await settle(op, lateStill(heldUntil), ports);
    let result: ReplayResult;
    try {
      await tellAgain(op, ports, call);
      result = await attempt(op, ports, call);
    } catch (thrown) {
      if (over()) return 'waiting';
      result = resultOf(toAppError(thrown), op);
      if (result.state === 'retry' && isConnectionLoss(result.error)) {
        const { error } = result;
        const cutOff = error.code === 'connection-lost' || error.code === 'timeout';
        await ports.journal.change(op.opId, { error, ...(cutOff ? afterCutOff(op, ports) : {}) });
        throw thrown;
      }
    }
    ports.crash.reach('replay.answered');
    return await settle(op, result, ports);
  });
}

async function attempt(op: Op, ports: ReplayPorts, call: Call): Promise<ReplayResult> {
  if (isOvertaken(op, ports.journal)) return done();
  let whole = await answerOf(op, ports, call);
  const isFolderMissing = whole.state === 'rejected' && whole.error.code === 'not-found';
  if (isFolderMissing && (await foldersMoved(op, ports, call))) whole = await answerOf(op, ports, call);
  return whole.state === 'rejected' && worthParting(op, whole)
    ? await replayInParts(op, whole, ports, (part) => answerOf(part, ports, call))
    : whole;
}

/** What the server says, a refusal too; only a failure of the connection is thrown. */
async function answerOf(op: Op, ports: ReplayPorts, call: Call): Promise<ReplayResult> {
  try {
    return await replayOp(op, contextFor(op, ports, call));
  } catch (thrown) {
    const result = resultOf(toAppError(thrown), op);
    if (result.state === 'rejected') return result;
    throw thrown;
  }
}

/** Once may be the network; an operation at which the connection always dies must not keep all others from it. */
function afterCutOff(op: Op, { clock }: ReplayPorts): { tries: number; nextTryAt: number | null } {
  const tries = op.tries + 1;
  return { tries, nextTryAt: tries < 3 ? null : clock.now() + backoffMs(tries - 3) };
}

function isConnectionLoss(error: AppErrorData): boolean {
  return [
    'offline',
    'connection-lost',
    'timeout',
    'auth-failed',
    'tls-certificate',
    'tls-missing',
    'host-unknown',
    'locked',
    'cancelled',
  ].includes(error.code);
}

function resultOf(error: AppError, op: Op): ReplayResult {
  const { data } = error;
  if (
    data.next === 'retry' ||
    data.next === 'wait-online' ||
    data.next === 'ask-password' ||
    isConnectionLoss(data)
  ) {
    return { state: 'retry', error: data };
  }
  // Ours, not the server's: try a few times (a restart may mend it), then show it.
  if (data.next === 'bug' && op.tries < 3) return { state: 'retry', error: data };
  return { state: 'rejected', error: data };
}

async function settle(
  op: Op,
  result: ReplayResult,
  ports: ReplayPorts,
): Promise<'done' | 'parked' | 'waiting'> {
  const { journal, cache, clock, crash } = ports;
  switch (result.state) {
    case 'done': {
      await journal.change(op.opId, { state: 'acked', error: null });
      crash.reach('replay.acked');
      // Before the rows go: their bodies are still under their ids.
      await offerPutBack(op, result.lost, ports);
      await whereThereIsRoom(async () => {
        for (const batch of result.batches) await cache.call('applyBatch', withRest(op, batch, clock));
        await cache.call('dropPending', { opIds: [op.opId] });
      });
      crash.reach('replay.applied');
      const freed = journal.ops().filter((other) => other.after.includes(op.opId));
      await journal.end(op.opId, 'done', result.places);
      ports.wantPull(result.pull);
      ports.onFreed([
        ...new Set(freed.map((other) => other.accountId).filter((accountId) => accountId !== op.accountId)),
      ]);
      return 'done';
    }
    case 'retry':
      if (result.at !== undefined) {
        await journal.change(op.opId, { nextTryAt: result.at, error: result.error });
        return 'waiting';
      }
      await journal.change(op.opId, {
        ...answered(op),
        tries: op.tries + 1,
        nextTryAt: clock.now() + Math.max(backoffMs(op.tries), wishedWaitMs(result.error) ?? 0),
        error: result.error,
      });
      // The session stays away for that long: the other operations would only be refused too.
      if (speaksForAccount(result.error)) throw new AppError({ ...result.error, scope: 'account' });
      // The server may have renumbered a folder: only a look at it lets the operation find its messages again.
      if (result.error.scope === 'folder') ports.wantPull(foldersOf(op, ports.register));
      return 'waiting';
    case 'unknown':
      await journal.change(op.opId, {
        state: 'unknown',
        evidence: { ...op.evidence, lostAt: clock.now() },
        ...afterCutOff(op, ports),
      });
      throw new AppError({
        code: 'connection-lost',
        scope: 'account',
        next: 'retry',
        detail:
          'The connection was lost before the server answered. What became of the change is looked up at the next connection.',
        server: { text: result.detail },
      });
    case 'rejected':
      await journal.change(op.opId, {
        ...answered(op),
        state: 'parked',
        tries: op.tries + 1,
        error: result.error,
        nextTryAt: null,
      });
      await whereThereIsRoom(() => cache.call('dropPending', { opIds: [op.opId] }));
      await parkDependants(op, ports);
      return 'parked';
  }
}

/** Refused: what is not there by now will not come. */
function answered({ state, evidence }: Op): Pick<Op, 'state' | 'evidence'> {
  return state === 'sent'
    ? { state: 'unknown', evidence: { ...evidence, lostAt: null } }
    : { state, evidence };
}

/** What was to follow a refused operation cannot be done either (RFC 4549 §4.2: dependants fail too). */
async function parkDependants(op: Op, ports: ReplayPorts): Promise<void> {
  const born = new Set([
    ...(op.action.kind === 'copy' ? op.action.copies : []),
    ...(op.action.kind === 'append' ? [op.action.messageId] : []),
    ...(op.action.kind === 'folder-create' ? [op.action.folderId] : []),
  ]);
  // Of all accounts: the original of a move to another account stays where it is.
  for (const other of ports.journal.ops()) {
    if (!isWaiting(other) || other.seq <= op.seq) continue;
    if (!other.after.includes(op.opId) && !touchedBy(other).some((id) => born.has(id))) continue;
    await ports.journal.change(other.opId, {
      state: 'parked',
      error: {
        code: 'refused',
        scope: 'message',
        next: 'tell-user',
        detail: 'It was to follow a change that the server refused, so it was not made either.',
      },
    });
    await ports.cache.call('dropPending', { opIds: [other.opId] });
    await parkDependants(other, ports);
  }
}
