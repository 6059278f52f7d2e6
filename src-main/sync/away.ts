import type { AppError } from '../../src-shared/error.ts';
import type { FolderRegister } from './folder-register.ts';

/** Why a message cannot be had now, when its account's mail is only on a server that is not reached. */
export function awayOf(
  messageId: string,
  register: FolderRegister,
  away: (accountId: string) => AppError | null,
): AppError | null {
  // An id begins with the folder in which the message was found first.
  const entry = register.get(messageId.split('.')[0] ?? '');
  return entry === undefined ? null : away(entry.accountId);
}
