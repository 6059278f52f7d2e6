import type { Journal } from '../journal/journal.ts';
import { isWaiting, type Op } from '../journal/op.ts';
import type { Clock } from '../platform/clock.ts';
import { longestWaitMs } from './backoff.ts';

/** An operation waits that nothing holds back. */
export function hasReadyOp(ports: QueuePorts): boolean {
  return nextOp(ports, new Set(), { nextTryAt: null }) !== undefined;
}

export interface QueuePorts {
  accountId: string;
  journal: Journal;
  clock: Clock;
}

/** The oldest op that nothing holds back. */
export function nextOp(
  ports: QueuePorts,
  tried: ReadonlySet<string>,
  report: { nextTryAt: number | null },
): Op | undefined {
  const held = new Set<string>();
  const now = ports.clock.now();
  report.nextTryAt = null;
  for (const op of ports.journal.inOrder(ports.accountId)) {
    if (!isWaiting(op)) continue;
    const touches = touchedBy(op);
    const waitsForOther = op.after.some((opId) => ports.journal.op(opId) !== undefined);
    // A wait longer than any back-off comes of a clock that was set back: it counts as over.
    const late = op.nextTryAt !== null && op.nextTryAt > now && op.nextTryAt - now <= longestWaitMs;
    if (late) report.nextTryAt = Math.min(report.nextTryAt ?? Number.POSITIVE_INFINITY, op.nextTryAt ?? 0);
    if (!tried.has(op.opId) && !waitsForOther && !late && !touches.some((id) => held.has(id))) return op;
    for (const id of touches) held.add(id);
  }
  return undefined;
}

/** Messages whose order of operations matters, and folders that are made, renamed or deleted. */
export function touchedBy(op: Op): string[] {
  const ids = op.targets.map((target) => target.messageId);
  switch (op.action.kind) {
    case 'copy':
      return [...ids, ...op.action.copies, op.action.folderId];
    case 'append':
      return [op.action.messageId, op.action.folderId];
    case 'move':
    case 'purge':
    case 'folder-create':
    case 'folder-rename':
    case 'folder-delete':
      return [...ids, op.action.folderId];
    default:
      return ids;
  }
}

/** Ids of the account's operations that wait for another one, not for the network or their time. */
export function blockedOps(journal: Journal, ops: readonly Op[]): Set<string> {
  const blocked = new Set<string>();
  const held = new Set<string>();
  for (const op of ops.toSorted((a, b) => a.seq - b.seq)) {
    if (!isWaiting(op)) continue;
    const touches = touchedBy(op);
    const waits =
      op.after.some((opId) => journal.op(opId) !== undefined) || touches.some((id) => held.has(id));
    if (waits && op.state === 'queued') blocked.add(op.opId);
    for (const id of touches) held.add(id);
  }
  return blocked;
}

/**
 * A wish about flags that a later one, which waits too, says the opposite or the same of: only the last is sent
 * (R4). Not when a copy stands between them: it takes the flags along.
 */
export function isOvertaken(op: Op, journal: Journal): boolean {
  const { action } = op;
  if (action.kind !== 'flags' || op.state !== 'queued' || op.targets.length === 0) return false;
  const flags = [...action.add, ...action.remove];
  return op.targets.every(({ messageId }) => {
    for (const later of journal.about(messageId)) {
      if (later.seq <= op.seq || !isWaiting(later)) continue;
      if (later.action.kind === 'copy') return false;
      if (later.action.kind !== 'flags') continue;
      const { add, remove } = later.action;
      if (flags.every((flag) => add.includes(flag) || remove.includes(flag))) return true;
    }
    return false;
  });
}
