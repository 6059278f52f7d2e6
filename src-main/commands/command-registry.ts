import type { Op } from '../journal/op.ts';
import { appendCommand } from './append.ts';
import type { ReplayContext, ReplayResult } from './command.ts';
import { copyCommand } from './copy.ts';
import { expungeCommand } from './expunge.ts';
import { flagsCommand } from './flags.ts';
import {
  folderCreateCommand,
  folderDeleteCommand,
  folderRenameCommand,
  subscribeCommand,
} from './folders.ts';
import { moveCommand } from './move.ts';
import { purgeCommand } from './purge.ts';

/** Brings one operation to the server, by its kind. */
export function replayOp(op: Op, context: ReplayContext): Promise<ReplayResult> {
  const { action } = op;
  switch (action.kind) {
    case 'flags':
      return flagsCommand.replay(op, action, context);
    case 'move':
      return moveCommand.replay(op, action, context);
    case 'copy':
      return copyCommand.replay(op, action, context);
    case 'expunge':
      return expungeCommand.replay(op, action, context);
    case 'purge':
      return purgeCommand.replay(op, action, context);
    case 'append':
      return appendCommand.replay(op, action, context);
    case 'folder-create':
      return folderCreateCommand.replay(op, action, context);
    case 'folder-rename':
      return folderRenameCommand.replay(op, action, context);
    case 'folder-delete':
      return folderDeleteCommand.replay(op, action, context);
    case 'subscribe':
      return subscribeCommand.replay(op, action, context);
  }
}
