import type * as v from 'valibot';
import type { FolderView } from '../model/folder.ts';
import type { AccountView, TriedSource } from './areas/account.ts';
import { accountMethods } from './areas/account.ts';
import { appMethods, type AppInfo } from './areas/app.ts';
import { attachmentMethods } from './areas/attachments.ts';
import { folderMethods } from './areas/folders.ts';
import { mailMethods } from './areas/mail.ts';
import type { testHookMethods } from './areas/test-hooks.ts';
import { offlineMethods } from './areas/offline.ts';
import { serverFolderMethods } from './areas/server-folders.ts';
import { transferMethods, type TransferView } from './areas/transfer.ts';
import { trustMethods } from './areas/trust.ts';
import { journalMethods, type JournalEntry } from './areas/journal.ts';
import { sendingMethods, type OutboxItem } from './areas/sending.ts';

/**
 * Everything that can be asked of main, by a window or by the automation interface: at once the
 * type, the allow-list, the validator and the source of docs/automation.md.
 */
export const contract = {
  ...appMethods,
  ...accountMethods,
  ...folderMethods,
  ...mailMethods,
  ...attachmentMethods,
  ...trustMethods,
  ...offlineMethods,
  ...sendingMethods,
  ...journalMethods,
  ...serverFolderMethods,
  ...transferMethods,
} as const;

/** With the methods that exist from a checkout with `--test-hooks` only (src-main/test-hooks.ts). */
export type Contract = typeof contract & typeof testHookMethods;
export type MethodName = keyof Contract;
export type Params<M extends MethodName> = v.InferInput<Contract[M]['params']>;
export type CheckedParams<M extends MethodName> = v.InferOutput<Contract[M]['params']>;
export type Result<M extends MethodName> = NonNullable<Contract[M]['result']>;

/** What main tells without being asked. */
export interface Events {
  'sync.progress': {
    accountId: string;
    folderId: string;
    folderName: string;
    done: number;
    total: number;
    phase: 'headers' | 'bodies';
  };
  'folder.changed': { folders: FolderView[] };
  'message.changed': { messageIds: string[] | null; folderIds: string[] };
  /** A large message is being fetched: bytes that are here, of so many; 0 of 0 when it was given up. */
  'message.progress': { messageId: string; done: number; total: number };
  'account.state': { accounts: AccountView[] };
  'journal.changed': { entries: JournalEntry[] };
  'outbox.changed': { items: OutboxItem[] };
  /** Exports and imports: told a few times a second at most. */
  'transfer.changed': { transfers: TransferView[] };
  'app.changed': { info: AppInfo };
  'discover.progress': TriedSource;
  /** A notification was clicked, or the program was started again with an argument. */
  'window.show': { messageId?: string; mailto?: string };
}
export type EventName = keyof Events;

export const eventNames = [
  'sync.progress',
  'folder.changed',
  'message.changed',
  'message.progress',
  'account.state',
  'journal.changed',
  'outbox.changed',
  'transfer.changed',
  'app.changed',
  'discover.progress',
  'window.show',
] as const satisfies readonly EventName[];
