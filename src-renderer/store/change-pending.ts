import type { PendingPatches } from '../../src-shared/patch.ts';
import type { Changes } from './changes.ts';
import type { Session } from './session.ts';
import { settlePatched } from './waiting-rows.ts';

/** Patches that begin or cease to wait: the rows and folders that they touch are shown anew. */
export async function changePending(
  { memory, texts }: Pick<Session, 'memory' | 'texts'>,
  added: readonly PendingPatches[],
  dropped: readonly string[],
  changes: Changes,
): Promise<void> {
  const touched = { messageIds: new Set<string>(), folderIds: new Set<string>() };
  for (const opId of dropped) {
    memory.pending.drop(opId, touched);
    changes.pendingDropped.add(opId);
  }
  for (const op of added) {
    memory.pending.add(op, touched);
    changes.pendingPut.set(op.opId, op);
  }
  for (const folderId of touched.folderIds) {
    const patches = memory.pending.folderPatches(folderId);
    const folder = memory.folderMade(folderId, patches[0]?.accountId ?? '');
    folder.patches = patches.map((entry) => entry.patch);
    changes.folders.add(folder);
  }
  await settlePatched(memory, texts, touched.messageIds, changes);
}
