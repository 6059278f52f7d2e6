import { Changes } from './changes.ts';
import type { CacheDatabase } from './database.ts';
import { flaggedBit, seenBit } from './flag-words.ts';
import type { FolderState } from './folder-state.ts';
import type { StoreMemory } from './memory.ts';
import { rowBits } from './row-table.ts';
import type { SegmentTexts } from './segment-texts.ts';
import { settlePatched } from './waiting-rows.ts';

/** Makes lists and counters of rows just read from disk; the folders' versions stay. */
export async function showLoadedRows(
  databases: readonly CacheDatabase[],
  memory: StoreMemory,
  texts: SegmentTexts,
): Promise<void> {
  for (const folder of memory.folders) showServerRows(memory, folder);
  const changes = new Changes();
  const ids = new Set(
    [...memory.pending.ops.values()].flatMap((op) =>
      op.patches.flatMap((patch) => ('messageId' in patch ? [patch.messageId] : [])),
    ),
  );
  await settlePatched(memory, texts, ids, changes);
  for (const db of databases) await markOwnBodies(db, memory, changes);
  const versions = memory.folders.map((folder) => folder.version);
  memory.settleOrders(changes);
  memory.folders.forEach((folder, at) => {
    folder.version = versions[at] ?? folder.version;
  });
}

function showServerRows(memory: StoreMemory, folder: FolderState): void {
  const { rows } = memory;
  let unread = 0;
  let flagged = 0;
  let readable = 0;
  for (const row of folder.byUid.rows()) {
    const flags = rows.flags(row);
    const seen = (flags & seenBit) !== 0;
    const marked = (flags & flaggedBit) !== 0;
    rows.set(row, rowBits.seen, seen);
    rows.set(row, rowBits.flagged, marked);
    if (!seen) unread += 1;
    if (marked) flagged += 1;
    if (rows.has(row, rowBits.readable)) readable += 1;
  }
  Object.assign(folder, { shown: folder.byUid.length, unread, flagged, readable });
  folder.shownRows.fill(folder.byUid.rows().slice());
}

/** Waiting rows have no state on disk: their bodies say whether they can be read. */
async function markOwnBodies(db: CacheDatabase, memory: StoreMemory, changes: Changes): Promise<void> {
  const waiting = [...memory.waiting];
  const facts = await db.bodyFacts.bulkGet(waiting.map(([row]) => memory.idOf(row)));
  waiting.forEach(([row, content], at) => {
    const own = facts[at];
    if (own === undefined) return;
    memory.rows.set(row, rowBits.attachments, own.hasAttachments);
    memory.waiting.set(row, { ...content, row: { ...content.row, preview: own.preview } });
    memory.setReadable(row, true, changes);
  });
}
