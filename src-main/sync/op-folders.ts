import type { Call } from '../backends/backend.ts';
import type { Op } from '../journal/op.ts';
import type { FolderRegister } from './folder-register.ts';
import type { ReplayPorts } from './replay-ports.ts';

/** The folders that an operation speaks of; one that makes, renames or deletes a folder may change any. */
export function foldersOf(op: Op, register: FolderRegister): string[] {
  if (
    op.action.kind === 'folder-rename' ||
    op.action.kind === 'folder-delete' ||
    op.action.kind === 'folder-create'
  ) {
    return register.all(op.accountId).map((entry) => entry.folderId);
  }
  const ids = new Set(op.targets.flatMap((target) => (target.ref === null ? [] : [target.ref.folderId])));
  if ('folderId' in op.action) ids.add(op.action.folderId);
  return [...ids];
}

/** Paths that a round of replay asked the list about already: a thousand changes may wait for one folder that went. */
const missed = new WeakMap<Call, Set<string>>();

/**
 * The server says that it has no such folder: another program may have renamed it a moment ago. True when the list of
 * folders, asked anew, says otherwise than we thought.
 */
export async function foldersMoved(op: Op, ports: ReplayPorts, call: Call): Promise<boolean> {
  const { accountId, register } = ports;
  const known = missed.get(call) ?? new Set();
  missed.set(call, known);
  const asked = foldersOf(op, register)
    .map((folderId) => register.get(folderId)?.path)
    .join('\n');
  if (known.has(asked)) return false;
  known.add(asked);
  const paths = (): string =>
    register
      .all(accountId)
      .map((entry) => entry.path)
      .join('\n');
  const before = paths();
  await ports.listFolders(call);
  return paths() !== before;
}
