import type { FoundMessage } from '../../backend.ts';
import { fetchItems } from '../fetch-items.ts';
import { rawOf } from '../port.ts';
import { toUidSet } from '../uid-set.ts';
import { type CommandContext, runOk } from './context.ts';
import { ensureInSight, ensureUpToDate } from './in-sight.ts';

/** Bodies in one FETCH; callers ask for a unit of work (in bytes) at a time. */
const together = 500;

/** Exact bytes of each message; the connection is not read while `onBody` works. */
export async function fetchBodies(
  context: CommandContext,
  path: string,
  uids: number[],
  onBody: (uid: number, bytes: Uint8Array) => Promise<void>,
): Promise<void> {
  await ensureInSight(context, path, uids);
  const wanted = new Set(uids);
  // In the caller's order of groups: the newest first stay first.
  for (let i = 0; i < uids.length; i += together) {
    const set = toUidSet(uids.slice(i, i + together));
    if (set === '') continue;
    await runOk(
      context,
      {
        name: 'UID FETCH',
        parts: [`UID FETCH ${set} (UID BODY.PEEK[])`],
        onUntagged: (response) => {
          if (response.name !== 'FETCH') return undefined;
          const { uid, body } = fetchItems(response);
          // NIL: the server has lost the body; a missing item: only news of flags.
          if (!wanted.has(uid) || body === undefined || body === null || Array.isArray(body))
            return undefined;
          wanted.delete(uid);
          return onBody(uid, typeof body === 'string' ? Buffer.from(body, 'latin1') : body);
        },
      },
      'fetch the message',
      'message',
    );
  }
}

/**
 * Messages from `fromUid` on with one of these Message-IDs. FETCH rather than SEARCH HEADER, which
 * some servers answer from an index that lags behind the APPEND we are looking for.
 */
export async function findByMessageId(
  context: CommandContext,
  path: string,
  fromUid: number,
  messageIdHeaders: string[],
): Promise<FoundMessage[]> {
  await ensureUpToDate(context, path);
  const wanted = new Set(messageIdHeaders.map(normal));
  const found: FoundMessage[] = [];
  await runOk(
    context,
    {
      name: 'UID FETCH',
      parts: [`UID FETCH ${Math.max(1, fromUid)}:* (UID RFC822.SIZE BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)])`],
      onUntagged: (response) => {
        if (response.name !== 'FETCH') return;
        const { uid, size, body } = fetchItems(response);
        // "n:*" gives the last message even when its UID is below n (RFC 9051).
        if (uid < fromUid || uid === 0) return;
        const id = normal(rawOf(body).replace(/^message-id:/i, ''));
        if (wanted.has(id)) found.push({ uid, messageIdHeader: id, size });
      },
    },
    'look for the message',
    'message',
  );
  return found.sort((a, b) => a.uid - b.uid);
}

function normal(header: string): string {
  return header.replace(/\s+/g, '');
}
