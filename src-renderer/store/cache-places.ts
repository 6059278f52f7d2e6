import Dexie from 'dexie';
import type { databaseNames, DatabaseDependencies } from './database.ts';

/**
 * The two places that the cache can lie in; it moves from one to the other when it is rewritten. Each is a
 * storage bucket (a folder of its own on disk), because LevelDB keeps what was deleted in its files until it
 * compacts them, which no page can ask for: measured, a deleted account was still readable in the files after
 * its database was deleted. A deleted bucket's folder is gone.
 */
export type CachePlace = (typeof databaseNames)[number];

interface StorageBuckets {
  open(name: string, options: { persisted: boolean }): Promise<{ indexedDB: IDBFactory }>;
  keys(): Promise<string[]>;
  delete(name: string): Promise<void>;
}

/** Not in TypeScript's DOM yet. Absent in tests and in browsers older than Chromium 122: then only a database. */
function buckets(given: DatabaseDependencies | undefined): StorageBuckets | undefined {
  if (given !== undefined) return undefined;
  return (navigator as { storageBuckets?: StorageBuckets }).storageBuckets;
}

export async function openPlace(
  place: CachePlace,
  given: DatabaseDependencies | undefined,
): Promise<DatabaseDependencies | undefined> {
  // Not persisted, Chromium throws the whole cache away, open as it is, once the disk has under 2 GB or a tenth left.
  const bucket = await buckets(given)?.open(place, { persisted: true });
  return bucket === undefined ? given : { indexedDB: bucket.indexedDB, IDBKeyRange };
}

export async function isPlace(place: CachePlace, given: DatabaseDependencies | undefined): Promise<boolean> {
  const names =
    (await buckets(given)?.keys()) ??
    (await (given?.indexedDB ?? indexedDB).databases()).map((database) => database.name);
  return names.includes(place);
}

export async function deletePlace(place: CachePlace, given: DatabaseDependencies | undefined): Promise<void> {
  const all = buckets(given);
  if (all === undefined) await new Dexie(place, { ...given }).delete();
  else await all.delete(place);
}
