import { AppError } from '../../../../src-shared/error.ts';
import { uidSetChunks } from '../uid-set.ts';
import { type CommandContext, runOk } from './context.ts';
import { ensureInSight } from './in-sight.ts';

/** ±FLAGS.SILENT by UID, never a replacement (RFC 4549 4.2.3). Gone UIDs are no error (RFC 9051 6.4.9). */
export async function storeFlags(
  context: CommandContext,
  path: string,
  uids: number[],
  change: { add: string[]; remove: string[] },
): Promise<void> {
  const folder = await ensureInSight(context, path, uids);
  if (folder.readOnly) throw readOnly(context);
  for (const [sign, flags] of [
    ['+', change.add],
    ['-', change.remove],
  ] as const) {
    if (flags.length === 0) continue;
    const list = flagList(flags);
    for (const set of uidSetChunks(uids)) {
      await runOk(
        context,
        { name: 'UID STORE', parts: [`UID STORE ${set} ${sign}FLAGS.SILENT ${list}`] },
        'change the marks',
        'message',
      );
    }
  }
}

/** @throws AppError `bad-params` for a flag that is no atom. */
export function flagList(flags: readonly string[]): string {
  for (const flag of flags) {
    // RFC 9051: flag-keyword is an atom. \Recent belongs to the server, \* is no flag.
    if (!/^\\?[!#$&'+,\-./0-9:;<=>?@A-Z^_`a-z|~[]+$/.test(flag) || /^\\recent$/i.test(flag)) {
      throw new AppError({
        code: 'bad-params',
        scope: 'message',
        next: 'tell-user',
        detail: 'That mark has a name that mail servers do not take.',
      });
    }
  }
  return `(${flags.join(' ')})`;
}

export function readOnly(context: CommandContext): AppError {
  return new AppError({
    code: 'refused',
    scope: 'folder',
    next: 'tell-user',
    detail: `${context.place.host} lets you read this folder but not change it.`,
  });
}
