import { AppError } from '../../../src-shared/error.ts';
import type { LocalFolder } from '../../local-mail/local-state.ts';
import type { Backend, RemoteStatus, SelectedFolder } from '../backend.ts';
import { noFolder, type LocalAccess } from './local-access.ts';

const delimiter = '/';

/** What can be done with whole local folders. */
export function localFolders(
  access: LocalAccess,
): Pick<
  Backend,
  'listFolders' | 'status' | 'createFolder' | 'renameFolder' | 'deleteFolder' | 'subscribe' | 'select'
> {
  const { folderOf, read, write } = access;
  return {
    listFolders: (call) =>
      read(call, () =>
        [...access.mail.state.folders.values()].map((folder) => ({
          path: folder.path,
          name: folder.path.split(delimiter).at(-1) ?? folder.path,
          delimiter,
          role: folder.role,
          subscribed: folder.subscribed,
          selectable: true,
          mailboxId: `local-${folder.uidValidity}`,
          status: statusOf(folder),
        })),
      ),
    status: (path, call) => read(call, () => statusOf(folderOf(path))),
    createFolder: (path, call) =>
      write<undefined>(call, (now) => {
        checkName(path);
        if (now.folders.has(path)) throw refusedFolder(`There is a folder “${path}” already.`);
        // Parents come into being with their children, as on most servers.
        const parts = path.split(delimiter);
        const paths = parts.map((_, i) => parts.slice(0, i + 1).join(delimiter));
        return {
          records: paths
            .filter((each) => !now.folders.has(each))
            .map((each, i) => ({ t: 'folder', path: each, role: null, uidValidity: now.nextValidity + i })),
          value: undefined,
        };
      }),
    renameFolder: (from, to, call) =>
      write<undefined>(call, (now) => {
        checkName(to);
        if (!now.folders.has(from)) throw noFolder(from);
        if (now.folders.has(to)) throw refusedFolder(`There is a folder “${to}” already.`);
        if (from === 'INBOX') throw refusedFolder('The inbox keeps its name.');
        return { records: [{ t: 'rename', from, to }], value: undefined };
      }),
    deleteFolder: (path, call) =>
      write<undefined>(call, (now) => {
        if (path === 'INBOX') throw refusedFolder('The inbox cannot be deleted.');
        return { records: now.folders.has(path) ? [{ t: 'unfolder', path }] : [], value: undefined };
      }),
    subscribe: async (path, subscribed, call) => {
      await write(call, () => ({ records: [{ t: 'subscribe', path, subscribed }], value: undefined }));
    },
    select: (path, call) =>
      read(call, (): SelectedFolder => {
        const folder = access.mail.state.folders.get(path);
        if (folder === undefined) throw noFolder(path);
        return {
          uidValidity: folder.uidValidity,
          uidNext: folder.uidNext,
          exists: folder.messages.size,
          highestModseq: String(folder.modseq),
          readOnly: false,
          keywordsAllowed: true,
          permanentFlags: ['\\Answered', '\\Flagged', '\\Draft', '\\Deleted', '\\Seen', '\\*'],
        };
      }),
  };
}

function statusOf(folder: LocalFolder): RemoteStatus {
  return {
    exists: folder.messages.size,
    unseen: folder.unseen,
    uidNext: folder.uidNext,
    uidValidity: folder.uidValidity,
    highestModseq: String(folder.modseq),
  };
}

/** A name that no list could show on one line, or that stands for no place. */
function checkName(path: string): void {
  if (path !== '' && !/[\p{Cc}\u2028\u2029]/u.test(path) && !path.split(delimiter).includes('')) return;
  throw new AppError({
    code: 'bad-params',
    scope: 'folder',
    next: 'tell-user',
    detail: 'That is not a name for a folder. Nothing was changed.',
  });
}

function refusedFolder(detail: string): AppError {
  return new AppError({ code: 'refused', scope: 'folder', next: 'tell-user', detail });
}
