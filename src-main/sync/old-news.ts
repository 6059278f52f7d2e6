import { countUids } from '../../src-shared/uid-set.ts';
import type { Backend, Call } from '../backends/backend.ts';
import type { CachePort } from '../cache/cache-port.ts';
import type { Clock } from '../platform/clock.ts';
import type { FolderRegister } from './folder-register.ts';
import { leftBehind } from './left-behind.ts';
import { unchangedSince } from './reconcile.ts';

/** News of a folder that was asked within this time may be what is known since. */
const recently = 5_000;

export interface OldNewsPorts {
  accountId: string;
  backend: Pick<Backend, 'status'>;
  cache: CachePort;
  register: FolderRegister;
  clock: Clock;
}

/**
 * A server tells of a thousand changes one by one while we ask for all of them, and what it still tells then is known.
 * Asking again is not free: a SELECT of 100,000 messages in a Maildir that just changed costs Dovecot half a second.
 */
export interface OldNews {
  /** All of the folder was asked for. */
  pulled(folderId: string): void;
  /** The folder was asked a moment ago, and its STATUS proves that nothing happened since. Never rejects. */
  isOld(folderId: string, call: Call): Promise<boolean>;
}

export function createOldNews({ accountId, backend, cache, register, clock }: OldNewsPorts): OldNews {
  const pulledAt = new Map<string, number>();
  return {
    pulled: (folderId) => void pulledAt.set(folderId, clock.monotonic()),
    async isOld(folderId, call) {
      const at = pulledAt.get(folderId);
      const entry = register.get(folderId);
      if (at === undefined || clock.monotonic() - at > recently || entry === undefined) return false;
      try {
        const [record] = await cache.call('folders', { accountId, folderId });
        const cursor = record?.cursor ?? null;
        // Without mod-sequences a STATUS proves nothing about flags.
        if (cursor?.modseqDone == null) return false;
        const status = await backend.status(entry.path, call);
        status.exists -= countUids(leftBehind(entry));
        return unchangedSince(cursor, status);
      } catch {
        // Asking for the folder itself says what is wrong.
        return false;
      }
    },
  };
}
