import type { FolderBatch } from '../../src-shared/cache-protocol.ts';
import type { CachePort } from '../cache/cache-port.ts';
import type { Op } from '../journal/op.ts';
import type { Clock } from '../platform/clock.ts';
import { fromLatin1, type BodyPorts } from './bodies.ts';

/** So long the body of a message that a server has no more stays here, for the case that it comes back (R9). */
const restsFor = 30 * 86_400_000;

/** What leaves a folder rests, for it may be in another one; what the user deleted for good does not. */
export function withRest(op: Op, batch: FolderBatch, clock: Pick<Clock, 'now'>): FolderBatch {
  return op.action.kind === 'expunge' || batch.vanished === undefined
    ? batch
    : { ...batch, rest: clock.now() };
}

/** Bodies whose time is over leave the cache. */
export async function forgetRested(
  accountId: string,
  { cache, clock }: { cache: CachePort; clock: Pick<Clock, 'now'> },
): Promise<void> {
  await cache.call('forgetRested', { accountId, before: clock.now() - restsFor });
}

/** Bodies that came back under other ids are found by their words under these. Never rejects. */
export async function tellTaken(
  messageIds: readonly string[],
  { cache, readBodies, onBodies }: Pick<BodyPorts, 'cache' | 'readBodies' | 'onBodies'>,
): Promise<void> {
  for (const messageId of messageIds) {
    const raw = await cache.call('body', { messageId }).catch(() => null);
    if (raw === null) continue;
    onBodies([messageId], (await readBodies([fromLatin1(raw)])).texts);
  }
}
