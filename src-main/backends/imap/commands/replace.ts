import { AppError } from '../../../../src-shared/error.ts';
import type { AppendedUid } from '../../backend.ts';
import { mailboxArgument } from '../mailbox-name.ts';
import { joinText } from '../port.ts';
import { appendedUids, checkLimit, messageParts, type NewMessage } from './append.ts';
import { type CommandContext, runOk } from './context.ts';
import { ensureInSight } from './in-sight.ts';
import { readOnly } from './store.ts';

/**
 * UID REPLACE (RFC 8508): the new version is there and the old one gone in one step, so that a draft is never doubled
 * and never missing. APPENDUID comes in an untagged OK before the tagged one.
 */
export async function replace(
  context: CommandContext,
  path: string,
  uid: number,
  message: NewMessage,
): Promise<AppendedUid | null> {
  if (!context.port.capabilities.has('REPLACE')) {
    throw new AppError({
      code: 'bug',
      scope: 'message',
      next: 'bug',
      detail: 'Posthorn tried to replace a message on a server that does not know how.',
    });
  }
  checkLimit(context, message.bytes);
  const folder = await ensureInSight(context, path, [uid]);
  if (folder.readOnly) throw readOnly(context);
  let appended: AppendedUid | null = null;
  const tagged = await runOk(
    context,
    {
      name: 'UID REPLACE',
      parts: joinText([
        `UID REPLACE ${uid} `,
        mailboxArgument(path, context.port),
        ...messageParts(context, message),
      ]),
      onUntagged: (response) => {
        if (response.name === 'OK' && response.code !== null)
          appended ??= appendedUids({ status: 'OK', code: response.code, text: '' }, 1)[0] ?? null;
      },
    },
    'store the new version of the message',
    'message',
  );
  return appended ?? appendedUids(tagged, 1)[0] ?? null;
}
