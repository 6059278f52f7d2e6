import * as v from 'valibot';
import { folderRoleSchema, type FolderRole } from '../../src-shared/model/folder.ts';
import { readJsonFile, writeFileAtomic } from '../platform/atomic-file.ts';

/**
 * Which folder has which id, and in which UIDVALIDITY generation it is. Kept by main, fsynced: ids in
 * the journal must mean the same folder after the cache was lost.
 */
const entrySchema = v.object({
  folderId: v.string(),
  accountId: v.string(),
  path: v.string(),
  name: v.string(),
  delimiter: v.nullable(v.string()),
  role: v.nullable(folderRoleSchema),
  subscribed: v.boolean(),
  selectable: v.boolean(),
  mailboxId: v.nullable(v.string()),
  uidValidity: v.nullable(v.number()),
  /** +1 at every UIDVALIDITY change. */
  gen: v.number(),
  bodies: v.picklist(['account', 'none', 'all']),
  /** Made here, not yet on the server. */
  local: v.boolean(),
  /**
   * UIDs (a set, of generation `gen`) that we marked \Deleted on a server without UIDPLUS and left there: gone for
   * the user. What others mark is shown as it is.
   */
  leftBehind: v.optional(v.string()),
});
export type FolderEntry = v.InferOutput<typeof entrySchema>;

const fileSchema = v.object({ version: v.literal(1), nextFolder: v.number(), folders: v.array(entrySchema) });

export interface FolderRegister {
  all(accountId?: string): FolderEntry[];
  get(folderId: string): FolderEntry | undefined;
  byPath(accountId: string, path: string): FolderEntry | undefined;
  byRole(accountId: string, role: FolderRole): FolderEntry | undefined;
  /** A new entry in memory; `save` makes it durable. */
  add(entry: Omit<FolderEntry, 'folderId' | 'gen' | 'uidValidity' | 'bodies' | 'leftBehind'>): FolderEntry;
  /** The file was damaged or lost: ids and paths as the cache remembers them, so that waiting changes find their folders. */
  adopt(entries: readonly FolderEntry[]): void;
  /** True when the file could not be read at opening. */
  readonly lost: boolean;
  change(folderId: string, change: Partial<Omit<FolderEntry, 'folderId' | 'accountId'>>): FolderEntry;
  remove(folderId: string): void;
  removeAccount(accountId: string): void;
  /** Durable when it resolves. */
  save(): Promise<void>;
}

export async function openFolderRegister(
  path: string,
  onDamage: (path: string, kept: string) => void,
): Promise<FolderRegister> {
  let lost = false;
  const stored = await readJsonFile(
    path,
    (value) => v.parse(fileSchema, value),
    (damaged, kept) => {
      lost = true;
      onDamage(damaged, kept);
    },
  );
  const folders = new Map((stored?.folders ?? []).map((entry) => [entry.folderId, entry]));
  // After damage old ids may still stand in the journal: never give one out again.
  let next = stored?.nextFolder ?? Math.floor(Date.now() / 1000) % 1_000_000_000;
  let saving: Promise<void> = Promise.resolve();

  const all = (accountId?: string): FolderEntry[] =>
    [...folders.values()].filter((entry) => accountId === undefined || entry.accountId === accountId);

  return {
    all,
    get: (folderId) => folders.get(folderId),
    byPath: (accountId, folderPath) => all(accountId).find((entry) => entry.path === folderPath),
    byRole: (accountId, role) => all(accountId).find((entry) => entry.role === role),
    add(entry) {
      const made: FolderEntry = {
        ...entry,
        folderId: `f${(next++).toString(36)}`,
        gen: 1,
        uidValidity: null,
        bodies: 'account',
      };
      folders.set(made.folderId, made);
      return made;
    },
    lost,
    adopt(entries) {
      for (const entry of entries) if (!folders.has(entry.folderId)) folders.set(entry.folderId, entry);
    },
    change(folderId, change) {
      const entry = folders.get(folderId);
      if (entry === undefined) throw new Error(`no folder ${folderId}`);
      Object.assign(entry, change);
      return entry;
    },
    remove(folderId) {
      folders.delete(folderId);
    },
    removeAccount(accountId) {
      for (const entry of all(accountId)) folders.delete(entry.folderId);
    },
    save() {
      saving = saving
        .catch(() => undefined)
        .then(() =>
          writeFileAtomic(
            path,
            JSON.stringify({ version: 1, nextFolder: next, folders: [...folders.values()] }),
          ),
        );
      return saving;
    },
  };
}
