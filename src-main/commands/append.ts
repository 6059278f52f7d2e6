import { done, rejected, type Command } from './command.ts';
import { noteTarget } from './place-copies.ts';

/**
 * APPENDs bytes we hold. They survive everything, a new UIDVALIDITY included (RFC 4549 §4.1). After a
 * lost answer the Message-ID is looked for above the UIDNEXT noted before; only when it is not there is
 * it sent again.
 */
export const appendCommand: Command<'append'> = {
  kind: 'append',
  async replay(op, action, context) {
    const folder = context.folder(action.folderId);
    if (folder === undefined)
      return rejected(
        'The folder this message was to be filed in is not on the server any more. The message is kept here.',
      );
    const bytes = await context.blob(action.blob);
    if (bytes === null)
      return rejected(
        'The file that held this message is gone or damaged; it could not be filed on the server.',
      );
    const arrived = (uid: number) => {
      const to = { folderId: folder.folderId, gen: folder.gen, uid };
      return done({
        batches: [
          { folderId: folder.folderId, gen: folder.gen, bind: [{ messageId: action.messageId, uid }] },
        ],
        places: [{ messageId: action.messageId, to }],
      });
    };
    const before = op.evidence.targetUidNext;
    if (before !== undefined && action.messageIdHeader !== '') {
      const found = await context.backend.findByMessageId(
        folder.path,
        before,
        [action.messageIdHeader],
        context.call,
      );
      const first = found[0];
      if (first !== undefined) return arrived(first.uid);
    }
    const evidence = before === undefined ? await noteTarget(folder, context) : op.evidence;
    await context.send(evidence);
    const outcome = await context.backend.append(
      folder.path,
      bytes,
      { flags: action.flags, internalDate: action.internalDate },
      context.call,
    );
    if (outcome.state === 'unknown') return outcome;
    if (outcome.value !== null) return arrived(outcome.value.uid);
    const found = await context.backend.findByMessageId(
      folder.path,
      evidence.targetUidNext ?? 1,
      [action.messageIdHeader],
      context.call,
    );
    const only = found.length === 1 ? found[0] : undefined;
    return only === undefined ? done({ pull: [folder.folderId] }) : arrived(only.uid);
  },
};
