import type { NewRow } from '../../../../src-shared/model/message.ts';
import { type FetchItems, fetchItems, toRow } from '../fetch-items.ts';
import { isPlainSender, readHeaderFields } from '../header-fields.ts';
import { textCharset } from '../body-structure.ts';
import type { Command, ImapPort, Untagged } from '../port.ts';
import { splitSet } from '../uid-set.ts';
import { type CommandContext, runOk } from './context.ts';
import { ensureSelected, select } from './select.ts';

/** Large enough that handing over costs nothing, small enough that the first rows show at once. */
const batch = 250;

/**
 * What a row needs. ENVELOPE has no References, and of an odd From whatever the server made of it, so these two fields
 * come beside it (ADR 3 has their price).
 */
export function rowItems(port: ImapPort): string {
  const emailId = port.capabilities.has('OBJECTID') ? ' EMAILID' : '';
  return `(UID FLAGS INTERNALDATE RFC822.SIZE ENVELOPE BODYSTRUCTURE BODY.PEEK[HEADER.FIELDS (FROM REFERENCES)]${emailId})`;
}

/**
 * Rows of a UID set in the server's order, in batches; the connection is not read while `onRows`
 * works. A row that our reader cannot read is asked for again through imapflow, and then given as
 * far as it can be read.
 */
export async function fetchRows(
  context: CommandContext,
  path: string,
  uids: string,
  onRows: (rows: NewRow[]) => Promise<void>,
): Promise<void> {
  await ensureSelected(context, path);
  let rows: NewRow[] = [];
  const unread: number[] = [];
  const doubted: DoubtedSender[] = [];
  const take = (response: Untagged): void | Promise<void> => {
    if (response.name === 'UNREADABLE') {
      const uid = /\bUID (\d{1,10})\b/.exec(response.text)?.[1];
      if (uid !== undefined) unread.push(Number(uid));
      return undefined;
    }
    if (response.name !== 'FETCH') return undefined;
    const items = fetchItems(response);
    // News of other messages (flags without ENVELOPE) may stand between the rows.
    if (items.uid === 0 || items.envelope === undefined) return undefined;
    rows.push(rowOf(items, doubted));
    if (rows.length < batch) return undefined;
    const full = rows;
    rows = [];
    return doubted.length === 0 ? onRows(full) : settleSenders(context, doubted).then(() => onRows(full));
  };
  for (const set of splitSet(uids))
    await runOk(context, fetchCommand(context.port, set, rowItems(context.port), take), 'list the messages');
  if (unread.length > 0) rows.push(...(await rowsTheOtherWay(context, path, unread, doubted)));
  await settleSenders(context, doubted);
  if (rows.length > 0) await onRows(rows);
}

interface DoubtedSender {
  row: NewRow;
  /** A header of this From alone, and of the character set that its unencoded characters are in. */
  header: Buffer;
}

/** A row as the server says; noted in `doubted` where programs may read its sender in several ways. */
function rowOf(items: FetchItems, doubted: DoubtedSender[]): NewRow {
  const fields = readHeaderFields(items.body);
  const row = toRow(items, fields);
  if (fields.from !== '' && !isPlainSender(fields.from, row.envelope.from))
    doubted.push({ row, header: senderHeader(fields.from, textCharset(items.structure)) });
  return row;
}

function senderHeader(from: string, charset: string | null): Buffer {
  const type =
    charset === null || !/^[\w-]{1,40}$/.test(charset)
      ? ''
      : `Content-Type: text/plain; charset=${charset}\r\n`;
  return Buffer.from(`From: ${from}\r\n${type}\r\n`, 'latin1');
}

/** The list names whom an opened mail names: both by the same reader. */
async function settleSenders(context: CommandContext, doubted: DoubtedSender[]): Promise<void> {
  const { senderOf } = context;
  if (senderOf === undefined) return;
  for (const { row, header } of doubted.splice(0))
    row.envelope = { ...row.envelope, from: (await senderOf(header)) ?? row.envelope.from };
}

function fetchCommand(
  _port: ImapPort,
  set: string,
  items: string,
  onUntagged: NonNullable<Command['onUntagged']>,
): Command {
  return { name: 'UID FETCH', parts: [`UID FETCH ${set} ${items}`], onUntagged };
}

async function rowsTheOtherWay(
  context: CommandContext,
  path: string,
  uids: number[],
  doubted: DoubtedSender[],
): Promise<NewRow[]> {
  const found = new Map<number, NewRow>();
  const port = (await context.fallback?.()) ?? context.port;
  const other: CommandContext = { ...context, port };
  if (port.selected?.path !== path) await select(other, path);
  for (const uid of uids) {
    // First all of it, then only what no odd header can spoil.
    for (const items of [rowItems(port), '(UID FLAGS INTERNALDATE RFC822.SIZE)']) {
      await runOk(
        other,
        fetchCommand(port, String(uid), items, (response) => {
          const read = response.name === 'FETCH' ? fetchItems(response) : null;
          if (read !== null && read.uid === uid) found.set(uid, rowOf(read, doubted));
        }),
        'list the messages',
      );
      if (found.has(uid)) break;
    }
  }
  return [...found.values()];
}
