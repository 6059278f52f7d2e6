import type { LocatedRow } from '../../src-shared/cache-protocol.ts';
import { exclusiveOf } from '../commands/exclusive-flags.ts';
import { AppError } from '../../src-shared/error.ts';
import type { Patch } from '../../src-shared/patch.ts';
import type { CachePort } from '../cache/cache-port.ts';
import type { Journal, JournalMark } from '../journal/journal.ts';
import { isWaiting, type Op, type OpAction, type OpTarget } from '../journal/op.ts';
import type { Clock } from '../platform/clock.ts';
import type { CrashControl } from '../platform/crash-points.ts';
import { newId } from '../platform/ids.ts';
import { awayOf } from './away.ts';
import type { FolderEntry, FolderRegister } from './folder-register.ts';

/** Targets per operation: a click on 100,000 messages makes records that replay and undo in pieces. */
const targetsPerOp = 500;

export interface SubmitPorts {
  journal: Journal;
  cache: CachePort;
  register: FolderRegister;
  clock: Clock;
  crash: CrashControl;
  /** Why nothing can be done to the account's mail now; null: it can. */
  away(accountId: string): AppError | null;
  /** Something is waiting for this account's server. */
  kick(accountId: string): void;
}

/** What a verb says about each group of messages of one account. */
export interface Wish {
  action(targets: readonly LocatedRow[]): OpAction;
  patches(targets: readonly LocatedRow[], action: OpAction): Patch[];
  mark: Op['mark'];
  sentence(count: number): string;
}

/**
 * A command's way in: ids → located rows → operations with patches → journal (fsync: now the call may
 * answer) → cache → the server, when there is one.
 */
export interface Submit {
  /** Rows by id; unknown ids are refused by name, before anything is written. */
  locate(messageIds: readonly string[]): Promise<LocatedRow[]>;
  /** Makes the operations of `wish` for these rows, a batch an account. */
  messages(rows: readonly LocatedRow[], wish: Wish): Promise<string[]>;
  /** Operations that are ready as they are; `mark` is written down with them, in the same breath. */
  ops(ops: readonly NewOp[], mark?: JournalMark): Promise<string[]>;
  folder(folderId: string): FolderEntry;
}

export type NewOp = Pick<Op, 'accountId' | 'action' | 'targets' | 'patches' | 'mark' | 'sentence'> & {
  opId?: string;
  after?: string[];
  /** What an earlier try may have left behind: it is looked for before anything is done again. */
  evidence?: Op['evidence'];
};

export function createSubmit(ports: SubmitPorts): Submit {
  const { journal, cache, register, clock, crash, kick } = ports;

  async function ops(wanted: readonly NewOp[], mark?: JournalMark): Promise<string[]> {
    if (wanted.length === 0) return [];
    const made = await journal.append(
      wanted.map((op) => ({
        opId: op.opId ?? newId('o'),
        accountId: op.accountId,
        at: new Date(clock.now()).toISOString(),
        action: op.action,
        targets: op.targets,
        patches: op.patches,
        mark: op.mark,
        sentence: op.sentence,
        after: op.after ?? [],
        state: 'queued',
        tries: 0,
        nextTryAt: null,
        error: null,
        evidence: op.evidence ?? {},
      })),
      mark,
    );
    try {
      await cache.call('addPending', {
        ops: made.map((op) => ({
          opId: op.opId,
          accountId: op.accountId,
          seq: op.seq,
          mark: op.mark,
          patches: op.patches,
        })),
      });
    } catch {
      // The journal has them, so the answer is yes: an error here would be answered by the same click
      // again, and a second copy. A cache that is made anew gets every waiting patch.
    }
    crash.reach('submit.before-answer');
    for (const accountId of new Set(made.map((op) => op.accountId))) kick(accountId);
    return made.map((op) => op.opId);
  }

  /** What the server's messages had when the user chose between keywords: whoever chooses later is right (R5). */
  async function noteBase(
    accountId: string,
    rows: readonly LocatedRow[],
    action: OpAction,
    targets: readonly OpTarget[],
  ): Promise<void> {
    const exclusive = action.kind === 'flags' ? exclusiveOf(action) : [];
    if (exclusive.length === 0) return;
    const folders = await cache.call('folders', { accountId });
    const known = new Map(folders.map(({ folderId, cursor }) => [folderId, cursor?.modseqDone ?? null]));
    for (const [i, target] of targets.entries()) {
      const row = rows[i];
      const modseq = known.get(target.ref?.folderId ?? '') ?? null;
      if (row === undefined || modseq === null) continue;
      const among = (flags: readonly string[]): string[] => flags.filter((flag) => exclusive.includes(flag));
      target.base = { modseq, keywords: among(row.serverFlags), shown: among(row.viewFlags) };
    }
  }

  return {
    ops,
    async locate(messageIds) {
      const unique = [...new Set(messageIds)];
      const rows = await cache.call('locate', { messageIds: unique });
      const missing = unique.filter((_, i) => rows[i] === null || rows[i] === undefined);
      if (missing.length > 0) {
        const notNow = awayOf(missing[0] ?? '', register, ports.away);
        if (notNow !== null) throw notNow;
        throw new AppError({
          code: 'not-found',
          scope: 'message',
          next: 'tell-user',
          detail: `${missing.length === 1 ? 'A message is' : `${missing.length} messages are`} not here any more (${missing.slice(0, 3).join(', ')}). Nothing was changed.`,
        });
      }
      return rows.filter((row) => row !== null);
    },
    async messages(rows, wish) {
      const wanted: NewOp[] = [];
      for (const [accountId, group] of Map.groupBy(rows, (row) => row.accountId)) {
        for (let start = 0; start < group.length; start += targetsPerOp) {
          const part = group.slice(start, start + targetsPerOp);
          const action = wish.action(part);
          const targets = part.map(toTarget);
          await noteBase(accountId, part, action, targets);
          wanted.push({
            accountId,
            action,
            targets,
            patches: wish.patches(part, action),
            mark: wish.mark,
            sentence: wish.sentence(part.length),
          });
        }
      }
      return await ops(wanted);
    },
    folder(folderId) {
      const entry = register.get(folderId);
      if (entry === undefined) {
        throw new AppError({
          code: 'not-found',
          scope: 'folder',
          next: 'tell-user',
          detail: 'That folder does not exist any more.',
        });
      }
      const notNow = ports.away(entry.accountId);
      if (notNow !== null) throw notNow;
      const leaving = journal
        .ops(entry.accountId)
        .some((op) => isWaiting(op) && op.action.kind === 'folder-delete' && op.action.folderId === folderId);
      if (leaving) {
        throw new AppError({
          code: 'refused',
          scope: 'folder',
          next: 'tell-user',
          detail: `“${entry.name}” is being deleted; the server only has to hear of it. Nothing was changed.`,
        });
      }
      return entry;
    },
  };
}

export function toTarget(row: LocatedRow): OpTarget {
  return {
    messageId: row.messageId,
    ref: row.ref,
    messageIdHeader: row.messageIdHeader,
    size: row.size,
    internalDate: row.internalDate,
    ...(row.emailId === undefined ? {} : { emailId: row.emailId }),
  };
}
