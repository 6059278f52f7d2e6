import { parseUidSet, takeHighest, within, type UidRange } from '../../src-shared/uid-set.ts';
import { AppError } from '../../src-shared/error.ts';
import type { Call, RemoteFolder } from '../backends/backend.ts';
import type { FolderPassPorts } from './folder-pass.ts';
import type { FolderEntry } from './folder-register.ts';
import { identitiesOnServer } from './identities.ts';
import { plainId } from './same-message.ts';

/** So many messages must be the same under both names. */
const samples = 5;
/** Messages asked for, from all over the folder: some may be gone by now. */
const asked = 20;

/**
 * The folder of ours that another program renamed to this one (R13): the same MAILBOXID (RFC 8474) under a path that we
 * did not know, its old path gone. Without MAILBOXIDs: the same UIDVALIDITY, and five messages of ours (all, where there
 * are fewer) that stand there under the same UIDs, and none that is another. Everything else is a new folder, and what
 * of its mail we had comes back with it (R9). `vanished`: folders of ours whose path LIST does not have.
 */
export async function movedFolder(
  folder: RemoteFolder,
  vanished: readonly FolderEntry[],
  ports: FolderPassPorts,
  call: Call,
): Promise<FolderEntry | undefined> {
  const { mailboxId } = folder;
  if (mailboxId !== null) {
    const same = vanished.find((entry) => entry.mailboxId === mailboxId);
    if (same !== undefined) return same;
  }
  const alike = vanished.filter(
    (entry) =>
      (mailboxId === null || entry.mailboxId === null) &&
      entry.uidValidity !== null &&
      folder.status?.uidValidity === entry.uidValidity,
  );
  for (const entry of alike) if (await holdsTheSame(folder, entry, ports, call)) return entry;
  return undefined;
}

async function holdsTheSame(
  folder: RemoteFolder,
  entry: FolderEntry,
  ports: FolderPassPorts,
  call: Call,
): Promise<boolean> {
  const { accountId, backend, cache, register } = ports;
  const folderId = entry.folderId;
  const uids = spreadOver(parseUidSet(await cache.call('uids', { folderId })) ?? []);
  if (uids.length === 0) {
    // No row of ours can be mistaken for another. A UIDVALIDITY that only this folder had is as good as its name.
    return register.all(accountId).filter((other) => other.uidValidity === entry.uidValidity).length === 1;
  }
  const refs = uids.map((uid) => ({ folderId, gen: entry.gen, uid }));
  const ids = (await cache.call('identify', { refs })).filter((id) => id !== null);
  const ours = new Map<number, string>();
  for (const row of await cache.call('locate', { messageIds: ids }))
    if (row?.ref != null && row.messageIdHeader !== '') ours.set(row.ref.uid, plainId(row.messageIdHeader));
  let theirs;
  try {
    backend.expectValidity(folder.path, entry.uidValidity);
    const set = [...ours.keys()].sort((a, b) => a - b).join(',');
    theirs = await identitiesOnServer(backend, folder.path, set, call);
  } catch (error) {
    if (error instanceof AppError && error.data.scope !== 'account' && !call.signal.aborted) return false;
    throw error;
  }
  const same = theirs.filter(({ uid, messageIdHeader }) => ours.get(uid) === plainId(messageIdHeader));
  if (same.length < theirs.length || same.length < Math.min(samples, ours.size) || same.length === 0)
    return false;
  // Samples are no proof for all the others: the next pass compares every UID.
  const [record] = await cache.call('folders', { accountId, folderId });
  const cursor = record?.cursor;
  if (cursor != null) await cache.call('putCursor', { folderId, cursor: { ...cursor, comparedAt: null } });
  return true;
}

/** Up to `asked` UIDs: the newest, and others evenly down to the oldest. */
function spreadOver(ranges: readonly UidRange[]): number[] {
  const uids = new Set<number>();
  const take = (some: readonly UidRange[]): void => {
    for (const [first, last] of some) for (let uid = first; uid <= last; uid += 1) uids.add(uid);
  };
  take(takeHighest(ranges, asked / 2));
  const lowest = ranges[0]?.[0] ?? 1;
  const highest = ranges.at(-1)?.[1] ?? 1;
  for (let n = 0; n < asked / 2; n += 1) {
    const from = lowest + Math.floor(((highest - lowest) * n) / (asked / 2));
    const next = within(ranges, from, highest)[0]?.[0];
    if (next !== undefined) uids.add(next);
  }
  return [...uids].sort((a, b) => a - b);
}
