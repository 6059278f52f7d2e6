import type { MessageRow } from '../../src-shared/model/message.ts';
import type { CachePort } from '../cache/cache-port.ts';
import {
  fragmentOf,
  fragmentsSentence,
  joinFragments,
  mayBeFragment,
  mostFragments,
  type Fragment,
} from '../mime/join-fragments.ts';
import type { MimeReader } from '../mime/mime-reader.ts';

/** What is shown of a message: its own bytes, or the message that it is a piece of. */
export interface WholeMessage {
  bytes: Buffer;
  /** About the pieces, for people; null for a message that came in one. */
  sentence: string | null;
}

/** Pieces of one message arrive together: so many rows before and behind are looked through. */
const near = 200;

/**
 * Puts together a message that was sent in pieces (RFC 2046 5.2.2), when all of them are in the cache, in the same folder
 * and from the same sender: nobody else's words get between them. Nothing is fetched for it.
 */
export function createWholeMessage({
  cache,
  reader,
}: {
  cache: CachePort;
  reader: Pick<MimeReader, 'read'>;
}) {
  return async function wholeOf(row: MessageRow, bytes: Buffer): Promise<WholeMessage> {
    const alone = { bytes, sentence: null };
    if (!mayBeFragment(bytes)) return alone;
    const own = fragmentOf(await reader.read(bytes), bytes);
    if (own === null) return alone;
    const found = new Map([[own.number, own]]);
    let total = own.total;
    for (const other of row.folderId === '' ? [] : await nearby(row)) {
      if (found.size >= (total ?? mostFragments)) break;
      const fragment = await fragmentIn(other);
      if (fragment === null || fragment.id !== own.id || found.has(fragment.number)) continue;
      found.set(fragment.number, fragment);
      total ??= fragment.total;
    }
    const here = [...found.keys()].sort((a, b) => a - b);
    const parts = here.map((number) => found.get(number)).filter((part) => part !== undefined);
    const complete = total !== null && here.length === total && here.at(-1) === total;
    const joined = complete ? joinFragments(parts) : null;
    const sentence = fragmentsSentence(own.number, here, complete && joined === null ? null : total);
    return { bytes: joined ?? bytes, sentence };
  };

  async function nearby(row: MessageRow): Promise<MessageRow[]> {
    const view = { folderIds: [row.folderId], threaded: false, sort: 'date-desc' as const };
    const { index } = await cache.call('indexOf', { view, messageId: row.messageId });
    const { rows } = await cache.call('page', {
      view,
      start: Math.max(0, index - near),
      count: near * 2 + 1,
    });
    const sender = row.from[0]?.address.toLowerCase() ?? '';
    return rows
      .filter(
        (other): other is NonNullable<typeof other> =>
          other !== null &&
          other.messageId !== row.messageId &&
          other.readableOffline &&
          (other.from[0]?.address.toLowerCase() ?? '') === sender,
      )
      .slice(0, 2 * mostFragments);
  }

  async function fragmentIn({ messageId }: MessageRow): Promise<Fragment | null> {
    const raw = await cache.call('body', { messageId });
    if (raw === null) return null;
    const bytes = Buffer.from(raw, 'latin1');
    return mayBeFragment(bytes) ? fragmentOf(await reader.read(bytes), bytes) : null;
  }
}
