import { randomBytes } from 'node:crypto';
import type { CheckedParams } from '../../src-shared/ipc/contract.ts';
import type { AccountSettings } from '../../src-shared/model/account.ts';
import { composeDraft } from '../drafts/compose-draft.ts';
import type { Drafts } from '../drafts/drafts.ts';
import { formatAddress } from '../mime/compose/address-list.ts';
import type { Blobs } from '../platform/blobs.ts';
import { newId } from '../platform/ids.ts';
import type { ItemChange, StoredItem } from './outbox-item.ts';
import type { Machine, StoredDraft } from '../drafts/stored-draft.ts';
import { refused } from './refused.ts';

/** The item of a mail that is to be sent, its bytes a durable blob. @throws AppError naming what keeps it from being sent */
export async function makeItem(
  params: CheckedParams<'message.send'>,
  account: AccountSettings,
  now: number,
  { drafts, blobs }: { drafts: Drafts; blobs: Blobs },
  machine?: Machine,
): Promise<StoredItem> {
  if (account.outgoing === null)
    throw refused(
      'This account has no server for sending. Give it one in the account’s settings; the message was not sent.',
      'refused',
    );
  const draft: StoredDraft = {
    ...(await drafts.build(params)),
    ...(machine === undefined ? {} : { machine }),
  };
  const sendAt = params.sendAt === undefined ? null : Date.parse(params.sendAt);
  // A mail for later is dated with the time at which it goes, as if it were written then.
  const date = Math.max(now, sendAt ?? now);
  const composed = await composeDraft(draft, account, params.from, date, blobs);
  const blob = await blobs.put(composed.bytes);
  const undoUntil =
    params.undoSeconds === undefined || params.undoSeconds === 0 ? null : now + params.undoSeconds * 1000;
  return {
    outboxId: newId('s'),
    accountId: account.accountId,
    state: undoUntil !== null ? 'undoable' : sendAt !== null && sendAt > now ? 'scheduled' : 'queued',
    blob,
    size: composed.bytes.length,
    from: composed.envelope.from,
    recipients: composed.envelope.recipients.map((address) => ({ address, state: 'waiting', reply: null })),
    needsUtf8: composed.needsUtf8,
    needs8Bit: composed.needs8Bit,
    messageIdHeader: composed.rowEnvelope.messageIdHeader,
    dsn: draft.dsn,
    // RFC 3461 4.4: at most 100 characters; told to servers only.
    envelopeId: `ph${randomBytes(15).toString('hex')}`,
    envelope: composed.rowEnvelope,
    preview: composed.preview,
    hasAttachments: composed.hasAttachments,
    copyMessageId: newId('n'),
    copyOpId: newId('o'),
    tries: 0,
    nextTryAt: null,
    undoUntil,
    sendAt,
    queuedAt: now,
    deferredSince: null,
    sentAt: null,
    finalDot: false,
    filed: false,
    marked: false,
    cancelled: false,
    error: null,
    draft,
  };
}

/**
 * A mail for later that goes now: built anew with today's date, as nobody has seen a byte of it yet. It
 * keeps its Message-ID. Null: its bytes stand (somebody may have them, or it can no longer be built).
 */
export async function redated(
  item: StoredItem,
  account: AccountSettings,
  now: number,
  blobs: Blobs,
): Promise<ItemChange | null> {
  if (item.sendAt === null || item.sendAt <= now || item.tries > 0 || item.finalDot) return null;
  const [from] = item.envelope.from;
  if (from === undefined) return null;
  const composed = await composeDraft(
    item.draft,
    account,
    formatAddress(from),
    now,
    blobs,
    item.messageIdHeader,
  ).catch(() => null);
  if (composed === null) return null;
  return {
    blob: await blobs.put(composed.bytes),
    size: composed.bytes.length,
    envelope: composed.rowEnvelope,
  };
}
