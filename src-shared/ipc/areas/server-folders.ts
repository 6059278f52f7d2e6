import * as v from 'valibot';
import { method } from '../method.ts';

export interface Quota {
  /** The folder that was asked about. */
  folderId: string;
  roots: {
    /** As the server calls it; may be empty. */
    name: string;
    /** storage in bytes, message in messages; other resources as the server counts them. */
    resources: { resource: string; used: number; limit: number }[];
  }[];
}

export interface FolderSharing {
  /** Letters of RFC 4314: l list, r read, s keep seen, w marks, i insert, p post, k create, x delete folder, t delete, e expunge, a administer. */
  entries: { identifier: string; rights: string }[];
  own: string;
}

const identifier = v.pipe(
  v.string(),
  v.minLength(1),
  v.maxLength(500),
  v.regex(/^[^\u0000-\u001f\u007f]+$/u, 'a name has no control characters'),
);

/** What lies with the server and is asked there each time: how full it is, and who shares a folder. */
export const serverFolderMethods = {
  'quota.get': method<Quota>()({
    params: v.union([v.object({ folderId: v.string() }), v.object({ accountId: v.string() })]),
    doc: 'How full the mailbox is, asked of the server now (of an account: that of its inbox). `refused` in words where the server does not tell.',
    returns: '{folderId, roots: [{name, resources: [{resource, used, limit}]}]}',
  }),
  'acl.get': method<FolderSharing>()({
    params: v.object({ folderId: v.string() }),
    doc: 'Who may do what with a folder, and what you may. Without the right to see it only `own` is given.',
    returns: '{entries: [{identifier, rights}], own}',
  }),
  'acl.set': method<FolderSharing>()({
    params: v.object({
      folderId: v.string(),
      identifier,
      rights: v.pipe(v.string(), v.regex(/^[a-z0-9]{0,40}$/, 'rights are small letters, such as "lrs"')),
    }),
    doc: 'Replaces what a person or group may do with a folder, on the server now; gives what is true afterwards.',
    returns: 'as acl.get',
  }),
  'acl.delete': method<FolderSharing>()({
    params: v.object({ folderId: v.string(), identifier }),
    doc: 'Takes a person or group off a folder, on the server now; gives what is true afterwards.',
    returns: 'as acl.get',
  }),
} as const;
