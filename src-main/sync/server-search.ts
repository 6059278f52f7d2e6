import type { CachePort } from '../cache/cache-port.ts';
import type { Backend, Call } from '../backends/backend.ts';
import type { FolderEntry, FolderRegister } from './folder-register.ts';
import type { OnlineRows } from './online-rows.ts';

export interface ServerHits {
  /** Ids of rows that are here now, newest first within a folder. */
  messageIds: string[];
  /** All that the server found, also those that were left out. */
  total: number;
  /** Messages in the folders that were looked through. */
  searched: number;
  of: number;
  /** Folders whose search failed. */
  failed: number;
}

export type ServerSearch = (wish: {
  /** Each must occur somewhere in a message. */
  words: readonly string[];
  folderId: string | undefined;
  limit: number;
}) => Promise<ServerHits>;

export interface ServerSearchPorts {
  cache: CachePort;
  register: FolderRegister;
  backend: Backend;
  account(): { accountId: string };
  /** Null: rows that are not here yet come with the next passes and are left out. */
  take: OnlineRows['take'] | null;
  connect(): Promise<Call>;
}

/** Asks the server itself: it has every message with its text, whatever lies here. */
export function createServerSearch(ports: ServerSearchPorts): ServerSearch {
  const { cache, register, backend } = ports;

  async function ask(entry: FolderEntry, words: readonly string[], call: Call): Promise<number[]> {
    let found: number[] | null = null;
    for (const word of words) {
      const uids = await backend.search(entry.path, word, call);
      const all = new Set(uids);
      found = found === null ? uids : found.filter((uid) => all.has(uid));
      if (found.length === 0) break;
    }
    return (found ?? []).toSorted((a, b) => b - a);
  }

  return async ({ words, folderId, limit }) => {
    const { accountId } = ports.account();
    const call = await ports.connect();
    const records = await cache.call('folders', { accountId });
    const sizes = new Map(records.map((record) => [record.folderId, record.total]));
    const hits: ServerHits = { messageIds: [], total: 0, searched: 0, of: 0, failed: 0 };
    const entries = register
      .all(accountId)
      .filter(
        (entry) =>
          entry.selectable && !entry.local && (folderId === undefined || entry.folderId === folderId),
      );
    for (const entry of entries) {
      const size = sizes.get(entry.folderId) ?? 0;
      hits.of += size;
      if (size === 0) continue;
      try {
        const uids = await ask(entry, words, call);
        hits.total += uids.length;
        const shown = uids.slice(0, limit);
        await ports.take?.(entry.folderId, shown, call);
        const ids = await cache.call('identify', {
          refs: shown.map((uid) => ({ folderId: entry.folderId, gen: entry.gen, uid })),
        });
        hits.messageIds.push(...ids.filter((id) => id !== null));
        hits.searched += size;
      } catch (thrown) {
        // A search that failed must not look like one that found nothing (case 47).
        if (call.signal.aborted) throw thrown;
        hits.failed += 1;
      }
    }
    return hits;
  };
}
