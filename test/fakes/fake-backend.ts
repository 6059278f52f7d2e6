import { AppError, type AppErrorData } from '../../src-shared/error.ts';
import type {
  Backend,
  BackendCapabilities,
  Call,
  FolderNews,
  RemoteStatus,
  WriteOutcome,
} from '../../src-main/backends/backend.ts';
import { readEnvelope } from '../../src-main/backends/imap/envelope.ts';
import { isUidSet, toUidSet } from '../../src-main/backends/imap/uid-set.ts';
import type { Value } from '../../src-main/backends/imap/port.ts';
import type { NewRow } from '../../src-shared/model/message.ts';

export interface FakeMessage {
  uid: number;
  flags: Set<string>;
  internalDate: number;
  bytes: Buffer;
  modseq: bigint;
  emailId?: string;
}

export interface FakeFolder {
  uidValidity: number;
  uidNext: number;
  subscribed: boolean;
  messages: Map<number, FakeMessage>;
}

/** A mail server in memory: several FakeBackends may share one, as clients do. */
export class FakeMailServer {
  readonly folders = new Map<string, FakeFolder>();
  readonly watchers = new Set<(path: string, news: FolderNews) => void>();
  modseq = 1n;
  #validity = 1000;

  constructor() {
    this.create('INBOX');
  }

  create(path: string): FakeFolder {
    const folder = {
      uidValidity: ++this.#validity,
      uidNext: 1,
      subscribed: true,
      messages: new Map<number, FakeMessage>(),
    };
    this.folders.set(path, folder);
    return folder;
  }

  add(path: string, bytes: Buffer, flags: Iterable<string> = [], internalDate = 0): number {
    const folder = this.folder(path);
    const uid = folder.uidNext++;
    folder.messages.set(uid, { uid, flags: new Set(flags), internalDate, bytes, modseq: ++this.modseq });
    this.tell(path, { kind: 'exists', exists: folder.messages.size });
    return uid;
  }

  tell(path: string, news: FolderNews): void {
    for (const watcher of this.watchers) watcher(path, news);
  }

  folder(path: string): FakeFolder {
    const folder = this.folders.get(path);
    if (folder !== undefined) return folder;
    throw new AppError({
      code: 'not-found',
      scope: 'folder',
      next: 'tell-user',
      detail: 'The folder is not there any more.',
    });
  }
}

export interface FakeBackendOptions {
  capabilities?: Partial<BackendCapabilities>;
  /** Asked before every call by its method's name; an error is thrown, `unknown` ends a write so (after it took place with `unknown-done`). */
  fault?: (method: string) => AppErrorData | 'unknown' | 'unknown-done' | null;
}

/** A Backend on a FakeMailServer; it passes the contract suite that the real ones pass. */
export function createFakeBackend(
  server: FakeMailServer,
  options: FakeBackendOptions = {},
): Backend & { calls: string[] } {
  const calls: string[] = [];
  const listeners = new Set<(detail: string) => void>();
  const capabilities: BackendCapabilities = {
    condstore: true,
    qresync: false,
    uidplus: true,
    move: true,
    idle: true,
    listStatus: true,
    specialUse: true,
    appendLimit: null,
    ...options.capabilities,
  };

  async function read<T>(method: string, call: Call, work: () => T | Promise<T>): Promise<T> {
    calls.push(method);
    await Promise.resolve();
    if (call.signal.aborted)
      throw new AppError({ code: 'cancelled', scope: 'account', next: 'retry', detail: 'Cancelled.' });
    const fault = options.fault?.(method) ?? null;
    if (fault !== null && typeof fault === 'object') throw new AppError(fault);
    return work();
  }

  async function write<T>(method: string, call: Call, work: () => T): Promise<WriteOutcome<T>> {
    return read(method, call, () => {
      const fault = options.fault?.(`${method}:outcome`) ?? null;
      if (fault === 'unknown') return { state: 'unknown', detail: 'The connection was lost.' };
      const value = work();
      if (fault === 'unknown-done') return { state: 'unknown', detail: 'The connection was lost.' };
      return { state: 'done', value };
    });
  }

  const statusOf = (path: string): RemoteStatus => {
    const folder = server.folder(path);
    const messages = [...folder.messages.values()];
    return {
      exists: messages.length,
      unseen: messages.filter((message) => !message.flags.has('\\Seen')).length,
      uidNext: folder.uidNext,
      uidValidity: folder.uidValidity,
      highestModseq: capabilities.condstore ? String(server.modseq) : null,
    };
  };

  const expected = new Map<string, number | null>();
  const checkValidity = (path: string): void => {
    const wanted = expected.get(path) ?? null;
    if (wanted === null || wanted === server.folder(path).uidValidity) return;
    throw new AppError({
      code: 'refused',
      scope: 'folder',
      next: 'retry',
      detail: 'The folder was numbered anew.',
    });
  };

  const selected = (path: string): RemoteStatus => {
    expected.set(path, server.folder(path).uidValidity);
    return statusOf(path);
  };

  const pick = (path: string, uids: string): FakeMessage[] => {
    checkValidity(path);
    if (uids === '') return [];
    if (!isUidSet(uids)) throw new Error(`not a UID set: ${uids}`);
    const messages = [...server.folder(path).messages.values()].sort((a, b) => a.uid - b.uid);
    const last = messages.at(-1)?.uid ?? 0;
    const ranges = uids
      .split(',')
      .map((part) => part.split(':').map((end) => (end === '*' ? last : Number(end))));
    return messages.filter(({ uid }) =>
      ranges.some(([a = 0, b = a]) => uid >= Math.min(a, b) && uid <= Math.max(a, b)),
    );
  };

  const some = (path: string, uids: readonly number[]): FakeMessage[] => {
    checkValidity(path);
    const { messages } = server.folder(path);
    return uids.flatMap((uid) => messages.get(uid) ?? []);
  };

  const copyTo = (
    path: string,
    uids: readonly number[],
    target: string,
  ): { sourceUid: number; targetUid: number }[] => {
    server.folder(target);
    return some(path, uids).map((message) => ({
      sourceUid: message.uid,
      targetUid: server.add(target, message.bytes, message.flags, message.internalDate),
    }));
  };

  const removeFrom = (path: string, uids: readonly number[]): void => {
    const { messages } = server.folder(path);
    for (const uid of uids) if (messages.delete(uid)) server.tell(path, { kind: 'expunged' });
    server.modseq++;
  };

  const checkName = (path: string): void => {
    if (/[\r\n\0]/.test(path) || path === '')
      throw new AppError({
        code: 'bad-params',
        scope: 'folder',
        next: 'tell-user',
        detail: 'A folder name cannot hold line breaks.',
      });
  };

  return {
    calls,
    capabilities,
    connect: (call) => read('connect', call, () => undefined),
    disconnect: () => void calls.push('disconnect'),
    onLost: (listener) => void listeners.add(listener),
    ping: () => Promise.resolve(),
    expectValidity: (path, uidValidity) => void expected.set(path, uidValidity),
    listFolders: (call) =>
      read('listFolders', call, () =>
        [...server.folders].map(([path, folder]) => ({
          path,
          name: path.split('/').at(-1) ?? path,
          delimiter: '/',
          role: path === 'INBOX' ? ('inbox' as const) : null,
          subscribed: folder.subscribed,
          selectable: true,
          mailboxId: null,
          status: capabilities.listStatus ? statusOf(path) : null,
        })),
      ),
    status: (path, call) => read('status', call, () => statusOf(path)),
    createFolder: (path, call) =>
      write('createFolder', call, () => {
        checkName(path);
        if (server.folders.has(path))
          throw new AppError({
            code: 'refused',
            scope: 'folder',
            next: 'tell-user',
            detail: 'There is a folder of that name already.',
          });
        server.create(path);
      }),
    renameFolder: (from, to, call) =>
      write('renameFolder', call, () => {
        server.folders.set(to, server.folder(from));
        server.folders.delete(from);
      }),
    deleteFolder: (path, call) =>
      write('deleteFolder', call, () => void (server.folder(path), server.folders.delete(path))),
    subscribe: (path, subscribed, call) =>
      read('subscribe', call, () => void (server.folder(path).subscribed = subscribed)),
    select: (path, call) =>
      read('select', call, () => ({
        ...selected(path),
        readOnly: false,
        keywordsAllowed: true,
        permanentFlags: ['\\Answered', '\\Flagged', '\\Deleted', '\\Seen', '\\Draft', '\\*'],
      })),
    fetchRows: (path, uids, call, onRows) =>
      read('fetchRows', call, async () => {
        const rows = pick(path, uids).map(toRow);
        for (let i = 0; i < rows.length && !call.signal.aborted; i += 250)
          await onRows(rows.slice(i, i + 250));
      }),
    fetchFlags: (path, uids, choice, call, onNews) =>
      read('fetchFlags', call, async () => {
        const since =
          choice.changedSince === undefined || !capabilities.condstore ? -1n : BigInt(choice.changedSince);
        const changed = pick(path, uids).filter((message) => message.modseq > since);
        const flags = changed.map((message) => ({
          uid: message.uid,
          flags: [...message.flags],
          modseq: capabilities.condstore ? String(message.modseq) : null,
        }));
        if (flags.length > 0) await onNews({ kind: 'flags', flags });
      }),
    fetchIdentities: (path, uids, call, onIdentities) =>
      read('fetchIdentities', call, () =>
        onIdentities(
          pick(path, uids).map((message) => {
            const { uid, flags, size, internalDate, envelope, emailId } = toRow(message);
            return {
              uid,
              flags,
              size,
              internalDate,
              messageIdHeader: envelope.messageIdHeader,
              ...(emailId === undefined ? {} : { emailId }),
            };
          }),
        ),
      ),
    listUids: (path, call) =>
      read('listUids', call, () => toUidSet([...server.folder(path).messages.keys()])),
    fetchBodies: (path, uids, call, onBody) =>
      read('fetchBodies', call, async () => {
        for (const message of some(path, uids)) await onBody(message.uid, message.bytes);
      }),
    findByMessageId: (path, fromUid, ids, call) =>
      read('findByMessageId', call, () =>
        pick(path, '1:*')
          .filter((message) => message.uid >= fromUid)
          .map((message) => ({
            uid: message.uid,
            messageIdHeader: toRow(message).envelope.messageIdHeader,
            size: message.bytes.length,
          }))
          .filter((found) => ids.includes(found.messageIdHeader)),
      ),
    search: (path, text, call) =>
      read('search', call, () =>
        pick(path, '1:*')
          .filter((message) => message.bytes.toString('utf8').toLowerCase().includes(text.toLowerCase()))
          .map((message) => message.uid)
          .reverse(),
      ),
    storeFlags: (path, uids, change, call) =>
      write('storeFlags', call, () => {
        for (const message of some(path, uids)) {
          for (const flag of change.add) message.flags.add(flag);
          for (const flag of change.remove) message.flags.delete(flag);
          message.modseq = ++server.modseq;
          server.tell(path, { kind: 'flags', flags: [] });
        }
      }),
    listMarked: (path, call) =>
      read('listMarked', call, () =>
        toUidSet(pick(path, '1:*').flatMap(({ uid, flags }) => (flags.has('\\Deleted') ? [uid] : []))),
      ),
    expungeMarked: (path, call) =>
      write('expungeMarked', call, () =>
        removeFrom(
          path,
          pick(path, '1:*').flatMap(({ uid, flags }) => (flags.has('\\Deleted') ? [uid] : [])),
        ),
      ),
    storeUnlessChanged: (path, uids, change, since, call) =>
      write('storeUnlessChanged', call, () => {
        const changed: number[] = [];
        for (const message of some(path, uids)) {
          if (message.modseq > BigInt(since)) {
            changed.push(message.uid);
            continue;
          }
          for (const flag of change.add) message.flags.add(flag);
          for (const flag of change.remove) message.flags.delete(flag);
          message.modseq = ++server.modseq;
        }
        return { changed };
      }),
    copy: (path, uids, target, call) =>
      write('copy', call, () => {
        const pairs = copyTo(path, uids, target);
        return capabilities.uidplus ? pairs : null;
      }),
    move: (path, uids, target, call) =>
      write('move', call, () => {
        if (!capabilities.move)
          throw new AppError({
            code: 'bug',
            scope: 'message',
            next: 'bug',
            detail: 'The server knows no MOVE.',
          });
        const pairs = copyTo(path, uids, target);
        removeFrom(path, uids);
        return capabilities.uidplus ? pairs : null;
      }),
    expunge: (path, uids, call) =>
      write('expunge', call, () => {
        for (const message of some(path, uids)) {
          message.flags.add('\\Deleted');
          message.modseq = ++server.modseq;
        }
        if (capabilities.uidplus) removeFrom(path, uids);
        return { expunged: capabilities.uidplus };
      }),
    append: (path, bytes, choice, call) =>
      write('append', call, () => {
        const { uidValidity } = server.folder(path);
        const uid = server.add(path, Buffer.from(bytes), choice.flags, choice.internalDate);
        return capabilities.uidplus ? { uid, uidValidity } : null;
      }),
    watch: (path, signal, onNews) =>
      new Promise((resolve) => {
        const watcher = (where: string, news: FolderNews): void => {
          if (where === path) onNews(news);
        };
        server.watchers.add(watcher);
        const end = (): void => {
          server.watchers.delete(watcher);
          resolve();
        };
        if (signal.aborted) end();
        else signal.addEventListener('abort', end, { once: true });
      }),
  };
}

/** Just enough of RFC 5322 to serve the rows of test mails: folded headers, one address a header. */
function toRow(message: FakeMessage): NewRow {
  const text = message.bytes.toString('latin1');
  const head = text.slice(0, text.indexOf('\r\n\r\n')).replace(/\r\n[ \t]+/g, ' ');
  const header = (name: string): string | null =>
    new RegExp(`^${name}: *(.*)$`, 'im').exec(head)?.[1]?.trim() ?? null;
  const addresses = (name: string): Value =>
    (header(name) ?? '')
      .split(',')
      .filter((part) => part.includes('@'))
      .map((part) => {
        const match = /^(.*?)<?([^\s<>]+)@([^\s<>]+?)>?$/.exec(part.trim());
        return [match?.[1]?.trim().replace(/^"|"$/g, '') || null, null, match?.[2] ?? '', match?.[3] ?? ''];
      });
  const from = addresses('From');
  const envelope: Value = [
    header('Date'),
    header('Subject'),
    from,
    from,
    header('Reply-To') === null ? from : addresses('Reply-To'),
    addresses('To'),
    addresses('Cc'),
    null,
    header('In-Reply-To'),
    header('Message-ID'),
  ];
  const references = (header('References') ?? '').match(/<[^<>]+>/g) ?? [];
  return {
    uid: message.uid,
    flags: [...message.flags],
    internalDate: message.internalDate,
    size: message.bytes.length,
    envelope: readEnvelope(envelope, references),
    hasAttachments: /^content-disposition: *attachment/im.test(text),
    preview: '',
    ...(message.emailId === undefined ? {} : { emailId: message.emailId }),
  };
}
