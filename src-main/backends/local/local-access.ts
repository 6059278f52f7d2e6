import { AppError } from '../../../src-shared/error.ts';
import type { LocalMail } from '../../local-mail/local-mail.ts';
import { emptyState, type LocalFolder } from '../../local-mail/local-state.ts';
import type { Call, WriteOutcome } from '../backend.ts';

/** The local mail as its backend reads and changes it. */
export interface LocalAccess {
  readonly mail: LocalMail;
  open(): Promise<void>;
  expectValidity(path: string, uidValidity: number | null): void;
  /** @throws AppError when it is not there, or was made anew */
  folderOf(path: string): LocalFolder;
  read<T>(call: Call, work: () => Promise<T> | T): Promise<T>;
  /** Durable when it resolves. */
  write<T>(call: Call, make: Parameters<LocalMail['act']>[0]): Promise<WriteOutcome<T>>;
}

export function createLocalAccess(open: () => Promise<LocalMail>): LocalAccess {
  const expected = new Map<string, number | null>();
  let mail: LocalMail = notOpen;
  return {
    get mail() {
      return mail;
    },
    async open() {
      mail = await open();
    },
    expectValidity: (path, uidValidity) => void expected.set(path, uidValidity),
    folderOf(path) {
      const folder = mail.state.folders.get(path);
      if (folder === undefined) throw noFolder(path);
      const validity = expected.get(path) ?? null;
      if (validity === null || validity === folder.uidValidity) return folder;
      throw new AppError({
        code: 'refused',
        scope: 'folder',
        next: 'retry',
        detail: `The folder “${path}” was made anew. Posthorn lists it again.`,
      });
    },
    async read({ signal }, work) {
      refuseWhenAborted(signal);
      return await work();
    },
    async write<T>(call: Call, make: Parameters<LocalMail['act']>[0]): Promise<WriteOutcome<T>> {
      refuseWhenAborted(call.signal);
      return { state: 'done', value: (await mail.act(make)) as T };
    },
  };
}

export function refuseWhenAborted(signal: AbortSignal): void {
  if (signal.aborted)
    throw new AppError({ code: 'cancelled', scope: 'account', next: 'retry', detail: 'Cancelled.' });
}

/** Nothing is asked of a backend before it was connected. */
const notOpen: LocalMail = {
  state: emptyState(),
  damaged: 0,
  act: () => Promise.reject(new Error('local mail is not open')),
  keep: () => Promise.reject(new Error('local mail is not open')),
  bytes: () => Promise.resolve(null),
  onChange: () => () => undefined,
  close: () => Promise.resolve(),
};

export function noFolder(path: string): AppError {
  return new AppError({
    code: 'not-found',
    scope: 'folder',
    next: 'tell-user',
    detail: `The folder “${path}” is not there any more.`,
  });
}
