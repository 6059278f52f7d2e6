import type { InvitationAnswer, InvitationState } from '../../../src-shared/ipc/areas/mail.ts';
import type { Identity } from '../../../src-shared/model/account.ts';
import { calendarReply } from '../../mime/compose/calendar-reply.ts';
import { refused } from '../refused.ts';
import type { AnswerPorts, OpenedMail } from './answer-ports.ts';
import { answerKey } from './answer-store.ts';

/** Answers to invitations (iTIP REPLY, RFC 5546). */
export interface InvitationAnswers {
  /** How an invitation can be answered, and how it was; null: there is nothing to answer. */
  stateOf(opened: OpenedMail): InvitationState | null;
  answer(
    opened: OpenedMail,
    answer: InvitationAnswer,
    undoSeconds: number | undefined,
  ): Promise<{ outboxId: string }>;
}

const words: Readonly<Record<InvitationAnswer, { subject: string; verb: string }>> = {
  accept: { subject: 'Accepted', verb: 'accepts' },
  tentative: { subject: 'Maybe', verb: 'may come to' },
  decline: { subject: 'Declined', verb: 'declines' },
};

export function createInvitationAnswers(
  ports: Pick<AnswerPorts, 'store' | 'outbox' | 'accountOf' | 'clock'>,
): InvitationAnswers {
  const { store, clock, accountOf } = ports;

  function answerable({ row, mail: { invitation } }: OpenedMail): Answerable | null {
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

  return {
    stateOf: (opened) => answerable(opened)?.state ?? null,
    async answer(opened, answer, undoSeconds) {
      const { row, mail } = opened;
      const found = answerable(opened);
      const { invitation, invitationSource } = mail;
      if (found === null || invitation === null || invitationSource === null)
        throw refused('This message is no invitation that can be answered. Nothing was sent.', 'refused');
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
          inReplyTo: row.messageId,
          dsn: 'never',
          ...(undoSeconds === undefined ? {} : { undoSeconds }),
        },
        {
          kind: 'invitation-reply',
          content: calendarReply(invitationSource, me, answer, now),
          key,
          messageId: row.messageId,
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
