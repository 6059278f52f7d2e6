import type { CopiedUid } from '../../backend.ts';
import { mailboxArgument } from '../mailbox-name.ts';
import { uidSetChunks } from '../uid-set.ts';
import { type CommandContext, runOk } from './context.ts';
import { copiedUids } from './copy-uid.ts';
import { ensureInSight } from './in-sight.ts';

/** UID COPY. Null when the server says of a chunk not where its copies went: they must be looked for. */
export async function copy(
  context: CommandContext,
  path: string,
  uids: number[],
  targetPath: string,
): Promise<CopiedUid[] | null> {
  const target = mailboxArgument(targetPath, context.port);
  await ensureInSight(context, path, uids);
  let pairs: CopiedUid[] | null = [];
  for (const set of uidSetChunks(uids)) {
    const tagged = await runOk(
      context,
      { name: 'UID COPY', parts: [`UID COPY ${set} `, target] },
      'copy the messages',
      'message',
    );
    const copied = copiedUids(tagged.code);
    pairs = copied === null || pairs === null ? null : [...pairs, ...copied];
  }
  return pairs;
}
