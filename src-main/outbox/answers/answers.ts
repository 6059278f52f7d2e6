import { AppError } from '../../../src-shared/error.ts';
import type {
  InvitationAnswer,
  InvitationState,
  MessageContext,
  ReceiptWish,
} from '../../../src-shared/ipc/areas/mail.ts';
import type { AccountSettings, Identity } from '../../../src-shared/model/account.ts';
import type { FolderRole } from '../../../src-shared/model/folder.ts';
import type { ReadMail } from '../../../src-shared/model/mail.ts';
import type { MessageRow } from '../../../src-shared/model/message.ts';
import type { Machine } from '../../drafts/stored-draft.ts';
import { isMessageId } from '../../mime/compose/compose-message.ts';
import { calendarReply } from '../../mime/compose/calendar-reply.ts';
import { dispositionNotification } from '../../mime/compose/receipt.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Outbox } from '../outbox.ts';
import { answerKey, type AnswerStore } from './answer-store.ts';
import { receiptWish } from './receipt-wish.ts';

/** Set on a message whose wish for a receipt was decided, one way or the other (RFC 3503). */
const decided = '$MDNSent';

export interface AnswerPorts {
  store: AnswerStore;
  outbox: Pick<Outbox, 'send'>;
  accountOf(accountId: string): AccountSettings | undefined;
  roleOf(row: MessageRow): Promise<FolderRole | null>;
  /** @throws AppError `not-found`, `not-cached` */
  open(messageId: string): Promise<{ row: MessageRow; mail: ReadMail }>;
  setFlags(
    messageIds: readonly string[],
    add: readonly string[],
    remove: readonly string[],
  ): Promise<unknown>;
  clock: Clock;
  log(level: 'warn', message: string, detail?: Record<string, unknown>): void;
}

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

const words: Readonly<Record<InvitationAnswer, { subject: string; verb: string }>> = {
  accept: { subject: 'Accepted', verb: 'accepts' },
  tentative: { subject: 'Maybe', verb: 'may come to' },
  decline: { subject: 'Declined', verb: 'declines' },
};

export function createAnswers(ports: AnswerPorts): Answers {
  const { store, clock, accountOf } = ports;

  async function receiptOf(row: MessageRow, mail: ReadMail): Promise<ReceiptWish | null> {
    const account = accountOf(row.accountId);
    if (account === undefined || account.outgoing === null || row.flags.includes(decided)) return null;
    if (store.get(receiptKey(row)) !== undefined) return null;
    const own = account.identities.map(({ address }) => address.toLowerCase());
    if (mail.from.some(({ address }) => own.includes(address.toLowerCase()))) return null;
    return receiptWish(mail, await ports.roleOf(row));
  }

  function invitationOf(row: MessageRow, { invitation }: ReadMail): Answerable | null {
    const account = accountOf(row.accountId);
    if (account === undefined || account.outgoing === null || invitation?.method !== 'request') return null;
    const { organizer, attendees, uid, sequence, recurrenceId } = invitation;
    if (organizer === null || uid === '') return null;
    const invited = account.identities.find(({ address }) =>
      attendees.some((attendee) => attendee.address.toLowerCase() === address.toLowerCase()),
    );
    const identity = invited ?? account.identities[0];
    // An organizer who answers their own invitation would write to themselves.
    if (identity === undefined || identity.address.toLowerCase() === organizer.address.toLowerCase())
      return null;
    const listed = attendees.find(({ address }) => address.toLowerCase() === identity.address.toLowerCase());
    const key = answerKey(row.accountId, uid, recurrenceId?.local ?? '');
    const known = store.get(key);
    return {
      identity,
      key,
      sequence,
      answered: known?.sequence ?? 0,
      state: {
        as: listed?.address ?? identity.address,
        invited: invited !== undefined,
        to: organizer.address,
        answer: known === undefined ? null : (known.answer as InvitationAnswer),
        answeredAt: known === undefined ? null : new Date(known.at).toISOString(),
        since:
          known === undefined || known.sequence === sequence
            ? 'same'
            : known.sequence < sequence
              ? 'changed'
              : 'old',
      },
    };
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

  let last: Promise<unknown> = Promise.resolve();
  /** One decision after the other: two clicks are one receipt, and of two answers the later one holds. */
  function inTurn<T>(decide: () => Promise<T>): Promise<T> {
    const turn = last.then(decide);
    last = turn.catch(() => undefined);
    return turn;
  }

  return {
    async contextOf(row, mail) {
      return {
        invitationAnswer: invitationOf(row, mail)?.state ?? null,
        receiptWish: await receiptOf(row, mail),
      };
    },
    async answerInvitation(messageId, answer, undoSeconds) {
      const { row, mail } = await ports.open(messageId);
      return await inTurn(async () => {
        const found = invitationOf(row, mail);
        const { invitation, invitationSource } = mail;
        if (found === null || invitation === null || invitationSource === null)
          throw refused('This message is no invitation that can be answered. Nothing was sent.');
        const { identity, key, state } = found;
        const me = { name: identity.name, address: state.as };
        const summary = invitation.summary === '' ? '(no title)' : invitation.summary;
        const now = clock.now();
        const { outboxId } = await ports.outbox.send(
          {
            accountId: row.accountId,
            identityId: identity.identityId,
            to: [{ address: state.to }],
            subject: `${words[answer].subject}: ${summary}`,
            text: `${me.name === '' ? me.address : me.name} ${words[answer].verb} “${summary}”, ${invitation.when}.\n`,
            inReplyTo: messageId,
            dsn: 'never',
            ...(undoSeconds === undefined ? {} : { undoSeconds }),
          },
          {
            kind: 'invitation-reply',
            content: calendarReply(invitationSource, me, answer, now),
            key,
            messageId,
            ...(state.answer === null || state.answeredAt === null
              ? {}
              : {
                  before: {
                    answer: state.answer,
                    sequence: found.answered,
                    at: Date.parse(state.answeredAt),
                  },
                }),
          },
        );
        // Sent first: an answer that goes twice says the same, one that is only remembered says nothing.
        await store.set(key, { accountId: row.accountId, answer, sequence: found.sequence, at: now });
        return { outboxId };
      });
    },
    async answerReceipt(messageId, send, undoSeconds) {
      const { row, mail } = await ports.open(messageId);
      return await inTurn(async () => {
        const wish = await receiptOf(row, mail);
        if (wish === null)
          throw refused('This message asks for no receipt, or that was decided already. Nothing was sent.');
        const account = accountOf(row.accountId);
        const named = new Set([...mail.to, ...mail.cc].map(({ address }) => address.toLowerCase()));
        const identity =
          account?.identities.find(({ address }) => named.has(address.toLowerCase())) ??
          account?.identities[0];
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
      });
    },
    async takenBack({ kind, key, messageId, before }) {
      const accountId = store.get(key)?.accountId;
      await store.set(
        key,
        before === undefined || accountId === undefined ? undefined : { accountId, ...before },
      );
      if (kind === 'receipt') await tryFlag(messageId, [], [decided]);
    },
  };
}

interface Answerable {
  identity: Identity;
  key: string;
  sequence: number;
  /** SEQUENCE of what was answered last. */
  answered: number;
  state: InvitationState;
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

function refused(detail: string): AppError {
  return new AppError({ code: 'refused', scope: 'message', next: 'tell-user', detail });
}
