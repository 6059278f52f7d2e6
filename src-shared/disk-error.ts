import type { AppErrorData } from './error.ts';

/**
 * What the computer's own disk refused, in words; null: the error is of another kind. Told by the `code` that Node gives
 * errors of the file system.
 */
export function diskError(thrown: unknown): AppErrorData | null {
  if (!(thrown instanceof Error) || !('code' in thrown) || !('syscall' in thrown)) return null;
  const place = 'path' in thrown && typeof thrown.path === 'string' ? ` (${thrown.path})` : '';
  switch (thrown.code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return {
        code: 'quota',
        scope: 'app',
        next: 'tell-user',
        detail:
          'The disk is full: this could not be written down and was not done. Nothing that was kept before is lost. Free some space and try again.',
      };
    case 'EROFS':
    case 'EACCES':
    case 'EPERM':
      return {
        code: 'refused',
        scope: 'app',
        next: 'tell-user',
        detail: `This computer does not let Posthorn write there${place}. Nothing was changed. Look at who owns the folder and whether the disk is read-only.`,
      };
    case 'ENOTDIR':
    case 'EEXIST':
      return {
        code: 'refused',
        scope: 'app',
        next: 'tell-user',
        detail: `There is a file where a folder is needed${place}. Nothing was changed. Choose another place.`,
      };
    case 'EIO':
      return {
        code: 'refused',
        scope: 'app',
        next: 'tell-user',
        detail: `The disk failed while Posthorn used it${place}. What was asked was not done. Look at the health of the disk, and make a copy of the profile.`,
      };
    default:
      return null;
  }
}
