import { AppError } from '../../src-shared/error.ts';
import type { Call } from '../backends/backend.ts';
import type { Resolution } from '../commands/command.ts';
import type { OpTarget } from '../journal/op.ts';
import type { FolderEntry } from './folder-register.ts';
import { identitiesOnServer } from './identities.ts';
import type { ReplayPorts } from './replay-ports.ts';
import { plainId } from './same-message.ts';

/** Newest first; beyond so many, a folder that went was not one of them. */
const mostFolders = 30;
/** Thousands of changes may have lost one folder: a round of replay lists each other folder once. */
const listed = new WeakMap<Call, Map<string, Promise<ReadonlySet<string>>>>();

/**
 * Their folder is gone, and was not found again under another name. Where a folder that came to us later holds a message
 * of that Message-ID, it may be the one that was meant, or a copy of it: nobody can tell, so nothing is done to it and
 * the user is told. A message that is in none of them was deleted elsewhere (R6).
 */
export async function seekElsewhere(
  homeless: readonly { target: OpTarget; folderId: string }[],
  resolution: Resolution,
  ports: ReplayPorts,
  call: Call,
): Promise<void> {
  const oldest = Math.min(...homeless.map(({ folderId }) => ageOf(folderId)));
  const later = ports.register
    .all(ports.accountId)
    .filter((entry) => !entry.local && entry.selectable && ageOf(entry.folderId) > oldest)
    .toSorted((a, b) => ageOf(b.folderId) - ageOf(a.folderId))
    .slice(0, mostFolders);
  const unread = await withoutRows(later, ports);
  for (const { target, folderId } of homeless) {
    const newer = later.filter((entry) => ageOf(entry.folderId) > ageOf(folderId));
    const isThere =
      newer.length > 0 &&
      // Without its Message-ID it may be in any of them.
      (target.messageIdHeader === '' ||
        (await isInCache(target, newer, ports)) ||
        (await isOnServer(
          target,
          newer.filter((entry) => unread.has(entry)),
          ports,
          call,
        )));
    (isThere ? resolution.doubtful : resolution.gone).push(target);
  }
}

/** Folders of which the cache does not know every message. */
async function withoutRows(
  entries: readonly FolderEntry[],
  { accountId, cache, keepsRows }: ReplayPorts,
): Promise<Set<FolderEntry>> {
  if (entries.length === 0 || !keepsRows) return new Set(entries);
  const records = new Map(
    (await cache.call('folders', { accountId })).map(({ folderId, cursor }) => [folderId, cursor]),
  );
  return new Set(
    entries.filter((entry) => {
      const cursor = records.get(entry.folderId) ?? null;
      return cursor === null || cursor.lowUid > 1 || cursor.uidValidity !== entry.uidValidity;
    }),
  );
}

async function isInCache(
  { messageIdHeader }: OpTarget,
  entries: readonly FolderEntry[],
  { accountId, cache }: ReplayPorts,
): Promise<boolean> {
  const same = await cache.call('byMessageIdHeader', { accountId, messageIdHeader });
  return same.some((row) => entries.some((entry) => entry.folderId === row.folderId));
}

async function isOnServer(
  { messageIdHeader }: OpTarget,
  entries: readonly FolderEntry[],
  ports: ReplayPorts,
  call: Call,
): Promise<boolean> {
  const known = listed.get(call) ?? new Map<string, Promise<ReadonlySet<string>>>();
  listed.set(call, known);
  for (const entry of entries) {
    const headers = known.get(entry.folderId) ?? headersOf(entry, ports, call);
    known.set(entry.folderId, headers);
    if ((await headers).has(plainId(messageIdHeader))) return true;
  }
  return false;
}

/** @throws AppError to be tried again; a folder that refuses to be opened holds nothing that could be changed. */
async function headersOf(
  { path, uidValidity }: FolderEntry,
  { backend }: ReplayPorts,
  call: Call,
): Promise<ReadonlySet<string>> {
  try {
    backend.expectValidity(path, uidValidity);
    const all = await identitiesOnServer(backend, path, '1:*', call);
    return new Set(all.map((message) => plainId(message.messageIdHeader)));
  } catch (error) {
    if (error instanceof AppError && error.data.next === 'tell-user' && error.data.scope !== 'account')
      return new Set();
    throw error;
  }
}

/** Folders are numbered in the order in which they were first seen (folder-register.ts). */
function ageOf(folderId: string): number {
  return Number.parseInt(folderId.slice(1), 36);
}
