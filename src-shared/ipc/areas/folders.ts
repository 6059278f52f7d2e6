import * as v from 'valibot';
import { folderBodiesSchema } from '../../model/body-policy.ts';
import type { FolderView } from '../../model/folder.ts';
import { method } from '../method.ts';

const path = v.pipe(
  v.string(),
  v.minLength(1),
  v.maxLength(1000),
  v.regex(/^[^\u0000-\u001f\u007f]+$/u, 'a folder name has no control characters'),
);

export const folderMethods = {
  'folder.list': method<FolderView[]>()({
    params: v.object({ accountId: v.string() }),
    doc: 'The folders of an account with counters; `complete` says whether every message of the server is cached.',
    returns:
      '[{folderId, path, name, role, total, unread, cached, complete, completeTo: ISO date or null, known: {n, of}, lastCheckAt, error, bodies, …}]',
  }),
  'folder.create': method<{ folderId: string }>()({
    params: v.object({ accountId: v.string(), path }),
    doc: 'Makes a folder; durable at once, on the server when there is a network.',
    returns: '{folderId}',
  }),
  'folder.rename': method<Record<string, never>>()({
    params: v.object({ folderId: v.string(), path }),
    doc: 'Renames or moves a folder (its whole path).',
    returns: '{}',
  }),
  'folder.delete': method<Record<string, never>>()({
    params: v.object({ folderId: v.string() }),
    doc: 'Deletes a folder with its messages. Inbox and folders with a role are refused.',
    returns: '{}',
  }),
  'folder.update': method<Record<string, never>>()({
    params: v.object({
      folderId: v.string(),
      subscribed: v.optional(v.boolean()),
      policy: v.optional(v.object({ bodies: folderBodiesSchema })),
    }),
    doc: 'Subscription of one folder, and what of it is fetched ahead: as the account says, nothing, all, or a policy of its own.',
    returns: '{}',
  }),
  'folder.empty': method<{ opIds: string[] }>()({
    params: v.object({ folderId: v.string() }),
    doc: 'Deletes for good what lies in Trash or Junk.',
    returns: '{opIds}',
  }),
  'folder.purge': method<{ opIds: string[] }>()({
    params: v.object({ folderId: v.string() }),
    doc: 'Removes from the server what was deleted for good here but could only be marked there, for the server cannot remove single messages (no UIDPLUS). What other programs marked is kept with its marks. Elsewhere there is nothing to do.',
    returns: '{opIds}',
  }),
} as const;
