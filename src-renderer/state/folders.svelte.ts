import type { FolderRecord, FolderRole } from '../../src-shared/model/folder.ts';
import { t } from '../i18n/t.ts';

const roleOrder: Record<FolderRole, number> = {
  inbox: 0,
  drafts: 1,
  sent: 2,
  archive: 3,
  all: 8,
  flagged: 9,
  junk: 10,
  trash: 11,
};

export class Folders {
  all = $state.raw<readonly FolderRecord[]>([]);
  readonly #byId = $derived(new Map(this.all.map((folder) => [folder.folderId, folder])));

  byId(folderId: string): FolderRecord | undefined {
    return this.#byId.get(folderId);
  }

  /** Folders with a role first, the others by path, Junk and Trash last. */
  ofAccount(accountId: string): FolderRecord[] {
    return this.all
      .filter((folder) => folder.accountId === accountId && folder.pending !== 'delete')
      .sort(
        (a, b) =>
          place(a) - place(b) ||
          a.path.localeCompare(b.path, undefined, { sensitivity: 'base', numeric: true }),
      );
  }

  withRole(role: FolderRole): FolderRecord[] {
    return this.all.filter((folder) => folder.role === role);
  }

  ofAccountWithRole(accountId: string, role: FolderRole): FolderRecord | undefined {
    return this.all.find((folder) => folder.accountId === accountId && folder.role === role);
  }

  /** Takes the new records; what is gone from the store is dropped by `replace`. */
  merge(changed: readonly FolderRecord[]): void {
    const news = new Map(changed.map((folder) => [folder.folderId, folder]));
    const kept = this.all.map((folder) => {
      const record = news.get(folder.folderId) ?? folder;
      news.delete(folder.folderId);
      return record;
    });
    this.all = [...kept, ...news.values()];
  }

  replace(all: readonly FolderRecord[]): void {
    this.all = all;
  }
}

/** Folders with children of another role sort beside plain ones: 5. */
function place(folder: FolderRecord): number {
  return folder.role === null ? 5 : roleOrder[folder.role];
}

/** The name people see: our word for a folder with a role at the top, else the server's. */
export function folderName(folder: FolderRecord): string {
  switch (folder.role) {
    case 'inbox':
      return t('folders.inbox');
    case 'drafts':
      return t('folders.drafts');
    case 'sent':
      return t('folders.sent');
    case 'archive':
      return t('folders.archive');
    case 'junk':
      return t('folders.junk');
    case 'trash':
      return t('folders.trash');
    default:
      return folder.name;
  }
}
