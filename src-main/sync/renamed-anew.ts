import { AppError } from '../../src-shared/error.ts';
import type { Call, RemoteFolder } from '../backends/backend.ts';
import type { Op } from '../journal/op.ts';
import { isWaiting } from '../journal/op.ts';
import type { FolderPassPorts } from './folder-pass.ts';
import type { FolderEntry } from './folder-register.ts';
import { identitiesOnServer, rowsInCache } from './identities.ts';
import { pairUp, type Identity } from './same-message.ts';

/**
 * Folders of ours that went, for which changes wait, and that stand under another name with another UIDVALIDITY (R7 and
 * R13 in one): by path, the folder of ours that it is. Told by what messages keep: most of ours are there, most of what
 * is there is ours, and of no other new folder that can be said. Nobody else pays for listing a whole folder: where
 * nothing waits, a new folder is a new folder, and its mail finds its bodies again (R9).
 */
export async function renamedAnew(
  unknown: readonly RemoteFolder[],
  vanished: readonly FolderEntry[],
  ports: FolderPassPorts,
  call: Call,
): Promise<Map<string, FolderEntry>> {
  const found = new Map<string, FolderEntry>();
  if (unknown.length === 0) return found;
  const twice = new Set<string>();
  for (const entry of vanished) {
    const waiting = waitingFor(entry, ports);
    // What is to be deleted is not looked for under another name: what it was deleted for may not be all it holds now.
    if (waiting.length === 0 || waiting.some((op) => op.action.kind === 'folder-delete')) continue;
    const ours = await messagesOf(entry, waiting, ports);
    const there: string[] = [];
    for (const folder of unknown)
      if (await holdsMost(folder, entry, ours, ports, call)) there.push(folder.path);
    const [path] = there;
    if (path === undefined || there.length > 1) continue;
    if (found.has(path)) twice.add(path);
    found.set(path, entry);
  }
  // Two of ours in one of theirs: it is neither of the two.
  for (const path of twice) found.delete(path);
  return found;
}

function waitingFor({ accountId, folderId }: FolderEntry, { journal }: FolderPassPorts): Op[] {
  return journal
    .ops(accountId)
    .filter(
      (op) =>
        isWaiting(op) &&
        (op.targets.some((target) => target.ref?.folderId === folderId) ||
          ('folderId' in op.action && op.action.folderId === folderId)),
    );
}

/** As the cache knows the folder; where it knows nothing, as the waiting changes do. */
async function messagesOf(
  { folderId, gen }: FolderEntry,
  waiting: readonly Op[],
  { cache }: FolderPassPorts,
): Promise<Identity[]> {
  const rows = await rowsInCache(folderId, gen, cache);
  if (rows.length > 0) return rows;
  const targets = waiting.flatMap((op) => op.targets.filter(({ ref }) => ref?.folderId === folderId));
  return [...new Map(targets.map((target) => [target.messageId, target])).values()];
}

async function holdsMost(
  folder: RemoteFolder,
  entry: FolderEntry,
  ours: readonly Identity[],
  { backend }: FolderPassPorts,
  call: Call,
): Promise<boolean> {
  const { status } = folder;
  if (!folder.selectable || status === null || ours.length === 0) return false;
  // Under the same numbering other UIDs are other messages: samples have said no already (moved-folder.ts).
  if (status.uidValidity === entry.uidValidity || !most(status.exists, ours.length)) return false;
  try {
    backend.expectValidity(folder.path, status.uidValidity);
    const theirs = await identitiesOnServer(backend, folder.path, '1:*', call);
    const same = pairUp(ours, theirs).size;
    return same > 0 && most(same, ours.length) && most(same, theirs.length);
  } catch (error) {
    if (error instanceof AppError && error.data.scope !== 'account' && !call.signal.aborted) return false;
    throw error;
  }
}

const most = (some: number, all: number): boolean => some * 2 >= all;
