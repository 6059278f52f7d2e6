import type { ListView } from '../../src-shared/cache-protocol.ts';
import type { FolderRole } from '../../src-shared/model/folder.ts';
import { t } from '../i18n/t.ts';
import { folderName, type Folders } from './folders.svelte.ts';

export type UnifiedRole = 'inbox' | 'flagged' | 'drafts' | 'sent';

/** What the list shows. */
export type Place =
  { kind: 'unified'; role: UnifiedRole } | { kind: 'folder'; folderId: string } | { kind: 'outbox' };

export function samePlace(a: Place, b: Place): boolean {
  return placeKey(a) === placeKey(b);
}

export function placeKey(place: Place): string {
  return place.kind === 'folder'
    ? `folder:${place.folderId}`
    : place.kind === 'unified'
      ? `unified:${place.role}`
      : 'outbox';
}

const outsideStarred: ReadonlySet<FolderRole> = new Set(['junk', 'trash', 'flagged', 'all']);

export function foldersOf(place: Place, folders: Folders): string[] {
  if (place.kind === 'outbox') return [];
  if (place.kind === 'folder') return [place.folderId];
  if (place.role !== 'flagged') return folders.withRole(place.role).map((folder) => folder.folderId);
  return folders.all
    .filter((folder) => folder.selectable && (folder.role === null || !outsideStarred.has(folder.role)))
    .map((folder) => folder.folderId);
}

export function viewOf(
  place: Place,
  folders: Folders,
  options: { threaded: boolean; unreadOnly: boolean },
): ListView {
  const flagged = place.kind === 'unified' && place.role === 'flagged';
  return {
    folderIds: foldersOf(place, folders),
    threaded: options.threaded && !flagged,
    sort: 'date-desc',
    ...(flagged ? { filter: 'flagged' as const } : options.unreadOnly ? { filter: 'unread' as const } : {}),
  };
}

const unifiedNames = {
  inbox: 'folders.inboxes',
  flagged: 'folders.starred',
  drafts: 'folders.drafts',
  sent: 'folders.sent',
} as const;

export function placeName(place: Place, folders: Folders): string {
  if (place.kind === 'outbox') return t('folders.outbox');
  if (place.kind === 'unified') return t(unifiedNames[place.role]);
  const folder = folders.byId(place.folderId);
  return folder === undefined ? '' : folderName(folder);
}

/** Lists of what one has written show the recipients. */
export function showsRecipients(place: Place, folders: Folders): boolean {
  const role =
    place.kind === 'unified'
      ? place.role
      : place.kind === 'folder'
        ? folders.byId(place.folderId)?.role
        : null;
  return role === 'sent' || role === 'drafts';
}
