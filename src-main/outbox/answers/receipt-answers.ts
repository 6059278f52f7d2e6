import type { ReceiptWish } from '../../../src-shared/ipc/areas/mail.ts';
import type { ReadMail } from '../../../src-shared/model/mail.ts';
import type { MessageRow } from '../../../src-shared/model/message.ts';
import { isMessageId } from '../../mime/compose/compose-message.ts';
import { dispositionNotification } from '../../mime/compose/receipt.ts';
import { refused } from '../refused.ts';
import type { AnswerPorts, OpenedMail } from './answer-ports.ts';
import { answerKey } from './answer-store.ts';
import { receiptWish } from './receipt-wish.ts';

/** Set on a message whose wish for a receipt was decided, one way or the other (RFC 3503). */
const decided = '$MDNSent';

/** What the user says to wishes for a read receipt (RFC 8098). */
export interface ReceiptAnswers {
  /** Null: none is wished for, or it was decided. */
  wishOf(opened: OpenedMail): Promise<ReceiptWish | null>;
  answer(
    opened: OpenedMail,
    send: boolean,
    undoSeconds: number | undefined,
  ): Promise<{ outboxId: string | null }>;
  /** A receipt was taken back: the message asks again. */
  askAgain(messageId: string): Promise<void>;
}

export function createReceiptAnswers(ports: Omit<AnswerPorts, 'open'>): ReceiptAnswers {
  const { store, clock, accountOf } = ports;

  async function wishOf({ row, mail }: OpenedMail): Promise<ReceiptWish | null> {
    const account = accountOf(row.accountId);
    if (account === undefined || account.outgoing === null || row.flags.includes(decided)) return null;
    if (store.get(receiptKey(row)) !== undefined) return null;
    const own = account.identities.map(({ address }) => address.toLowerCase());
    if (mail.from.some(({ address }) => own.includes(address.toLowerCase()))) return null;
    return receiptWish(mail, await ports.roleOf(row));
  }

  async function tryFlag(
    messageId: string,
    add: readonly string[],
    remove: readonly string[],
  ): Promise<void> {
    try {
      await ports.setFlags([messageId], add, remove);
    } catch (error) {
      // What was decided is kept here all the same; only other programs do not hear of it.
      ports.log('warn', 'that a receipt was decided could not be marked on the message', { error });
    }
  }

  return {
    wishOf,
    async answer(opened, send, undoSeconds) {
      const { row, mail } = opened;
      const { messageId } = row;
      const wish = await wishOf(opened);
      if (wish === null)
        throw refused(
          'This message asks for no receipt, or that was decided already. Nothing was sent.',
          'refused',
        );
      const account = accountOf(row.accountId);
      const named = new Set([...mail.to, ...mail.cc].map(({ address }) => address.toLowerCase()));
      const identity =
        account?.identities.find(({ address }) => named.has(address.toLowerCase())) ?? account?.identities[0];
      const key = receiptKey(row);
      const answer = send && identity !== undefined ? 'receipt' : 'no-receipt';
      // Decided first: a receipt that is lost in a crash is better than one that goes twice.
      await store.set(key, { accountId: row.accountId, answer, sequence: 0, at: clock.now() });
      if (!send || identity === undefined) {
        await tryFlag(messageId, [decided], []);
        return { outboxId: null };
      }
      try {
        const { outboxId } = await ports.outbox.send(
          {
            accountId: row.accountId,
            identityId: identity.identityId,
            to: wish.to.map((address) => ({ address })),
            subject: `Read: ${mail.subject}`,
            text: `Your message\n\n  To: ${identity.address}\n  Subject: ${mail.subject}\n\nwas opened. This does not say that it was understood.\n`,
            ...(isMessageId(mail.messageId) ? { inReplyTo: mail.messageId } : {}),
            dsn: 'never',
            ...(undoSeconds === undefined ? {} : { undoSeconds }),
          },
          {
            kind: 'receipt',
            content: dispositionNotification({
              reader: identity.address,
              originalRecipient: originalRecipient(mail),
              messageIdHeader: mail.messageId,
            }),
            key,
            messageId,
          },
        );
        await tryFlag(messageId, [decided], []);
        return { outboxId };
      } catch (error) {
        await store.set(key, undefined);
        throw error;
      }
    },
    askAgain: (messageId) => tryFlag(messageId, [], [decided]),
  };
}

function receiptKey(row: MessageRow): string {
  return answerKey(
    row.accountId,
    'receipt',
    row.messageIdHeader === '' ? row.messageId : row.messageIdHeader,
  );
}

/** RFC 8098 2.3: repeated where the mail's last server noted it. */
function originalRecipient({ headers }: ReadMail): string | null {
  const value = headers.find(({ name }) => name.toLowerCase() === 'original-recipient')?.value.trim() ?? '';
  return /^[\w-]{1,40}; ?[\u0021-\u007e]{3,400}$/.test(value) ? value : null;
}
