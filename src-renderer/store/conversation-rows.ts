import type { FolderRole } from '../../src-shared/model/folder.ts';
import type { MessageRow } from '../../src-shared/model/message.ts';
import type { StoreMemory } from './memory.ts';

/** Rows of a conversation that are shown somewhere, oldest first. */
export function conversationRows(memory: StoreMemory, threadId: string, messageId: string | null): number[] {
  const { threads, rows } = memory;
  const asked = messageId === null ? -1 : memory.rowOf(messageId);
  const match = /^t.*\.([0-9a-z]+)$/.exec(threadId);
  const named = match === null ? -1 : threads.rootOfHash(Number.parseInt(match[1] ?? '', 36));
  const root = asked >= 0 ? threads.root(rows.node(asked)) : named;
  if (root < 0) return [];
  const shown = threads.rowsOf(root).filter((row) => memory.shownIn(row)?.visible === true);
  const wanted = shown.filter((row) => {
    const role = memory.shownIn(row)?.record().role;
    return row === asked || (role !== 'junk' && role !== 'trash');
  });
  const other = wanted.some((row) => row !== asked);
  // A conversation that lies wholly in Junk or Trash is still to be read there.
  return (other ? wanted : shown).sort(rows.compare);
}

/** Where a copy of a mail is looked for last: folders that hold what lies elsewhere too. */
const last: ReadonlySet<FolderRole> = new Set(['all', 'flagged', 'sent']);

/**
 * A mail that lies in several folders (Gmail's labels, a copy to oneself that is also in Sent) is shown once: as the
 * message asked for, else where that one lies, else in the inbox. Same Message-ID and same sender: an id alone could be
 * forged to hide another's mail. Two in one folder are two, for each can be moved or deleted by itself.
 */
export function withoutCopies(
  memory: StoreMemory,
  rows: readonly MessageRow[],
  numbers: readonly number[],
  messageId: string | null,
): MessageRow[] {
  const home = rows.find((row) => row.messageId === messageId)?.folderId ?? null;
  const rank = (row: MessageRow): number => {
    if (row.messageId === messageId) return 0;
    if (row.folderId === home) return 1;
    const role = memory.folder(row.folderId)?.record().role ?? null;
    return role === 'inbox' ? 2 : role !== null && last.has(role) ? 4 : 3;
  };
  const best = new Map<string, MessageRow>();
  const keys = rows.map((row, at) => {
    if (row.messageIdHeader === '') return null;
    const key = `${memory.rows.node(numbers[at] ?? 0)} ${row.from[0]?.address.toLowerCase() ?? ''}`;
    const known = best.get(key);
    if (known === undefined || rank(row) < rank(known)) best.set(key, row);
    return key;
  });
  return rows.filter((row, at) => {
    const kept = best.get(keys[at] ?? '');
    return kept === undefined || kept.folderId === row.folderId;
  });
}
