import type { SelectedFolder } from '../../backend.ts';
import type { CommandContext } from './context.ts';
import { ensureSelected } from './select.ts';
import { catchUp } from './status.ts';

/** By folder as it was opened: messages below this number are in sight of that session. */
const seenBelow = new WeakMap<SelectedFolder, number>();

/**
 * The folder is open, and this session knows of these messages. To a session that was not told yet of what came after its
 * SELECT (RFC 3501 5.2) it is not there: of Dovecot FETCH gets nothing, as of a message that is gone, and STORE, COPY and
 * MOVE get OK and do nothing; EXISTS comes behind them.
 */
export async function ensureInSight(
  context: CommandContext,
  path: string,
  uids: readonly number[],
): Promise<SelectedFolder> {
  const wasOpen = context.port.selected?.path === path;
  const folder = await ensureSelected(context, path);
  const newest = uids.reduce((most, uid) => Math.max(most, uid), 0);
  if (!wasOpen || newest < (seenBelow.get(folder) ?? folder.uidNext)) return folder;
  await catchUp(context);
  seenBelow.set(folder, newest + 1);
  return folder;
}

/** The folder is open, and this session knows of everything that is in it now, what came a moment ago too. */
export async function ensureUpToDate(context: CommandContext, path: string): Promise<void> {
  const wasOpen = context.port.selected?.path === path;
  await ensureSelected(context, path);
  if (wasOpen) await catchUp(context);
}
