import type { FolderPassPorts } from './folder-pass.ts';
import { nameOf } from './folder-verbs.ts';

/**
 * Where the server wants folders to be made is remembered, so that it is known off the network too. What was named
 * before the server said so, and is not made yet, is made there. True: the register has news to be saved.
 */
export function takeNamespace({
  accountId,
  backend,
  register,
}: Pick<FolderPassPorts, 'accountId' | 'backend' | 'register'>): boolean {
  const personal = backend.capabilities.personal ?? undefined;
  if (!register.setPersonal(accountId, personal)) return false;
  if (personal === undefined) return true;
  const { prefix, delimiter } = personal;
  for (const entry of register.all(accountId)) {
    if (!entry.local || entry.path.startsWith(prefix)) continue;
    const parts = entry.delimiter === null ? [entry.path] : entry.path.split(entry.delimiter);
    const path = prefix + parts.join(delimiter ?? entry.delimiter ?? '');
    if (register.byPath(accountId, path) !== undefined) continue;
    register.change(entry.folderId, { path, delimiter, name: nameOf(path, delimiter) });
  }
  return true;
}
