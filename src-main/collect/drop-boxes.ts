import type { Backend, Call, RemoteFolder } from '../backends/backend.ts';
import type { DropBox } from '../backends/drop-box.ts';
import { createImapDropBox } from '../backends/imap/imap-drop-box.ts';
import type { LocalMail } from '../local-mail/local-mail.ts';

/** One place on the server to collect from, and the local folder that gets it. */
export interface Collection {
  dropBox: DropBox;
  /** Of local mail; made here when it was missing. */
  path: string;
  scope: string;
  /** Equal as long as nothing came or went there; null: it must be looked into. */
  fingerprint: string | null;
}

/** Folders that only show what lies in others (RFC 6154): taking them home would double it. */
const virtual = new Set(['all', 'flagged']);

/** Every folder of an IMAP account, the inbox first, each to its namesake (or its role's folder) here. */
export async function imapCollections(backend: Backend, mail: LocalMail, call: Call): Promise<Collection[]> {
  await backend.connect(call);
  const folders = (await backend.listFolders(call)).filter(
    (folder) =>
      folder.selectable && folder.path !== '' && !(folder.role !== null && virtual.has(folder.role)),
  );
  const isInbox = (folder: RemoteFolder): number => (folder.path.toUpperCase() === 'INBOX' ? 0 : 1);
  const collections = folders
    .toSorted((a, b) => isInbox(a) - isInbox(b))
    .map((folder) => ({
      dropBox: createImapDropBox(backend, folder.path),
      path: pathHere(folder, mail),
      scope: `imap/${folder.path}`,
      fingerprint:
        folder.status === null
          ? null
          : [folder.status.uidValidity, folder.status.uidNext, folder.status.exists].join('.'),
    }));
  await mail.act((now) => ({
    records: [...new Set(collections.map(({ path }) => path))]
      .filter((path) => !now.folders.has(path))
      .map((path, i) => ({ t: 'folder' as const, path, role: null, uidValidity: now.nextValidity + i })),
    value: undefined,
  }));
  return collections;
}

function pathHere(folder: RemoteFolder, mail: LocalMail): string {
  if (folder.path.toUpperCase() === 'INBOX') return 'INBOX';
  const byRole = [...mail.state.folders.values()].find(
    (local) => folder.role !== null && local.role === folder.role,
  );
  if (byRole !== undefined) return byRole.path;
  const { delimiter } = folder;
  return delimiter === null || delimiter === '/' ? folder.path : folder.path.split(delimiter).join('/');
}
