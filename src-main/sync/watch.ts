import type { Backend } from '../backends/backend.ts';
import type { Clock } from '../platform/clock.ts';
import { delay } from '../platform/clock.ts';
import type { FolderRegister } from './folder-register.ts';

export interface WatchPorts {
  accountId: string;
  backend: Backend;
  register: FolderRegister;
  clock: Clock;
  signal: AbortSignal;
  onNews(folderId: string): void;
  /** The list of folders changed, or more happened than the server told. */
  onFolders(): void;
}

/** Until the folder list is known there is nothing to watch. */
const untilKnown = 500;

/**
 * Push: watches the inbox (and where the server tells of them, all folders) until the session ends. What the server says there is only a hint; the folder
 * is then asked, so that a missed or doubled hint does no harm.
 */
export async function watchInbox({
  accountId,
  backend,
  register,
  clock,
  signal,
  onNews,
  onFolders,
}: WatchPorts): Promise<void> {
  for (;;) {
    const inbox = register.byRole(accountId, 'inbox');
    if (inbox !== undefined) {
      await backend.watch(
        inbox.path,
        signal,
        () => onNews(inbox.folderId),
        (path) => {
          const folder = path === null ? undefined : register.byPath(accountId, path);
          if (folder === undefined) onFolders();
          else onNews(folder.folderId);
        },
      );
      return;
    }
    await delay(clock, untilKnown, signal);
  }
}
