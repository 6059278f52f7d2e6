import type { NewRow } from '../../../src-shared/model/message.ts';
import { formatUidSet, parseUidSet, uidSetOf } from '../../../src-shared/uid-set.ts';
import type { LocalMail } from '../../local-mail/local-mail.ts';
import { numbered } from '../../local-mail/local-mail.ts';
import type { StoredMessage } from '../../local-mail/local-state.ts';
import type { Backend, Call, CopiedUid } from '../backend.ts';
import { createLocalAccess, noFolder, refuseWhenAborted } from './local-access.ts';
import { localFolders } from './local-folders.ts';

export interface LocalBackendOptions {
  /** Opened at the first connection; the same one every time. */
  open(): Promise<LocalMail>;
  /** What a list shows of these bytes; reads them in the MIME worker and never rejects. */
  rowOf(bytes: Uint8Array): Promise<Omit<NewRow, 'uid' | 'flags' | 'internalDate' | 'size'>>;
  /** Brings the rest of a message of which only the header came home. @throws AppError why it cannot be had now */
  whole(key: string): Promise<void>;
}

const rowsAtOnce = 100;

/**
 * Local folders as the resync engine sees a server: always there, never refusing for want of a network, with
 * modification sequences so that a pass costs what changed. Every write is durable when it is answered.
 */
export function createLocalBackend({ open, rowOf, whole }: LocalBackendOptions): Backend {
  const access = createLocalAccess(open);
  const { folderOf, read, write } = access;

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

  async function transfer(path: string, uids: number[], targetPath: string, move: boolean, call: Call) {
    return await write<CopiedUid[]>(call, () => {
      const from = folderOf(path);
      const to = access.mail.state.folders.get(targetPath);
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
    const bytes = await access.mail.bytes(message.blob);
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
    connect: (call) => read(call, () => access.open()),
    disconnect: () => undefined,
    onLost: () => undefined,
    ping: () => Promise.resolve(),
    expectValidity: (path, uidValidity) => access.expectValidity(path, uidValidity),
    ...localFolders(access),
    fetchRows: (path, uids, call, onRows) =>
      read(call, async () => {
        const messages = chosen(path, uids);
        for (let at = 0; at < messages.length; at += rowsAtOnce) {
          refuseWhenAborted(call.signal);
          const rows = await Promise.all(
            messages.slice(at, at + rowsAtOnce).map(async ({ uid, blob, flags, date, size }) => {
              const bytes = await access.mail.bytes(blob);
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
          const bytes = message === undefined ? null : await access.mail.bytes(message.blob);
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
          const bytes = await access.mail.bytes(blob);
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
      const blob = await access.mail.keep(bytes);
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
          onNews({ kind: 'exists', exists: access.mail.state.folders.get(path)?.messages.size ?? 0 });
        const stop = access.mail.onChange((changed) => {
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

/** Stands where the disk lost a message's file: listed still, so that nobody takes it for deleted. */
function lostBytes(blob: string): Buffer {
  return Buffer.from(
    `Subject: (This message cannot be read: its file is damaged or gone)\r\n\r\n` +
      `The file ${blob}.blob on this computer is damaged or gone. A backup of the profile may have it.\r\n`,
  );
}
