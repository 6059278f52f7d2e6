import { toAppError, type AppError } from '../../src-shared/error.ts';
import type { AccountSettings } from '../../src-shared/model/account.ts';
import type { Call } from '../backends/backend.ts';
import type { Clock } from '../platform/clock.ts';
import { prefetchSome, type BodyPorts } from './bodies.ts';
import type { FolderEntry } from './folder-register.ts';

/** Nothing larger is fetched that nobody asked for, however new. */
const largest = 25 * 1024 * 1024;

export interface Prefetch {
  entries: readonly FolderEntry[];
  policy: AccountSettings['bodies'];
  /** Whole mailboxes, whatever the policy says. */
  everything: boolean;
  ports: BodyPorts;
  clock: Clock;
  call: Call;
  /** Called after each unit: does what is more urgent; true ends the fetching for now. */
  giveWay(): Promise<boolean>;
  onError(error: AppError): void;
}

interface Wish {
  newerThan: number | null;
  maxBytes: number;
}

/**
 * Fetches bodies ahead of time: in every folder the newest days, then small ones of any age; Junk and
 * Trash only on request. True when nothing is left to fetch.
 */
export async function prefetch(options: Prefetch): Promise<boolean> {
  const { entries, policy, everything, clock } = options;
  const recent = { newerThan: clock.now() - policy.days * 86_400_000, maxBytes: largest };
  const small = { newerThan: null, maxBytes: policy.maxBytes };
  const whole = { newerThan: null, maxBytes: Number.MAX_SAFE_INTEGER };
  for (const step of [recent, small]) {
    for (const entry of entries) {
      if (entry.local || !entry.selectable) continue;
      const wanted = everything || entry.bodies === 'all';
      if (!wanted && (entry.bodies === 'none' || entry.role === 'junk' || entry.role === 'trash')) continue;
      if (!(await prefetchFolder(entry, wanted ? whole : step, options))) return false;
    }
  }
  return true;
}

async function prefetchFolder(entry: FolderEntry, wish: Wish, options: Prefetch): Promise<boolean> {
  const { ports, call, giveWay, onError } = options;
  try {
    while ((await prefetchSome(entry, wish, ports, call)) > 0) if (await giveWay()) return false;
  } catch (thrown) {
    const error = toAppError(thrown);
    if (error.data.scope === 'account' || error.data.scope === 'app' || call.signal.aborted) throw thrown;
    onError(error);
  }
  return true;
}
