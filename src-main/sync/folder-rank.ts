import type { FolderEntry } from './folder-register.ts';

const order = ['inbox', 'drafts', 'sent', null, 'flagged', 'archive', 'junk', 'trash', 'all'];

/** Which folders are asked first: the lower, the sooner. */
export function folderRank(entry: Pick<FolderEntry, 'role'>): number {
  return order.indexOf(entry.role);
}
