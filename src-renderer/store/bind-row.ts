import type { NewRow } from '../../src-shared/model/message.ts';
import type { Changes } from './changes.ts';
import type { CacheDatabase } from './database.ts';
import type { FolderState } from './folder-state.ts';
import type { StoreMemory } from './memory.ts';
import { idOfPlace } from './message-ids.ts';
import { wake } from './resting.ts';
import { rowBits } from './row-table.ts';
import type { SegmentTexts } from './segment-texts.ts';
import { insertRows, vanish } from './server-rows.ts';

/** What is known of a row before the batch that binds it: its old place may be reset by the same batch. */
export interface BindingFacts {
  row: Omit<NewRow, 'uid'>;
  readable: boolean;
  /** The body it reads is another message's (a waiting copy's source). */
  bodyOf: string | null;
}

export async function factsForBinding(
  db: CacheDatabase,
  memory: StoreMemory,
  texts: SegmentTexts,
  binds: readonly { messageId: string }[],
): Promise<Map<string, BindingFacts>> {
  const facts = new Map<string, BindingFacts>();
  const known = binds
    .map(({ messageId }) => ({ messageId, row: memory.rowOf(messageId) }))
    .filter(({ row }) => row >= 0);
  const found = await texts.of(known.map(({ row }) => row));
  for (const [at, { messageId, row }] of known.entries()) {
    const text = found[at];
    if (text === undefined) continue;
    const readable = memory.rows.has(row, rowBits.readable);
    const from = memory.waiting.get(row)?.fromMessageId ?? null;
    const own = !readable || from === null || (await db.bodyFacts.get(messageId)) !== undefined;
    facts.set(messageId, {
      row: {
        flags: memory.serverFlags(row),
        internalDate: memory.rows.date(row),
        size: memory.rows.size(row),
        envelope: text.envelope,
        hasAttachments: memory.rows.has(row, rowBits.attachments),
        preview: text.preview,
        ...(text.emailId === null ? {} : { emailId: text.emailId }),
      },
      readable,
      bodyOf: own ? null : from,
    });
  }
  return facts;
}

/** Gives the row at `uid` the kept id, and ends the row that had it. Gives the row, or −1 when nothing is known of it. */
export function bindRow(
  memory: StoreMemory,
  folder: FolderState,
  bind: { messageId: string; uid: number },
  facts: BindingFacts | undefined,
  changes: Changes,
): number {
  const { messageId, uid } = bind;
  const source = memory.rowOf(messageId);
  let target = folder.rowOfUid(uid, memory.rows);
  if (target >= 0 && target === source && memory.idOf(target) === messageId) return target;
  if (target < 0) {
    if (facts === undefined) return -1;
    target = insertRows(memory, folder, [{ ...facts.row, uid }], changes)[0] ?? -1;
  }
  const oldId = memory.idOf(target);
  const oldReadable = memory.rows.has(target, rowBits.readable);
  if (source >= 0 && source !== target) endSource(memory, source, changes);
  if (memory.freeOwnId(target) !== null) {
    changes.aliases.set(oldId, null);
    changes.freedIds.add(oldId);
  }
  if (idOfPlace(folder.folderId, folder.gen, uid) === messageId) memory.ownIds.delete(target);
  else {
    memory.setOwnId(target, messageId);
    changes.aliases.set(messageId, { id: messageId, f: folder.folderId, gen: folder.gen, uid });
  }
  keepBody(memory, target, { messageId, oldId, oldReadable }, facts, changes);
  return target;
}

function endSource(memory: StoreMemory, source: number, changes: Changes): void {
  if (!memory.rows.has(source, rowBits.waiting)) {
    const home = memory.home(source);
    const index = home.byUid.indexOf(source);
    if (index >= 0) home.byUid.removeAt(index);
    changes.folders.add(home);
  }
  vanish(memory, source, changes);
  memory.waiting.delete(source);
}

function keepBody(
  memory: StoreMemory,
  target: number,
  ids: { messageId: string; oldId: string; oldReadable: boolean },
  facts: BindingFacts | undefined,
  changes: Changes,
): void {
  const segment = memory.segments[memory.rows.segment(target)];
  if (segment === undefined) return;
  if (facts?.readable === true) {
    changes.droppedBodies.delete(ids.messageId);
    wake(memory, ids.messageId, changes);
    if (facts.bodyOf !== null) changes.copiedBodies.push({ from: facts.bodyOf, to: ids.messageId });
    if (ids.oldReadable && ids.oldId !== ids.messageId) changes.droppedBodies.add(ids.oldId);
    if (!ids.oldReadable) memory.setReadable(target, true, changes);
    if (facts.row.hasAttachments) memory.rows.set(target, rowBits.attachments, true);
    const previews = changes.previews.get(segment) ?? new Map<number, string>();
    changes.previews.set(segment, previews.set(memory.rows.slot(target), facts.row.preview));
    changes.states.add(segment);
    return;
  }
  // What rests under the id that the row now has is of a row that went before: it must not come back as this one's.
  if (memory.resting.of(ids.messageId) !== undefined) {
    wake(memory, ids.messageId, changes);
    if (!ids.oldReadable) changes.droppedBodies.add(ids.messageId);
  }
  if (ids.oldReadable && ids.oldId !== ids.messageId) {
    changes.copiedBodies.push({ from: ids.oldId, to: ids.messageId });
    changes.droppedBodies.add(ids.oldId);
  }
}
