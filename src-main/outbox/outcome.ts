import type { AppErrorData } from '../../src-shared/error.ts';
import { isOpen, type ItemChange, type OutboxRecipient, type StoredItem } from './outbox-item.ts';

/** RFC 5321 4.5.4.1: give up after 4 to 5 days. */
export const giveUpAfter = 5 * 86_400_000;

export interface WireReply {
  address: string;
  state: 'accepted' | 'deferred' | 'refused';
  reply: string;
}

export type SendOutcome =
  | { state: 'answered'; recipients: WireReply[] }
  | { state: 'unknown'; recipients: WireReply[]; detail: string };

/**
 * The outcome's words over what stood there; an accepted recipient never changes any more. Before an
 * answer to the final dot, who was named and not refused is in doubt: `waiting`.
 */
export function merge(
  recipients: readonly OutboxRecipient[],
  replies: readonly WireReply[],
  inDoubt: boolean,
): OutboxRecipient[] {
  const byAddress = new Map(replies.map((reply) => [reply.address, reply]));
  return recipients.map((recipient) => {
    const reply = byAddress.get(recipient.address);
    if (reply === undefined || !isOpen(recipient)) return recipient;
    if (inDoubt && reply.state === 'accepted') return { ...recipient, state: 'waiting' };
    return { address: recipient.address, state: reply.state, reply: reply.reply === '' ? null : reply.reply };
  });
}

/**
 * What the item becomes when everybody's answer is known: sent, to be tried again for those who were put
 * off, or failed. `retryAt`: when the next try is due.
 */
export function settle(
  item: StoredItem,
  recipients: readonly OutboxRecipient[],
  now: number,
  retryAt: number,
): ItemChange {
  const putOff = recipients.some((recipient) => recipient.state === 'deferred');
  const deferredSince = item.deferredSince ?? (putOff ? now : null);
  const tooOld = deferredSince !== null && now - deferredSince > giveUpAfter;
  const final = recipients.map((recipient): OutboxRecipient =>
    tooOld && isOpen(recipient) ? { ...recipient, state: 'refused', gaveUp: true } : recipient,
  );
  const common: ItemChange = {
    recipients: final,
    finalDot: false,
    deferredSince,
    sentAt: item.sentAt ?? (final.some((recipient) => recipient.state === 'accepted') ? now : null),
  };
  if (final.some(isOpen))
    return { ...common, state: 'queued', nextTryAt: retryAt, error: deferredError(final) };
  if (final.every((recipient) => recipient.state === 'accepted'))
    return { ...common, state: 'sent', nextTryAt: null, error: null };
  return { ...common, state: 'failed', nextTryAt: null, error: refusedError(final) };
}

function deferredError(recipients: readonly OutboxRecipient[]): AppErrorData {
  const open = recipients.filter(isOpen);
  const who = open.length === 1 ? (open[0]?.address ?? '') : `${open.length} recipients`;
  return {
    code: 'refused',
    scope: 'message',
    next: 'retry',
    detail: `The server does not take the message for ${who} just now${quoted(open)}. Posthorn tries again by itself, for five days.`,
  };
}

function refusedError(recipients: readonly OutboxRecipient[]): AppErrorData {
  const refused = recipients.filter((recipient) => recipient.state === 'refused');
  const all = refused.length === recipients.length;
  const who =
    refused.length === 1
      ? (refused[0]?.address ?? '')
      : all
        ? 'all recipients'
        : `${refused.length} of ${recipients.length} recipients`;
  const others = all ? '' : ' The others have it.';
  const why = refused.every((recipient) => recipient.gaveUp === true)
    ? `could not be sent to ${who} for five days`
    : `was refused for ${who}`;
  return {
    code: 'refused',
    scope: 'message',
    next: 'tell-user',
    detail: `The message ${why}${quoted(refused)}.${others} It is kept: correct the addresses and send it again, or take it back.`,
  };
}

/** The server could not be reached or did not talk about the mail for five days. */
export function gaveUpError(last: AppErrorData): AppErrorData {
  return {
    ...last,
    next: 'tell-user',
    detail: `The message could not be sent for five days, so Posthorn gave up. It is kept: send it again, or take it back. The last time: ${last.detail}`,
  };
}

function quoted(recipients: readonly OutboxRecipient[]): string {
  const words = recipients.find((recipient) => recipient.reply !== null)?.reply;
  return words == null ? '' : ` (the server says: ${words})`;
}
