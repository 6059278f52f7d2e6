import * as v from 'valibot';
import { opStates } from '../../src-shared/ipc/areas/sending.ts';
import { AppError, type AppErrorData } from '../../src-shared/error.ts';
import type { CrashControl } from '../platform/crash-points.ts';
import { openJournalFile, type JournalFile } from './journal-file.ts';
import { isWaiting, withoutContent, type Op } from './op.ts';
import type { MessageRef } from '../../src-shared/model/message.ts';

/** Version of the records; a journal of a newer version is refused, never rewritten. */
const version = 1;
/** A journal of more operations is not rewritten for one of them. */
const fewOps = 2_000;

export type OpChange = Partial<Pick<Op, 'state' | 'tries' | 'nextTryAt' | 'error' | 'evidence'>>;

/**
 * The operations that the server does not have yet, in the order in which the user made them. What is
 * appended is durable before it is shown; an op leaves only as done, cancelled or discarded.
 */
export interface Journal {
  /** Ops not yet ended, by seq. */
  ops(accountId?: string): Op[];
  op(opId: string): Op | undefined;
  /** Durable when it resolves. `seq` is given here. */
  append(ops: Omit<Op, 'seq'>[]): Promise<Op[]>;
  /** Durable when it resolves. */
  change(opId: string, change: OpChange): Promise<Op>;
  /** The op is over; `places` are the new places of its messages, kept while later ops speak of them. */
  end(
    opId: string,
    state: 'done' | 'cancelled',
    places: { messageId: string; to: MessageRef }[],
  ): Promise<void>;
  /**
   * The user takes the op back: what was to follow it is taken back too, and first, so that a kill in
   * between never lets the removal of an original go on without its copy. Gives the ids of all.
   */
  cancel(opId: string): Promise<string[]>;
  /** Where an ended op put a message that a later op still speaks of. */
  placeOf(messageId: string): MessageRef | undefined;
  /** Gives the ids of other accounts' ops that were to follow and are taken back. */
  forgetAccount(accountId: string): Promise<string[]>;
  /** Writes the file anew: what ended leaves it. */
  compact(): Promise<void>;
  onChange(listener: (accountId: string) => void): void;
  /** Records that could not be read at opening. */
  readonly damaged: number;
  close(): Promise<void>;
}

const recordSchema = v.variant('t', [
  v.object({ t: v.literal('version'), version: v.number() }),
  v.object({
    t: v.literal('op'),
    op: v.looseObject({
      opId: v.string(),
      seq: v.number(),
      accountId: v.string(),
      state: v.picklist(opStates),
    }),
  }),
  v.object({ t: v.literal('change'), opId: v.string(), change: v.looseObject({}) }),
  v.object({
    t: v.literal('end'),
    opId: v.string(),
    state: v.picklist(['done', 'cancelled']),
    places: v.array(
      v.object({
        messageId: v.string(),
        to: v.object({ folderId: v.string(), gen: v.number(), uid: v.number() }),
      }),
    ),
  }),
  v.object({ t: v.literal('forget'), accountId: v.string() }),
  v.object({
    t: v.literal('place'),
    messageId: v.string(),
    to: v.object({ folderId: v.string(), gen: v.number(), uid: v.number() }),
  }),
]);

export async function openJournal(
  path: string,
  crash: CrashControl,
  /** Accounts whose mail stays on the server: of their operations only ids are written down. */
  hides: (accountId: string) => boolean = () => false,
): Promise<Journal> {
  const file = await openJournalFile(path);
  const ops = new Map<string, Op>();
  const places = new Map<string, MessageRef>();
  const listeners: ((accountId: string) => void)[] = [];
  let seq = 0;
  let damaged = file.damaged;

  for (const raw of file.records) {
    const parsed = v.safeParse(recordSchema, raw);
    if (!parsed.success) {
      damaged += 1;
      continue;
    }
    const record = parsed.output;
    switch (record.t) {
      case 'version':
        if (record.version > version) {
          await file.close();
          throw new AppError({
            code: 'refused',
            scope: 'app',
            next: 'tell-user',
            detail: `The profile was last used by a newer Posthorn (journal version ${record.version}). Nothing was changed. Start the newer version, or use another profile.`,
          });
        }
        break;
      case 'op': {
        // Shape was checked when it was written; the CRC says it is what we wrote.
        const op = record.op as unknown as Op;
        ops.set(op.opId, op);
        seq = Math.max(seq, op.seq);
        break;
      }
      case 'change': {
        const op = ops.get(record.opId);
        if (op !== undefined) Object.assign(op, record.change);
        break;
      }
      case 'end':
        ops.delete(record.opId);
        isOver(record.opId);
        for (const place of record.places) places.set(place.messageId, place.to);
        break;
      case 'forget':
        for (const op of [...ops.values()]) if (op.accountId === record.accountId) ops.delete(op.opId);
        break;
      case 'place':
        places.set(record.messageId, record.to);
        break;
    }
  }
  // On the wire when the program died: the outcome is verified, never repeated blindly.
  for (const op of ops.values()) if (op.state === 'sent') op.state = 'unknown';
  for (const op of ops.values()) {
    if (op.after.every((opId) => ops.has(opId))) continue;
    // Nobody knows whether the lost record was done: what follows it may delete the only copy.
    if (damaged > 0 && isWaiting(op)) Object.assign(op, { state: 'parked', error: leaderLost });
    op.after = op.after.filter((opId) => ops.has(opId));
  }
  forgetPlaces();
  await compact();

  function toDisk(op: Op): Op {
    return hides(op.accountId) ? withoutContent(op) : op;
  }

  /** What such an operation could not do without (a folder's name, a draft) leaves the file with it. */
  async function compactHidden(op: Op): Promise<void> {
    if (!hides(op.accountId) || ops.size > fewOps) return;
    if (op.action.kind !== 'append' && !op.action.kind.startsWith('folder-')) return;
    forgetPlaces();
    await compact();
  }

  function isOver(opId: string): void {
    for (const op of ops.values())
      if (op.after.includes(opId)) op.after = op.after.filter((other) => other !== opId);
  }

  /** Ops that were to follow one of these, the last first. */
  function followers(opIds: ReadonlySet<string>): Op[] {
    const all = new Set(opIds);
    const found: Op[] = [];
    for (const op of [...ops.values()].sort((a, b) => a.seq - b.seq)) {
      if (all.has(op.opId) || !op.after.some((opId) => all.has(opId))) continue;
      all.add(op.opId);
      found.unshift(op);
    }
    return found;
  }

  async function takeBack(taken: readonly Op[], last: readonly object[]): Promise<void> {
    await file.append([
      ...taken.map(({ opId }) => ({ t: 'end', opId, state: 'cancelled', places: [] })),
      ...last,
    ]);
    for (const op of taken) {
      op.state = 'cancelled';
      ops.delete(op.opId);
    }
    for (const accountId of new Set(taken.map((op) => op.accountId))) told(accountId);
  }

  function spokenOf(): Set<string> {
    const ids = new Set<string>();
    for (const op of ops.values()) {
      for (const target of op.targets) ids.add(target.messageId);
      if (op.action.kind === 'append') ids.add(op.action.messageId);
    }
    return ids;
  }

  function forgetPlaces(): void {
    const spoken = spokenOf();
    for (const messageId of [...places.keys()]) if (!spoken.has(messageId)) places.delete(messageId);
  }

  async function compact(): Promise<void> {
    await file.rewrite(() => [
      { t: 'version', version },
      ...[...places].map(([messageId, to]) => ({ t: 'place', messageId, to })),
      ...[...ops.values()].sort((a, b) => a.seq - b.seq).map((op) => ({ t: 'op', op: toDisk(op) })),
    ]);
  }

  let live = file.size();
  async function compactWhenLong(journalFile: JournalFile): Promise<void> {
    if (journalFile.size() < 1_000_000 || journalFile.size() < 4 * live) return;
    forgetPlaces();
    await compact();
    live = file.size();
  }

  function told(accountId: string): void {
    for (const listener of listeners) listener(accountId);
  }

  return {
    damaged,
    ops(accountId) {
      const all = [...ops.values()].sort((a, b) => a.seq - b.seq);
      return accountId === undefined ? all : all.filter((op) => op.accountId === accountId);
    },
    op: (opId) => ops.get(opId),
    async append(added) {
      const made: Op[] = added.map((op) => ({ ...op, seq: ++seq }));
      crash.reach('journal.before-append');
      try {
        await file.append(made.map((op) => ({ t: 'op', op: toDisk(op) })));
      } catch (error) {
        throw cannotWrite(error);
      }
      crash.reach('journal.after-append');
      for (const op of made) ops.set(op.opId, op);
      for (const accountId of new Set(made.map((op) => op.accountId))) told(accountId);
      return made;
    },
    async change(opId, change) {
      const op = ops.get(opId);
      if (op === undefined)
        throw new AppError({
          code: 'not-found',
          scope: 'app',
          next: 'tell-user',
          detail: 'That change is not waiting any more.',
        });
      Object.assign(op, change);
      await file.append([{ t: 'change', opId, change }]);
      told(op.accountId);
      return op;
    },
    async end(opId, state, newPlaces) {
      const op = ops.get(opId);
      if (op === undefined) return;
      await file.append([{ t: 'end', opId, state, places: newPlaces }]);
      op.state = state;
      ops.delete(opId);
      isOver(opId);
      const spoken = newPlaces.length === 0 ? null : spokenOf();
      for (const place of newPlaces)
        if (spoken?.has(place.messageId) === true) places.set(place.messageId, place.to);
      if (ops.size === 0) places.clear();
      told(op.accountId);
      await compactHidden(op);
      await compactWhenLong(file);
    },
    async cancel(opId) {
      const op = ops.get(opId);
      if (op === undefined) return [];
      const taken = [...followers(new Set([opId])), op];
      await takeBack(taken, []);
      await compactHidden(op);
      return taken.map((other) => other.opId);
    },
    placeOf: (messageId) => places.get(messageId),
    async forgetAccount(accountId) {
      const own = [...ops.values()].filter((op) => op.accountId === accountId);
      const taken = followers(new Set(own.map((op) => op.opId)));
      await takeBack(taken, [{ t: 'forget', accountId }]);
      for (const op of own) ops.delete(op.opId);
      told(accountId);
      return taken.filter((op) => op.accountId !== accountId).map((op) => op.opId);
    },
    async compact() {
      forgetPlaces();
      await compact();
    },
    onChange(listener) {
      listeners.push(listener);
    },
    close: () => file.close(),
  };
}

const leaderLost: AppErrorData = {
  code: 'refused',
  scope: 'message',
  next: 'tell-user',
  detail:
    'The record of the change that this one was to follow was damaged, so this one was not made. Nothing was deleted; make the change again if you still want it.',
};

function cannotWrite(cause: unknown): AppError {
  const full = (cause as NodeJS.ErrnoException).code === 'ENOSPC';
  return new AppError(
    {
      code: full ? 'quota' : 'bug',
      scope: 'app',
      next: 'tell-user',
      detail: full
        ? 'The disk is full: the change could not be written down and was not made. Free some space and try again.'
        : 'The change could not be written down and was not made. Look at the disk and the rights of the profile folder.',
    },
    cause,
  );
}

/** How many ops of the account wait or are parked. */
export function countOps(journal: Journal, accountId: string): { pending: number; parked: number } {
  const ops = journal.ops(accountId);
  return { pending: ops.filter(isWaiting).length, parked: ops.filter((op) => op.state === 'parked').length };
}
