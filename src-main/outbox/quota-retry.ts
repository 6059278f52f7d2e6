import type { CachePort } from '../cache/cache-port.ts';
import type { Journal } from '../journal/journal.ts';
import type { Clock, Timer } from '../platform/clock.ts';

const hour = 3_600_000;

export interface QuotaRetryPorts {
  journal: Journal;
  cache: CachePort;
  clock: Clock;
  kick(accountId: string): void;
  log(level: 'warn', message: string, detail?: Record<string, unknown>): void;
}

/**
 * A full mailbox refuses the copy of a sent mail: it is kept here, stands in the panel with the server's
 * words, and is offered again every hour, for the user may make room elsewhere. The mail itself is never
 * sent again.
 */
export function retryFullMailboxes(ports: QuotaRetryPorts): { now(): Promise<void>; stop(): void } {
  let timer: Timer | null = null;

  async function now(): Promise<void> {
    for (const op of ports.journal.ops()) {
      const { action, opId, accountId } = op;
      if (op.state !== 'parked' || op.error?.code !== 'quota') continue;
      if (action.kind !== 'append' || action.purpose !== 'sent') continue;
      await ports.journal.change(opId, {
        state: op.evidence.targetUidNext === undefined ? 'queued' : 'unknown',
        nextTryAt: null,
      });
      await ports.cache.call('addPending', {
        ops: [{ opId, accountId, seq: op.seq, mark: op.mark, patches: op.patches }],
      });
      ports.kick(accountId);
    }
  }

  function arm(): void {
    timer = ports.clock.setTimeout(() => {
      now().catch((error: unknown) => ports.log('warn', 'copies of sent mail wait on', { error }));
      arm();
    }, hour);
  }
  arm();

  return { now, stop: () => timer?.cancel() };
}
