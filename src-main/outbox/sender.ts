import { toAppError, type AppError, type AppErrorData } from '../../src-shared/error.ts';
import type { Clock, Timer } from '../platform/clock.ts';
import type { CrashControl } from '../platform/crash-points.ts';
import { backoffMs } from '../sync/backoff.ts';
import { isOpen, type OutboxRecipient, type StoredItem } from './outbox-item.ts';
import { afterFinalDot, type OutboxStore } from './outbox-store.ts';

/** RFC 5321 4.5.4.1: give up after 4 to 5 days. */
const giveUpAfter = 5 * 86_400_000;

export interface WireReply {
  address: string;
  state: 'accepted' | 'deferred' | 'refused';
  reply: string;
}

export type SendOutcome =
  | { state: 'answered'; recipients: WireReply[] }
  | { state: 'unknown'; recipients: WireReply[]; detail: string };

export interface SenderPorts {
  outbox: OutboxStore;
  clock: Clock;
  crash: CrashControl;
  online(): boolean;
  /** Brings the item's bytes to its open recipients. Throws only when the mail is certainly not sent. */
  submit(
    item: StoredItem,
    recipients: readonly string[],
    hooks: { beforeFinalDot(): Promise<void>; afterFinalDot(): void },
    signal: AbortSignal,
  ): Promise<SendOutcome>;
  /** Files the copy and marks the mail answered; called again after a kill until it has resolved. */
  file(item: StoredItem, afterRestart: boolean): Promise<void>;
  log(level: 'info' | 'warn', message: string, detail?: Record<string, unknown>): void;
}

/** Sends what is due, one mail at a time an account. */
export interface Sender {
  /** Something may be due for this account (or any). */
  kick(accountId?: string): void;
  /** A new password, a trusted certificate, the user's "try now": what held the account back is forgotten. */
  release(accountId: string): void;
  /** The network is there: what only waited for it goes at once. */
  online(): Promise<void>;
  /** Resolves when nothing that could go now is left. */
  drain(accountIds: readonly string[]): Promise<void>;
  forget(accountId: string): void;
  /** Ends what is on the wire; an answer to a final dot is waited for a moment. */
  stop(): Promise<void>;
}

interface Lane {
  running: Promise<void> | null;
  again: boolean;
  timer: Timer | null;
  /** A failure of the account, not of a mail: nothing is tried before. Infinity: until `release`. */
  notBefore: number;
  failures: number;
  abort: AbortController | null;
  atFinalDot: boolean;
}

export function createSender(ports: SenderPorts): Sender {
  const { outbox, clock, crash } = ports;
  const lanes = new Map<string, Lane>();
  let stopped = false;

  function laneOf(accountId: string): Lane {
    let lane = lanes.get(accountId);
    if (lane === undefined) {
      lane = {
        running: null,
        again: false,
        timer: null,
        notBefore: 0,
        failures: 0,
        abort: null,
        atFinalDot: false,
      };
      lanes.set(accountId, lane);
    }
    return lane;
  }

  /** When an item may be tried; null: not by itself. */
  function dueAt(item: StoredItem): number | null {
    if (item.cancelled) return null;
    switch (item.state) {
      case 'undoable':
        return item.undoUntil ?? 0;
      case 'scheduled':
        return item.sendAt ?? 0;
      case 'queued':
        return item.nextTryAt ?? 0;
      default:
        return null;
    }
  }

  function run(accountId: string): void {
    const lane = laneOf(accountId);
    if (stopped) return;
    if (lane.running !== null) {
      lane.again = true;
      return;
    }
    lane.timer?.cancel();
    lane.running = sendDue(accountId, lane)
      .catch((thrown: unknown) => {
        // A full disk, say: at once again would never end.
        lane.notBefore = Math.max(lane.notBefore, clock.now() + backoffMs(lane.failures));
        lane.failures += 1;
        ports.log('warn', 'sending stopped', { accountId, error: toAppError(thrown) });
      })
      .finally(() => {
        lane.running = null;
        if (lane.again) {
          lane.again = false;
          run(accountId);
        } else arm(accountId, lane);
      });
  }

  /** What a server has and could not be filed before: a kill, or a disk that was full. */
  async function fileWhatWaits(accountId: string): Promise<void> {
    for (const item of outbox.all()) {
      if (item.accountId !== accountId || item.sentAt === null || item.filed || item.cancelled) continue;
      try {
        await ports.file(item, true);
      } catch (thrown) {
        ports.log('warn', 'a sent mail was not filed yet', { accountId, error: toAppError(thrown) });
      }
    }
  }

  async function sendDue(accountId: string, lane: Lane): Promise<void> {
    await fileWhatWaits(accountId);
    for (;;) {
      const now = clock.now();
      const waiting = outbox.all().filter((item) => item.accountId === accountId);
      for (const item of waiting) {
        const due = dueAt(item);
        if (item.state !== 'queued' && due !== null && due <= now)
          await outbox.change(item.outboxId, { state: 'queued', undoUntil: null, nextTryAt: null });
      }
      if (!ports.online() || stopped || lane.notBefore > now) return;
      const next = outbox
        .all()
        .find(
          (item) =>
            item.accountId === accountId && item.state === 'queued' && (dueAt(item) ?? Infinity) <= now,
        );
      if (next === undefined) return;
      await attempt(next, lane);
    }
  }

  function arm(accountId: string, lane: Lane): void {
    if (stopped || !ports.online() || lane.notBefore === Infinity) {
      // An undo delay ends whether there is a network or not.
      const undo = outbox
        .all()
        .filter((item) => item.accountId === accountId && item.state === 'undoable')
        .map((item) => item.undoUntil ?? 0);
      if (!stopped && undo.length > 0)
        lane.timer = clock.setTimeout(() => run(accountId), Math.max(0, Math.min(...undo) - clock.now()));
      return;
    }
    const times = outbox
      .all()
      .filter((item) => item.accountId === accountId)
      .map(dueAt)
      .filter((due) => due !== null);
    if (times.length === 0) return;
    const at = Math.max(lane.notBefore, Math.min(...times));
    lane.timer = clock.setTimeout(() => run(accountId), Math.max(0, at - clock.now()));
  }

  async function attempt(queued: StoredItem, lane: Lane): Promise<void> {
    const { outboxId } = queued;
    const item = await outbox.change(outboxId, { state: 'sending', finalDot: false, error: null });
    const open = item.recipients.filter(isOpen).map((recipient) => recipient.address);
    const abort = new AbortController();
    lane.abort = abort;
    let outcome: SendOutcome;
    try {
      outcome = await ports.submit(
        item,
        open,
        {
          async beforeFinalDot() {
            crash.reach('outbox.before-final-dot');
            await outbox.change(outboxId, { finalDot: true });
            lane.atFinalDot = true;
          },
          afterFinalDot: () => crash.reach('outbox.after-final-dot'),
        },
        abort.signal,
      );
    } catch (thrown) {
      await notSent(item, toAppError(thrown), lane);
      return;
    } finally {
      lane.abort = null;
      lane.atFinalDot = false;
    }
    lane.failures = 0;
    lane.notBefore = 0;
    const recipients = merge(item.recipients, outcome);
    if (outcome.state === 'unknown') {
      await outbox.change(outboxId, {
        state: 'unknown',
        recipients,
        tries: item.tries + 1,
        nextTryAt: null,
        error: afterFinalDot(outcome.detail),
      });
      return;
    }
    await answered(item, recipients);
  }

  async function answered(item: StoredItem, recipients: OutboxRecipient[]): Promise<void> {
    const now = clock.now();
    const tooOld = now - item.queuedAt > giveUpAfter;
    const final = tooOld
      ? recipients.map((recipient) =>
          isOpen(recipient) ? { ...recipient, state: 'refused' as const } : recipient,
        )
      : recipients;
    const tries = item.tries + 1;
    const anyAccepted = final.some((recipient) => recipient.state === 'accepted');
    const common = {
      recipients: final,
      tries,
      finalDot: false,
      sentAt: item.sentAt ?? (anyAccepted ? now : null),
    };
    let changed: StoredItem;
    if (final.some(isOpen)) {
      changed = await outbox.change(item.outboxId, {
        ...common,
        state: 'queued',
        nextTryAt: now + backoffMs(item.tries),
        error: deferredError(final),
      });
    } else if (final.every((recipient) => recipient.state === 'accepted')) {
      changed = await outbox.change(item.outboxId, {
        ...common,
        state: 'sent',
        nextTryAt: null,
        error: null,
      });
    } else {
      changed = await outbox.change(item.outboxId, {
        ...common,
        state: 'failed',
        nextTryAt: null,
        error: refusedError(final, tooOld),
      });
    }
    if (!anyAccepted) return;
    crash.reach('outbox.sent');
    if (changed.filed) return;
    try {
      await ports.file(changed, false);
    } catch (thrown) {
      // It is sent; filing it is tried again with the next mail, sync or start.
      ports.log('warn', 'a sent mail was not filed yet', {
        accountId: item.accountId,
        error: toAppError(thrown),
      });
    }
  }

  async function notSent(item: StoredItem, { data }: AppError, lane: Lane): Promise<void> {
    const { outboxId, tries } = item;
    if (stopped || data.code === 'cancelled') {
      await outbox.change(outboxId, { state: 'queued', finalDot: false, nextTryAt: null });
      return;
    }
    const needsUser =
      data.next === 'ask-password' ||
      data.code === 'locked' ||
      data.code.startsWith('tls-') ||
      (data.scope === 'account' && data.next === 'tell-user');
    if (needsUser) {
      // One refused sign-in is the answer for all that waits: no second one until the user acts.
      lane.notBefore = Infinity;
      await outbox.change(outboxId, {
        state: 'held',
        finalDot: false,
        tries: tries + 1,
        nextTryAt: null,
        error: data,
      });
    } else if (
      data.next === 'tell-user' ||
      (data.next === 'bug' && tries >= 2) ||
      clock.now() - item.queuedAt > giveUpAfter
    ) {
      await outbox.change(outboxId, {
        state: 'failed',
        finalDot: false,
        tries: tries + 1,
        nextTryAt: null,
        error: data,
      });
    } else {
      const wait = backoffMs(lane.failures);
      lane.failures += 1;
      lane.notBefore = clock.now() + wait;
      await outbox.change(outboxId, {
        state: 'queued',
        finalDot: false,
        tries: tries + 1,
        nextTryAt: lane.notBefore,
        error: data,
      });
    }
  }

  return {
    kick(accountId) {
      if (accountId !== undefined) run(accountId);
      else for (const id of new Set(outbox.all().map((item) => item.accountId))) run(id);
    },
    release(accountId) {
      const lane = laneOf(accountId);
      lane.notBefore = 0;
      lane.failures = 0;
      void (async () => {
        for (const item of outbox.all()) {
          if (item.accountId !== accountId) continue;
          if (item.state === 'held')
            await outbox.change(item.outboxId, { state: 'queued', nextTryAt: null, error: null });
          else if (item.state === 'queued' && item.error?.scope === 'account')
            await outbox.change(item.outboxId, { nextTryAt: null });
        }
        run(accountId);
      })().catch((thrown: unknown) =>
        ports.log('warn', 'what was held back stays so', { accountId, error: toAppError(thrown) }),
      );
    },
    async online() {
      for (const lane of lanes.values()) {
        if (lane.notBefore !== Infinity) lane.notBefore = 0;
        lane.failures = 0;
      }
      for (const item of outbox.all()) {
        if (item.state === 'queued' && item.nextTryAt !== null && item.error?.scope === 'account')
          await outbox.change(item.outboxId, { nextTryAt: null });
      }
      for (const id of new Set(outbox.all().map((item) => item.accountId))) run(id);
    },
    async drain(accountIds) {
      await Promise.all(
        accountIds.map(async (accountId) => {
          run(accountId);
          for (let lane = lanes.get(accountId); lane?.running != null; lane = lanes.get(accountId))
            await lane.running;
        }),
      );
    },
    forget(accountId) {
      const lane = lanes.get(accountId);
      lane?.timer?.cancel();
      lane?.abort?.abort();
      lanes.delete(accountId);
    },
    async stop() {
      stopped = true;
      await Promise.all(
        [...lanes.values()].map(async (lane) => {
          lane.timer?.cancel();
          if (lane.running === null) return;
          if (!lane.atFinalDot) lane.abort?.abort();
          await Promise.race([
            lane.running,
            new Promise<void>((resolve) => clock.setTimeout(resolve, 5_000)),
          ]);
          lane.abort?.abort();
          await lane.running;
        }),
      );
    },
  };
}

/** The outcome's words over what stood there. After an unknown end, who was named but not answered still waits. */
function merge(recipients: readonly OutboxRecipient[], outcome: SendOutcome): OutboxRecipient[] {
  const replies = new Map(outcome.recipients.map((recipient) => [recipient.address, recipient]));
  return recipients.map((recipient) => {
    const reply = replies.get(recipient.address);
    if (reply === undefined || !isOpen(recipient)) return recipient;
    if (outcome.state === 'unknown' && reply.state === 'accepted') return { ...recipient, state: 'waiting' };
    return { address: recipient.address, state: reply.state, reply: reply.reply === '' ? null : reply.reply };
  });
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

function refusedError(recipients: readonly OutboxRecipient[], tooOld: boolean): AppErrorData {
  const refused = recipients.filter((recipient) => recipient.state === 'refused');
  const all = refused.length === recipients.length;
  const who =
    refused.length === 1
      ? (refused[0]?.address ?? '')
      : all
        ? 'all recipients'
        : `${refused.length} of ${recipients.length} recipients`;
  const others = all ? '' : ' The others have it.';
  const why = tooOld ? `could not be sent to ${who} for five days` : `was refused for ${who}`;
  return {
    code: 'refused',
    scope: 'message',
    next: 'tell-user',
    detail: `The message ${why}${quoted(refused)}.${others} It is kept: correct the addresses and send it again, or take it back.`,
  };
}

function quoted(recipients: readonly OutboxRecipient[]): string {
  const words = recipients.find((recipient) => recipient.reply !== null)?.reply;
  return words == null ? '' : ` (the server says: ${words})`;
}
