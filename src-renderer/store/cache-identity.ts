import type { StoreOpened } from '../../src-shared/cache-protocol.ts';
import { deletePlace, isPlace, openPlace, type CachePlace } from './cache-places.ts';
import {
  cacheSchema,
  databaseNames,
  makeDatabase,
  type CacheDatabase,
  type DatabaseDependencies,
  type MetaRecord,
} from './database.ts';

export interface OpenedDatabase {
  db: CacheDatabase;
  opened: StoreOpened;
}

/**
 * Opens the cache that main remembers, or an empty one with a new id when it is another's, newer than
 * this Posthorn, or unreadable. `damaged`: it was found to be so while in use.
 */
export async function openDatabase(
  expectedCacheId: string | null,
  damaged: boolean,
  dependencies?: DatabaseDependencies,
): Promise<OpenedDatabase> {
  let reason: StoreOpened['reason'] = damaged ? 'damaged' : null;
  if (!damaged) {
    try {
      const found = await latest(dependencies);
      const { meta } = found;
      if (meta?.schema === cacheSchema && meta.cacheId === expectedCacheId) {
        return { db: found.db, opened: { cacheId: meta.cacheId, fresh: false, reason: null } };
      }
      found.db.close();
      if (meta !== undefined && meta.schema > cacheSchema) reason = 'newer';
      else reason = expectedCacheId === null ? 'first' : 'vanished';
    } catch (error) {
      reason = error instanceof Error && error.name === 'VersionError' ? 'newer' : 'damaged';
    }
  }
  return makeFresh(reason, dependencies);
}

interface Found {
  place: CachePlace;
  db: CacheDatabase;
  meta: MetaRecord | undefined;
}

/** The one cache there is; what a rewriting that was cut off left behind is deleted. */
async function latest(dependencies: DatabaseDependencies | undefined): Promise<Found> {
  if (!(await isPlace(databaseNames[1], dependencies))) return await openAt(databaseNames[0], dependencies);
  const first = await openAt(databaseNames[0], dependencies);
  const second = await openAt(databaseNames[1], dependencies);
  const [loser, winner] =
    second.meta !== undefined && (second.meta.rewritten ?? 0) > (first.meta?.rewritten ?? -1)
      ? [first, second]
      : [second, first];
  loser.db.close();
  await deletePlace(loser.place, dependencies);
  return winner;
}

async function openAt(place: CachePlace, dependencies: DatabaseDependencies | undefined): Promise<Found> {
  const db = makeDatabase(place, await openPlace(place, dependencies));
  try {
    await db.open();
    return { place, db, meta: await db.meta.get('cache') };
  } catch (error) {
    db.close();
    throw error;
  }
}

export async function makeFresh(
  reason: StoreOpened['reason'],
  dependencies?: DatabaseDependencies,
): Promise<OpenedDatabase> {
  for (const place of databaseNames) await deletePlace(place, dependencies);
  const { db } = await openAt(databaseNames[0], dependencies);
  const cacheId = crypto.randomUUID();
  await putMetaStrictly(db, { key: 'cache', cacheId, schema: cacheSchema });
  return { db, opened: { cacheId, fresh: true, reason } };
}

/** Records copied at once: below 20 MB. */
const copiedAtOnce = 32;

/**
 * Copies the cache to its other place and deletes the old one, so that nothing that was removed is left in
 * files. Until the last step the old one is the cache.
 */
export async function rewriteDatabase(
  old: CacheDatabase,
  dependencies: DatabaseDependencies | undefined,
): Promise<CacheDatabase> {
  const meta = await old.meta.get('cache');
  if (meta === undefined) throw new Error('the cache has no name');
  const [from, to] =
    old.name === databaseNames[0] ? databaseNames : ([databaseNames[1], databaseNames[0]] as const);
  await deletePlace(to, dependencies);
  const { db } = await openAt(to, dependencies);
  for (const table of old.tables) {
    if (table.name === 'meta') continue;
    let after: unknown = undefined;
    for (;;) {
      const range = after === undefined ? table.orderBy(':id') : table.where(':id').above(after);
      const keys: unknown[] = await range.limit(copiedAtOnce).primaryKeys();
      if (keys.length === 0) break;
      await db.table(table.name).bulkPut(await table.bulkGet(keys));
      after = keys.at(-1);
    }
  }
  await putMetaStrictly(db, { ...meta, rewritten: (meta.rewritten ?? 0) + 1 });
  old.close();
  await deletePlace(from, dependencies);
  return db;
}

/** The id is on disk before main remembers it: otherwise a power cut would look like a lost cache. */
async function putMetaStrictly(db: CacheDatabase, meta: MetaRecord): Promise<void> {
  const transaction = db.backendDB().transaction('meta', 'readwrite', { durability: 'strict' });
  transaction.objectStore('meta').put(meta);
  await new Promise<void>((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error ?? new Error('the cache could not be named'));
  });
}
