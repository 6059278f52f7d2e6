import * as v from 'valibot';
import type { AppErrorData } from '../../error.ts';
import { method } from '../method.ts';

export const draftAddressesSchema = v.union([
  v.string(),
  v.array(v.union([v.string(), v.object({ name: v.optional(v.string()), address: v.string() })])),
]);

export const draftAttachmentSchema = v.union([
  v.object({
    filename: v.string(),
    contentType: v.optional(v.string()),
    base64: v.string(),
    contentId: v.optional(v.string()),
  }),
  v.object({ filename: v.optional(v.string()), contentType: v.optional(v.string()), file: v.string() }),
  /** A part of a message we have (forwarding). */
  v.object({ filename: v.optional(v.string()), messageId: v.string(), partId: v.string() }),
  /** A whole message as message/rfc822 (forward as attachment). */
  v.object({ filename: v.optional(v.string()), messageId: v.string() }),
  /** Already kept with this draft. */
  v.object({ attachmentId: v.string() }),
]);

/** Which reports about a mail's delivery are asked for, where the server can be asked (RFC 3461). */
export const dsnWishes = ['never', 'failure', 'delivery'] as const;
export type DsnWish = (typeof dsnWishes)[number];

const draftEntries = {
  draftId: v.optional(v.string()),
  accountId: v.string(),
  identityId: v.optional(v.string()),
  to: v.optional(draftAddressesSchema),
  cc: v.optional(draftAddressesSchema),
  bcc: v.optional(draftAddressesSchema),
  subject: v.optional(v.pipe(v.string(), v.maxLength(10_000))),
  text: v.optional(v.string()),
  html: v.optional(v.nullable(v.string())),
  attachments: v.optional(v.array(draftAttachmentSchema)),
  /** messageId (ours) or Message-ID header of the mail answered. */
  inReplyTo: v.optional(v.nullable(v.string())),
  /** Our id of the mail this forwards (gets $Forwarded when sent). */
  forwardOf: v.optional(v.nullable(v.string())),
  /** Reports to ask for where the server can be asked; `failure` unless given. */
  dsn: v.optional(v.picklist(dsnWishes)),
};

export const draftSaveSchema = v.object({
  ...draftEntries,
  /** The composer closes: the copy on the server is made now, not half a minute after the last save. */
  close: v.optional(v.boolean()),
});
export type DraftSave = v.InferOutput<typeof draftSaveSchema>;

export interface DraftAttachment {
  attachmentId: string;
  filename: string;
  contentType: string;
  size: number;
  contentId: string | null;
}

/** A draft as it lies in main's files. */
export interface Draft {
  draftId: string;
  accountId: string;
  identityId: string | null;
  to: string[];
  cc: string[];
  bcc: string[];
  subject: string;
  text: string;
  html: string | null;
  attachments: DraftAttachment[];
  inReplyTo: string | null;
  references: string[];
  forwardOf: string | null;
  /** Which delivery reports are to be asked for. */
  dsn: DsnWish;
  savedAt: string;
  /** Why it came back to us: the words of a refused sending. */
  problem: string | null;
}

export const outboxStates = [
  'undoable',
  'scheduled',
  'queued',
  'sending',
  'unknown',
  'held',
  'failed',
  'sent',
] as const;
export type OutboxState = (typeof outboxStates)[number];

/**
 * What a server on the way said about a mail of ours, in a mail that came back. Only noted: anybody who
 * got the mail could write one, so it changes nothing that the outbox knows from its own server.
 */
export interface DeliveryReport {
  state: 'reported';
  /** The address as the report writes it. */
  address: string;
  /** Which of the mail's recipients it speaks of; null when it names somebody else (a forwarding). */
  recipient: string | null;
  action: 'failed' | 'delayed' | 'delivered' | 'relayed' | 'expanded' | 'read' | 'not-read';
  /** RFC 3463, "5.1.1"; null when the report gives none. */
  status: string | null;
  /** "Could not be delivered to ann@example.org because …" */
  detail: string;
  /** When the report came. */
  at: string;
  /** Our id of the mail that reports it. */
  reportMessageId: string;
  /** What shows that it is about this mail: what only servers were told, or what every reader of it knows. */
  proof: 'envelope-id' | 'message-id';
}

/** What a mail that came back says about a mail of ours. */
export interface ReportedMail {
  report: DeliveryReport;
  /** The mail it speaks of; null when it is not here any more. */
  sent: { messageId: string; subject: string } | null;
}

export interface OutboxItem {
  outboxId: string;
  accountId: string;
  state: OutboxState;
  messageIdHeader: string;
  subject: string;
  tries: number;
  nextTryAt: string | null;
  /** When the undo delay ends. */
  undoUntil: string | null;
  /** When it is to go out ("send later"). */
  sendAt: string | null;
  queuedAt: string;
  sentAt: string | null;
  recipients: {
    address: string;
    state: 'waiting' | 'accepted' | 'deferred' | 'refused';
    reply: string | null;
    /** A sentence for whom it was refused or put off. */
    detail: string | null;
    /** The latest report about this recipient. */
    report: DeliveryReport | null;
  }[];
  dsn: DsnWish;
  error: AppErrorData | null;
}

const outboxId = v.object({ outboxId: v.string() });

export const sendingMethods = {
  'draft.save': method<{ draftId: string; savedAt: string; attachments: DraftAttachment[] }>()({
    params: draftSaveSchema,
    doc: 'Keeps a draft in main’s files, fsynced; a copy goes to the Drafts folder of the account when there is a network.',
    returns: '{draftId, savedAt, attachments}',
  }),
  'draft.list': method<Draft[]>()({
    params: v.object({ accountId: v.optional(v.string()) }),
    doc: 'Drafts kept here, newest first.',
    returns:
      '[{draftId, accountId, identityId, to, cc, bcc, subject, text, html, attachments, inReplyTo, references, forwardOf, dsn, savedAt, problem}]',
  }),
  'draft.discard': method<Record<string, never>>()({
    params: v.object({ draftId: v.string() }),
    doc: 'Throws a draft away, here and on the server.',
    returns: '{}',
  }),
  'draft.open': method<{ draftId: string }>()({
    params: v.object({ messageId: v.string() }),
    doc: 'Makes an editable draft of a message in a Drafts folder, or finds the one it is a copy of.',
    returns: '{draftId}',
  }),
  'message.send': method<{ outboxId: string; messageIdHeader: string }>()({
    params: v.object({
      ...draftEntries,
      from: v.optional(v.string()),
      sendAt: v.optional(v.pipe(v.string(), v.isoTimestamp())),
      undoSeconds: v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(120))),
    }),
    doc: 'Builds the message once to bytes, keeps those bytes in the outbox (fsynced) and sends them when it can, with `sendAt` not before that time. No undo delay unless undoSeconds is given. `dsn`: which delivery reports are asked for (RFC 3461).',
    returns: '{outboxId, messageIdHeader}',
  }),
  'outbox.list': method<OutboxItem[]>()({
    params: v.optional(v.object({ all: v.optional(v.boolean()) }), {}),
    doc: 'What waits to be sent; with `all` also what was sent in the last 7 days.',
    returns:
      '[{outboxId, accountId, state, messageIdHeader, subject, tries, nextTryAt, undoUntil, sendAt, queuedAt, sentAt, recipients: [{address, state, reply, detail, report}], dsn, error}]',
  }),
  'message.reportsFor': method<DeliveryReport[]>()({
    params: v.object({ messageId: v.string() }),
    doc: 'What servers reported about the delivery of a mail that Posthorn sent, oldest first. Reports are matched by the envelope id or the Message-ID and only noted.',
    returns:
      '[{state: "reported", address, recipient, action, status, detail, at, reportMessageId, proof: "envelope-id"|"message-id"}]',
  }),
  'message.reportsIn': method<ReportedMail[]>()({
    params: v.object({ messageId: v.string() }),
    doc: 'For a mail that came back: what it reports about mails that Posthorn sent, and which those are. Empty for every other mail.',
    returns: '[{report: as message.reportsFor, sent: {messageId, subject} | null}]',
  }),
  'outbox.retry': method<Record<string, never>>()({
    params: outboxId,
    doc: 'Tries to send now. Refused for `unknown`: use outbox.resolve.',
    returns: '{}',
  }),
  'outbox.cancel': method<{ draftId: string | null }>()({
    params: outboxId,
    doc: 'Makes it a draft again; refused while `sending`. An answer to an invitation and a read receipt are thrown away instead: what they answer can be answered anew.',
    returns: '{draftId}; null when there is nothing to edit',
  }),
  'outbox.resolve': method<Record<string, never>>()({
    params: v.object({ outboxId: v.string(), as: v.picklist(['sent', 'send-again']) }),
    doc: 'The user’s word on a mail whose sending ended without an answer.',
    returns: '{}',
  }),
} as const;
