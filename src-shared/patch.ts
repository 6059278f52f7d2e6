import type { FolderRole } from './model/folder.ts';
import type { NewRow, RowPending } from './model/message.ts';

/**
 * The closed set of things a waiting operation does to what is shown. Absolute and idempotent: an
 * operation is undone by dropping its patches and projecting again, never by an inverse.
 */
export type MessagePatch =
  | { kind: 'flags'; messageId: string; add: string[]; remove: string[] }
  /** The row is shown in `folderId` instead of where the server has it. */
  | { kind: 'folder'; messageId: string; folderId: string }
  /** The row is not shown any more. */
  | { kind: 'remove'; messageId: string }
  /** A row the server does not have yet: a copy of `fromMessageId`, or `row` with no origin. */
  | {
      kind: 'insert';
      messageId: string;
      folderId: string;
      fromMessageId: string | null;
      row: Omit<NewRow, 'uid'> | null;
    };

export type FolderPatch =
  | {
      kind: 'folder-create';
      folderId: string;
      accountId: string;
      path: string;
      name: string;
      delimiter: string | null;
      role: FolderRole | null;
    }
  | { kind: 'folder-rename'; folderId: string; path: string; name: string }
  | { kind: 'folder-delete'; folderId: string };

export type Patch = MessagePatch | FolderPatch;

/** The patches of one journalled operation, in the order in which operations were made (`seq`). */
export interface PendingPatches {
  opId: string;
  accountId: string;
  seq: number;
  /** The mark that touched rows show. */
  mark: Exclude<RowPending, null>;
  patches: Patch[];
}
