import type { MessageRow } from '../../src-shared/model/message.ts';

export interface ServerQuery {
  /** Each must occur somewhere in the message: what a server is asked for. */
  words: string[];
  /** What a server cannot be asked in so many words is looked at in the rows that it found. */
  matches(row: MessageRow): boolean;
  /** True when `matches` may refuse rows that the server found. */
  narrows: boolean;
}

/** The same language as the index's (`parseQuery`), for a server that searches for substrings. */
export function serverQuery(text: string): ServerQuery {
  const words: string[] = [];
  const filters: ((row: MessageRow) => boolean)[] = [];
  const people = (list: MessageRow['from']): string =>
    list
      .map(({ name, address }) => `${name} ${address}`)
      .join(' ')
      .toLowerCase();
  for (const match of text.matchAll(/(?:([a-z]+):)?(?:"([^"]*)"|(\S+))/giu)) {
    const key = (match[1] ?? '').toLowerCase();
    const value = (match[2] ?? match[3] ?? '').trim();
    const wanted = value.toLowerCase();
    if (key === 'is' && value === 'unread') filters.push((row) => !row.flags.includes('\\Seen'));
    else if (key === 'is' && (value === 'starred' || value === 'flagged'))
      filters.push((row) => row.flags.includes('\\Flagged'));
    else if (key === 'has' && /^attachments?$/.test(value)) filters.push((row) => row.hasAttachments);
    else if (value === '') continue;
    else if (key === 'from') {
      words.push(value);
      filters.push((row) => people(row.from).includes(wanted));
    } else if (key === 'to') {
      words.push(value);
      filters.push((row) => people(row.to).includes(wanted));
    } else if (key === 'subject') {
      words.push(value);
      filters.push((row) => row.subject.toLowerCase().includes(wanted));
    } else words.push(key === '' || key === 'body' ? value : `${key}:${value}`);
  }
  return { words, narrows: filters.length > 0, matches: (row) => filters.every((filter) => filter(row)) };
}
