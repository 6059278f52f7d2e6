import * as v from 'valibot';
import type { AppErrorData } from '../error.ts';
import type { FolderBodies } from './body-policy.ts';

/** RFC 6154 special uses, in our words. `null`: an ordinary folder. */
export const folderRoleSchema = v.picklist([
  'inbox',
  'drafts',
  'sent',
  'archive',
  'junk',
  'trash',
  'all',
  'flagged',
]);
export type FolderRole = v.InferOutput<typeof folderRoleSchema>;

/**
 * How far the cache follows a folder on the server; owned by sync, kept in the folder's record and
 * written in the very transaction that writes the rows it speaks of (RFC 7162: never ahead of them).
 */
export interface FolderCursor {
  uidValidity: number;
  /** +1 at every UIDVALIDITY change; part of every message id and ref. */
  gen: number;
  uidNext: number;
  /** HIGHESTMODSEQ of the SELECT that began the last complete pass; decimal (63 bit), null without CONDSTORE. */
  modseqDone: string | null;
  /** All UIDs ≥ lowUid are cached; 1 when the first sync is complete. */
  lowUid: number;
  /** EXISTS at the last check. */
  exists: number;
  /** Unread messages as STATUS said; only of accounts kept on the server, whose rows are not all here. */
  unseen?: number;
  /** ISO time of the last complete check against the server; null: never. */
  checkedAt: string | null;
  /** ISO time at which all UIDs were last compared with the server's list. */
  comparedAt?: string | null;
  /** While the first sync goes on: messages since about this ISO time are here. Null: all are. */
  completeTo?: string | null;
}

/** A folder as it is told outside: with what is true of it at present. */
export interface FolderView extends FolderRecord {
  /** While the first sync goes on: messages since about this ISO time are here. Null: all are, or none yet. */
  completeTo: string | null;
  /** Messages whose rows are here, of how many the server has. */
  known: { n: number; of: number };
  /** ISO time of the last check against the server that ended well. */
  lastCheckAt: string | null;
  /** Why the folder could not be checked the last time. */
  error: AppErrorData | null;
  /** What of it is fetched ahead; told where folders are asked for, not with every change. */
  bodies?: FolderBodies;
}

/** A folder as the cache keeps it. Counters speak of the view (pending changes applied). */
export interface FolderRecord {
  folderId: string;
  accountId: string;
  path: string;
  name: string;
  /** Server's hierarchy separator; null: flat. */
  delimiter: string | null;
  role: FolderRole | null;
  subscribed: boolean;
  /** False for \Noselect nodes that only hold others. */
  selectable: boolean;
  /** Pending creation, rename or deletion on the server. */
  pending: 'create' | 'rename' | 'delete' | null;
  /** Messages in the folder as the server last said, with pending changes applied. */
  total: number;
  unread: number;
  flagged: number;
  /** Rows present in the cache. */
  cached: number;
  /** Rows whose body is cached (readable offline). */
  readable: number;
  /** True when every message the server has is a cached row. */
  complete: boolean;
  cursor: FolderCursor | null;
  /** Grows with every visible change; windows compare it. */
  version: number;
}
