import * as v from 'valibot';
import { readJsonFile } from '../platform/atomic-file.ts';
import { keptValue } from '../platform/kept-value.ts';

const fileSchema = v.object({
  version: v.literal(1),
  lastSyncAt: v.record(v.string(), v.string()),
  /** Of servers that give an account few connections: when more are tried again. */
  fewConnectionsUntil: v.optional(v.record(v.string(), v.string()), {}),
});

/** What is known of each account's server over a restart: when it was last asked for everything, and how few connections it gives. */
export interface SyncTimes {
  get(accountId: string): string | null;
  /** Durable soon; a disk that takes nothing costs only the time shown. */
  set(accountId: string, at: string): void;
  /** Milliseconds since the epoch; null: the server refused no connection lately. */
  fewConnectionsUntil(accountId: string): number | null;
  setFewConnections(accountId: string, until: number): void;
  remove(accountId: string): Promise<void>;
}

export async function openSyncTimes(
  path: string,
  onDamage: (path: string, kept: string) => void,
): Promise<SyncTimes> {
  const stored = await readJsonFile(path, (value) => v.parse(fileSchema, value), onDamage);
  const first = {
    lastSyncAt: stored?.lastSyncAt ?? {},
    fewConnectionsUntil: stored?.fewConnectionsUntil ?? {},
  };
  const times = keptValue(path, first, (all) => JSON.stringify({ version: 1, ...all }));
  const without = (all: Record<string, string>, accountId: string): Record<string, string> =>
    Object.fromEntries(Object.entries(all).filter(([id]) => id !== accountId));
  return {
    get: (accountId) => times.get().lastSyncAt[accountId] ?? null,
    set(accountId, at) {
      void times
        .change((all) => ({ ...all, lastSyncAt: { ...all.lastSyncAt, [accountId]: at } }))
        .catch(() => undefined);
    },
    fewConnectionsUntil(accountId) {
      const until = Date.parse(times.get().fewConnectionsUntil[accountId] ?? '');
      return Number.isNaN(until) ? null : until;
    },
    setFewConnections(accountId, until) {
      const at = new Date(until).toISOString();
      void times
        .change((all) => ({ ...all, fewConnectionsUntil: { ...all.fewConnectionsUntil, [accountId]: at } }))
        .catch(() => undefined);
    },
    async remove(accountId) {
      await times.change((all) => ({
        lastSyncAt: without(all.lastSyncAt, accountId),
        fewConnectionsUntil: without(all.fewConnectionsUntil, accountId),
      }));
    },
  };
}
