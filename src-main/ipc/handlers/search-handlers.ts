import type { MessageRow } from '../../../src-shared/model/message.ts';
import type { CachePort } from '../../cache/cache-port.ts';
import type { SearchIndex } from '../../search/search-index.ts';
import type { Handlers } from '../serve.ts';

export type SearchHandlers = Pick<Handlers, 'search.query' | 'contact.search'>;

/** Hits looked at when they must be filtered by what only the cache knows (folder, marks). */
const mostFiltered = 5_000;

export function searchHandlers({ cache, search }: { cache: CachePort; search: SearchIndex }): SearchHandlers {
  return {
    'search.query': async ({ text, accountId, folderId, limit }) => {
      const wanted = limit ?? 100;
      const folders = (await cache.call('folders', accountId === undefined ? {} : { accountId })).filter(
        (folder) => folderId === undefined || folder.folderId === folderId,
      );
      const account = accountId ?? (folderId === undefined ? null : (folders[0]?.accountId ?? null));
      const { hits, searched } = await search.query({ text, accountId: account, limit: mostFiltered });
      const { unread, flagged, attachment } = hits.filters;
      const filtered = folderId !== undefined || unread || flagged || attachment;
      const rows: MessageRow[] = [];
      const gone: string[] = [];
      let matching = 0;
      for (
        let start = 0;
        start < hits.messageIds.length && (filtered || rows.length < wanted);
        start += 200
      ) {
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
    },
    'contact.search': async ({ text, limit }) =>
      (await cache.call('contacts', { text, limit: limit ?? 10 })).map(({ name, address }) => ({
        name,
        address,
      })),
  };
}
