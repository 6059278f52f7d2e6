import { toAppError } from '../../../src-shared/error.ts';
import type { FolderRecord } from '../../../src-shared/model/folder.ts';
import type { MessageRow } from '../../../src-shared/model/message.ts';
import type { AccountSettings } from '../../../src-shared/model/account.ts';
import type { CachePort } from '../../cache/cache-port.ts';
import type { SearchIndex } from '../../search/search-index.ts';
import { serverQuery } from '../../search/server-words.ts';
import type { Engines } from '../../sync/engines.ts';
import type { Handlers } from '../serve.ts';

export type SearchHandlers = Pick<Handlers, 'search.query' | 'contact.search'>;

export interface SearchHandlerPorts {
  cache: CachePort;
  search: SearchIndex;
  engines: Engines;
  accounts(): readonly AccountSettings[];
}

interface Found {
  rows: MessageRow[];
  total: number;
  searched: number;
  of: number;
  complete: boolean;
}

/** Hits looked at when they must be filtered by what only the cache knows (folder, marks). */
const mostFiltered = 5_000;

export function searchHandlers(ports: SearchHandlerPorts): SearchHandlers {
  const { cache, search, engines } = ports;

  async function inCache(
    text: string,
    wanted: number,
    accountId: string | undefined,
    folderId: string | undefined,
    folders: readonly FolderRecord[],
  ): Promise<Found> {
    const account = accountId ?? (folderId === undefined ? null : (folders[0]?.accountId ?? null));
    const { hits, searched } = await search.query({ text, accountId: account, limit: mostFiltered });
    const { unread, flagged, attachment } = hits.filters;
    const filtered = folderId !== undefined || unread || flagged || attachment;
    const rows: MessageRow[] = [];
    const gone: string[] = [];
    let matching = 0;
    for (let start = 0; start < hits.messageIds.length && (filtered || rows.length < wanted); start += 200) {
      const ids = hits.messageIds.slice(start, start + 200);
      for (const [i, row] of (await cache.call('rows', { messageIds: ids })).entries()) {
        if (row === null) {
          gone.push(ids[i] ?? '');
          continue;
        }
        if (folderId !== undefined && row.folderId !== folderId) continue;
        if (
          (unread && row.flags.includes('\\Seen')) ||
          (flagged && !row.flags.includes('\\Flagged')) ||
          (attachment && !row.hasAttachments)
        )
          continue;
        matching += 1;
        if (rows.length < wanted) rows.push(row);
      }
    }
    if (gone.length > 0) search.drop(gone);
    const of = folders.reduce((sum, folder) => sum + folder.total, 0);
    const readable = folders.reduce((sum, folder) => sum + folder.readable, 0);
    const looked = Math.min(of, folderId === undefined ? searched : readable);
    return {
      rows,
      total: filtered ? matching : hits.total - gone.length,
      searched: looked,
      of,
      complete: looked >= of,
    };
  }

  /** Null: the account's mail has no server to be asked. */
  async function onServer(
    accountId: string,
    text: string,
    wanted: number,
    folderId: string | undefined,
  ): Promise<Found | null> {
    const ask = engines.get(accountId)?.search ?? null;
    if (ask === null) return null;
    const query = serverQuery(text);
    const hits = await ask({ words: query.words, folderId, limit: query.narrows ? mostFiltered : wanted });
    const rows: MessageRow[] = [];
    for (let start = 0; start < hits.messageIds.length; start += 200) {
      const messageIds = hits.messageIds.slice(start, start + 200);
      for (const row of await cache.call('rows', { messageIds }))
        if (row !== null && query.matches(row)) rows.push(row);
    }
    return {
      rows,
      total: query.narrows ? rows.length : hits.total,
      searched: hits.searched,
      of: hits.of,
      complete: hits.failed === 0 && hits.searched >= hits.of,
    };
  }

  return {
    'search.query': async ({ text, accountId, folderId, limit, where }) => {
      const wanted = limit ?? 100;
      const folders = (await cache.call('folders', accountId === undefined ? {} : { accountId })).filter(
        (folder) => folderId === undefined || folder.folderId === folderId,
      );
      const one = accountId ?? (folderId === undefined ? undefined : folders[0]?.accountId);
      const asked = ports.accounts().filter((account) => one === undefined || account.accountId === one);
      const online = new Set(
        asked.filter(({ mode }) => mode === 'online').map((account) => account.accountId),
      );
      // Nothing of these lies here: only their server can search them.
      const servers = asked.filter(
        (account) =>
          where === 'server' || where === 'both' || (where === undefined && online.has(account.accountId)),
      );
      const parts: Found[] = [];
      if (where !== 'server' && asked.length > online.size)
        parts.push(
          await inCache(
            text,
            wanted,
            accountId,
            folderId,
            folders.filter((folder) => !online.has(folder.accountId)),
          ),
        );
      const answers = await Promise.allSettled(
        servers.map((account) => onServer(account.accountId, text, wanted, folderId)),
      );
      let failure: unknown = null;
      for (const answer of answers) {
        if (answer.status === 'rejected') failure ??= answer.reason;
        else if (answer.value !== null) parts.push(answer.value);
      }
      if (failure !== null && parts.length === 0) throw toAppError(failure);
      return together(parts, wanted, failure === null && (where !== 'cache' || online.size === 0));
    },
    'contact.search': async ({ text, limit }) =>
      (await cache.call('contacts', { text, limit: limit ?? 10 })).map(({ name, address }) => ({
        name,
        address,
      })),
  };
}

/** A message that both the cache and its server found is one hit. */
function together(parts: readonly Found[], wanted: number, everywhere: boolean): Found {
  const [only] = parts;
  if (only !== undefined && parts.length === 1)
    return { ...only, rows: only.rows.slice(0, wanted), complete: only.complete && everywhere };
  const rows = new Map(parts.flatMap((part) => part.rows).map((row) => [row.messageId, row]));
  const twice = parts.reduce((sum, part) => sum + part.rows.length, 0) - rows.size;
  return {
    rows: [...rows.values()].toSorted((a, b) => (a.date < b.date ? 1 : -1)).slice(0, wanted),
    total: Math.max(rows.size, parts.reduce((sum, part) => sum + part.total, 0) - twice),
    searched: parts.reduce((sum, part) => sum + part.searched, 0),
    of: parts.reduce((sum, part) => sum + part.of, 0),
    complete: everywhere && parts.every((part) => part.complete),
  };
}
