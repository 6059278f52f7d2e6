import { folderRoleSchema, type FolderRole } from '../../src-shared/model/folder.ts';
import type { Backend, Call, RemoteFolder, RemoteStatus } from '../backends/backend.ts';
import type { CachePort } from '../cache/cache-port.ts';
import type { Clock } from '../platform/clock.ts';
import type { Journal } from '../journal/journal.ts';
import { isWaiting } from '../journal/op.ts';
import { guessRole } from './folder-roles.ts';
import { describeFolders } from './folder-verbs.ts';
import type { FolderEntry, FolderRegister } from './folder-register.ts';
import { takeNamespace } from './namespace.ts';
import { movedFolder } from './moved-folder.ts';
import { renamedAnew } from './renamed-anew.ts';
import { whereThereIsRoom } from './where-there-is-room.ts';

export interface FolderPassPorts {
  accountId: string;
  backend: Backend;
  cache: CachePort;
  register: FolderRegister;
  journal: Journal;
  clock: Clock;
}

/**
 * Brings the folder register in line with the server's LIST and gives the STATUS of each folder where
 * it came along. A folder that vanished is dropped only when LIST gave an answer that has INBOX in it:
 * an empty or broken answer must not delete everything (fault case 45).
 */
export async function passFolders(ports: FolderPassPorts, call: Call): Promise<Map<string, RemoteStatus>> {
  const { accountId, backend, cache, register, journal, clock } = ports;
  const listed = (await backend.listFolders(call)).filter((folder) => folder.path !== '');
  let changed = takeNamespace(ports);
  const statuses = new Map<string, RemoteStatus>();
  const wanted = wantedFolders(journal, accountId);
  const awaited = awaitedFolders(journal, accountId);
  const seen = new Set<string>();

  // Looked at by path, and once: servers have thousands of folders, and all of them are new at the first pass.
  const paths = new Set(listed.map((folder) => folder.path));
  const before = register.all(accountId);
  const atFirst = new Map(before.toReversed().map((entry) => [entry.path, entry]));
  const ours = (path: string): FolderEntry | undefined => {
    const entry = atFirst.get(path);
    // While the server is asked, the user may rename or delete one.
    const still = entry?.path === path && register.get(entry.folderId) === entry;
    return still ? entry : register.byPath(accountId, path);
  };
  const gone = before.filter((entry) => !entry.local && !paths.has(entry.path));
  const anew =
    gone.length === 0
      ? new Map<string, FolderEntry>()
      : await renamedAnew(
          listed.filter((folder) => ours(folder.path) === undefined),
          gone,
          ports,
          call,
        );
  /** What is listed here and is not known by its path: a folder of ours that went from where it was? */
  const returned = async (folder: RemoteFolder): Promise<FolderEntry | undefined> => {
    const still = gone.filter((other) => !paths.has(other.path));
    return (
      (await movedFolder(folder, still, ports, call)) ??
      still.find((other) => other === anew.get(folder.path))
    );
  };

  for (const folder of listed) {
    const entry = ours(folder.path) ?? (await returned(folder));
    if (entry === undefined) {
      const made = register.add({
        accountId,
        path: folder.path,
        name: folder.name,
        delimiter: folder.delimiter,
        role: folder.role,
        subscribed: folder.subscribed,
        selectable: folder.selectable,
        mailboxId: folder.mailboxId,
        local: false,
      });
      seen.add(made.folderId);
      if (folder.status !== null) {
        statuses.set(made.folderId, folder.status);
        // Written down once for all that are new: by itself, each of 5,000 would have the whole file written anew.
        const { uidValidity } = folder.status;
        if (made.uidValidity === null && uidValidity > 0) register.change(made.folderId, { uidValidity });
      }
      changed = true;
      continue;
    }
    seen.add(entry.folderId);
    if (folder.status !== null) statuses.set(entry.folderId, folder.status);
    const subscribed = wanted.has(entry.folderId) ? entry.subscribed : folder.subscribed;
    const update = {
      path: folder.path,
      name: folder.name,
      delimiter: folder.delimiter,
      selectable: folder.selectable,
      mailboxId: folder.mailboxId,
      subscribed,
      local: false,
    };
    if (Object.entries(update).some(([key, value]) => entry[key as keyof typeof update] !== value)) {
      register.change(entry.folderId, update);
      changed = true;
    }
    if (folder.role !== null && entry.role !== folder.role) {
      register.change(entry.folderId, { role: folder.role });
      changed = true;
    }
  }
  changed = giveRoles(listed, register, accountId) || changed;

  const believable = listed.some((folder) => folder.path.toUpperCase() === 'INBOX');
  let again: Set<string> | null = null;
  if (believable) {
    for (const entry of register.all(accountId)) {
      if (seen.has(entry.folderId) || entry.local || wanted.has(entry.folderId)) continue;
      if (awaited.has(entry.folderId)) continue;
      // One list may have been cut short (case 45): a folder goes only when a second one leaves it out too.
      again ??= new Set((await backend.listFolders(call)).map((folder) => folder.path));
      if (again.has(entry.path)) continue;
      register.remove(entry.folderId);
      // Its mail may lie under another name now: bodies wait for it (R9, R13).
      await cache.call('removeFolder', { folderId: entry.folderId, rest: clock.now() });
      changed = true;
    }
  }
  if (changed) await register.save();
  await whereThereIsRoom(() =>
    cache.call('putFolders', { accountId, folders: describeFolders(register, accountId) }),
  );
  return statuses;
}

/** Folders that a waiting operation renames, deletes or (un)subscribes: the register waits for it. */
function wantedFolders(journal: Journal, accountId: string): Set<string> {
  return new Set(
    journal
      .ops(accountId)
      .flatMap((op) =>
        isWaiting(op) &&
        (op.action.kind === 'folder-rename' ||
          op.action.kind === 'folder-delete' ||
          op.action.kind === 'subscribe')
          ? [op.action.folderId]
          : [],
      ),
  );
}

/** Folders that a draft or a sent mail is still to be put into: that makes them again where they are gone (R12). */
function awaitedFolders(journal: Journal, accountId: string): Set<string> {
  return new Set(
    journal
      .ops(accountId)
      .flatMap((op) =>
        isWaiting(op) &&
        op.action.kind === 'append' &&
        (op.action.purpose === 'draft' || op.action.purpose === 'sent')
          ? [op.action.folderId]
          : [],
      ),
  );
}

/** Where the server names no folder for a role, the usual names do. Each role is given once. */
function giveRoles(listed: readonly RemoteFolder[], register: FolderRegister, accountId: string): boolean {
  let changed = false;
  const given = new Set<FolderRole>(listed.flatMap((folder) => (folder.role === null ? [] : [folder.role])));
  // Of a path that is listed twice the first counts.
  const saidOf = new Map(listed.toReversed().map((folder) => [folder.path, folder.role]));
  for (const entry of register.all(accountId)) {
    // A guess yields to what the server says.
    const said = saidOf.get(entry.path) ?? null;
    if (entry.role !== null && said === null && given.has(entry.role)) {
      register.change(entry.folderId, { role: null });
      changed = true;
    }
  }
  for (const role of folderRoleSchema.options) {
    if (register.byRole(accountId, role) !== undefined) continue;
    const guessed = register
      .all(accountId)
      .find(
        (entry) =>
          entry.role === null &&
          entry.selectable &&
          guessRole(entry.path, entry.name, entry.delimiter) === role,
      );
    if (guessed === undefined) continue;
    register.change(guessed.folderId, { role });
    changed = true;
  }
  return changed;
}
