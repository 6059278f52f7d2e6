import { toDraft } from '../../drafts/stored-draft.ts';
import type { Sending } from '../../outbox/sending.ts';
import type { Handlers } from '../serve.ts';

export type SendingHandlers = Pick<
  Handlers,
  Extract<
    keyof Handlers,
    | `draft.${string}`
    | `outbox.${string}`
    | 'message.send'
    | 'message.reportsFor'
    | 'message.reportsIn'
    | 'message.answerInvitation'
    | 'message.answerReceipt'
  >
>;

export function sendingHandlers({
  drafts,
  outbox,
  queries,
  answers,
}: Pick<Sending, 'drafts' | 'outbox' | 'queries' | 'answers'>): SendingHandlers {
  return {
    'draft.save': async (params) => {
      const stored = await drafts.save(params);
      return { draftId: stored.draftId, savedAt: stored.savedAt, attachments: toDraft(stored).attachments };
    },
    'draft.list': ({ accountId }) => drafts.list(accountId).map(toDraft),
    'draft.discard': async ({ draftId }) => {
      drafts.need(draftId);
      await drafts.discard(draftId);
      return {};
    },
    'draft.open': async ({ messageId }) => ({ draftId: await drafts.open(messageId) }),
    'message.send': (params) => outbox.send(params),
    'message.reportsFor': ({ messageId }) => queries.reportsFor(messageId),
    'message.reportsIn': ({ messageId }) => queries.reportsIn(messageId),
    'message.answerInvitation': ({ messageId, answer, undoSeconds }) =>
      answers.answerInvitation(messageId, answer, undoSeconds),
    'message.answerReceipt': ({ messageId, send, undoSeconds }) =>
      answers.answerReceipt(messageId, send, undoSeconds),
    'outbox.list': ({ all }) => outbox.list(all ?? false),
    'outbox.retry': async ({ outboxId }) => {
      await outbox.retry(outboxId);
      return {};
    },
    'outbox.cancel': async ({ outboxId }) => ({ draftId: await outbox.cancel(outboxId) }),
    'outbox.resolve': async ({ outboxId, as }) => {
      await outbox.resolve(outboxId, as);
      return {};
    },
  };
}
