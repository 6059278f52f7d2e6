import Dexie from 'dexie';
import type { StoreOpened } from '../../src-shared/cache-protocol.ts';
import {
  cacheSchema,
  databaseName,
  makeDatabase,
  type CacheDatabase,
  type DatabaseDependencies,
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
    const db = makeDatabase(databaseName, dependencies);
    try {
      await db.open();
      const meta = await db.meta.get('cache');
      if (meta !== undefined && meta.schema === cacheSchema && meta.cacheId === expectedCacheId) {
        return { db, opened: { cacheId: meta.cacheId, fresh: false, reason: null } };
      }
      if (meta !== undefined && meta.schema > cacheSchema) reason = 'newer';
      else reason = expectedCacheId === null ? 'first' : 'vanished';
    } catch (error) {
      reason = error instanceof Error && error.name === 'VersionError' ? 'newer' : 'damaged';
    }
    db.close();
  }
  return makeFresh(reason, dependencies);
}

export async function makeFresh(
  reason: StoreOpened['reason'],
  dependencies?: DatabaseDependencies,
): Promise<OpenedDatabase> {
  await new Dexie(databaseName, { ...dependencies }).delete();
  const db = makeDatabase(databaseName, dependencies);
  await db.open();
  const cacheId = crypto.randomUUID();
  await putMetaStrictly(db, cacheId);
  return { db, opened: { cacheId, fresh: true, reason } };
}

/** The id is on disk before main remembers it: otherwise a power cut would look like a lost cache. */
async function putMetaStrictly(db: CacheDatabase, cacheId: string): Promise<void> {
  const transaction = db.backendDB().transaction('meta', 'readwrite', { durability: 'strict' });
  transaction.objectStore('meta').put({ key: 'cache', cacheId, schema: cacheSchema });
  await new Promise<void>((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error ?? new Error('the cache could not be named'));
  });
}
