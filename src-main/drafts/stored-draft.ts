import * as v from 'valibot';
import { invitationAnswers } from '../../src-shared/ipc/areas/mail.ts';
import { dsnWishes, type Draft } from '../../src-shared/ipc/areas/sending.ts';

const attachmentSchema = v.object({
  attachmentId: v.string(),
  filename: v.string(),
  contentType: v.string(),
  size: v.number(),
  contentId: v.nullable(v.string()),
  blob: v.string(),
});
export type StoredAttachment = v.InferOutput<typeof attachmentSchema>;

const copySchema = v.object({
  messageId: v.string(),
  opId: v.string(),
  messageIdHeader: v.string(),
  /** `savedAt` of the revision it is a copy of; null: not known. */
  of: v.optional(v.nullable(v.string()), null),
  /** The folder it was put into; absent: of an earlier version. */
  folderId: v.optional(v.string()),
});
/** A copy of a revision in the Drafts folder, on the server or on its way. */
export type DraftCopy = v.InferOutput<typeof copySchema>;

/** A draft as its file holds it. */
export const storedDraftSchema = v.object({
  draftId: v.string(),
  accountId: v.string(),
  identityId: v.nullable(v.string()),
  to: v.array(v.string()),
  cc: v.array(v.string()),
  bcc: v.array(v.string()),
  subject: v.string(),
  text: v.string(),
  html: v.nullable(v.string()),
  attachments: v.array(attachmentSchema),
  inReplyTo: v.nullable(v.string()),
  /** The Message-ID answered, with angle brackets. */
  inReplyToHeader: v.nullable(v.string()),
  /** Our id of the mail answered, when we have it: it gets \Answered. */
  answers: v.nullable(v.string()),
  references: v.array(v.string()),
  forwardOf: v.nullable(v.string()),
  /** Absent: of an earlier version. */
  dsn: v.optional(v.picklist(dsnWishes), 'failure'),
  /** Written by no person: an answer to an invitation, a read receipt. `key`: what it answers. */
  machine: v.optional(
    v.object({
      kind: v.picklist(['invitation-reply', 'receipt']),
      content: v.string(),
      key: v.string(),
      /** The message that it answers. */
      messageId: v.string(),
      /** What was answered before: it holds again when this one is taken back. */
      before: v.optional(
        v.object({ answer: v.picklist(invitationAnswers), sequence: v.number(), at: v.number() }),
      ),
    }),
  ),
  savedAt: v.string(),
  problem: v.nullable(v.string()),
  /** More than one only while a newer revision is on its way: older ones are taken off the server. */
  copies: v.array(copySchema),
});
export type StoredDraft = v.InferOutput<typeof storedDraftSchema>;
export type Machine = NonNullable<StoredDraft['machine']>;

export function toDraft(stored: StoredDraft): Draft {
  const {
    copies: _copies,
    inReplyToHeader: _header,
    answers: _answers,
    machine: _machine,
    attachments,
    ...rest
  } = stored;
  return { ...rest, attachments: attachments.map(({ blob: _blob, ...attachment }) => attachment) };
}
