import type { RemoteFolder } from '../../backend.ts';
import { mailboxArgument } from '../mailbox-name.ts';
import { objectId } from '../object-id.ts';
import type { CommandContext } from './context.ts';

/**
 * MAILBOXID of each folder whose STATUS did not give it (server-quirks.ts): EXAMINE does. Asked once for a path and
 * UIDVALIDITY; a folder that was renamed has a path not asked about yet.
 */
export async function addMailboxIds(
  context: CommandContext,
  folders: readonly RemoteFolder[],
): Promise<void> {
  const { port, mailboxIds } = context;
  if (!port.capabilities.has('OBJECTID')) return;
  const unknown = folders.filter((folder) => {
    folder.mailboxId ??= mailboxIds.get(keyOf(folder)) ?? null;
    return folder.mailboxId === null && folder.selectable;
  });
  if (unknown.length === 0) return;
  port.selected = null;
  await Promise.all(
    unknown.map((folder) =>
      port.run({
        name: 'EXAMINE',
        parts: ['EXAMINE ', mailboxArgument(folder.path, port)],
        pipelined: true,
        onUntagged: ({ name, code }) => {
          if (name === 'OK' && code?.name === 'MAILBOXID') folder.mailboxId = objectId(code.values[0]);
        },
      }),
    ),
  );
  for (const folder of unknown)
    if (folder.mailboxId !== null) mailboxIds.set(keyOf(folder), folder.mailboxId);
}

function keyOf({ path, status }: RemoteFolder): string {
  return `${status?.uidValidity ?? 0} ${path}`;
}
