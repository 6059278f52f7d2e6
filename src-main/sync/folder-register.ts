import { createHmac, randomBytes } from 'node:crypto';
import * as v from 'valibot';
import { folderBodiesSchema } from '../../src-shared/model/body-policy.ts';
import { folderRoleSchema, type FolderRole } from '../../src-shared/model/folder.ts';
import type { PersonalNamespace } from '../backends/backend.ts';
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
  bodies: folderBodiesSchema,
  /** Made here, not yet on the server. */
  local: v.boolean(),
  /**
   * UIDs (a set, of generation `gen`) that we marked \Deleted on a server without UIDPLUS and left there: gone for
   * the user. What others mark is shown as it is.
   */
  leftBehind: v.optional(v.string()),
});
export type FolderEntry = v.InferOutput<typeof entrySchema>;

/**
 * A folder of an account whose mail stays on the server: the file keeps its id and its generation, which changes
 * that wait speak of, under a sum of its path. The name comes with the server's next list.
 */
const hiddenSchema = v.object({
  folderId: v.string(),
  accountId: v.string(),
  sum: v.string(),
  uidValidity: v.nullable(v.number()),
  gen: v.number(),
  bodies: folderBodiesSchema,
  leftBehind: v.optional(v.string()),
});
type HiddenEntry = v.InferOutput<typeof hiddenSchema>;

const namespaceSchema = v.object({
  accountId: v.string(),
  prefix: v.string(),
  delimiter: v.nullable(v.string()),
});

const fileSchema = v.object({
  version: v.literal(1),
  nextFolder: v.number(),
  folders: v.array(entrySchema),
  salt: v.optional(v.string()),
  hidden: v.optional(v.array(hiddenSchema)),
  namespaces: v.optional(v.array(namespaceSchema)),
});

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
  /** Where the account's server said that folders are made; undefined: it did not say. */
  personal(accountId: string): PersonalNamespace | undefined;
  /** In memory; `save` makes it durable. True when that is news. */
  setPersonal(accountId: string, personal: PersonalNamespace | undefined): boolean;
  removeAccount(accountId: string): void;
  /** Durable when it resolves. */
  save(): Promise<void>;
}

export async function openFolderRegister(
  path: string,
  onDamage: (path: string, kept: string) => void,
  /** Accounts whose folders' names are not written down. */
  hides: (accountId: string) => boolean = () => false,
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
  const salt = stored?.salt ?? randomBytes(16).toString('hex');
  const hidden = new Map((stored?.hidden ?? []).map((entry) => [entry.folderId, entry]));
  const namespaces = new Map((stored?.namespaces ?? []).map(({ accountId, ...said }) => [accountId, said]));
  const sumOf = (accountId: string, folderPath: string): string =>
    createHmac('sha256', salt).update(`${accountId}\0${folderPath}`).digest('hex').slice(0, 32);

  function toFile(): v.InferOutput<typeof fileSchema> {
    const entries = [...folders.values()];
    // What is made here and not yet on the server is known by its name alone.
    const isNamed = (entry: FolderEntry): boolean => entry.local || !hides(entry.accountId);
    const named = entries.filter(isNamed);
    const unnamed = entries
      .filter((entry) => !isNamed(entry))
      .map(({ folderId, accountId, path: folderPath, uidValidity, gen, bodies, leftBehind }) => ({
        folderId,
        accountId,
        sum: sumOf(accountId, folderPath),
        uidValidity,
        gen,
        bodies,
        ...(leftBehind === undefined ? {} : { leftBehind }),
      }));
    // A prefix is a folder's name.
    const said = [...namespaces].filter(([accountId]) => !hides(accountId));
    return {
      version: 1,
      nextFolder: next,
      folders: named,
      salt,
      hidden: [...hidden.values(), ...unnamed],
      ...(said.length === 0
        ? {}
        : { namespaces: said.map(([accountId, personal]) => ({ accountId, ...personal })) }),
    };
  }

  /** The account's folder of this path as an earlier run knew it. */
  function uncover(accountId: string, folderPath: string): HiddenEntry | undefined {
    const sum = sumOf(accountId, folderPath);
    const found = [...hidden.values()].find((entry) => entry.accountId === accountId && entry.sum === sum);
    if (found !== undefined) hidden.delete(found.folderId);
    return found;
  }

  const all = (accountId?: string): FolderEntry[] =>
    [...folders.values()].filter((entry) => accountId === undefined || entry.accountId === accountId);

  return {
    all,
    get: (folderId) => folders.get(folderId),
    byPath(accountId, folderPath) {
      for (const entry of folders.values())
        if (entry.path === folderPath && entry.accountId === accountId) return entry;
      return undefined;
    },
    byRole: (accountId, role) => all(accountId).find((entry) => entry.role === role),
    add(entry) {
      const before = uncover(entry.accountId, entry.path);
      const made: FolderEntry = {
        ...entry,
        folderId: before?.folderId ?? `f${(next++).toString(36)}`,
        gen: before?.gen ?? 1,
        uidValidity: before?.uidValidity ?? null,
        bodies: before?.bodies ?? 'account',
        ...(before?.leftBehind === undefined ? {} : { leftBehind: before.leftBehind }),
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
    personal: (accountId) => namespaces.get(accountId),
    setPersonal(accountId, personal) {
      const before = namespaces.get(accountId);
      if (before?.prefix === personal?.prefix && before?.delimiter === personal?.delimiter) return false;
      if (personal === undefined) namespaces.delete(accountId);
      else namespaces.set(accountId, { prefix: personal.prefix, delimiter: personal.delimiter });
      return true;
    },
    removeAccount(accountId) {
      namespaces.delete(accountId);
      for (const entry of all(accountId)) folders.delete(entry.folderId);
      for (const entry of [...hidden.values()])
        if (entry.accountId === accountId) hidden.delete(entry.folderId);
    },
    save() {
      saving = saving.catch(() => undefined).then(() => writeFileAtomic(path, JSON.stringify(toFile())));
      return saving;
    },
  };
}
