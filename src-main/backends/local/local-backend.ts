import { AppError } from '../../../src-shared/error.ts';
import type { NewRow } from '../../../src-shared/model/message.ts';
import { formatUidSet, parseUidSet, uidSetOf } from '../../../src-shared/uid-set.ts';
import type { LocalMail } from '../../local-mail/local-mail.ts';
import { numbered } from '../../local-mail/local-mail.ts';
import { emptyState, type LocalFolder, type StoredMessage } from '../../local-mail/local-state.ts';
import type { Backend, Call, CopiedUid, RemoteStatus, SelectedFolder, WriteOutcome } from '../backend.ts';

export interface LocalBackendOptions {
  /** Opened at the first connection; the same one every time. */
  open(): Promise<LocalMail>;
  /** What a list shows of these bytes; reads them in the MIME worker and never rejects. */
  rowOf(bytes: Uint8Array): Promise<Omit<NewRow, 'uid' | 'flags' | 'internalDate' | 'size'>>;
  /** Brings the rest of a message of which only the header came home. @throws AppError why it cannot be had now */
  whole(key: string): Promise<void>;
}

const delimiter = '/';
const rowsAtOnce = 100;

/**
 * Local folders as the resync engine sees a server: always there, never refusing for want of a network, with
 * modification sequences so that a pass costs what changed. Every write is durable when it is answered.
 */
export function createLocalBackend({ open, rowOf, whole }: LocalBackendOptions): Backend {
  const expected = new Map<string, number | null>();
  let mail: LocalMail = notOpen;

  function folderOf(path: string): LocalFolder {
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
  }

  function chosen(path: string, uids: string): StoredMessage[] {
    const folder = folderOf(path);
    const ranges = parseUidSet(uids) ?? [];
    if (ranges.every(([first, last]) => last - first < 1_000 && last < 4_294_967_295))
      return ranges.flatMap(([first, last]) => {
        const found: StoredMessage[] = [];
        for (let uid = first; uid <= last; uid += 1) {
          const message = folder.messages.get(uid);
          if (message !== undefined) found.push(message);
        }
        return found;
      });
    return [...folder.messages.values()]
      .filter(({ uid }) => ranges.some(([first, last]) => uid >= first && uid <= last))
      .toSorted((a, b) => a.uid - b.uid);
  }

  async function read<T>({ signal }: Call, work: () => Promise<T> | T): Promise<T> {
    refuseWhenAborted(signal);
    return await work();
  }

  async function write<T>(call: Call, make: Parameters<LocalMail['act']>[0]): Promise<WriteOutcome<T>> {
    refuseWhenAborted(call.signal);
    return { state: 'done', value: (await mail.act(make)) as T };
  }

  const statusOf = (folder: LocalFolder): RemoteStatus => ({
    exists: folder.messages.size,
    unseen: folder.unseen,
    uidNext: folder.uidNext,
    uidValidity: folder.uidValidity,
    highestModseq: String(folder.modseq),
  });

  async function transfer(path: string, uids: number[], targetPath: string, move: boolean, call: Call) {
    return await write<CopiedUid[]>(call, () => {
      const from = folderOf(path);
      const to = mail.state.folders.get(targetPath);
      if (to === undefined) throw noFolder(targetPath);
      const pairs = uids
        .filter((uid) => from.messages.has(uid))
        .map((uid, i): [number, number] => [uid, to.uidNext + i]);
      return {
        records: pairs.length === 0 ? [] : [{ t: 'copy', path, to: targetPath, uids: pairs, move }],
        value: pairs.map(([sourceUid, targetUid]) => ({ sourceUid, targetUid })),
      };
    });
  }

  /** A message whose header alone is here is fetched for whoever asks for it, never ahead of time. */
  async function completed(path: string, uid: number): Promise<StoredMessage | undefined> {
    const message = folderOf(path).messages.get(uid);
    if (message?.stub !== true) return message;
    await whole(message.source?.key ?? '');
    return folderOf(path).messages.get(uid);
  }

  async function headerId(message: StoredMessage): Promise<string> {
    const bytes = await mail.bytes(message.blob);
    return bytes === null ? '' : (await rowOf(bytes)).envelope.messageIdHeader;
  }

  return {
    capabilities: {
      condstore: true,
      qresync: false,
      uidplus: true,
      move: true,
      idle: true,
      listStatus: true,
      specialUse: true,
      appendLimit: null,
    },
    connect: (call) =>
      read(call, async () => {
        mail = await open();
      }),
    disconnect: () => undefined,
    onLost: () => undefined,
    ping: () => Promise.resolve(),
    expectValidity: (path, uidValidity) => void expected.set(path, uidValidity),
    listFolders: (call) =>
      read(call, () =>
        [...mail.state.folders.values()].map((folder) => ({
          path: folder.path,
          name: folder.path.split(delimiter).at(-1) ?? folder.path,
          delimiter,
          role: folder.role,
          subscribed: folder.subscribed,
          selectable: true,
          mailboxId: `local-${folder.uidValidity}`,
          status: statusOf(folder),
        })),
      ),
    status: (path, call) => read(call, () => statusOf(folderOf(path))),
    createFolder: (path, call) =>
      write<undefined>(call, (now) => {
        checkName(path);
        if (now.folders.has(path)) throw refusedFolder(`There is a folder “${path}” already.`);
        // Parents come into being with their children, as on most servers.
        const parts = path.split(delimiter);
        const paths = parts.map((_, i) => parts.slice(0, i + 1).join(delimiter));
        return {
          records: paths
            .filter((each) => !now.folders.has(each))
            .map((each, i) => ({ t: 'folder', path: each, role: null, uidValidity: now.nextValidity + i })),
          value: undefined,
        };
      }),
    renameFolder: (from, to, call) =>
      write<undefined>(call, (now) => {
        checkName(to);
        if (!now.folders.has(from)) throw noFolder(from);
        if (now.folders.has(to)) throw refusedFolder(`There is a folder “${to}” already.`);
        if (from === 'INBOX') throw refusedFolder('The inbox keeps its name.');
        return { records: [{ t: 'rename', from, to }], value: undefined };
      }),
    deleteFolder: (path, call) =>
      write<undefined>(call, (now) => {
        if (path === 'INBOX') throw refusedFolder('The inbox cannot be deleted.');
        return { records: now.folders.has(path) ? [{ t: 'unfolder', path }] : [], value: undefined };
      }),
    subscribe: async (path, subscribed, call) => {
      await write(call, () => ({ records: [{ t: 'subscribe', path, subscribed }], value: undefined }));
    },
    select: (path, call) =>
      read(call, (): SelectedFolder => {
        const folder = mail.state.folders.get(path);
        if (folder === undefined) throw noFolder(path);
        return {
          uidValidity: folder.uidValidity,
          uidNext: folder.uidNext,
          exists: folder.messages.size,
          highestModseq: String(folder.modseq),
          readOnly: false,
          keywordsAllowed: true,
          permanentFlags: ['\\Answered', '\\Flagged', '\\Draft', '\\Deleted', '\\Seen', '\\*'],
        };
      }),
    fetchRows: (path, uids, call, onRows) =>
      read(call, async () => {
        const messages = chosen(path, uids);
        for (let at = 0; at < messages.length; at += rowsAtOnce) {
          refuseWhenAborted(call.signal);
          const rows = await Promise.all(
            messages.slice(at, at + rowsAtOnce).map(async ({ uid, blob, flags, date, size }) => {
              const bytes = await mail.bytes(blob);
              const row = await rowOf(bytes ?? lostBytes(blob));
              return { ...row, uid, flags, internalDate: date, size };
            }),
          );
          await onRows(rows);
        }
      }),
    fetchFlags: (path, uids, { changedSince }, call, onNews) =>
      read(call, async () => {
        const since = Number(changedSince ?? -1);
        const flags = chosen(path, uids)
          .filter((message) => message.modseq > since)
          .map((message) => ({ uid: message.uid, flags: message.flags, modseq: String(message.modseq) }));
        for (let at = 0; at < flags.length; at += 1_000)
          await onNews({ kind: 'flags', flags: flags.slice(at, at + 1_000) });
      }),
    listUids: (path, call) => read(call, () => formatUidSet(uidSetOf(folderOf(path).messages.keys()))),
    fetchBodies: (path, uids, call, onBody) =>
      read(call, async () => {
        for (const uid of uids) {
          refuseWhenAborted(call.signal);
          const here = folderOf(path).messages.get(uid);
          if (here?.stub === true && call.lane !== 'interactive') continue;
          const message = await completed(path, uid);
          const bytes = message === undefined ? null : await mail.bytes(message.blob);
          if (bytes !== null) await onBody(uid, bytes);
        }
      }),
    findByMessageId: (path, fromUid, messageIdHeaders, call) =>
      read(call, async () => {
        const wanted = new Set(messageIdHeaders);
        const found = [];
        for (const message of folderOf(path).messages.values()) {
          if (message.uid < fromUid) continue;
          const messageIdHeader = await headerId(message);
          if (wanted.has(messageIdHeader))
            found.push({ uid: message.uid, messageIdHeader, size: message.size });
        }
        return found;
      }),
    search: (path, text, call) =>
      read(call, async () => {
        const wanted = text.toLowerCase();
        const found: number[] = [];
        for (const { uid, blob } of folderOf(path).messages.values()) {
          refuseWhenAborted(call.signal);
          const bytes = await mail.bytes(blob);
          if (bytes?.toString('utf8').toLowerCase().includes(wanted) === true) found.push(uid);
        }
        return found.toReversed();
      }),
    storeFlags: (path, uids, { add, remove }, call) =>
      write<undefined>(call, () => {
        const folder = folderOf(path);
        const there = uids.filter((uid) => folder.messages.has(uid));
        return {
          records: there.length === 0 ? [] : [{ t: 'flags', path, uids: there, add, remove }],
          value: undefined,
        };
      }),
    async copy(path, uids, targetPath, call) {
      // Only one of two would know where the rest is.
      for (const uid of uids) await completed(path, uid);
      return await transfer(path, uids, targetPath, false, call);
    },
    move: (path, uids, targetPath, call) => transfer(path, uids, targetPath, true, call),
    expunge: (path, uids, call) =>
      write(call, () => {
        const folder = folderOf(path);
        const there = uids.filter((uid) => folder.messages.has(uid));
        return {
          records: there.length === 0 ? [] : [{ t: 'gone', path, uids: there }],
          value: { expunged: true },
        };
      }),
    async append(path, bytes, { flags, internalDate }, call) {
      refuseWhenAborted(call.signal);
      folderOf(path);
      const blob = await mail.keep(bytes);
      return await write(call, () => {
        const folder = folderOf(path);
        const [message] = numbered(folder, [{ blob, size: bytes.byteLength, date: internalDate, flags }]);
        return {
          records: message === undefined ? [] : [{ t: 'add', path, messages: [message] }],
          value: { uid: message?.uid ?? 0, uidValidity: folder.uidValidity },
        };
      });
    },
    watch: (path, signal, onNews, onElsewhere) =>
      new Promise((resolve) => {
        const tell = (): void =>
          onNews({ kind: 'exists', exists: mail.state.folders.get(path)?.messages.size ?? 0 });
        const stop = mail.onChange((changed) => {
          if (changed === path) tell();
          else onElsewhere?.(changed);
        });
        const end = (): void => {
          stop();
          resolve();
        };
        if (signal.aborted) end();
        else {
          signal.addEventListener('abort', end, { once: true });
          // What came home between the first pass and now was told to nobody.
          tell();
          onElsewhere?.(null);
        }
      }),
  };
}

function refuseWhenAborted(signal: AbortSignal): void {
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

/** Stands where the disk lost a message's file: listed still, so that nobody takes it for deleted. */
function lostBytes(blob: string): Buffer {
  return Buffer.from(
    `Subject: (This message cannot be read: its file is damaged or gone)\r\n\r\n` +
      `The file ${blob}.blob on this computer is damaged or gone. A backup of the profile may have it.\r\n`,
  );
}

function noFolder(path: string): AppError {
  return new AppError({
    code: 'not-found',
    scope: 'folder',
    next: 'tell-user',
    detail: `The folder “${path}” is not there any more.`,
  });
}

/** A name that no list could show on one line, or that stands for no place. */
function checkName(path: string): void {
  if (path !== '' && !/[\p{Cc}\u2028\u2029]/u.test(path) && !path.split(delimiter).includes('')) return;
  throw new AppError({
    code: 'bad-params',
    scope: 'folder',
    next: 'tell-user',
    detail: 'That is not a name for a folder. Nothing was changed.',
  });
}

function refusedFolder(detail: string): AppError {
  return new AppError({ code: 'refused', scope: 'folder', next: 'tell-user', detail });
}
