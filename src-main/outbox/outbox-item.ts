import * as v from 'valibot';
import type { AppErrorData } from '../../src-shared/error.ts';
import {
  dsnWishes,
  outboxStates,
  type DeliveryReport,
  type OutboxItem,
} from '../../src-shared/ipc/areas/sending.ts';
import type { Envelope } from '../../src-shared/model/message.ts';
import { storedDraftSchema } from '../drafts/stored-draft.ts';

const recipientSchema = v.object({
  address: v.string(),
  state: v.picklist(['waiting', 'accepted', 'deferred', 'refused']),
  reply: v.nullable(v.string()),
  /** Refused by us: its server put it off until Posthorn gave up. */
  gaveUp: v.optional(v.boolean()),
});
export type OutboxRecipient = v.InferOutput<typeof recipientSchema>;

/** A mail as the outbox's file holds it. Times are milliseconds. */
export const storedItemSchema = v.object({
  outboxId: v.string(),
  accountId: v.string(),
  state: v.picklist(outboxStates),
  /** SHA-256 of the bytes that are sent and filed. */
  blob: v.string(),
  size: v.number(),
  from: v.string(),
  recipients: v.array(recipientSchema),
  needsUtf8: v.boolean(),
  needs8Bit: v.boolean(),
  messageIdHeader: v.string(),
  /** What reports about the delivery are asked for (RFC 3461). */
  dsn: v.optional(v.picklist(dsnWishes), 'failure'),
  /** ENVID of RFC 3461: only servers on the way see it, so a report that names it is no recipient's invention. */
  envelopeId: v.optional(v.nullable(v.string()), null),
  /** For the row of the Sent folder. */
  envelope: v.custom<Envelope>((value) => typeof value === 'object' && value !== null),
  preview: v.string(),
  hasAttachments: v.boolean(),
  /** Ids of the filed copy and of the operation that files it: the same ones however often it is tried. */
  copyMessageId: v.string(),
  copyOpId: v.string(),
  tries: v.number(),
  nextTryAt: v.nullable(v.number()),
  undoUntil: v.nullable(v.number()),
  sendAt: v.nullable(v.number()),
  queuedAt: v.number(),
  /** Since when servers put it off; giving up counts from here, not from the time it lay here unasked. */
  deferredSince: v.optional(v.nullable(v.number()), null),
  /** When the server first took it for anyone. */
  sentAt: v.nullable(v.number()),
  /** The final dot was about to leave: from here until an answer, nobody knows. */
  finalDot: v.boolean(),
  /** Filed in Sent (or somebody else's business), the mail answered marked. */
  filed: v.boolean(),
  /** The mail answered or forwarded is marked. */
  marked: v.optional(v.boolean(), false),
  /** It is being made a draft again; finished at the next start when it was interrupted. */
  cancelled: v.boolean(),
  error: v.nullable(v.custom<AppErrorData>((value) => typeof value === 'object' && value !== null)),
  /** The draft it came from, to go back to. */
  draft: storedDraftSchema,
});
export type StoredItem = v.InferOutput<typeof storedItemSchema>;
export type ItemChange = Partial<Omit<StoredItem, 'outboxId' | 'accountId'>>;

/** `reports`: what servers on the way reported about the mail. */
export function toOutboxItem(item: StoredItem, reports: readonly DeliveryReport[]): OutboxItem {
  const iso = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString());
  return {
    outboxId: item.outboxId,
    accountId: item.accountId,
    state: item.state,
    messageIdHeader: item.messageIdHeader,
    subject: item.envelope.subject,
    tries: item.tries,
    nextTryAt: iso(item.state === 'scheduled' ? item.sendAt : item.nextTryAt),
    undoUntil: iso(item.undoUntil),
    sendAt: iso(item.sendAt),
    queuedAt: new Date(item.queuedAt).toISOString(),
    sentAt: iso(item.sentAt),
    recipients: item.recipients.map((recipient) => ({
      address: recipient.address,
      state: recipient.state,
      reply: recipient.reply,
      detail: recipientSentence(recipient),
      report: reports.findLast((report) => report.recipient === recipient.address) ?? null,
    })),
    dsn: item.dsn,
    error: item.error,
  };
}

/** Who still has to get it. */
export function isOpen(recipient: OutboxRecipient): boolean {
  return recipient.state === 'waiting' || recipient.state === 'deferred';
}

/** What became of it for one recipient, in a sentence; null while there is nothing to say. */
function recipientSentence({ address, state, reply, gaveUp }: OutboxRecipient): string | null {
  const words = reply === null ? '' : ` The server says: ${reply}`;
  if (state === 'refused' && gaveUp === true)
    return `Not sent to ${address}: the server put it off for five days, so Posthorn gave up.${words}`;
  if (state === 'refused') return `Not sent to ${address}: the server refused it.${words}`;
  if (state === 'deferred')
    return `Not sent to ${address} yet: the server puts it off. Posthorn tries again by itself.${words}`;
  return null;
}
