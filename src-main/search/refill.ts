import { peopleText } from '../../src-shared/cache-protocol.ts';
import type { CachePort } from '../cache/cache-port.ts';
import type { SearchIndex } from './search-index.ts';

const rowsAtOnce = 500;

export interface RefillPorts {
  cache: CachePort;
  search: Pick<SearchIndex, 'addRows' | 'addBody' | 'query'>;
  /** The words of a message's bytes; never rejects. */
  textOf(raw: Buffer): Promise<string>;
  stopped(): boolean;
  /** False: nothing of the account may be written to disk. */
  indexed(accountId: string): boolean;
}

/**
 * Fills an index that knows fewer messages than the cache holds (it was damaged, lost, or of another
 * version) from the cache: rows first, then texts, one at a time so that nothing waits for it. Gives
 * how many rows were looked at; 0 when nothing was missing.
 */
export async function refillIndex({ cache, search, textOf, stopped, indexed }: RefillPorts): Promise<number> {
  const folders = await cache.call('folders', {});
  const cached = folders.reduce((sum, folder) => sum + (indexed(folder.accountId) ? folder.cached : 0), 0);
  const { hits } = await search.query({ text: '', accountId: null, limit: 1 });
  if (hits.total >= cached) return 0;
  const readable: string[] = [];
  let seen = 0;
  let after: string | null = null;
  do {
    const page: { rows: { messageId: string }[]; next: string | null } = await cache.call('envelopesAfter', {
      after,
      limit: rowsAtOnce,
    });
    const rows = await cache.call('rows', { messageIds: page.rows.map((row) => row.messageId) });
    const there = rows.filter((row) => row !== null).filter((row) => indexed(row.accountId));
    search.addRows(
      there.map((row) => ({
        messageId: row.messageId,
        accountId: row.accountId,
        date: Date.parse(row.date),
        subject: row.subject,
        sender: peopleText(row.from),
        recipients: peopleText(row.to),
      })),
    );
    readable.push(...there.filter((row) => row.readableOffline).map((row) => row.messageId));
    seen += there.length;
    after = page.next;
  } while (after !== null && !stopped());
  for (const messageId of readable) {
    if (stopped()) break;
    const raw = await cache.call('body', { messageId });
    if (raw !== null) search.addBody(messageId, await textOf(Buffer.from(raw, 'latin1')));
  }
  return seen;
}
