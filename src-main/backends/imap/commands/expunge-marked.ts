import { type CommandContext, runOk } from './context.ts';
import { uidSearch } from './search.ts';
import { ensureSelected } from './select.ts';

/** UIDs that are marked \Deleted, as a sequence set. */
export async function listMarked(context: CommandContext, path: string): Promise<string> {
  return await uidSearch(context, path, ['DELETED'], 'look for deleted messages');
}

/**
 * EXPUNGE of everything that is marked. Only for the dance of RFC 4549 §4.2.4, which has taken off what others marked;
 * the wire lint lets it pass for no other command, and not where UID EXPUNGE is offered.
 */
export async function expungeMarked(context: CommandContext, path: string): Promise<void> {
  await ensureSelected(context, path);
  await runOk(
    context,
    { name: 'EXPUNGE', parts: ['EXPUNGE'], dance: true },
    'remove the deleted messages',
    'message',
  );
}
