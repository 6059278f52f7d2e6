import * as v from 'valibot';
import { readJsonFile } from '../platform/atomic-file.ts';
import { keptValue } from '../platform/kept-value.ts';

const fileSchema = v.object({ version: v.literal(1), lastSyncAt: v.record(v.string(), v.string()) });

/** When each account was last asked for everything: true after a restart too. */
export interface SyncTimes {
  get(accountId: string): string | null;
  /** Durable soon; a disk that takes nothing costs only the time shown. */
  set(accountId: string, at: string): void;
  remove(accountId: string): Promise<void>;
}

export async function openSyncTimes(
  path: string,
  onDamage: (path: string, kept: string) => void,
): Promise<SyncTimes> {
  const stored = await readJsonFile(path, (value) => v.parse(fileSchema, value), onDamage);
  const times = keptValue(path, stored?.lastSyncAt ?? {}, (lastSyncAt) =>
    JSON.stringify({ version: 1, lastSyncAt }),
  );
  return {
    get: (accountId) => times.get()[accountId] ?? null,
    set(accountId, at) {
      void times.change((all) => ({ ...all, [accountId]: at })).catch(() => undefined);
    },
    async remove(accountId) {
      await times.change((all) => Object.fromEntries(Object.entries(all).filter(([id]) => id !== accountId)));
    },
  };
}
