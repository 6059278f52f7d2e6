import type { CachePort } from '../cache/cache-port.ts';
import { isFiled } from './filing.ts';
import type { Outbox } from './outbox.ts';
import type { OutboxStore } from './outbox-store.ts';

export interface UnknownPorts {
  store: OutboxStore;
  outbox: Pick<Outbox, 'resolve'>;
  cache: CachePort;
}

/**
 * A mail whose sending ended without an answer, and that lies in Sent or All Mail: its server has it (and
 * filed it by itself, or another program did). Nothing else is concluded; the user is asked.
 */
export async function resolveFromSent(
  accountIds: readonly string[],
  { store, outbox, cache }: UnknownPorts,
): Promise<void> {
  for (const item of store.all()) {
    // A copy filed when some had it says nothing about the others.
    if (item.state !== 'unknown' || item.filed || !accountIds.includes(item.accountId)) continue;
    if (!(await isFiled(cache, item))) continue;
    if (store.get(item.outboxId)?.state === 'unknown') await outbox.resolve(item.outboxId, 'sent');
  }
}
