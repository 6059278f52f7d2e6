import type { FolderRecord } from '../../../src-shared/model/folder.ts';

export type FolderQuestion =
  | { kind: 'new'; accountId: string; parent: FolderRecord | null }
  | { kind: 'rename'; folder: FolderRecord }
  | { kind: 'delete'; folder: FolderRecord }
  | { kind: 'empty'; folder: FolderRecord };

/** The path of a folder named `name` inside `parent` (null: at the top). */
export function childPath(parent: FolderRecord | null, name: string): string {
  return parent?.delimiter === null || parent === null ? name : `${parent.path}${parent.delimiter}${name}`;
}

/** The path with its last part replaced. */
export function renamedPath(folder: FolderRecord, name: string): string {
  if (folder.delimiter === null || folder.delimiter === '') return name;
  const cut = folder.path.lastIndexOf(folder.delimiter);
  return cut < 0 ? name : folder.path.slice(0, cut + folder.delimiter.length) + name;
}
