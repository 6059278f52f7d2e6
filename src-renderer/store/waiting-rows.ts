import type { NewRow } from '../../src-shared/model/message.ts';
import { project } from '../../src-shared/project.ts';
import type { Changes } from './changes.ts';
import type { StoreMemory } from './memory.ts';
import type { PendingEntry, InsertPatch } from './pending-table.ts';
import { rowBits } from './row-table.ts';
import type { SegmentTexts } from './segment-texts.ts';
import { vanish } from './server-rows.ts';
import { referenceHashes } from './thread-ids.ts';

/**
 * Brings rows in line with their patches: rows that only a patch has appear or vanish, all others are
 * projected anew. Copies of copies are settled after their source.
 */
export async function settlePatched(
  memory: StoreMemory,
  texts: SegmentTexts,
  messageIds: Iterable<string>,
  changes: Changes,
): Promise<void> {
  const queue = [...messageIds]
    .map((id) => ({ id, seq: memory.pending.insertOf(id)?.seq ?? -1 }))
    .sort((a, b) => a.seq - b.seq);
  for (const { id } of queue) {
    const row = memory.rowOf(id);
    const insert = memory.pending.insertOf(id);
    if (row >= 0) {
      if (!memory.rows.has(row, rowBits.waiting)) memory.reproject(row, changes);
      else if (insert === undefined) dropWaiting(memory, row, changes);
      else if (isSameInsert(memory.waiting.get(row)?.patch, insert.patch)) memory.reproject(row, changes);
      else await replaceWaiting(memory, texts, row, insert, changes);
    } else if (insert !== undefined) {
      await addWaiting(memory, texts, insert, changes);
    }
  }
}

/** The row is no more, neither here nor (yet) on the server. */
export function dropWaiting(memory: StoreMemory, row: number, changes: Changes): void {
  vanish(memory, row, changes);
  memory.waiting.delete(row);
}

function isSameInsert(a: InsertPatch | undefined, b: InsertPatch): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}

/** An operation was given again with other content (a draft saved once more): its body stays until another comes. */
async function replaceWaiting(
  memory: StoreMemory,
  texts: SegmentTexts,
  row: number,
  insert: PendingEntry & { patch: InsertPatch },
  changes: Changes,
): Promise<void> {
  const readable = memory.rows.has(row, rowBits.readable);
  dropWaiting(memory, row, changes);
  changes.droppedBodies.delete(insert.patch.messageId);
  await addWaiting(memory, texts, insert, changes);
  const next = memory.rowOf(insert.patch.messageId);
  if (readable && next >= 0) memory.setReadable(next, true, changes);
}

async function addWaiting(
  memory: StoreMemory,
  texts: SegmentTexts,
  entry: PendingEntry & { patch: InsertPatch },
  changes: Changes,
): Promise<void> {
  const { patch } = entry;
  const content = patch.row ?? (await copyOf(memory, texts, patch.fromMessageId, entry.seq));
  if (content === null) return;
  const folder = memory.folderMade(patch.folderId, entry.accountId);
  const hash = memory.nodeHash(folder.accountId, content.envelope.messageIdHeader, patch.messageId);
  const node = memory.threads.node(hash);
  const row = memory.rows.add(folder.number, 0, content.internalDate, 0, content.size, node);
  memory.setServerFlags(row, content.flags);
  memory.rows.set(row, rowBits.waiting | rowBits.hidden, true);
  memory.rows.set(row, rowBits.attachments, content.hasAttachments);
  memory.threads.addRow(
    row,
    node,
    referenceHashes(folder.accountId, content.envelope.references, content.envelope.inReplyTo),
  );
  memory.setOwnId(row, patch.messageId);
  memory.waiting.set(row, { row: content, fromMessageId: patch.fromMessageId, patch });
  const source = patch.fromMessageId === null ? -1 : memory.rowOf(patch.fromMessageId);
  if (source >= 0 && memory.rows.has(source, rowBits.readable)) memory.rows.set(row, rowBits.readable, true);
  memory.reproject(row, changes);
  for (const copy of memory.pending.copiesOf.get(patch.messageId) ?? []) {
    const later = memory.pending.insertOf(copy);
    if (later !== undefined && memory.rowOf(copy) < 0) await addWaiting(memory, texts, later, changes);
  }
}

/** A copy carries the flags that its source shows at the copy's place in the journal. */
async function copyOf(
  memory: StoreMemory,
  texts: SegmentTexts,
  fromMessageId: string | null,
  seq: number,
): Promise<Omit<NewRow, 'uid'> | null> {
  const source = fromMessageId === null ? -1 : memory.rowOf(fromMessageId);
  if (source < 0) return null;
  const [text] = await texts.of([source]);
  if (text === undefined) return null;
  const earlier = memory.patchesOf(source).filter((entry) => entry.seq < seq);
  const view = project(
    { folderId: memory.home(source).folderId, flags: memory.serverFlags(source), removed: false },
    earlier.map((entry) => entry.patch),
  );
  return {
    flags: [...view.flags],
    internalDate: memory.rows.date(source),
    size: memory.rows.size(source),
    envelope: text.envelope,
    hasAttachments: memory.rows.has(source, rowBits.attachments),
    preview: text.preview,
    ...(text.emailId === null ? {} : { emailId: text.emailId }),
  };
}
