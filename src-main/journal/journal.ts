import type { MessageRef } from '../../src-shared/model/message.ts';
import { isWaiting, type Op } from './op.ts';

export type OpChange = Partial<
  Pick<Op, 'state' | 'tries' | 'nextTryAt' | 'error' | 'evidence' | 'action' | 'targets' | 'patches'>
>;

/**
 * Written behind operations, in the same breath: where it is read again, they were all there, whatever became of them
 * since; where it is not, those that are there have not been begun.
 */
export interface JournalMark {
  name: string;
  value: string | null;
}

/**
 * The operations that the server does not have yet, in the order in which the user made them. What is
 * appended is durable before it is shown; an op leaves only as done, cancelled or discarded.
 */
export interface Journal {
  /** Ops not yet ended, by seq. */
  ops(accountId?: string): Op[];
  /** As `ops`, one after the other: looking for the first of 100,000 costs nothing. */
  inOrder(accountId: string): Iterable<Op>;
  op(opId: string): Op | undefined;
  /** Ops not yet ended that speak of this message, by seq. */
  about(messageId: string): Op[];
  /** Durable when it resolves. `seq` is given here. */
  append(ops: Omit<Op, 'seq'>[], mark?: JournalMark): Promise<Op[]>;
  /** How far something that makes operations in many steps has come; null: it never began, or is over. */
  mark(name: string): string | null;
  /** Durable when it resolves. */
  setMark(mark: JournalMark): Promise<void>;
  /** Durable when it resolves. */
  change(opId: string, change: OpChange): Promise<Op>;
  /** The op is over; `places` are the new places of its messages, kept while later ops speak of them. */
  end(
    opId: string,
    state: 'done' | 'cancelled',
    places: { messageId: string; to: MessageRef }[],
  ): Promise<void>;
  /**
   * The user takes these back, all at once: what was to follow them is taken back too, and first, so that a kill in
   * between never lets the removal of an original go on without its copy. What may have reached the server is left.
   * From the call on none of them is sent. Gives the ids of all that are taken.
   */
  cancel(opIds: readonly string[]): Promise<string[]>;
  /** A part of an op is done: where its messages are now. Durable when it resolves. */
  place(places: { messageId: string; to: MessageRef }[]): Promise<void>;
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

/** How many ops of the account wait or are parked. */
export function countOps(journal: Journal, accountId: string): { pending: number; parked: number } {
  const ops = journal.ops(accountId);
  return { pending: ops.filter(isWaiting).length, parked: ops.filter((op) => op.state === 'parked').length };
}
