import { toAppError } from '../../src-shared/error.ts';
import type { Timer } from '../platform/clock.ts';
import { backoffMs } from '../sync/backoff.ts';
import { attempt, type AttemptPorts, type LaneState } from './attempt.ts';
import { dueAt, stateWhenDue } from './due.ts';

export interface SenderPorts extends Omit<AttemptPorts, 'stopping'> {
  online(): boolean;
  /** When filing a sent mail is to be tried again by itself (wall clock); null: not by the clock. */
  fileAgainAt(accountId: string): number | null;
}

/** Timers run on monotonic time, which stands still while a computer sleeps and hears of no clock that is set: what is due is looked at this often at least. */
const longestTimer = 60_000;

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

interface Lane extends LaneState {
  running: Promise<void> | null;
  again: boolean;
  timer: Timer | null;
}

export function createSender(ports: SenderPorts): Sender {
  const { outbox, clock } = ports;
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
        lane.notBefore = Math.max(lane.notBefore, clock.monotonic() + backoffMs(lane.failures));
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
        await ports.file(item);
      } catch (thrown) {
        ports.log('warn', 'a sent mail was not filed yet', { accountId, error: toAppError(thrown) });
      }
    }
  }

  async function sendDue(accountId: string, lane: Lane): Promise<void> {
    await fileWhatWaits(accountId);
    for (;;) {
      const now = clock.now();
      for (const item of outbox.all()) {
        if (item.accountId !== accountId) continue;
        const state = stateWhenDue(item, now);
        if (state !== null) await outbox.change(item.outboxId, { state, undoUntil: null, nextTryAt: null });
      }
      if (!ports.online() || stopped || lane.notBefore > clock.monotonic()) return;
      const next = outbox
        .all()
        .find(
          (item) =>
            item.accountId === accountId && item.state === 'queued' && (dueAt(item, now) ?? Infinity) <= now,
        );
      if (next === undefined) return;
      await attempt(next, lane, { ...ports, stopping: () => stopped });
    }
  }

  function arm(accountId: string, lane: Lane): void {
    if (stopped) return;
    const now = clock.now();
    const held = !ports.online() || lane.notBefore === Infinity;
    const account = held ? 0 : lane.notBefore - clock.monotonic();
    const waits: number[] = [];
    for (const item of outbox.all()) {
      if (item.accountId !== accountId) continue;
      const due = dueAt(item, now);
      // What only waits for its time becomes "queued" whether it can go out then or not.
      if (due !== null && item.state !== 'queued') waits.push(due - now);
      else if (due !== null && !held) waits.push(Math.max(due - now, account));
    }
    const fileAgain = ports.fileAgainAt(accountId);
    if (fileAgain !== null) waits.push(Math.max(fileAgain - now, 5_000));
    if (waits.length === 0) return;
    const wait = Math.max(0, Math.min(...waits));
    lane.timer = clock.setTimeout(() => run(accountId), Math.min(wait, longestTimer));
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
