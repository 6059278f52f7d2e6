import { AppError } from '../../../src-shared/error.ts';
import type { ListView } from '../../../src-shared/cache-protocol.ts';
import type { MessageRow } from '../../../src-shared/model/message.ts';
import type { AccountSettings } from '../../../src-shared/model/account.ts';
import type { CachePort } from '../../cache/cache-port.ts';
import type { Engines } from '../../sync/engines.ts';
import type { FolderEntry } from '../../sync/folder-register.ts';
import type { Handlers } from '../serve.ts';

const defaultLimit = 100;
/** Orders that are paged through at the same moment in folders that are only on their server. */
const mostOrders = 20;

type ListedRow = MessageRow | { messageId: string; gone: true };
type ListParams = Parameters<Handlers['message.list']>[0];

/** A list that grows while it is paged through: what was given out keeps its place. */
interface GrowingOrder {
  folderId: string;
  sort: ListView['sort'];
  ids: string[];
  known: Set<string>;
  /** Mail that came after the order was begun has this UID or a higher one. */
  uidNext: number;
}

export interface MessageListPorts {
  cache: CachePort;
  engines: Engines;
  accountOf(accountId: string): AccountSettings;
}

/** One folder's rows in pages. Of an account kept only on its server they are fetched as they are asked for. */
export function createMessageList({ cache, engines, accountOf }: MessageListPorts) {
  const orders = new Map<string, GrowingOrder>();
  let nextOrder = 1;

  async function listOnline(entry: FolderEntry, { offset, cursor, limit, sort = 'date-desc' }: ListParams) {
    const { accountId, folderId } = entry;
    const count = limit ?? defaultLimit;
    const view: ListView = { folderIds: [folderId], threaded: false, sort };
    // The oldest are the last that the server gives.
    const have = (rows: number): Promise<void> =>
      engines.get(accountId)?.need(folderId, sort === 'date-asc' ? Number.MAX_SAFE_INTEGER : rows) ??
      Promise.resolve();
    const record = async () =>
      (await cache.call('folders', { accountId })).find((folder) => folder.folderId === folderId);

    if (offset !== undefined && cursor === undefined) {
      await have(offset + count);
      const page = await cache.call('page', { view, start: offset, count });
      return {
        total: Math.max(page.total, (await record())?.total ?? 0),
        rows: page.rows as ListedRow[],
        cursor: null,
        snapshot: '',
      };
    }
    const place = cursor === undefined ? null : readCursor(cursor);
    const start = place?.start ?? 0;
    await have(start + count);
    const now = await record();
    let name = place?.snapshot ?? '';
    let order = orders.get(name);
    if (place === null) {
      name = `online-${nextOrder++}`;
      order = { folderId, sort, ids: [], known: new Set(), uidNext: now?.cursor?.uidNext ?? 1 };
      orders.set(name, order);
      for (const old of orders.keys()) {
        if (orders.size <= mostOrders) break;
        orders.delete(old);
      }
    }
    if (order?.folderId !== folderId || order.sort !== sort) throw tooOld();
    for (const id of await cache.call('idsOf', { view })) {
      if (order.known.has(id) || (uidOf(id) ?? Number.MAX_SAFE_INTEGER) >= order.uidNext) continue;
      order.known.add(id);
      order.ids.push(id);
    }
    const messageIds = order.ids.slice(start, start + count);
    const rows = await cache.call('rows', { messageIds });
    const next = start + messageIds.length;
    const more = now?.complete === true ? next < order.ids.length : messageIds.length > 0;
    return {
      total: Math.max(order.ids.length, now?.total ?? 0),
      rows: messageIds.map((messageId, i): ListedRow => rows[i] ?? { messageId, gone: true }),
      cursor: more ? `${name}:${next}` : null,
      snapshot: name,
    };
  }

  async function firstPlace(view: ListView): Promise<{ snapshot: string; start: number }> {
    return { snapshot: (await cache.call('snapshot', { view })).snapshot, start: 0 };
  }

  return async (entry: FolderEntry, params: ListParams) => {
    if (accountOf(entry.accountId).mode === 'online') return await listOnline(entry, params);
    const { offset, cursor, limit, sort } = params;
    const count = limit ?? defaultLimit;
    await engines.get(entry.accountId)?.need(entry.folderId, count);
    const view: ListView = { folderIds: [entry.folderId], threaded: false, sort: sort ?? 'date-desc' };
    if (offset !== undefined && cursor === undefined) {
      const page = await cache.call('page', { view, start: offset, count });
      return { total: page.total, rows: page.rows, cursor: null, snapshot: '' };
    }
    let place = cursor === undefined ? await firstPlace(view) : readCursor(cursor);
    let page = await cache.call('snapshotPage', { ...place, count });
    if (page === null && cursor === undefined) {
      // The cache was lost and made anew between the two questions.
      place = await firstPlace(view);
      page = await cache.call('snapshotPage', { ...place, count });
    }
    if (page === null) throw tooOld();
    const next = place.start + page.rows.length;
    return {
      total: page.total,
      rows: page.rows,
      cursor: next < page.total ? `${place.snapshot}:${next}` : null,
      snapshot: place.snapshot,
    };
  };
}

/** The UID in an id that was made from a row's place; null for one of ours. */
function uidOf(messageId: string): number | null {
  const uid = Number.parseInt(messageId.split('.')[2] ?? '', 36);
  return Number.isNaN(uid) ? null : uid;
}

function tooOld(): AppError {
  return new AppError({
    code: 'bad-params',
    scope: 'folder',
    next: 'retry',
    detail: 'That cursor is too old. Start again without one.',
  });
}

function readCursor(cursor: string): { snapshot: string; start: number } {
  const match = /^(.+):(\d+)$/.exec(cursor);
  if (match === null)
    throw new AppError({
      code: 'bad-params',
      scope: 'folder',
      next: 'tell-user',
      detail: 'That is not a cursor of message.list.',
    });
  return { snapshot: match[1] ?? '', start: Number(match[2]) };
}
