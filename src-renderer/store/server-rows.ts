import type { UnpackedRow } from '../../src-shared/packed-rows.ts';
import type { AppendedRow, Changes } from './changes.ts';
import { toLine } from './envelope-line.ts';
import { segmentRows, type FolderState, type Segment } from './folder-state.ts';
import type { StoreMemory } from './memory.ts';
import { idOfPlace } from './message-ids.ts';
import { restOrDrop } from './resting.ts';
import { rowBits } from './row-table.ts';
import { referenceHashes } from './thread-ids.ts';

const maxSize = 0xffff_ffff;

/** Adds rows that the server has in the folder; their UIDs must be new there. They are not shown yet. */
export function insertRows(
  memory: StoreMemory,
  folder: FolderState,
  news: readonly UnpackedRow[],
  changes: Changes,
): number[] {
  const { rows } = memory;
  const words = memory.words(folder.accountId);
  const added: number[] = [];
  for (const item of news) {
    const { envelope } = item;
    const placeId = envelope.messageIdHeader === '' ? idOfPlace(folder.folderId, folder.gen, item.uid) : '';
    const hash = memory.nodeHash(folder.accountId, envelope.messageIdHeader, placeId);
    const refs = referenceHashes(folder.accountId, envelope.references, envelope.inReplyTo);
    const node = memory.threads.node(hash);
    const { bits, extra } = words.encode(item.flags);
    const size = Math.min(item.size, maxSize);
    const row = rows.add(folder.number, item.uid, item.internalDate, bits, size, node);
    if (extra !== null) memory.extraFlags.set(row, extra);
    rows.set(row, rowBits.hidden, true);
    rows.set(row, rowBits.attachments, item.hasAttachments);
    memory.threads.addRow(row, node, refs);
    const segment = openSegment(memory, folder, news.length - added.length);
    rows.place(row, segment.index, segment.rows.length);
    segment.rows.push(row);
    segment.live += 1;
    appendTo(changes, segment, {
      line: item.line ?? toLine(envelope, item.emailId),
      preview: item.preview,
      uid: item.uid,
      date: item.internalDate,
      size,
      hash,
      refs,
    });
    added.push(row);
    changes.contacts.push({
      accountId: folder.accountId,
      row: item,
      sent: folder.description?.role === 'sent',
    });
  }
  folder.byUid.add(added);
  folder.held += added.length;
  changes.folders.add(folder);
  if (words.changed) {
    words.changed = false;
    changes.accounts.add(folder.accountId);
  }
  return added;
}

/** The segment for the next row: a nearly full one is left alone when many rows come. */
function openSegment(memory: StoreMemory, folder: FolderState, coming: number): Segment {
  const open = folder.open;
  if (open !== null && !open.dropped) {
    const room = segmentRows - open.rows.length;
    const begun = open.rows.length > open.saved;
    if (room > 0 && (begun || room >= coming || room >= segmentRows / 2)) return open;
  }
  const segment: Segment = {
    index: memory.segments.length,
    folder,
    no: folder.nextSegment,
    gen: folder.gen,
    rows: [],
    saved: 0,
    live: 0,
    dropped: false,
  };
  folder.nextSegment += 1;
  folder.segments.add(segment);
  memory.segments.push(segment);
  folder.open = segment;
  return segment;
}

function appendTo(changes: Changes, segment: Segment, row: AppendedRow): void {
  const rows = changes.appended.get(segment);
  if (rows === undefined) changes.appended.set(segment, [row]);
  else rows.push(row);
}

/** The server has the row no more. The caller takes it out of `byUid`. */
export function removeRow(memory: StoreMemory, row: number, changes: Changes): void {
  const { rows } = memory;
  const segment = memory.segments[rows.segment(row)];
  const id = rows.has(row, rowBits.readable) ? memory.idOf(row) : null;
  rows.set(row, rowBits.gone, true);
  memory.threads.removeRow(row);
  if (id !== null) restOrDrop(memory, row, id, changes);
  if (memory.ownIds.size > 0) {
    const own = memory.freeOwnId(row);
    if (own !== null) {
      changes.aliases.set(own, null);
      if (segment !== undefined) changes.freedIds.add(own);
    }
  }
  if (memory.extraFlags.size > 0) memory.extraFlags.delete(row);
  if (segment === undefined) return;
  segment.folder.held -= 1;
  segment.live -= 1;
  if (segment.live > 0) {
    changes.mark(segment, row);
    return;
  }
  dropSegment(segment, changes);
}

export function dropSegment(segment: Segment, changes: Changes): void {
  segment.dropped = true;
  segment.folder.segments.delete(segment);
  if (segment.folder.open === segment) segment.folder.open = null;
  changes.droppedSegments.add(segment);
}

/** Takes a row out of sight and out of the counters, then out of the cache. */
export function vanish(memory: StoreMemory, row: number, changes: Changes): void {
  const shown = memory.shownIn(row);
  if (shown !== null) {
    shown.shown -= 1;
    if (!memory.rows.has(row, rowBits.seen)) shown.unread -= 1;
    if (memory.rows.has(row, rowBits.flagged)) shown.flagged -= 1;
    if (memory.rows.has(row, rowBits.readable)) shown.readable -= 1;
    changes.leave(shown, row);
    changes.folders.add(shown);
  }
  if (memory.rows.has(row, rowBits.patched)) memory.views.delete(row);
  removeRow(memory, row, changes);
}
