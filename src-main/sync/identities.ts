import type { LocatedRow } from '../../src-shared/cache-protocol.ts';
import { parseUidSet } from '../../src-shared/uid-set.ts';
import type { Backend, Call, MessageIdentity } from '../backends/backend.ts';
import type { CachePort } from '../cache/cache-port.ts';

/** Rows a question to the cache. */
const atOnce = 2_000;

/** Every message of the folder on the server by what tells it apart. */
export async function identitiesOnServer(
  backend: Backend,
  path: string,
  uids: string,
  call: Call,
): Promise<MessageIdentity[]> {
  const found: MessageIdentity[] = [];
  if (uids === '') return found;
  const take = (some: readonly MessageIdentity[]): Promise<void> => {
    for (const one of some) found.push(one);
    return Promise.resolve();
  };
  if (backend.fetchIdentities !== undefined) await backend.fetchIdentities(path, uids, call, take);
  else
    await backend.fetchRows(path, uids, call, (rows) =>
      take(
        rows.map(({ uid, flags, size, internalDate, envelope, emailId }) => ({
          uid,
          flags,
          size,
          internalDate,
          messageIdHeader: envelope.messageIdHeader,
          ...(emailId === undefined ? {} : { emailId }),
        })),
      ),
    );
  return found;
}

export interface OwnRow extends LocatedRow {
  uid: number;
}

/** Rows that the cache holds of the folder's generation `gen`, by UID. */
export async function rowsInCache(folderId: string, gen: number, cache: CachePort): Promise<OwnRow[]> {
  const uids: number[] = [];
  for (const [first, last] of parseUidSet(await cache.call('uids', { folderId })) ?? [])
    for (let uid = first; uid <= last; uid += 1) uids.push(uid);
  const rows: OwnRow[] = [];
  for (let start = 0; start < uids.length; start += atOnce) {
    const refs = uids.slice(start, start + atOnce).map((uid) => ({ folderId, gen, uid }));
    const ids = (await cache.call('identify', { refs })).filter((id) => id !== null);
    for (const row of await cache.call('locate', { messageIds: ids }))
      if (row?.ref != null) rows.push({ ...row, uid: row.ref.uid });
  }
  return rows;
}
