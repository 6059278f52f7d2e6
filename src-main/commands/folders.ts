import { AppError } from '../../src-shared/error.ts';
import type { RemoteFolder, WriteOutcome } from '../backends/backend.ts';
import { done, lookAgain, mayComeLate, rejected, type Command, type ReplayContext } from './command.ts';

/** The folder list is the proof for every folder command: LIST decides, not the lost answer. */
async function onServer(path: string, context: ReplayContext): Promise<RemoteFolder | undefined> {
  const folders = await context.backend.listFolders(context.call);
  return folders.find((folder) => folder.path === path);
}

/**
 * A server may carry out a command whose connection was lost after it was asked what became of it; the same command is
 * then refused the second time. Refused, but as it was to be: done.
 */
async function unlessSo(
  work: Promise<WriteOutcome<void>>,
  isSo: () => Promise<boolean>,
): Promise<WriteOutcome<void>> {
  try {
    return await work;
  } catch (error) {
    const isRefusal = error instanceof AppError && error.data.next === 'tell-user';
    if (isRefusal && (await isSo())) return { state: 'done', value: undefined };
    throw error;
  }
}

/** Makes a folder that is not on the server any more; false: it is there, or could not be made now. */
export async function makeAgain(path: string, context: ReplayContext): Promise<boolean> {
  if ((await onServer(path, context)) !== undefined) return false;
  const outcome = await context.backend.createFolder(path, context.call);
  if (outcome.state === 'unknown') return false;
  await context.backend.subscribe(path, true, context.call);
  return true;
}

export const folderCreateCommand: Command<'folder-create'> = {
  kind: 'folder-create',
  async replay(_op, action, context) {
    await context.send();
    // The path may have been changed by a later rename that already ran; the register knows.
    const path = context.folder(action.folderId)?.path ?? action.path;
    if ((await onServer(path, context)) === undefined) {
      const outcome = await unlessSo(
        context.backend.createFolder(path, context.call),
        async () => (await onServer(path, context)) !== undefined,
      );
      if (outcome.state === 'unknown') return outcome;
      await context.backend.subscribe(path, true, context.call);
    }
    await context.folderCreated(action.folderId);
    return done({ pull: [action.folderId] });
  },
};

export const folderRenameCommand: Command<'folder-rename'> = {
  kind: 'folder-rename',
  async replay(op, action, context) {
    const from = await onServer(action.from, context);
    const to = await onServer(action.to, context);
    if (from === undefined && to === undefined) {
      // The register followed it: what was renamed on both sides keeps the name that stands on the server (case 55).
      const now = context.folder(action.folderId)?.path ?? action.from;
      return now === action.from
        ? rejected(`The folder “${action.from}” is not on the server any more; it was not renamed.`)
        : rejected(
            `Another program renamed the folder “${action.from}” to “${now}” before it could be renamed to “${action.to}”. It keeps the name “${now}”; you can rename it again.`,
          );
    }
    if (from !== undefined && to !== undefined)
      return rejected(`The server already has a folder “${action.to}”; “${action.from}” kept its name.`);
    if (from !== undefined) {
      await context.send(op.evidence);
      const outcome = await unlessSo(
        context.backend.renameFolder(action.from, action.to, context.call),
        async () =>
          (await onServer(action.from, context)) === undefined &&
          (await onServer(action.to, context)) !== undefined,
      );
      if (outcome.state === 'unknown') return outcome;
      await resubscribe(action.from, action.to, context);
    }
    await context.folderRenamed(action.folderId, action.to);
    return done({ pull: [action.folderId] });
  },
};

/** RENAME leaves the subscription at the old name (RFC 3501 §6.3.9); a failure here changes nothing that matters. */
async function resubscribe(from: string, to: string, context: ReplayContext): Promise<void> {
  try {
    await context.backend.subscribe(from, false, context.call);
    await context.backend.subscribe(to, true, context.call);
  } catch (error) {
    if (!(error instanceof AppError) || error.data.next !== 'tell-user') throw error;
  }
}

export const folderDeleteCommand: Command<'folder-delete'> = {
  kind: 'folder-delete',
  async replay(op, action, context) {
    const path = context.folder(action.folderId)?.path ?? action.path;
    const found = await onServer(path, context);
    const isAnother = found !== undefined && (await isAnew(found, action.uidValidity, context));
    // What was lost may have been done, and somebody made another of that name since.
    if (isAnother && op.state !== 'unknown')
      return rejected(
        `Another program made the folder “${path}” anew, so it was not deleted. Delete it again if you mean this one.`,
      );
    const isThere = found !== undefined && !isAnother;
    // Done twice, the later one would take a folder that was made anew under that name, with its mail.
    if (isThere && mayComeLate(op, context)) return lookAgain(op, context);
    await context.send();
    if (isThere) {
      const outcome = await unlessSo(
        context.backend.deleteFolder(path, context.call),
        async () => (await onServer(path, context)) === undefined,
      );
      if (outcome.state === 'unknown') return outcome;
    }
    await context.folderRemoved(action.folderId);
    return done();
  },
};

/** It has the name of the folder that was meant, and another numbering: another program made it since. */
async function isAnew(
  found: RemoteFolder,
  meant: number | null | undefined,
  context: ReplayContext,
): Promise<boolean> {
  if (meant === null || meant === undefined || !found.selectable) return false;
  const status = found.status ?? (await context.backend.status(found.path, context.call));
  return status.uidValidity !== meant;
}

export const subscribeCommand: Command<'subscribe'> = {
  kind: 'subscribe',
  async replay(_op, action, context) {
    const folder = context.folder(action.folderId);
    if (folder === undefined) return done();
    await context.send();
    await context.backend.subscribe(folder.path, action.subscribed, context.call);
    return done();
  },
};
