import { uidSetChunks } from '../uid-set.ts';
import { type CommandContext, runOk } from './context.ts';
import { storeFlags } from './store.ts';

/**
 * Marks \Deleted and expunges exactly these (RFC 4315). Without UIDPLUS a bare EXPUNGE would also
 * take what other clients marked, so there the messages stay marked and `expunged` is false.
 */
export async function expunge(
  context: CommandContext,
  path: string,
  uids: number[],
): Promise<{ expunged: boolean }> {
  await storeFlags(context, path, uids, { add: ['\\Deleted'], remove: [] });
  if (!context.port.capabilities.has('UIDPLUS')) return { expunged: false };
  for (const set of uidSetChunks(uids)) {
    await runOk(
      context,
      { name: 'UID EXPUNGE', parts: [`UID EXPUNGE ${set}`] },
      'delete the messages',
      'message',
    );
  }
  return { expunged: true };
}
