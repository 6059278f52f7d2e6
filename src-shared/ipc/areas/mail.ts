import * as v from 'valibot';
import type { Invitation } from '../../model/invitation.ts';
import type { MailReport } from '../../model/mail-report.ts';
import type { MailAttachment, MailProtection, MailSection } from '../../model/mail.ts';
import type { MailAddress, MessageRow } from '../../model/message.ts';
import type { AppErrorData } from '../../error.ts';
import type { Tracker } from '../../text/trackers.ts';
import { method } from '../method.ts';

export interface MessagePart extends MailAttachment {
  /** False: it is not here yet; asking for it fetches it. */
  here?: false;
}

/** What reading a message gives, without the row. */
export interface MessageContent {
  headers: { name: string; value: string }[];
  cc: MailAddress[];
  bcc: MailAddress[];
  replyTo: MailAddress[];
  text: string;
  /** Sanitised: no script, no request; remote pictures taken out. */
  html: string | null;
  attachments: MessagePart[];
  /** Pictures on other hosts that the mail asks for and that are not shown; trackers are never fetched. */
  remoteImages: { count: number; hosts: string[]; trackers: Tracker[] };
  /** Signed and encrypted parts; nothing was checked. */
  protection: MailProtection[];
  /**
   * The text in pieces that must not mix: what one signature covers, what stands outside of any, an enclosed message;
   * each sanitised by itself. Empty when all of it is one piece: then `text` and `html` are the whole.
   */
  sections: MailSection[];
  /** What it reports about a mail that was sent, in sentences; null for the mail of people. */
  report: MailReport | null;
  /** An event that it carries. */
  invitation: Invitation | null;
  inReplyTo: string;
  references: string[];
  defects: { code: string; detail: string }[];
  /** False: a large message of which the text was fetched first; its larger files are not here. */
  whole?: false;
  /** What of it is not here; `follows`: it comes by itself, and then `message.changed` is told. */
  missing?: { files: number; bytes: number; follows: boolean; sentence: string };
}

/** What else is known here about a message. */
export interface MessageContext {
  /** The mail of ours that `report` speaks of; null when there is none here. */
  reportedMail: { messageId: string; subject: string } | null;
  /** How `invitation` can be answered, and how it was; null where there is nothing to answer. */
  invitationAnswer: InvitationState | null;
  /** Its sender asks to be told that it was read, and nobody has decided yet. */
  receiptWish: ReceiptWish | null;
}

export const invitationAnswers = ['accept', 'tentative', 'decline'] as const;
export type InvitationAnswer = (typeof invitationAnswers)[number];

export interface InvitationState {
  /** The address that answers. */
  as: string;
  /** That address is among those who were invited. */
  invited: boolean;
  /** Whom the answer goes to. */
  to: string;
  /** What was answered last; null: nothing yet. */
  answer: InvitationAnswer | null;
  answeredAt: string | null;
  /** `changed`: the event was changed after the answer; `old`: a newer state of it was answered already. */
  since: 'same' | 'changed' | 'old';
}

/** Disposition-Notification-To of RFC 8098. Nothing is sent unless the user says so. */
export interface ReceiptWish {
  /** Who would be told. */
  to: string[];
  /** For people. */
  sentence: string;
  /** What is odd about it: the receipt would go elsewhere than to where the mail came from; null: nothing. */
  warning: string | null;
}

export type FullMessage = MessageRow & MessageContent & MessageContext;

export interface SyncReport {
  accounts: {
    accountId: string;
    added: number;
    changed: number;
    removed: number;
    pushed: number;
    parked: number;
    errors: AppErrorData[];
  }[];
}

const ids = v.pipe(v.array(v.string()), v.minLength(1), v.maxLength(1_000_000));
const limit = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1000));
const flags = v.array(
  v.pipe(v.string(), v.regex(/^\\?[^\s(){%*"\\\]\u0000-\u001f\u007f]+$/u, 'that is not an IMAP flag')),
);

const undoSeconds = v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(120)));

export const mailMethods = {
  'sync.run': method<SyncReport>()({
    params: v.optional(
      v.object({
        accountId: v.optional(v.string()),
        folderId: v.optional(v.string()),
        bodies: v.optional(v.picklist(['policy', 'none', 'all'])),
      }),
      {},
    ),
    doc: 'Sends what waits, then asks every folder for news; resolves when nothing is left to do. Without network: errors [{code: "offline"}].',
    returns: '{accounts: [{accountId, added, changed, removed, pushed, parked, errors}]}',
  }),
  'message.list': method<{
    total: number;
    rows: (MessageRow | { messageId: string; gone: true })[];
    cursor: string | null;
    snapshot: string;
  }>()({
    params: v.object({
      folderId: v.string(),
      offset: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0))),
      cursor: v.optional(v.string()),
      limit: v.optional(limit),
      sort: v.optional(v.picklist(['date-desc', 'date-asc'])),
    }),
    doc: 'Rows of a folder. `cursor` of the first answer pages through one stable order; null at its end.',
    returns:
      '{total, rows: [{messageId, folderId, threadId, subject, from, to, date, size, flags, hasAttachments, messageIdHeader, readableOffline, pending}], cursor, snapshot}',
  }),
  'message.get': method<FullMessage>()({
    params: v.object({ messageId: v.string() }),
    doc: 'A message with its headers, text, sanitised HTML and attachments; fetched when it is not cached and there is a network, else error `not-cached`. Of a large message that is not cached the text comes first: `whole: false`, `missing` in words, and `here: false` with files that are fetched when they are asked for. Where `follows` is true all of it is fetched in the background, and `message.changed` tells when it is here.',
    returns:
      'the row, and {headers, cc, bcc, replyTo, text, html, attachments: [{partId, filename, contentType, size, disposition, contentId, embedded, here: false when it is not fetched yet}], whole: false and missing: {files, bytes, follows, sentence} when not all of it is here, protection: [{partId, what, by, form, whole, sentence}], sections: [{protection: index or null, enclosed, text, html}], report: {kind, about, recipients: [{address, action, status, reason, diagnostic, sentence}]} or null, reportedMail: {messageId, subject} or null, invitation: {partId, method, uid, sequence, recurrenceId, summary, place, start: {at, local, zone}, end, when, recurrence, organizer, attendees: [{name, address, state, optional}], attendeesLeftOut, description, comment, moreEvents, sentence} or null, invitationAnswer: {as, invited, to, answer, answeredAt, since} or null, receiptWish: {to, sentence, warning} or null, remoteImages: {count, hosts, trackers: [{host, service}]}, defects}',
  }),
  'message.source': method<{ base64: string } | { file: string }>()({
    params: v.object({ messageId: v.string(), toFile: v.optional(v.string()) }),
    doc: 'The exact bytes.',
    returns: '{base64} or {file}',
  }),
  'message.loadRemote': method<{
    html: string;
    sections: (string | null)[];
    shown: number;
    failed: number;
  }>()({
    params: v.object({ messageId: v.string() }),
    doc: 'The HTML with its remote pictures, fetched by main without cookies or referrer, for this one showing.',
    returns: '{html, sections: [html or null] as in message.get, shown, failed}',
  }),
  'message.answerInvitation': method<{ outboxId: string }>()({
    params: v.object({ messageId: v.string(), answer: v.picklist(invitationAnswers), undoSeconds }),
    doc: 'Answers an invitation to its organizer (iTIP REPLY, RFC 5546) through the outbox, and remembers what was answered. Never done unasked.',
    returns: '{outboxId}',
  }),
  'message.answerReceipt': method<{ outboxId: string | null }>()({
    params: v.object({ messageId: v.string(), send: v.boolean(), undoSeconds }),
    doc: 'The user’s word on a wish for a read receipt (RFC 8098): sends it through the outbox, or never. Sets $MDNSent, so that it is asked once.',
    returns: '{outboxId}; null when none is sent',
  }),
  'message.setFlags': method<{ opIds: string[] }>()({
    params: v.object({ messageIds: ids, add: v.optional(flags), remove: v.optional(flags) }),
    doc: 'Adds and removes flags. Resolves when it is durable on disk, online or not.',
    returns: '{opIds}',
  }),
  'message.move': method<{ opIds: string[] }>()({
    params: v.object({ messageIds: ids, folderId: v.string() }),
    doc: 'Moves messages; message ids stay.',
    returns: '{opIds}',
  }),
  'message.copy': method<{ opIds: string[]; messageIds: string[] }>()({
    params: v.object({ messageIds: ids, folderId: v.string() }),
    doc: 'Copies messages; the copies have ids of their own.',
    returns: '{opIds, messageIds}',
  }),
  'message.delete': method<{ opIds: string[] }>()({
    params: v.object({ messageIds: ids, permanent: v.optional(v.boolean()) }),
    doc: 'Moves to Trash (made if missing); in Trash, or with `permanent`, expunges by UID.',
    returns: '{opIds}',
  }),
  'message.archive': method<{ opIds: string[] }>()({
    params: v.object({ messageIds: ids }),
    doc: "Moves to the account's Archive folder (made if missing).",
    returns: '{opIds}',
  }),
  'message.markJunk': method<{ opIds: string[] }>()({
    params: v.object({ messageIds: ids, junk: v.boolean() }),
    doc: 'Junk: sets $Junk and moves to Junk. Not junk: sets $NotJunk and moves to Inbox.',
    returns: '{opIds}',
  }),
  'message.undo': method<{ undone: string[] }>()({
    params: v.object({ opIds: v.array(v.string()) }),
    doc: 'Takes operations back: those still waiting are dropped, those on the server are answered with their opposite.',
    returns: '{undone}',
  }),
  'thread.get': method<MessageRow[]>()({
    params: v.object({ threadId: v.string(), messageId: v.optional(v.string()) }),
    doc: 'All messages of a conversation over all folders except Junk and Trash, oldest first; of copies of one mail in several folders, one. `messageId`: a message that the answer holds in any case; it also leads to the conversation when that has another id by now.',
    returns: '[row]',
  }),
  'search.query': method<{
    rows: MessageRow[];
    total: number;
    searched: number;
    of: number;
    complete: boolean;
  }>()({
    params: v.object({
      text: v.pipe(v.string(), v.maxLength(1000)),
      accountId: v.optional(v.string()),
      folderId: v.optional(v.string()),
      limit: v.optional(limit),
      where: v.optional(v.picklist(['cache', 'server', 'both'])),
    }),
    doc: 'Searches subjects, people and cached text. `searched` of `of` messages had their text looked at.',
    returns: '{rows, total, searched, of, complete}',
  }),
  'mime.inspect': method<
    MessageContent & {
      subject: string;
      from: MailAddress[];
      to: MailAddress[];
      date: string | null;
      messageIdHeader: string;
    }
  >()({
    params: v.union([v.object({ base64: v.string() }), v.object({ file: v.string() })]),
    doc: 'Reads any message without keeping it.',
    returns: 'as message.get without ids',
  }),
  'contact.search': method<{ name: string; address: string }[]>()({
    params: v.object({ text: v.string(), limit: v.optional(limit) }),
    doc: 'People seen in mail, best first.',
    returns: '[{name, address}]',
  }),
} as const;
