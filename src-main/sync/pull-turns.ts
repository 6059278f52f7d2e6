import type { Call } from '../backends/backend.ts';
import type { CachePort } from '../cache/cache-port.ts';
import type { FolderEntry } from './folder-register.ts';

/** Rows of a first sync taken from one folder before others get their turn. */
export const rowsPerTurn = 5_000;
/** Asked with the rows added so far: whether the folder's turn goes on. */
export type Turn = (added: number) => boolean;
export const upTo =
  (rows: number): Turn =>
  (added) =>
    added < rows;

export interface TurnPorts {
  cache: CachePort;
  accountId: string;
  /** Folders that were asked for meanwhile, before others. */
  pullWanted(call: Call): Promise<void>;
  /** False when the folder failed alone. */
  pullOne(folderId: string, mayGoOn: Turn, call: Call): Promise<boolean>;
  othersWait(): boolean;
}

/** Everywhere the newest rows first: usable at once; then the rest of each in turns, until all are complete or failed. */
export async function pullInTurns(
  changed: readonly FolderEntry[],
  ports: TurnPorts,
  call: Call,
): Promise<void> {
  for (const { folderId } of changed) {
    await ports.pullWanted(call);
    await ports.pullOne(folderId, upTo(1), call);
  }
  let open = changed;
  while (open.length > 0) {
    const still: FolderEntry[] = [];
    for (const entry of open) {
      await ports.pullWanted(call);
      // Where nobody else waits, the end of a turn would only let the pipeline run dry.
      const alone = open.length === 1;
      const mayGoOn: Turn = (added) => added < rowsPerTurn || (alone && !ports.othersWait());
      if ((await isIncomplete(entry, ports)) && (await ports.pullOne(entry.folderId, mayGoOn, call)))
        still.push(entry);
    }
    open = still;
  }
}

async function isIncomplete({ folderId }: FolderEntry, { cache, accountId }: TurnPorts): Promise<boolean> {
  const [record] = await cache.call('folders', { accountId, folderId });
  const cursor = record?.cursor;
  return cursor != null && cursor.lowUid > 1;
}
