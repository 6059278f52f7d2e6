import { toAppError, type AppError } from '../../src-shared/error.ts';
import type { Clock } from '../platform/clock.ts';
import type { CrashControl } from '../platform/crash-points.ts';
import { backoffMs } from '../sync/backoff.ts';
import { isOpen, type ItemChange, type StoredItem } from './outbox-item.ts';
import { afterFinalDot, type OutboxStore } from './outbox-store.ts';
import { gaveUpError, giveUpAfter, merge, settle, type SendOutcome, type WireReply } from './outcome.ts';

export interface WireHooks {
  /** Awaited; told what became of each recipient when it was named. */
  beforeFinalDot(replies: readonly WireReply[]): Promise<void>;
  afterFinalDot(): void;
}

export interface AttemptPorts {
  outbox: OutboxStore;
  clock: Clock;
  crash: CrashControl;
  /** Brings the item's bytes to its open recipients. Throws only when the mail is certainly not sent. */
  submit(
    item: StoredItem,
    recipients: readonly string[],
    hooks: WireHooks,
    signal: AbortSignal,
  ): Promise<SendOutcome>;
  /** Files the copy and marks the mail answered; called again until the item says `filed`. */
  file(item: StoredItem): Promise<void>;
  stopping(): boolean;
  log(level: 'info' | 'warn', message: string, detail?: Record<string, unknown>): void;
}

/** The account's connection for sending, as the last tries found it. */
export interface LaneState {
  /** A failure of the account, not of a mail: nothing is tried before (monotonic ms). Infinity: until the user acts. */
  notBefore: number;
  failures: number;
  abort: AbortController | null;
  atFinalDot: boolean;
}

/** One try of one mail; everything that it comes to is durable when it resolves. */
export async function attempt(queued: StoredItem, lane: LaneState, ports: AttemptPorts): Promise<void> {
  const { outbox, clock, crash } = ports;
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
        async beforeFinalDot(replies) {
          crash.reach('outbox.before-final-dot');
          // Who was put off or refused by name is not in doubt, whatever becomes of the others.
          await outbox.change(outboxId, {
            finalDot: true,
            recipients: merge(item.recipients, replies, true),
          });
          lane.atFinalDot = true;
        },
        afterFinalDot: () => crash.reach('outbox.after-final-dot'),
      },
      abort.signal,
    );
  } catch (thrown) {
    await outbox.change(outboxId, notSent(item, toAppError(thrown), lane, ports));
    return;
  } finally {
    lane.abort = null;
    lane.atFinalDot = false;
  }
  lane.failures = 0;
  lane.notBefore = 0;
  const tries = item.tries + 1;
  if (outcome.state === 'unknown') {
    await outbox.change(outboxId, {
      state: 'unknown',
      recipients: merge(item.recipients, outcome.recipients, true),
      tries,
      nextTryAt: null,
      error: afterFinalDot(outcome.detail),
    });
    return;
  }
  const now = clock.now();
  const recipients = merge(item.recipients, outcome.recipients, false);
  const changed = await outbox.change(outboxId, {
    ...settle(item, recipients, now, now + backoffMs(item.tries)),
    tries,
  });
  if (changed.sentAt === null) return;
  crash.reach('outbox.sent');
  if (changed.filed) return;
  try {
    await ports.file(changed);
  } catch (thrown) {
    // It is sent; filing it is tried again with the next mail, sync or start.
    ports.log('warn', 'a sent mail was not filed yet', {
      accountId: item.accountId,
      error: toAppError(thrown),
    });
  }
}

/** What a mail becomes that certainly did not go out. */
function notSent(item: StoredItem, { data }: AppError, lane: LaneState, ports: AttemptPorts): ItemChange {
  const now = ports.clock.now();
  // Named recipients of a mail whose dot never left are where they were.
  const back = { finalDot: false, recipients: item.recipients };
  if (ports.stopping() || data.code === 'cancelled') return { ...back, state: 'queued', nextTryAt: null };
  const tries = item.tries + 1;
  const needsUser =
    data.next === 'ask-password' ||
    data.code === 'locked' ||
    data.code.startsWith('tls-') ||
    (data.scope === 'account' && data.next === 'tell-user');
  if (needsUser) {
    // One refused sign-in is the answer for all that waits: no second one until the user acts.
    lane.notBefore = Infinity;
    return { ...back, state: 'held', tries, nextTryAt: null, error: data };
  }
  if (data.next === 'tell-user' || (data.next === 'bug' && item.tries >= 2))
    return { ...back, state: 'failed', tries, nextTryAt: null, error: data };
  // Without a network nobody refused anything: five days in the mountains are no reason to give up.
  const deferredSince = item.deferredSince ?? (data.next === 'wait-online' ? null : now);
  if (data.next !== 'wait-online' && deferredSince !== null && now - deferredSince > giveUpAfter)
    return { ...back, state: 'failed', tries, nextTryAt: null, error: gaveUpError(data), deferredSince };
  const wait = backoffMs(lane.failures);
  lane.failures += 1;
  lane.notBefore = ports.clock.monotonic() + wait;
  return { ...back, state: 'queued', tries, nextTryAt: now + wait, error: data, deferredSince };
}
