import { AppError } from '../../src-shared/error.ts';
import type { Op, OpAction } from '../journal/op.ts';
import {
  done,
  lookAgain,
  mayComeLate,
  rejected,
  type Command,
  type ReplayContext,
  type ReplayResult,
} from './command.ts';
import { makeAgain } from './folders.ts';
import { findCopies, noteTarget, searchFrom } from './place-copies.ts';

type Append = Extract<OpAction, { kind: 'append' }>;

/**
 * APPENDs bytes we hold. They survive everything, a new UIDVALIDITY included (RFC 4549 §4.1). After a
 * lost answer the Message-ID is looked for above the UIDNEXT noted before; only when it is not there is
 * it sent again.
 */
export const appendCommand: Command<'append'> = {
  kind: 'append',
  async replay(op, action, context) {
    try {
      return await append(op, action, context);
    } catch (refused) {
      if (!(await folderMadeAgain(refused, action, context))) throw refused;
      return await append(op, action, context);
    }
  },
};

/** Drafts or Sent, which another program deleted while this waited (R12): there is no other place for it. */
async function folderMadeAgain(refused: unknown, action: Append, context: ReplayContext): Promise<boolean> {
  if (action.purpose !== 'draft' && action.purpose !== 'sent') return false;
  if (!(refused instanceof AppError) || !['refused', 'not-found'].includes(refused.data.code)) return false;
  const folder = context.folder(action.folderId);
  return folder !== undefined && (await makeAgain(folder.path, context));
}

async function append(op: Op, action: Append, context: ReplayContext): Promise<ReplayResult> {
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
    // Its row comes with its body, which rests here, when the folder is asked.
    if (action.purpose === 'put-back')
      return done({ pull: [folder.folderId], places: [{ messageId: action.messageId, to }] });
    return done({
      batches: [{ folderId: folder.folderId, gen: folder.gen, bind: [{ messageId: action.messageId, uid }] }],
      places: [{ messageId: action.messageId, to }],
    });
  };
  const verifying = op.evidence.targetUidNext !== undefined;
  const uidThere = async (from: number): Promise<number | undefined> => {
    if (action.messageIdHeader === '') {
      const { messageId, messageIdHeader, internalDate } = action;
      const ref = { folderId: folder.folderId, gen: folder.gen, uid: 0 };
      const target = { messageId, ref: null, messageIdHeader, size: bytes.length, internalDate };
      return (await findCopies([{ target, ref }], folder, from, context))[0]?.to?.uid;
    }
    const found = await context.backend.findByMessageId(
      folder.path,
      from,
      [action.messageIdHeader],
      context.call,
    );
    // A message taken from elsewhere may have a namesake here already; what we wrote ourselves has none.
    const ours = action.purpose === 'sent' || action.purpose === 'draft';
    return found.find((copy) => ours || copy.size === bytes.length)?.uid;
  };
  if (verifying) {
    const uid = await uidThere(await searchFrom(op.evidence, folder, context));
    if (uid !== undefined) return arrived(uid);
    if (mayComeLate(op, context)) return lookAgain(op, context);
  }
  const evidence = verifying ? op.evidence : await noteTarget(folder, context);
  await context.send(evidence);
  const outcome = await context.backend.append(
    folder.path,
    bytes,
    { flags: action.flags, internalDate: action.internalDate },
    context.call,
  );
  if (outcome.state === 'unknown') return outcome;
  if (outcome.value !== null) return arrived(outcome.value.uid);
  const uid = await uidThere(evidence.targetUidNext ?? 1);
  return uid === undefined ? done({ pull: [folder.folderId] }) : arrived(uid);
}
