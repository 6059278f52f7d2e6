import type { InvitationAnswer, MessageContext } from '../../../src-shared/ipc/areas/mail.ts';
import type { ReadMail } from '../../../src-shared/model/mail.ts';
import type { MessageRow } from '../../../src-shared/model/message.ts';
import type { Machine } from '../../drafts/stored-draft.ts';
import type { AnswerPorts } from './answer-ports.ts';
import { createInvitationAnswers } from './invitation-answers.ts';
import { createReceiptAnswers } from './receipt-answers.ts';

/** Answers that the user gives with one click, and what was answered. Nothing is ever sent unasked. */
export interface Answers {
  contextOf(
    row: MessageRow,
    mail: ReadMail,
  ): Promise<Pick<MessageContext, 'invitationAnswer' | 'receiptWish'>>;
  answerInvitation(
    messageId: string,
    answer: InvitationAnswer,
    undoSeconds: number | undefined,
  ): Promise<{ outboxId: string }>;
  answerReceipt(
    messageId: string,
    send: boolean,
    undoSeconds: number | undefined,
  ): Promise<{ outboxId: string | null }>;
  /** An answer of ours was taken back before it went. */
  takenBack(machine: Machine): Promise<void>;
}

export function createAnswers(ports: AnswerPorts): Answers {
  const { store } = ports;
  const invitations = createInvitationAnswers(ports);
  const receipts = createReceiptAnswers(ports);

  let last: Promise<unknown> = Promise.resolve();
  /** One decision after the other: two clicks are one receipt, and of two answers the later one holds. */
  function inTurn<T>(decide: () => Promise<T>): Promise<T> {
    const turn = last.then(decide);
    last = turn.catch(() => undefined);
    return turn;
  }

  return {
    contextOf: async (row, mail) => ({
      invitationAnswer: invitations.stateOf({ row, mail }),
      receiptWish: await receipts.wishOf({ row, mail }),
    }),
    async answerInvitation(messageId, answer, undoSeconds) {
      const opened = await ports.open(messageId);
      return await inTurn(() => invitations.answer(opened, answer, undoSeconds));
    },
    async answerReceipt(messageId, send, undoSeconds) {
      const opened = await ports.open(messageId);
      return await inTurn(() => receipts.answer(opened, send, undoSeconds));
    },
    async takenBack({ kind, key, messageId, before }) {
      const accountId = store.get(key)?.accountId;
      await store.set(
        key,
        before === undefined || accountId === undefined ? undefined : { accountId, ...before },
      );
      if (kind === 'receipt') await receipts.askAgain(messageId);
    },
  };
}
