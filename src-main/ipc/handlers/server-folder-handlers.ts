import { AppError } from '../../../src-shared/error.ts';
import type { Backend, Call, FolderAcl } from '../../backends/backend.ts';
import type { Engines } from '../../sync/engines.ts';
import type { FolderEntry, FolderRegister } from '../../sync/folder-register.ts';
import type { Handlers } from '../serve.ts';

export type ServerFolderHandlers = Pick<Handlers, 'quota.get' | 'acl.get' | 'acl.set' | 'acl.delete'>;

/** Quota and sharing: asked of the server each time, nothing of it is kept here. */
export function serverFolderHandlers(ports: {
  engines: Engines;
  register: FolderRegister;
}): ServerFolderHandlers {
  const { engines, register } = ports;

  async function onServer<T>(
    entry: FolderEntry | undefined,
    work: (backend: Backend, path: string, call: Call) => Promise<T> | undefined,
  ): Promise<T> {
    if (entry === undefined)
      throw new AppError({
        code: 'not-found',
        scope: 'folder',
        next: 'tell-user',
        detail: 'That folder is not here any more.',
      });
    const ask = engines.get(entry.accountId)?.onServer ?? null;
    const answer = entry.local
      ? undefined
      : await ask?.((backend, call) => work(backend, entry.path, call) ?? Promise.resolve(undefined));
    if (answer === undefined)
      throw new AppError({
        code: 'refused',
        scope: 'folder',
        next: 'tell-user',
        detail: 'That folder is not on a server that could be asked about it.',
      });
    return answer;
  }

  const sharing = (backend: Backend, path: string, call: Call): Promise<FolderAcl> | undefined =>
    backend.getAcl?.(path, call);

  return {
    async 'quota.get'(params) {
      const entry =
        'folderId' in params ? register.get(params.folderId) : register.byRole(params.accountId, 'inbox');
      const roots = await onServer(entry, (backend, path, call) => backend.quota?.(path, call));
      return { folderId: entry?.folderId ?? '', roots };
    },
    'acl.get': ({ folderId }) => onServer(register.get(folderId), sharing),
    async 'acl.set'({ folderId, identifier, rights }) {
      const entry = register.get(folderId);
      await onServer(entry, (backend, path, call) =>
        backend.setAcl?.(path, identifier, rights, call).then(() => true),
      );
      return await onServer(entry, sharing);
    },
    async 'acl.delete'({ folderId, identifier }) {
      const entry = register.get(folderId);
      await onServer(entry, (backend, path, call) =>
        backend.deleteAcl?.(path, identifier, call).then(() => true),
      );
      return await onServer(entry, sharing);
    },
  };
}
