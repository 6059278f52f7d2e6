import type { Journal } from '../journal/journal.ts';
import { isWaiting } from '../journal/op.ts';
import type { FolderEntry, FolderRegister } from './folder-register.ts';

/** Paths of folders as they are once what waits is done, and of those that are still to be made. */
export interface FolderNames {
  pathToBe(entry: FolderEntry): string;
  below(entry: FolderEntry): FolderEntry[];
  delimiterOf(accountId: string): string | null;
  /** What the path of every folder that is made here begins with. */
  prefixOf(accountId: string): string;
}

export function createFolderNames(register: FolderRegister, journal: Journal): FolderNames {
  /** Where the folder will be when the renames that wait are done: the next one starts there. */
  function pathToBe(entry: FolderEntry): string {
    const last = journal
      .ops(entry.accountId)
      .filter(
        (op) => isWaiting(op) && op.action.kind === 'folder-rename' && op.action.folderId === entry.folderId,
      )
      .at(-1);
    return last?.action.kind === 'folder-rename' ? last.action.to : entry.path;
  }

  function below(entry: FolderEntry): FolderEntry[] {
    const prefix = `${pathToBe(entry)}${entry.delimiter ?? ''}`;
    return entry.delimiter === null
      ? []
      : register.all(entry.accountId).filter((other) => pathToBe(other).startsWith(prefix));
  }

  function delimiterOf(accountId: string): string | null {
    const said = register.personal(accountId)?.delimiter ?? null;
    return said ?? register.all(accountId).find((entry) => entry.delimiter !== null)?.delimiter ?? '/';
  }

  /**
   * As the server says it (RFC 2342). Where it does not: those that keep everything below "INBOX." give that prefix to
   * every folder but INBOX itself.
   */
  function prefixOf(accountId: string): string {
    const said = register.personal(accountId);
    if (said !== undefined) return said.prefix;
    const others = register.all(accountId).filter((entry) => entry.path.toUpperCase() !== 'INBOX');
    const delimiter = delimiterOf(accountId) ?? '/';
    const prefix = `INBOX${delimiter}`;
    return others.length > 0 && others.every((entry) => entry.path.startsWith(prefix)) ? prefix : '';
  }

  return { pathToBe, below, delimiterOf, prefixOf };
}
