import type { StoreParams } from '../../src-shared/cache-protocol.ts';
import type { Changes } from './changes.ts';
import type { FolderState } from './folder-state.ts';
import type { StoreMemory } from './memory.ts';
import { dropSegment } from './server-rows.ts';
import { vanishRange } from './vanish-range.ts';

/** Describes folders; those of the account that are not named stay as they are. */
export function putFolders(
  memory: StoreMemory,
  { accountId, folders }: StoreParams<'putFolders'>,
  changes: Changes,
): void {
  for (const description of folders) {
    const folder = memory.folderMade(description.folderId, accountId);
    folder.accountId = accountId;
    folder.description = { ...description, accountId };
    changes.folders.add(folder);
  }
}

/** Drops all that the server had in the folder; the folder stays, as if it was never asked. */
export function emptyFolder(memory: StoreMemory, folder: FolderState, changes: Changes): void {
  vanishRange(memory, folder, 0, folder.byUid.length, changes);
  for (const segment of [...folder.segments]) dropSegment(segment, changes);
  folder.open = null;
  folder.cursor = null;
  changes.folders.add(folder);
}

/** Drops the folder with its rows; rows that a waiting change shows in it wait unseen or go home. */
export function removeFolder(memory: StoreMemory, folder: FolderState, changes: Changes): void {
  vanishRange(memory, folder, 0, folder.byUid.length, changes);
  for (const segment of [...folder.segments]) dropSegment(segment, changes);
  folder.description = null;
  folder.cursor = null;
  folder.gen = 0;
  changes.deletedFolders.add(folder);
  // Waiting changes may still speak of it: then it stays, unseen.
  if (folder.patches.length === 0 && folder.shown === 0) memory.forgetFolder(folder);
  folder.onDisk = false;
}
