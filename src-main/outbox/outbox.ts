import { AppError } from '../../src-shared/error.ts';
import type { CheckedParams } from '../../src-shared/ipc/contract.ts';
import type { OutboxItem } from '../../src-shared/ipc/areas/sending.ts';
import type { AccountSettings } from '../../src-shared/model/account.ts';
import { composeDraft } from '../drafts/compose-draft.ts';
import type { Drafts } from '../drafts/drafts.ts';
import type { Blobs } from '../platform/blobs.ts';
import type { Clock, Timer } from '../platform/clock.ts';
import type { CrashControl } from '../platform/crash-points.ts';
import { formatAddress, parseAddressField } from '../mime/compose/address-list.ts';
import { newId } from '../platform/ids.ts';
import { isOpen, toOutboxItem, type StoredItem } from './outbox-item.ts';
import type { OutboxStore } from './outbox-store.ts';
import type { Sender } from './sender.ts';

/** How long a sent mail stays in the list. */
const keepSent = 7 * 86_400_000;
const hour = 3_600_000;

export interface OutboxPorts {
  store: OutboxStore;
  drafts: Drafts;
  sender: Sender;
  file(item: StoredItem, afterRestart: boolean): Promise<void>;
  blobs: Blobs;
  clock: Clock;
  crash: CrashControl;
  /** @throws AppError when there is no such account */
  needAccount(accountId: string): AccountSettings;
  log(level: 'warn', message: string, detail?: Record<string, unknown>): void;
}

export interface Outbox {
  send(params: CheckedParams<'message.send'>): Promise<{ outboxId: string; messageIdHeader: string }>;
  list(all: boolean): OutboxItem[];
  retry(outboxId: string): Promise<void>;
  cancel(outboxId: string): Promise<string>;
  resolve(outboxId: string, as: 'sent' | 'send-again'): Promise<void>;
  /** After a start: finishes what a kill interrupted, then sends. */
  start(): Promise<void>;
  forget(accountId: string): Promise<void>;
  /** Blobs that are still needed. */
  blobs(): string[];
  stop(): Promise<void>;
}

export function createOutbox(ports: OutboxPorts): Outbox {
  const { store, drafts, sender, blobs, clock, crash } = ports;
  let sweeping: Timer | null = null;
  const leaving = new Set<string>();

  function need(outboxId: string): StoredItem {
    const item = store.get(outboxId);
    if (item === undefined || item.cancelled)
      throw refused('That message is not in the outbox any more.', 'not-found');
    return item;
  }

  async function forgetOld(): Promise<void> {
    const old = clock.now() - keepSent;
    await store.remove(
      store
        .all()
        .filter((item) => item.state === 'sent' && item.filed && (item.sentAt ?? item.queuedAt) < old)
        .map((item) => item.outboxId),
    );
    sweepLater();
  }

  function sweepLater(): void {
    sweeping = clock.setTimeout(() => {
      void forgetOld().catch((error: unknown) => {
        ports.log('warn', 'old sent mails could not be taken off the list', { error });
        sweepLater();
      });
    }, hour);
  }

  /** The mail is durable in the outbox: that its draft cannot be cleared away now must not look like a failure to send. */
  async function dropDraft(draftId: string): Promise<void> {
    try {
      await drafts.discard(draftId);
    } catch (error) {
      ports.log('warn', 'the draft of a mail in the outbox was not cleared away yet', { error });
    }
  }

  async function finishCancel(item: StoredItem): Promise<string> {
    const accepted = new Set(
      item.recipients
        .filter((recipient) => recipient.state === 'accepted')
        .map((recipient) => recipient.address),
    );
    const draft = {
      ...item.draft,
      savedAt: new Date(clock.now()).toISOString(),
      problem: item.error?.detail ?? null,
      copies: [],
    };
    if (accepted.size > 0) {
      // Who has it already must not get it twice; who was a blind copy stays one.
      const left = (field: string, input: readonly string[]): string[] =>
        parseAddressField(field, input)
          .filter(({ address }) => !accepted.has(address))
          .map(formatAddress);
      draft.to = left('To', draft.to);
      draft.cc = left('Cc', draft.cc);
      draft.bcc = left('Bcc', draft.bcc);
    }
    await drafts.restore(draft);
    // What some have got goes on to be listed as sent to them, and filed.
    if (accepted.size > 0) {
      await store.change(item.outboxId, {
        state: 'sent',
        cancelled: false,
        error: null,
        recipients: item.recipients.filter((recipient) => recipient.state === 'accepted'),
        draft: { ...item.draft, draftId: newId('d') },
      });
    } else await store.remove([item.outboxId]);
    return draft.draftId;
  }

  async function enqueue(
    params: CheckedParams<'message.send'>,
  ): Promise<{ outboxId: string; messageIdHeader: string }> {
    const account = ports.needAccount(params.accountId);
    if (account.outgoing === null)
      throw refused(
        'This account has no server for sending. Give it one in the account’s settings; the message was not sent.',
        'refused',
      );
    const draft = await drafts.build(params);
    const now = clock.now();
    const sendAt = params.sendAt === undefined ? null : Date.parse(params.sendAt);
    const composed = await composeDraft(draft, account, params.from, now, blobs);
    const blob = await blobs.put(composed.bytes);
    const undoUntil =
      params.undoSeconds === undefined || params.undoSeconds === 0 ? null : now + params.undoSeconds * 1000;
    const item: StoredItem = {
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
      sentAt: null,
      finalDot: false,
      filed: false,
      cancelled: false,
      error: null,
      draft,
    };
    await store.add(item);
    crash.reach('outbox.queued');
    sender.kick(account.accountId);
    await dropDraft(draft.draftId);
    return { outboxId: item.outboxId, messageIdHeader: item.messageIdHeader };
  }

  return {
    async send(params) {
      if (params.draftId === undefined) return await enqueue(params);
      // A double click is one mail.
      const { draftId } = params;
      if (
        leaving.has(draftId) ||
        store.all().some((item) => item.draft.draftId === draftId && !item.cancelled)
      )
        throw refused('This message is on its way to the outbox already.', 'refused');
      leaving.add(params.draftId);
      try {
        return await enqueue(params);
      } finally {
        leaving.delete(params.draftId);
      }
    },
    list: (all) =>
      store
        .all()
        .filter((item) => !item.cancelled && (all || item.state !== 'sent'))
        .map(toOutboxItem),
    async retry(outboxId) {
      const item = need(outboxId);
      if (item.state === 'unknown')
        throw refused(
          'Nobody knows whether this message arrived, so it is not simply sent again. Choose “It was sent” or “Send again”.',
          'outcome-unknown',
        );
      if (item.state === 'sending') throw refused('This message is being sent at this moment.', 'refused');
      if (item.state === 'sent') throw refused('This message was sent already.', 'refused');
      await store.change(outboxId, {
        state: 'queued',
        nextTryAt: null,
        undoUntil: null,
        sendAt: null,
        error: null,
        queuedAt: item.state === 'failed' ? clock.now() : item.queuedAt,
        recipients: item.recipients.map((recipient) =>
          recipient.state === 'refused'
            ? { ...recipient, state: 'waiting', reply: recipient.reply }
            : recipient,
        ),
      });
      sender.release(item.accountId);
    },
    async cancel(outboxId) {
      const item = need(outboxId);
      if (item.state === 'sending')
        throw refused(
          'This message is being sent at this moment; it cannot be taken back any more.',
          'refused',
        );
      if (item.state === 'sent')
        throw refused('This message was sent already; it cannot be taken back.', 'refused');
      if (item.state === 'unknown')
        throw refused(
          'This message may have arrived. Choose “It was sent” or “Send again” first; it cannot simply be taken back.',
          'outcome-unknown',
        );
      return await finishCancel(await store.change(outboxId, { cancelled: true }));
    },
    async resolve(outboxId, as) {
      const item = need(outboxId);
      if (item.state !== 'unknown')
        throw refused('What became of this message is known; there is nothing to decide.', 'refused');
      if (as === 'send-again') {
        await store.change(outboxId, { state: 'queued', finalDot: false, nextTryAt: null, error: null });
        sender.release(item.accountId);
        return;
      }
      const recipients = item.recipients.map((recipient) =>
        isOpen(recipient) ? { ...recipient, state: 'accepted' as const } : recipient,
      );
      const refusedSome = recipients.some((recipient) => recipient.state === 'refused');
      const changed = await store.change(outboxId, {
        state: refusedSome ? 'failed' : 'sent',
        finalDot: false,
        sentAt: item.sentAt ?? clock.now(),
        error: null,
        recipients,
      });
      crash.reach('outbox.sent');
      if (!changed.filed) await ports.file(changed, true);
    },
    async start() {
      for (const item of store.all()) {
        if (item.cancelled) await finishCancel(item);
        else await dropDraft(item.draft.draftId);
      }
      await forgetOld();
      sender.kick();
    },
    async forget(accountId) {
      sender.forget(accountId);
      await store.remove(
        store
          .all()
          .filter((item) => item.accountId === accountId)
          .map((item) => item.outboxId),
      );
    },
    blobs: () =>
      store
        .all()
        .flatMap((item) => [item.blob, ...item.draft.attachments.map((attachment) => attachment.blob)]),
    async stop() {
      sweeping?.cancel();
      await sender.stop();
    },
  };
}

function refused(detail: string, code: 'refused' | 'not-found' | 'outcome-unknown'): AppError {
  return new AppError({ code, scope: 'message', next: 'tell-user', detail });
}
