import { formatUidSet, parseUidSet, uidSetOf } from '../../src-shared/uid-set.ts';
import { AppError, toAppError, type AppErrorData } from '../../src-shared/error.ts';
import type { Backend, Call } from '../backends/backend.ts';
import type { CachePort } from '../cache/cache-port.ts';
import type { ReplayContext, ReplayResult, Resolution } from '../commands/command.ts';
import { replayOp } from '../commands/command-registry.ts';
import type { Journal } from '../journal/journal.ts';
import { isWaiting, type Op, type OpEvidence, type OpTarget } from '../journal/op.ts';
import type { Blobs } from '../platform/blobs.ts';
import type { Clock } from '../platform/clock.ts';
import type { CrashControl } from '../platform/crash-points.ts';
import { backoffMs } from './backoff.ts';
import type { FolderLocks } from './folder-locks.ts';
import { describeFolders, nameOf } from './folder-verbs.ts';
import type { FolderRegister } from './folder-register.ts';

export interface ReplayPorts {
  accountId: string;
  journal: Journal;
  cache: CachePort;
  register: FolderRegister;
  blobs: Blobs;
  backend: Backend;
  locks: FolderLocks;
  clock: Clock;
  crash: CrashControl;
  /** Folders that must be asked for news because of what was done. */
  wantPull(folderIds: readonly string[]): void;
  /** Operations of these other accounts waited for what was just done. */
  onFreed(accountIds: readonly string[]): void;
}

export interface ReplayReport {
  pushed: number;
  parked: number;
  /** Earliest time at which a waiting operation may be tried again; null: none waits. */
  nextTryAt: number | null;
}

/**
 * Brings the account's waiting operations to the server, oldest first. One that is refused is parked
 * and blocks nothing else; one that must wait holds back only operations on the same messages or
 * folders. A failure of the connection ends the run (it throws) and leaves everything waiting.
 */
export async function replayAll(ports: ReplayPorts, call: Call): Promise<ReplayReport> {
  const report: ReplayReport = { pushed: 0, parked: 0, nextTryAt: null };
  const tried = new Set<string>();
  for (;;) {
    const op = nextOp(ports, tried, report);
    if (op === undefined) return report;
    tried.add(op.opId);
    call.signal.throwIfAborted();
    const outcome = await replayOne(op, ports, call);
    if (outcome === 'done') report.pushed += 1;
    else if (outcome === 'parked') report.parked += 1;
  }
}

/** An operation waits that nothing holds back. */
export function hasReadyOp(ports: QueuePorts): boolean {
  return nextOp(ports, new Set(), { pushed: 0, parked: 0, nextTryAt: null }) !== undefined;
}

type QueuePorts = Pick<ReplayPorts, 'accountId' | 'journal' | 'clock'>;

/** The oldest op that nothing holds back. */
function nextOp(ports: QueuePorts, tried: ReadonlySet<string>, report: ReplayReport): Op | undefined {
  const held = new Set<string>();
  const ops = ports.journal.ops(ports.accountId);
  report.nextTryAt = null;
  for (const op of ops) {
    if (!isWaiting(op)) continue;
    const touches = touchedBy(op);
    const waitsForOther = op.after.some((opId) => ports.journal.op(opId) !== undefined);
    const late = op.nextTryAt !== null && op.nextTryAt > ports.clock.now();
    if (late) report.nextTryAt = Math.min(report.nextTryAt ?? Number.POSITIVE_INFINITY, op.nextTryAt ?? 0);
    if (!tried.has(op.opId) && !waitsForOther && !late && !touches.some((id) => held.has(id))) return op;
    for (const id of touches) held.add(id);
  }
  return undefined;
}

/** Messages whose order of operations matters, and folders that are made, renamed or deleted. */
function touchedBy(op: Op): string[] {
  const ids = op.targets.map((target) => target.messageId);
  switch (op.action.kind) {
    case 'copy':
      return [...ids, ...op.action.copies, op.action.folderId];
    case 'append':
      return [op.action.messageId, op.action.folderId];
    case 'move':
    case 'folder-create':
    case 'folder-rename':
    case 'folder-delete':
      return [...ids, op.action.folderId];
    default:
      return ids;
  }
}

async function replayOne(op: Op, ports: ReplayPorts, call: Call): Promise<'done' | 'parked' | 'waiting'> {
  const folders = foldersOf(op, ports.register);
  return await ports.locks.hold(folders, async () => {
    // Taken back, or settled by an engine that was just replaced, while this one waited for the folder.
    const over = (): boolean => ports.journal.op(op.opId) === undefined || !isWaiting(op);
    if (over()) return 'waiting';
    let result: ReplayResult;
    try {
      await tellAgain(op, ports, call);
      result = await replayOp(op, contextFor(op, ports, call));
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

/**
 * After a restart the targets of an account that keeps nothing here have no Message-ID any more, and only with
 * it can a copy be told from other mail. What is still in its place says it again.
 */
async function tellAgain(op: Op, { register, backend }: ReplayPorts, call: Call): Promise<void> {
  if (op.state !== 'unknown') return;
  const silent = op.targets.filter((target) => target.messageIdHeader === '' && target.ref !== null);
  for (const [folderId, targets] of Map.groupBy(silent, (target) => target.ref?.folderId ?? '')) {
    const entry = register.get(folderId);
    const here = targets.filter((target) => target.ref?.gen === entry?.gen);
    if (entry === undefined || here.length === 0) continue;
    backend.expectValidity(entry.path, entry.uidValidity);
    const uids = here.map((target) => target.ref?.uid ?? 0).sort((a, b) => a - b);
    await backend.fetchRows(entry.path, uids.join(','), call, (rows) => {
      for (const row of rows)
        for (const target of here)
          if (target.ref?.uid === row.uid) target.messageIdHeader = row.envelope.messageIdHeader;
      return Promise.resolve();
    });
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
      for (const batch of result.batches) await cache.call('applyBatch', batch);
      await cache.call('dropPending', { opIds: [op.opId] });
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
      await journal.change(op.opId, {
        state: op.state === 'sent' ? 'unknown' : op.state,
        tries: op.tries + 1,
        nextTryAt: clock.now() + backoffMs(op.tries),
        error: result.error,
      });
      // The server may have renumbered a folder: only a look at it lets the operation find its messages again.
      if (result.error.scope === 'folder') ports.wantPull(foldersOf(op, ports.register));
      return 'waiting';
    case 'unknown':
      await journal.change(op.opId, { state: 'unknown', ...afterCutOff(op, ports) });
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
        state: 'parked',
        tries: op.tries + 1,
        error: result.error,
        nextTryAt: null,
      });
      await cache.call('dropPending', { opIds: [op.opId] });
      await parkDependants(op, ports);
      return 'parked';
  }
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

function foldersOf(op: Op, register: FolderRegister): string[] {
  if (
    op.action.kind === 'folder-rename' ||
    op.action.kind === 'folder-delete' ||
    op.action.kind === 'folder-create'
  ) {
    return register.all(op.accountId).map((entry) => entry.folderId);
  }
  const ids = new Set(op.targets.flatMap((target) => (target.ref === null ? [] : [target.ref.folderId])));
  if ('folderId' in op.action) ids.add(op.action.folderId);
  return [...ids];
}

function contextFor(op: Op, ports: ReplayPorts, call: Call): ReplayContext {
  const { journal, cache, register, backend, blobs, crash } = ports;
  const makesFolders = op.action.kind.startsWith('folder-');
  const context: ReplayContext = {
    backend,
    call,
    folder(folderId) {
      const entry = register.get(folderId);
      if (entry === undefined || (entry.local && !makesFolders)) return undefined;
      // UIDs of another generation must never reach the wire: the backend refuses when SELECT says otherwise.
      backend.expectValidity(entry.path, entry.uidValidity);
      return { folderId, path: entry.path, gen: entry.gen };
    },
    resolve: (targets) => resolveTargets(targets, ports, call),
    async send(evidence: OpEvidence = op.evidence) {
      if (op.state === 'sent') return;
      await journal.change(op.opId, { state: 'armed', evidence });
      crash.reach('replay.armed');
      await journal.change(op.opId, { state: 'sent' });
      crash.reach('replay.sent');
    },
    async keep(evidence) {
      await journal.change(op.opId, { evidence });
    },
    blob: (sha256) => blobs.get(sha256),
    async folderRenamed(folderId, path) {
      const entry = register.get(folderId);
      if (entry === undefined) return;
      const from = entry.path;
      for (const other of register.all(op.accountId)) {
        if (other.folderId === folderId)
          register.change(folderId, { path, name: nameOf(path, entry.delimiter) });
        else if (entry.delimiter !== null && other.path.startsWith(`${from}${entry.delimiter}`)) {
          register.change(other.folderId, { path: path + other.path.slice(from.length) });
        }
      }
      await saveFolders();
    },
    async folderRemoved(folderId) {
      register.remove(folderId);
      await register.save();
      await cache.call('removeFolder', { folderId });
    },
    async leftBehind(folderId, uids) {
      const entry = register.get(folderId);
      if (entry === undefined) return;
      const all = [entry.leftBehind ?? '', formatUidSet(uidSetOf(uids))]
        .filter((set) => set !== '')
        .join(',');
      register.change(folderId, { leftBehind: formatUidSet(parseUidSet(all) ?? []) });
      await register.save();
    },
    async folderCreated(folderId) {
      if (register.get(folderId) === undefined) return;
      register.change(folderId, { local: false });
      await saveFolders();
    },
  };
  async function saveFolders(): Promise<void> {
    await register.save();
    await cache.call('putFolders', {
      accountId: op.accountId,
      folders: describeFolders(register, op.accountId),
    });
  }
  return context;
}

/**
 * Where the server has these messages now: as the cache knows, else as an earlier operation left it,
 * else as it was when the user acted. When the folder's UIDs have changed since (another generation), a
 * message is taken only if exactly one there has its Message-ID and size.
 */
async function resolveTargets(
  targets: readonly OpTarget[],
  ports: ReplayPorts,
  call: Call,
): Promise<Resolution> {
  const { cache, journal, register, backend } = ports;
  const resolution: Resolution = { found: [], gone: [], doubtful: [] };
  const located = await cache.call('locate', { messageIds: targets.map((target) => target.messageId) });
  for (const [i, target] of targets.entries()) {
    const ref = located[i]?.ref ?? journal.placeOf(target.messageId) ?? target.ref;
    const folder = ref === null ? undefined : register.get(ref.folderId);
    if (ref === null || folder === undefined) {
      resolution.gone.push(target);
    } else if (ref.gen === folder.gen) {
      resolution.found.push({ target, ref });
    } else if (target.messageIdHeader === '') {
      resolution.doubtful.push(target);
    } else {
      const there = await backend.findByMessageId(folder.path, 1, [target.messageIdHeader], call);
      const only = there.length === 1 && there[0]?.size === target.size ? there[0] : undefined;
      if (only !== undefined)
        resolution.found.push({ target, ref: { folderId: folder.folderId, gen: folder.gen, uid: only.uid } });
      else if (there.length === 0) resolution.gone.push(target);
      else resolution.doubtful.push(target);
    }
  }
  return resolution;
}
