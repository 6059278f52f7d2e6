import type { Engines } from '../sync/engines.ts';

/** Gives what to call whenever an engine's state may have changed; `onPass` hears once of each complete pass of an account. */
export function watchPasses(
  engines: () => Engines,
  accountIds: () => readonly string[],
  onPass: (accountId: string) => void,
): () => void {
  const last = new Map<string, string>();
  return () => {
    for (const accountId of accountIds()) {
      const { state, lastSyncAt } = engines().get(accountId)?.state() ?? { state: null, lastSyncAt: null };
      if (state !== 'idle' || lastSyncAt === null || last.get(accountId) === lastSyncAt) continue;
      last.set(accountId, lastSyncAt);
      onPass(accountId);
    }
  };
}
