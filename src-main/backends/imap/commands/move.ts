import { AppError } from '../../../../src-shared/error.ts';
import type { CopiedUid } from '../../backend.ts';
import { mailboxArgument } from '../mailbox-name.ts';
import { uidSetChunks } from '../uid-set.ts';
import { type CommandContext, runOk } from './context.ts';
import { copiedUids } from './copy-uid.ts';
import { ensureInSight } from './in-sight.ts';
import { readOnly } from './store.ts';

/** UID MOVE (RFC 6851); COPYUID comes in an untagged OK there, before the EXPUNGEs. */
export async function move(
  context: CommandContext,
  path: string,
  uids: number[],
  targetPath: string,
): Promise<CopiedUid[] | null> {
  if (!context.port.capabilities.has('MOVE')) {
    throw new AppError({
      code: 'bug',
      scope: 'message',
      next: 'bug',
      detail: 'Posthorn tried a move that the server does not know.',
    });
  }
  const target = mailboxArgument(targetPath, context.port);
  const folder = await ensureInSight(context, path, uids);
  if (folder.readOnly) throw readOnly(context);
  let pairs: CopiedUid[] | null = [];
  for (const set of uidSetChunks(uids)) {
    let copied: CopiedUid[] | null = null;
    const tagged = await runOk(
      context,
      {
        name: 'UID MOVE',
        parts: [`UID MOVE ${set} `, target],
        onUntagged: (response) => {
          if (response.name === 'OK') copied = copiedUids(response.code) ?? copied;
        },
      },
      'move the messages',
      'message',
    );
    copied = copiedUids(tagged.code) ?? copied;
    pairs = copied === null || pairs === null ? null : [...pairs, ...copied];
  }
  return pairs;
}
