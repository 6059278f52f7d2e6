import { AppError } from '../../src-shared/error.ts';
import type { FolderDescription } from '../../src-shared/cache-protocol.ts';
import type { FolderRecord, FolderRole } from '../../src-shared/model/folder.ts';
import type { Patch } from '../../src-shared/patch.ts';
import type { CachePort } from '../cache/cache-port.ts';
import type { Journal } from '../journal/journal.ts';
import { isWaiting } from '../journal/op.ts';
import { createFolderNames } from './folder-names.ts';
import type { FolderEntry, FolderRegister } from './folder-register.ts';
import type { Submit } from './submit.ts';

export interface FolderVerbs {
  /** Below the prefix that the server gives to every folder, named or not. Resolves with its id. */
  create(accountId: string, path: string): Promise<string>;
  rename(folderId: string, path: string): Promise<void>;
  delete(folderId: string): Promise<void>;
  subscribe(folderId: string, subscribed: boolean): Promise<void>;
  /** Removes from the server what could only be marked there (no UIDPLUS). */
  purge(folderId: string): Promise<string[]>;
  /** The account's folder of that role, made (durably, on the server later) when there is none. */
  ensureRole(accountId: string, role: FolderRole): Promise<FolderEntry>;
}

const roleNames: Record<FolderRole, string> = {
  inbox: 'INBOX',
  drafts: 'Drafts',
  sent: 'Sent',
  archive: 'Archive',
  junk: 'Junk',
  trash: 'Trash',
  all: 'All Mail',
  flagged: 'Starred',
};

export function createFolderVerbs(
  submit: Submit,
  register: FolderRegister,
  cache: CachePort,
  journal: Journal,
): FolderVerbs {
  const { pathToBe, below, delimiterOf, prefixOf } = createFolderNames(register, journal);

  async function create(accountId: string, path: string, role: FolderRole | null): Promise<FolderEntry> {
    const existing = register.byPath(accountId, path);
    if (existing !== undefined) {
      throw new AppError({
        code: 'refused',
        scope: 'folder',
        next: 'tell-user',
        detail: `There is already a folder “${path}”.`,
      });
    }
    const delimiter = delimiterOf(accountId);
    const name = nameOf(path, delimiter);
    const entry = register.add({
      accountId,
      path,
      name,
      delimiter,
      role,
      subscribed: true,
      selectable: true,
      mailboxId: null,
      local: true,
    });
    await register.save();
    await submit.ops([
      {
        accountId,
        action: { kind: 'folder-create', folderId: entry.folderId, path },
        targets: [],
        patches: [
          { kind: 'folder-create', folderId: entry.folderId, accountId, path, name, delimiter, role },
        ],
        mark: 'move',
        sentence: `Make the folder ${name}`,
      },
    ]);
    return entry;
  }

  function refuseSpecial(entry: FolderEntry, what: string): void {
    if (entry.role === null && entry.path.toUpperCase() !== 'INBOX') return;
    throw new AppError({
      code: 'refused',
      scope: 'folder',
      next: 'tell-user',
      detail: `“${entry.name}” has a special use in this account and cannot be ${what}.`,
    });
  }

  return {
    create: async (accountId, path) => {
      const prefix = prefixOf(accountId);
      const whole = path.startsWith(prefix) ? path : `${prefix}${path}`;
      return (await create(accountId, whole, null)).folderId;
    },
    async rename(folderId, path) {
      const entry = submit.folder(folderId);
      refuseSpecial(entry, 'renamed');
      const from = pathToBe(entry);
      if (from === path) return;
      if (register.byPath(entry.accountId, path) !== undefined) {
        throw new AppError({
          code: 'refused',
          scope: 'folder',
          next: 'tell-user',
          detail: `There is already a folder “${path}”.`,
        });
      }
      const name = nameOf(path, entry.delimiter);
      await submit.ops([
        {
          accountId: entry.accountId,
          action: { kind: 'folder-rename', folderId, from, to: path },
          targets: [],
          patches: [
            { kind: 'folder-rename', folderId, path, name },
            // RENAME takes inferior names along (RFC 3501 §6.3.5).
            ...below(entry).map((child): Patch => ({
              kind: 'folder-rename',
              folderId: child.folderId,
              path: path + pathToBe(child).slice(from.length),
              name: child.name,
            })),
          ],
          mark: 'move',
          sentence: `Rename the folder ${entry.name} to ${name}`,
        },
      ]);
    },
    async delete(folderId) {
      const entry = submit.folder(folderId);
      refuseSpecial(entry, 'deleted');
      if (below(entry).length > 0) {
        throw new AppError({
          code: 'refused',
          scope: 'folder',
          next: 'tell-user',
          detail: `“${entry.name}” holds other folders. Delete or move those first.`,
        });
      }
      const path = pathToBe(entry);
      // Servers may number a folder anew that is renamed, and a rename may wait.
      const uidValidity = path === entry.path ? entry.uidValidity : null;
      await submit.ops([
        {
          accountId: entry.accountId,
          action: { kind: 'folder-delete', folderId, path, uidValidity },
          targets: [],
          patches: [{ kind: 'folder-delete', folderId }],
          mark: 'delete',
          sentence: `Delete the folder ${entry.name} and what is in it`,
        },
      ]);
    },
    async subscribe(folderId, subscribed) {
      const entry = submit.folder(folderId);
      register.change(folderId, { subscribed });
      await register.save();
      await cache.call('putFolders', {
        accountId: entry.accountId,
        folders: describeFolders(register, entry.accountId),
      });
      await submit.ops([
        {
          accountId: entry.accountId,
          action: { kind: 'subscribe', folderId, subscribed },
          targets: [],
          patches: [],
          mark: 'move',
          sentence: `${subscribed ? 'Subscribe to' : 'Unsubscribe from'} ${entry.name}`,
        },
      ]);
    },
    async purge(folderId) {
      const entry = submit.folder(folderId);
      return await submit.ops([
        {
          accountId: entry.accountId,
          action: { kind: 'purge', folderId },
          targets: [],
          patches: [],
          mark: 'delete',
          sentence: `Remove what was deleted in ${entry.name} from the server`,
        },
      ]);
    },
    async ensureRole(accountId, role) {
      const existing = register.byRole(accountId, role);
      if (existing !== undefined) return existing;
      const path = `${prefixOf(accountId)}${roleNames[role]}`;
      const byName = register.byPath(accountId, path);
      return byName ?? (await create(accountId, path, role));
    },
  };
}

export function nameOf(path: string, delimiter: string | null): string {
  return delimiter === null || delimiter === '' ? path : (path.split(delimiter).at(-1) ?? path);
}

/** What the cache knows of an account's folders, as the register would have had it. */
export function entriesFromCache(records: readonly FolderRecord[], journal: Journal): FolderEntry[] {
  return records.map((record) => {
    // The cache shows a waiting rename as if it were done; the server still has the old name.
    const renamed = journal
      .ops(record.accountId)
      .find(
        (op) => op.action.kind === 'folder-rename' && op.action.folderId === record.folderId && isWaiting(op),
      );
    const path = renamed?.action.kind === 'folder-rename' ? renamed.action.from : record.path;
    return {
      folderId: record.folderId,
      accountId: record.accountId,
      path,
      name: nameOf(path, record.delimiter),
      delimiter: record.delimiter,
      role: record.role,
      subscribed: record.subscribed,
      selectable: record.selectable,
      mailboxId: null,
      uidValidity: record.cursor?.uidValidity ?? null,
      gen: record.cursor?.gen ?? 1,
      bodies: 'account',
      local: record.pending === 'create',
    };
  });
}

/** The folders that the cache shows: what is made here and not yet on the server comes as a patch instead. */
export function describeFolders(register: FolderRegister, accountId: string): FolderDescription[] {
  return register
    .all(accountId)
    .filter((entry) => !entry.local)
    .map(({ folderId, path, name, delimiter, role, subscribed, selectable }) => ({
      folderId,
      accountId,
      path,
      name,
      delimiter,
      role,
      subscribed,
      selectable,
    }));
}
