import { AppError } from '../../../src-shared/error.ts';
import type { NewRow } from '../../../src-shared/model/message.ts';
import type { Backend, Call, FolderNews, SelectedFolder, WriteOutcome } from '../backend.ts';
import { capabilitiesOf, nothing } from './capabilities.ts';
import { append } from './commands/append.ts';
import type { CommandContext } from './commands/context.ts';
import { copy } from './commands/copy.ts';
import { expunge } from './commands/expunge.ts';
import { fetchBodies, findByMessageId } from './commands/fetch-bodies.ts';
import { fetchFlags } from './commands/fetch-flags.ts';
import { fetchRows } from './commands/fetch-rows.ts';
import { createFolder, deleteFolder, renameFolder, subscribe } from './commands/folders.ts';
import { listFolders } from './commands/list.ts';
import { move } from './commands/move.ts';
import { listUids, searchText } from './commands/search.ts';
import { select } from './commands/select.ts';
import { status } from './commands/status.ts';
import { storeFlags } from './commands/store.ts';
import { cancelled, ConnectionPool, type PoolOptions } from './connection-pool.ts';
import { connectionFailure } from '../socket/socket-errors.ts';
import { writeOutcome } from './errors.ts';
import { extraCalls } from './extra-calls.ts';
import type { ImapPort } from './port.ts';
import { isUidSet } from './uid-set.ts';
import { watchAccount } from './watch-account.ts';

export interface ImapBackendOptions extends PoolOptions {
  /** Who sent a message by its header, where the server's reading of it is in doubt. Never rejects. Default: the server's. */
  senderOf?: CommandContext['senderOf'];
}

/** An IMAP account as sync sees it. Nothing is connected before the first call. */
export function createImapBackend(options: ImapBackendOptions): Backend {
  const { server, clock, senderOf } = options;
  const pool = new ConnectionPool(options);
  const listeners = new Set<(detail: string) => void>();
  const validity = new Map<string, number>();
  const checks = new Set<() => void>();
  let capabilities = nothing;
  pool.onLost = (detail) => {
    for (const listener of listeners) listener(detail);
  };
  pool.onOpened = (port) => {
    capabilities = capabilitiesOf(port);
  };

  const mailboxIds = new Map<string, string>();
  const contextOf = (port: ImapPort): CommandContext => ({
    port,
    place: server,
    validity,
    mailboxIds,
    senderOf,
  });

  /** Reads may be left in the middle: the answer is then drained unheard. */
  async function read<T>(call: Call, work: (context: CommandContext) => Promise<T>): Promise<T> {
    const done = pool.use(call.lane, call.signal, (port) => work(contextOf(port)));
    done.catch(() => undefined);
    try {
      return await untilAborted(done, call.signal);
    } catch (error) {
      throw connectionFailure(error, server);
    }
  }

  /** Writes end with the server's answer or with `unknown`; aborting only stops what has not begun. */
  async function write<T>(
    call: Call,
    work: (context: CommandContext) => Promise<T>,
  ): Promise<WriteOutcome<T>> {
    try {
      return await pool.use(call.lane, call.signal, (port) =>
        writeOutcome(() => work(contextOf(port)), server),
      );
    } catch (error) {
      throw connectionFailure(error, server);
    }
  }

  return {
    get capabilities() {
      return capabilities;
    },
    connect: (call) => read(call, () => Promise.resolve()),
    disconnect: () => pool.dropAll('disconnected'),
    onLost: (listener) => void listeners.add(listener),
    async ping(timeoutMs) {
      const port = pool.alivePort();
      for (const check of checks) check();
      if (port === null)
        throw connectionFailure(
          new AppError({
            code: 'connection-lost',
            scope: 'account',
            next: 'retry',
            detail: `There is no connection to ${server.host}.`,
          }),
          server,
        );
      const timer = clock.setTimeout(() => port.close('the server does not answer'), timeoutMs);
      try {
        await port.run({ name: 'NOOP', parts: ['NOOP'] });
      } catch (error) {
        throw connectionFailure(error, server);
      } finally {
        timer.cancel();
      }
    },

    expectValidity(path, uidValidity) {
      if (uidValidity === null) validity.delete(path);
      else validity.set(path, uidValidity);
    },
    listFolders: (call) => read(call, listFolders),
    status: (path, call) => read(call, (context) => status(context, path)),
    createFolder: (path, call) => write(call, (context) => createFolder(context, path)),
    renameFolder: (from, to, call) => write(call, (context) => renameFolder(context, from, to)),
    deleteFolder: (path, call) => write(call, (context) => deleteFolder(context, path)),
    subscribe: (path, subscribed, call) => read(call, (context) => subscribe(context, path, subscribed)),

    async select(path, call, since): Promise<SelectedFolder> {
      const folder = await read(call, (context) => select(context, path, since));
      validity.set(path, folder.uidValidity);
      return folder;
    },
    fetchRows: (path, uids, call, onRows) =>
      read(call, async (context) => {
        if (uids === '') return;
        checkSet(uids);
        const fallback = async (): Promise<ImapPort> =>
          pool.use('interactive', call.signal, (port) => Promise.resolve(port));
        const given = call.lane === 'bulk' && !pool.limited ? { ...context, fallback } : context;
        await fetchRows(
          given,
          path,
          uids,
          unlessAborted(call.signal, (rows: NewRow[]) => onRows(rows)),
        );
      }),
    fetchFlags: (path, uids, choice, call, onNews) =>
      read(call, async (context) => {
        if (uids === '') return;
        checkSet(uids);
        await fetchFlags(
          context,
          path,
          uids,
          choice,
          unlessAborted(call.signal, (news: FolderNews) => onNews(news)),
        );
      }),
    listUids: (path, call) => read(call, (context) => listUids(context, path)),
    fetchBodies: (path, uids, call, onBody) =>
      read(call, (context) =>
        fetchBodies(context, path, uids, (uid, bytes) =>
          call.signal.aborted ? Promise.resolve() : onBody(uid, bytes),
        ),
      ),
    findByMessageId: (path, fromUid, ids, call) =>
      read(call, (context) => findByMessageId(context, path, fromUid, ids)),
    search: (path, text, call) => read(call, (context) => searchText(context, path, text)),

    storeFlags: (path, uids, change, call) =>
      write(call, (context) => storeFlags(context, path, uids, change)),
    copy: (path, uids, target, call) => write(call, (context) => copy(context, path, uids, target)),
    move: (path, uids, target, call) => write(call, (context) => move(context, path, uids, target)),
    expunge: (path, uids, call) => write(call, (context) => expunge(context, path, uids)),
    append: (path, bytes, choice, call) => write(call, (context) => append(context, path, bytes, choice)),

    watch: (path, signal, onNews, onElsewhere) =>
      watchAccount({
        pool,
        server,
        clock,
        checks,
        contextOf,
        onPort: (port) => (capabilities = capabilitiesOf(port)),
        status: () => read({ lane: 'interactive', signal }, (context) => status(context, path)),
        path,
        signal,
        onNews,
        onElsewhere,
      }),
    ...extraCalls(read, write),
  };
}

function checkSet(uids: string): void {
  if (!isUidSet(uids))
    throw new AppError({
      code: 'bug',
      scope: 'folder',
      next: 'bug',
      detail: 'Posthorn asked for messages by something that is no set of UIDs.',
    });
}

function unlessAborted<T>(
  signal: AbortSignal,
  handle: (value: T) => Promise<void>,
): (value: T) => Promise<void> {
  return (value) => (signal.aborted ? Promise.resolve() : handle(value));
}

function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  if (signal.aborted) return Promise.reject(cancelled());
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(cancelled());
    signal.addEventListener('abort', onAbort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}
