import {
  countUids,
  formatUidSet,
  parseUidSet,
  subtract,
  uidSetOf,
  type UidRange,
} from '../../src-shared/uid-set.ts';
import type { Call, SelectedFolder } from '../backends/backend.ts';
import type { FolderEntry } from './folder-register.ts';
import type { PullPorts } from './pull-ports.ts';

/** What the server has, without what we left behind there; of that, what is really gone is forgotten. */
export async function listUids(
  entry: FolderEntry,
  ports: Pick<PullPorts, 'backend' | 'register'>,
  call: Call,
): Promise<UidRange[]> {
  const server = parseUidSet(await ports.backend.listUids(entry.path, call)) ?? [];
  const left = leftBehind(entry);
  if (left.length === 0) return server;
  const there = subtract(left, subtract(left, server));
  if (countUids(there) < countUids(left)) {
    ports.register.change(entry.folderId, { leftBehind: formatUidSet(there) });
    await ports.register.save();
  }
  return subtract(server, there);
}

export function leftBehind(entry: FolderEntry): UidRange[] {
  return parseUidSet(entry.leftBehind ?? '') ?? [];
}

/** Somebody took \Deleted off a message that we had left behind: it is listed again. */
export async function takeBack(
  entry: FolderEntry,
  flags: readonly { uid: number; flags: string[] }[],
  selected: SelectedFolder,
  ports: Pick<PullPorts, 'register'>,
): Promise<void> {
  const left = leftBehind(entry);
  if (left.length === 0) return;
  const alive = uidSetOf(flags.filter((row) => !row.flags.includes('\\Deleted')).map((row) => row.uid));
  const still = subtract(left, alive);
  const back = countUids(left) - countUids(still);
  if (back === 0) return;
  selected.exists += back;
  ports.register.change(entry.folderId, { leftBehind: formatUidSet(still) });
  await ports.register.save();
}
