import { diskError } from '../../src-shared/disk-error.ts';
import { AppError } from '../../src-shared/error.ts';
import type { CrashControl } from '../platform/crash-points.ts';
import { openJournalFile, type JournalFile } from './journal-file.ts';
import { journalVersion as version, readRecords } from './journal-records.ts';
import type { Journal, JournalMark, OpChange } from './journal.ts';
import { createMentions } from './mentions.ts';
import { mayBeOnTheWire, withoutContent, type Op } from './op.ts';

/** A journal of more operations is not rewritten for one of them. */
const fewOps = 2_000;

export async function openJournal(
  path: string,
  crash: CrashControl,
  /** Accounts whose mail stays on the server: of their operations only ids are written down. */
  hides: (accountId: string) => boolean = () => false,
): Promise<Journal> {
  const file = await openJournalFile(path);
  let read: ReturnType<typeof readRecords>;
  try {
    read = readRecords(file.records, file.damaged);
  } catch (error) {
    await file.close();
    throw error;
  }
  const { places, marks, damaged } = read;
  /** By seq. */
  const ops = new Map([...read.ops].sort(([, a], [, b]) => a.seq - b.seq));
  let { seq } = read;
  const listeners: ((accountId: string) => void)[] = [];
  const mentions = createMentions(ops.values());

  forgetPlaces();
  await compact();

  function toDisk(op: Op): Op {
    return hides(op.accountId) ? withoutContent(op) : op;
  }

  function hidden(op: Op, change: OpChange): OpChange {
    if (change.targets === undefined && change.patches === undefined) return change;
    const { targets, patches } = toDisk(op);
    return { ...change, targets, patches };
  }

  /** What such an operation could not do without (a folder's name, a draft) leaves the file with it. */
  async function compactHidden(op: Op): Promise<void> {
    if (!hides(op.accountId) || ops.size > fewOps) return;
    if (op.action.kind !== 'append' && !op.action.kind.startsWith('folder-')) return;
    forgetPlaces();
    await compact();
  }

  function isOver(op: Op): void {
    for (const other of mentions.settle(op)) other.after = other.after.filter((opId) => opId !== op.opId);
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

  /** Known before it is written: replay must not send in the meantime what is being taken back. */
  async function whileCancelled(taken: readonly Op[], write: () => Promise<void>): Promise<void> {
    const before = taken.map((op) => op.state);
    for (const op of taken) op.state = 'cancelled';
    try {
      await write();
    } catch (error) {
      taken.forEach((op, at) => (op.state = before[at] ?? op.state));
      throw error;
    }
  }

  async function takeBack(taken: readonly Op[], last: readonly object[]): Promise<void> {
    await whileCancelled(taken, () =>
      file.append([
        ...taken.map(({ opId }) => ({ t: 'end', opId, state: 'cancelled', places: [] })),
        ...last,
      ]),
    );
    for (const op of taken) {
      ops.delete(op.opId);
      isOver(op);
    }
    for (const accountId of new Set(taken.map((op) => op.accountId))) told(accountId);
  }

  function forgetPlaces(): void {
    for (const messageId of [...places.keys()]) if (!mentions.has(messageId)) places.delete(messageId);
  }

  async function compact(): Promise<void> {
    await file.rewrite(() => [
      { t: 'version', version },
      ...[...marks].map(([name, value]) => ({ t: 'mark', name, value })),
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

  function keepMark({ name, value }: JournalMark): void {
    if (value === null) marks.delete(name);
    else marks.set(name, value);
  }

  function told(accountId: string): void {
    for (const listener of listeners) listener(accountId);
  }

  return {
    damaged,
    ops(accountId) {
      const all = [...ops.values()];
      return accountId === undefined ? all : all.filter((op) => op.accountId === accountId);
    },
    *inOrder(accountId) {
      for (const op of ops.values()) if (op.accountId === accountId) yield op;
    },
    op: (opId) => ops.get(opId),
    about: (messageId) => mentions.of(messageId),
    async append(added, mark) {
      const made: Op[] = added.map((op) => ({ ...op, seq: ++seq }));
      crash.reach('journal.before-append');
      try {
        await file.append([
          ...made.map((op) => ({ t: 'op', op: toDisk(op) })),
          ...(mark === undefined ? [] : [{ t: 'mark', ...mark }]),
        ]);
      } catch (error) {
        throw cannotWrite(error);
      }
      crash.reach('journal.after-append');
      for (const op of made) {
        ops.set(op.opId, op);
        mentions.add(op);
      }
      if (mark !== undefined) keepMark(mark);
      for (const accountId of new Set(made.map((op) => op.accountId))) told(accountId);
      return made;
    },
    async change(opId, change) {
      const op = ops.get(opId);
      if (op === undefined || op.state === 'cancelled')
        throw new AppError({
          code: 'not-found',
          scope: 'app',
          next: 'tell-user',
          detail: 'That change is not waiting any more.',
        });
      if (change.targets !== undefined) mentions.remove(op);
      Object.assign(op, change);
      if (change.targets !== undefined) mentions.add(op);
      await file.append([{ t: 'change', opId, change: hidden(op, change) }]);
      told(op.accountId);
      return op;
    },
    async end(opId, state, newPlaces) {
      const op = ops.get(opId);
      if (op === undefined) return;
      const write = (): Promise<void> => file.append([{ t: 'end', opId, state, places: newPlaces }]);
      await (state === 'cancelled' ? whileCancelled([op], write) : write());
      op.state = state;
      ops.delete(opId);
      isOver(op);
      for (const place of newPlaces) if (mentions.has(place.messageId)) places.set(place.messageId, place.to);
      if (ops.size === 0) places.clear();
      told(op.accountId);
      await compactHidden(op);
      await compactWhenLong(file);
    },
    async cancel(opIds) {
      const named = opIds
        .map((opId) => ops.get(opId))
        .filter((op): op is Op => op !== undefined && !mayBeOnTheWire(op))
        .toReversed();
      if (named.length === 0) return [];
      const taken = [...followers(new Set(named.map(({ opId }) => opId))), ...named];
      await takeBack(taken, []);
      for (const op of named) await compactHidden(op);
      return taken.map(({ opId }) => opId);
    },
    async place(found) {
      await file.append(found.map(({ messageId, to }) => ({ t: 'place', messageId, to })));
      for (const { messageId, to } of found) places.set(messageId, to);
    },
    placeOf: (messageId) => places.get(messageId),
    mark: (name) => marks.get(name) ?? null,
    async setMark(mark) {
      await file.append([{ t: 'mark', ...mark }]);
      keepMark(mark);
    },
    async forgetAccount(accountId) {
      const own = [...ops.values()].filter((op) => op.accountId === accountId);
      const taken = followers(new Set(own.map((op) => op.opId)));
      await takeBack(taken, [{ t: 'forget', accountId }]);
      for (const op of own) {
        ops.delete(op.opId);
        isOver(op);
      }
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

function cannotWrite(cause: unknown): AppError {
  return new AppError(
    diskError(cause) ?? {
      code: 'bug',
      scope: 'app',
      next: 'tell-user',
      detail:
        'The change could not be written down and was not made. Look at the disk and the rights of the profile folder.',
    },
    cause,
  );
}
