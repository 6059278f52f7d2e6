import type { FolderRecord } from '../../../src-shared/model/folder.ts';
import type { IconName } from '../../ui/icons.ts';
import { folderName } from '../../state/folders.svelte.ts';

export interface FolderNode {
  folder: FolderRecord;
  name: string;
  /** 2 below its account, and one more for each folder around it. */
  level: number;
  hasChildren: boolean;
}

const icons: Partial<Record<NonNullable<FolderRecord['role']>, IconName>> = {
  inbox: 'inbox',
  drafts: 'draft',
  sent: 'send',
  archive: 'archive',
  junk: 'junk',
  trash: 'trash',
  flagged: 'star',
};

export function folderIcon(folder: FolderRecord): IconName {
  return (folder.role === null ? undefined : icons[folder.role]) ?? 'folder';
}

/** Drafts, Junk and Trash count what is in them, the others what is unread; 0: no number. */
export function folderCount(folder: FolderRecord): { count: number; of: 'unread' | 'messages' } {
  if (folder.role === 'drafts' || folder.role === 'junk') return { count: folder.total, of: 'messages' };
  if (folder.role === 'trash' || folder.role === 'sent') return { count: 0, of: 'unread' };
  return { count: folder.unread, of: 'unread' };
}

/** An account's folders as the lines of the tree: parents before their children, folded ones left out. */
export function treeNodes(folders: readonly FolderRecord[], folded: ReadonlySet<string>): FolderNode[] {
  const byPath = new Map(folders.map((folder) => [folder.path, folder]));
  const children = new Map<string | null, FolderRecord[]>();
  for (const folder of folders) {
    const parent = parentOf(folder, byPath);
    const siblings = children.get(parent) ?? [];
    siblings.push(folder);
    children.set(parent, siblings);
  }
  const nodes: FolderNode[] = [];
  const add = (parent: string | null, level: number): void => {
    for (const folder of children.get(parent) ?? []) {
      const hasChildren = children.has(folder.path);
      // A node that only holds others and holds none is of no use to anybody.
      if (!folder.selectable && !hasChildren) continue;
      nodes.push({ folder, name: folderName(folder), level, hasChildren });
      if (hasChildren && !folded.has(folder.folderId)) add(folder.path, level + 1);
    }
  };
  add(null, 2);
  return nodes;
}

/** Path of the nearest folder around it. Folders with a role stand at the top wherever the server keeps them. */
function parentOf(folder: FolderRecord, byPath: ReadonlyMap<string, FolderRecord>): string | null {
  if (folder.role !== null || folder.delimiter === null || folder.delimiter === '') return null;
  let path = folder.path;
  for (;;) {
    const cut = path.lastIndexOf(folder.delimiter);
    if (cut <= 0) return null;
    path = path.slice(0, cut);
    const parent = byPath.get(path);
    // "INBOX.Receipts" is no part of the inbox for people: many servers put every folder there.
    if (parent !== undefined) return parent.role === 'inbox' ? null : path;
  }
}
