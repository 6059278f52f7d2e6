import type { CheckedParams } from '../../src-shared/ipc/contract.ts';
import type { OutboxItem } from '../../src-shared/ipc/areas/sending.ts';
import type { AccountSettings } from '../../src-shared/model/account.ts';
import type { Drafts } from '../drafts/drafts.ts';
import type { Machine } from '../drafts/stored-draft.ts';
import type { Blobs } from '../platform/blobs.ts';
import type { Clock, Timer } from '../platform/clock.ts';
import type { CrashControl } from '../platform/crash-points.ts';
import { backoffMs } from '../sync/backoff.ts';
import type { DeliveryReport } from '../../src-shared/ipc/areas/sending.ts';
import { makeItem, redated } from './enqueue.ts';
import { settle } from './outcome.ts';
import { toOutboxItem, type StoredItem } from './outbox-item.ts';
import type { OutboxStore } from './outbox-store.ts';
import { refused } from './refused.ts';
import type { Sender } from './sender.ts';
import { takeBack } from './take-back.ts';

/** How long a sent mail stays in the list. */
const keepSent = 7 * 86_400_000;
const hour = 3_600_000;

export interface OutboxPorts {
  store: OutboxStore;
  drafts: Drafts;
  sender: Sender;
  file(item: StoredItem): Promise<void>;
  /** What servers on the way reported about a mail of ours. */
  reportsOf(messageIdHeader: string): readonly DeliveryReport[];
  /** Sent mails are about to leave the list: what is to be known of them later is noted elsewhere. */
  beforeForgetting(): Promise<void>;
  blobs: Blobs;
  clock: Clock;
  crash: CrashControl;
  /** A mail that no person wrote was taken back: what it answers is not answered. */
  onMachineTakenBack(machine: Machine): Promise<void>;
  /** @throws AppError when there is no such account */
  needAccount(accountId: string): AccountSettings;
  log(level: 'warn', message: string, detail?: Record<string, unknown>): void;
}

export interface Outbox {
  /** `machine`: a part for programs that goes with it. */
  send(
    params: CheckedParams<'message.send'>,
    machine?: Machine,
  ): Promise<{ outboxId: string; messageIdHeader: string }>;
  list(all: boolean): OutboxItem[];
  retry(outboxId: string): Promise<void>;
  /** The draft's id; null when it was written by no person. */
  cancel(outboxId: string): Promise<string | null>;
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
    await ports.beforeForgetting();
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

  async function enqueue(
    params: CheckedParams<'message.send'>,
    machine?: Machine,
  ): Promise<{ outboxId: string; messageIdHeader: string }> {
    const account = ports.needAccount(params.accountId);
    const item = await makeItem(params, account, clock.now(), ports, machine);
    await store.add(item);
    crash.reach('outbox.queued');
    sender.kick(account.accountId);
    await dropDraft(item.draft.draftId);
    return { outboxId: item.outboxId, messageIdHeader: item.messageIdHeader };
  }

  return {
    async send(params, machine) {
      if (params.draftId === undefined) return await enqueue(params, machine);
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
        .map((item) => toOutboxItem(item, ports.reportsOf(item.messageIdHeader))),
    async retry(outboxId) {
      const item = need(outboxId);
      if (item.state === 'unknown')
        throw refused(
          'Nobody knows whether this message arrived, so it is not simply sent again. Choose “It was sent” or “Send again”.',
          'outcome-unknown',
        );
      if (item.state === 'sending') throw refused('This message is being sent at this moment.', 'refused');
      if (item.state === 'sent') throw refused('This message was sent already.', 'refused');
      const now = clock.now();
      const rebuilt = await redated(item, ports.needAccount(item.accountId), now, blobs);
      const { state } = need(outboxId);
      // It went out, or was taken back, while it was built anew.
      if (state !== item.state)
        throw refused('This message has changed meanwhile; look at it again.', 'refused');
      await store.change(outboxId, {
        ...rebuilt,
        state: 'queued',
        nextTryAt: null,
        undoUntil: null,
        sendAt: null,
        error: null,
        queuedAt: item.state === 'failed' ? now : item.queuedAt,
        deferredSince: item.state === 'failed' ? null : item.deferredSince,
        recipients: item.recipients.map(({ address, state: was, reply }) =>
          was === 'refused' ? { address, state: 'waiting', reply } : { address, state: was, reply },
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
      return await takeBack(await store.change(outboxId, { cancelled: true }), ports);
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
      // Those in doubt have it; who was put off by name gets it with the next try.
      const recipients = item.recipients.map((recipient) =>
        recipient.state === 'waiting' ? { ...recipient, state: 'accepted' as const } : recipient,
      );
      const now = clock.now();
      const changed = await store.change(
        outboxId,
        settle(item, recipients, now, now + backoffMs(item.tries)),
      );
      sender.kick(item.accountId);
      crash.reach('outbox.sent');
      if (!changed.filed) await ports.file(changed);
    },
    async start() {
      for (const item of store.all()) {
        if (item.cancelled) await takeBack(item, ports);
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
