import type { FolderRole } from '../../../../src-shared/model/folder.ts';
import { AppError } from '../../../../src-shared/error.ts';
import type { RemoteFolder, RemoteStatus } from '../../backend.ts';
import { decodeMailboxName } from '../mailbox-name.ts';
import { type ImapPort, listOf, rawOf, type Tagged, type Untagged } from '../port.ts';
import { refusal } from '../errors.ts';
import type { CommandContext } from './context.ts';
import { addMailboxIds } from './mailbox-ids.ts';
import { catchUp, readStatus, status, statusItems } from './status.ts';

const roles: Record<string, FolderRole | undefined> = {
  '\\inbox': 'inbox',
  '\\drafts': 'drafts',
  '\\sent': 'sent',
  '\\archive': 'archive',
  '\\junk': 'junk',
  '\\spam': 'junk',
  '\\trash': 'trash',
  '\\all': 'all',
  '\\allmail': 'all',
  '\\flagged': 'flagged',
  '\\starred': 'flagged',
};

/** A flood of names must not fill the memory. */
const mostFolders = 100_000;

interface Collected {
  folders: Map<string, RemoteFolder>;
  statuses: Map<string, RemoteStatus>;
  subscribedKnown: boolean;
}

/**
 * All folders with role, subscription and status: one command where LIST-EXTENDED and LIST-STATUS
 * are offered, else LIST, LSUB and a STATUS each (pipelined). An empty answer is an error: every
 * account has an INBOX (fault case 45).
 */
export async function listFolders(context: CommandContext): Promise<RemoteFolder[]> {
  const { port } = context;
  const found: Collected = { folders: new Map(), statuses: new Map(), subscribedKnown: false };
  const options = returnOptions(port);
  if (port.selected !== null && port.capabilities.has('LIST-STATUS')) await catchUp(context);
  let tagged = await list(context, found, options);
  if (tagged.status === 'BAD' && options.length > 0) {
    // Servers that offer the extension and do not understand it: as if it were not offered.
    found.folders.clear();
    tagged = await list(context, found, []);
  }
  if (tagged.status !== 'OK') throw refusal(tagged, 'list the folders', 'account', context.place);
  if (found.folders.size === 0) {
    throw new AppError({
      code: 'refused',
      scope: 'account',
      next: 'retry',
      detail: `${context.place.host} named no folder at all. Posthorn asks again and keeps what it has.`,
    });
  }
  if (!found.subscribedKnown) await lsub(context, found);
  await addStatuses(context, found);
  const folders = [...found.folders.values()].map((folder) => {
    const status = found.statuses.get(folder.path) ?? null;
    return { ...folder, status, mailboxId: status?.mailboxId ?? null };
  });
  await addMailboxIds(context, folders);
  return folders;
}

function returnOptions(port: ImapPort): string[] {
  const { capabilities } = port;
  const options: string[] = [];
  if (capabilities.has('LIST-EXTENDED')) options.push('SUBSCRIBED');
  if (capabilities.has('SPECIAL-USE')) options.push('SPECIAL-USE');
  if (capabilities.has('LIST-STATUS')) options.push(`STATUS ${statusItems(port)}`);
  return options;
}

function list(context: CommandContext, found: Collected, options: string[]): Promise<Tagged> {
  const { port } = context;
  found.subscribedKnown = options.includes('SUBSCRIBED');
  return port.run({
    name: 'LIST',
    parts: [`LIST "" "*"${options.length > 0 ? ` RETURN (${options.join(' ')})` : ''}`],
    onUntagged: (response) => {
      if (response.name === 'LIST') {
        const folder = readFolder(response, port);
        if (folder !== null) found.folders.set(folder.path, folder);
        if (found.folders.size > mostFolders)
          throw new Error(`the server names more than ${mostFolders} folders`);
      } else if (response.name === 'STATUS') {
        found.statuses.set(
          decodeMailboxName(rawOf(response.values[0]), port),
          readStatus(response.values[1]),
        );
      }
    },
  });
}

function readFolder({ values }: Untagged, port: ImapPort): RemoteFolder | null {
  const attributes = new Set(listOf(values[0]).map((value) => rawOf(value).toLowerCase()));
  const delimiter = rawOf(values[1]) || null;
  const raw = rawOf(values[2]);
  if (raw === '') return null;
  const path = decodeMailboxName(raw, port);
  // A name with line breaks or other controls could be shown as something else, and never be asked for again.
  if (/[\u0000-\u001f\u007f]/.test(path)) return null;
  const selectable = !attributes.has('\\noselect') && !attributes.has('\\nonexistent');
  let role: FolderRole | null = path === 'INBOX' ? 'inbox' : null;
  for (const attribute of attributes) role ??= roles[attribute] ?? null;
  const parts = delimiter === null ? [path] : path.split(delimiter).filter((part) => part !== '');
  return {
    path,
    name: parts.at(-1) ?? path,
    delimiter,
    role: selectable ? role : null,
    subscribed: attributes.has('\\subscribed'),
    selectable,
    mailboxId: null,
    status: null,
  };
}

async function lsub(context: CommandContext, found: Collected): Promise<void> {
  const { port } = context;
  const tagged = await port.run({
    name: 'LSUB',
    parts: ['LSUB "" "*"'],
    onUntagged: (response) => {
      if (response.name !== 'LSUB') return;
      // \Noselect in LSUB: not subscribed itself, but something below it is (RFC 3501 6.3.9).
      if (listOf(response.values[0]).some((value) => rawOf(value).toLowerCase() === '\\noselect')) return;
      const folder = found.folders.get(decodeMailboxName(rawOf(response.values[2]), port));
      if (folder !== undefined) folder.subscribed = true;
    },
  });
  // A server without LSUB: everything counts as subscribed, so that nothing is hidden.
  if (tagged.status !== 'OK') for (const folder of found.folders.values()) folder.subscribed = true;
}

async function addStatuses(context: CommandContext, found: Collected): Promise<void> {
  const missing = [...found.folders.values()].filter(
    (folder) => folder.selectable && !found.statuses.has(folder.path),
  );
  await Promise.all(
    missing.map(async (folder) => {
      try {
        found.statuses.set(folder.path, await status(context, folder.path));
      } catch (error) {
        // One folder that refuses STATUS leaves the others alone; its status stays unknown.
        if (!(error instanceof AppError)) throw error;
      }
    }),
  );
}
