import type { ListView } from '../../src-shared/cache-protocol.ts';
import type { MainClient } from '../ipc/client.ts';
import type { Accounts } from './accounts.svelte.ts';
import type { Folders } from './folders.svelte.ts';

/**
 * Rows of accounts whose mail is only on the server come when a list asks for them. Asked once for each number of
 * rows: the store's notice that they are here redraws the list.
 */
export function serverRows(
  main: MainClient,
  accounts: Accounts,
  folders: Folders,
): (view: ListView, rows: number) => void {
  const asked = new Map<string, number>();
  return (view, rows) => {
    for (const folderId of view.folderIds) {
      const folder = folders.byId(folderId);
      const account = accounts.all.find((one) => one.accountId === folder?.accountId);
      if (folder === undefined || account?.mode !== 'online') continue;
      if (folder.complete || (asked.get(folderId) ?? 0) >= rows) continue;
      asked.set(folderId, rows);
      // What cannot be had now is asked for again with the next look; the account's state says why.
      void main.call('message.list', { folderId, offset: rows - 1, limit: 1 }).then(
        () => asked.delete(folderId),
        () => asked.delete(folderId),
      );
    }
  };
}
