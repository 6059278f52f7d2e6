import { AppError } from '../../../src-shared/error.ts';
import type { NewRow } from '../../../src-shared/model/message.ts';
import { formatUidSet, parseUidSet, uidSetOf } from '../../../src-shared/uid-set.ts';
import { delay } from '../../platform/clock.ts';
import type { Backend, Call, RemoteStatus } from '../backend.ts';
import { Maildrop } from './maildrop.ts';
import { createPop3DropBox, type Pop3DropBoxOptions } from './pop3-drop-box.ts';

export interface Pop3BackendOptions extends Pop3DropBoxOptions {
  /** What a list shows of a header; reads it in the MIME worker and never rejects. */
  rowOf(bytes: Uint8Array): Promise<Omit<NewRow, 'uid' | 'flags' | 'internalDate' | 'size'>>;
}

const inbox = 'INBOX';
/** POP3 tells nothing by itself; most servers mind being asked more often. */
const lookEvery = 3 * 60_000;

/**
 * A POP3 maildrop shown as it lies on the server (mode `online`): one folder, headers by TOP, messages by RETR,
 * removal by DELE and QUIT. What POP3 cannot keep (flags) lasts until the program ends; what it cannot do is refused.
 */
export function createPop3Backend(options: Pop3BackendOptions): Backend {
  const { clock, rowOf, server } = options;
  const drop = new Maildrop(createPop3DropBox(options), clock);
  const uidValidity = Math.floor(clock.now() / 1000) % 4_000_000_000;
  const lost = new Set<(detail: string) => void>();

  const mustBeInbox = (path: string): void => {
    if (path !== inbox) throw onlyInbox(server.host);
  };
  const status = (): RemoteStatus => ({
    exists: drop.messages.size,
    unseen: [...drop.messages.values()].filter(({ flags }) => !flags.has('\\Seen')).length,
    uidNext: drop.uidNext,
    uidValidity,
    highestModseq: null,
  });
  const among = (uids: string): number[] => {
    const ranges = parseUidSet(uids) ?? [];
    return [...drop.messages.keys()]
      .filter((uid) => ranges.some(([first, last]) => uid >= first && uid <= last))
      .toSorted((a, b) => a - b);
  };
  const refuse = (): Promise<never> => Promise.reject(onlyInbox(server.host));

  return {
    capabilities: {
      condstore: false,
      qresync: false,
      uidplus: true,
      move: false,
      idle: false,
      listStatus: true,
      specialUse: false,
      appendLimit: null,
    },
    connect: ({ signal }: Call) => drop.look(signal),
    disconnect: () => drop.abandon(),
    onLost: (listener) => void lost.add(listener),
    async ping(timeoutMs) {
      await drop.look(AbortSignal.timeout(timeoutMs));
    },
    expectValidity: () => undefined,
    async listFolders({ signal }) {
      await drop.look(signal);
      return [
        {
          path: inbox,
          name: inbox,
          delimiter: null,
          role: 'inbox',
          subscribed: true,
          selectable: true,
          mailboxId: null,
          status: status(),
        },
      ];
    },
    status(path) {
      mustBeInbox(path);
      return Promise.resolve(status());
    },
    createFolder: refuse,
    renameFolder: refuse,
    deleteFolder: refuse,
    subscribe: () => Promise.resolve(),
    async select(path, { signal }) {
      mustBeInbox(path);
      await drop.use(signal, () => Promise.resolve());
      return { ...status(), readOnly: false, keywordsAllowed: true, permanentFlags: ['\\*'] };
    },
    async fetchRows(path, uids, { signal }, onRows) {
      mustBeInbox(path);
      for (const uid of among(uids)) {
        const bytes = await drop.use(signal, async (session, handles) => {
          const handle = handles.get(uid);
          if (handle === undefined) return null;
          const top = await session.top(handle, 0);
          if (top !== null) return top;
          const pieces: Uint8Array[] = [];
          await session.retrieve(handle, (piece) => (pieces.push(piece), Promise.resolve()));
          return Buffer.concat(pieces);
        });
        const message = drop.messages.get(uid);
        if (bytes === null || message === undefined) continue;
        const row = await rowOf(bytes);
        // POP3 knows no arrival time: the date that the sender wrote, else the order of the list.
        const internalDate = row.envelope.sentAt ?? uid;
        await onRows([{ ...row, uid, flags: [...message.flags], internalDate, size: message.size }]);
      }
    },
    async fetchFlags(path, uids, _options, _call, onNews) {
      mustBeInbox(path);
      const flags = among(uids).map((uid) => ({
        uid,
        flags: [...(drop.messages.get(uid)?.flags ?? [])],
        modseq: null,
      }));
      if (flags.length > 0) await onNews({ kind: 'flags', flags });
    },
    listUids(path) {
      mustBeInbox(path);
      return Promise.resolve(formatUidSet(uidSetOf(drop.messages.keys())));
    },
    async fetchBodies(path, uids, { signal }, onBody) {
      mustBeInbox(path);
      for (const uid of uids) {
        const bytes = await drop.use(signal, async (session, handles) => {
          const handle = handles.get(uid);
          if (handle === undefined) return null;
          const pieces: Uint8Array[] = [];
          await session.retrieve(handle, (piece) => (pieces.push(piece), Promise.resolve()));
          return Buffer.concat(pieces);
        });
        if (bytes !== null) await onBody(uid, bytes);
      }
    },
    findByMessageId: () => Promise.resolve([]),
    search: () =>
      Promise.reject(
        new AppError({
          code: 'refused',
          scope: 'folder',
          next: 'tell-user',
          detail: `${server.host} speaks POP3, which cannot search. Choose another way to keep this account’s mail to search in it.`,
        }),
      ),
    storeFlags(path, uids, { add, remove }) {
      mustBeInbox(path);
      for (const uid of uids) {
        const message = drop.messages.get(uid);
        for (const flag of remove) message?.flags.delete(flag);
        for (const flag of add) message?.flags.add(flag);
      }
      return Promise.resolve({ state: 'done', value: undefined });
    },
    copy: refuse,
    move: refuse,
    async expunge(path, uids, { signal }) {
      mustBeInbox(path);
      await drop.remove(uids, signal);
      return { state: 'done', value: { expunged: true } };
    },
    append: refuse,
    async watch(_path, signal, onNews) {
      for (;;) {
        await delay(clock, lookEvery, signal);
        if (signal.aborted) return;
        await drop.look(signal);
        onNews({ kind: 'exists', exists: drop.messages.size });
      }
    },
  };
}

function onlyInbox(host: string): AppError {
  return new AppError({
    code: 'refused',
    scope: 'folder',
    next: 'tell-user',
    detail: `${host} speaks POP3: it has only an inbox, so nothing can be filed, copied or moved there. Nothing was changed.`,
  });
}
