import { stat } from 'node:fs/promises';
import { AppError } from '../../src-shared/error.ts';
import type {
  ExportResult,
  ImportResult,
  MailFormat,
  TransferView,
} from '../../src-shared/ipc/areas/transfer.ts';
import type { Clock } from '../platform/clock.ts';
import type { MboxVariant } from './mbox-text.ts';
import { earlierTaken, isBrokenImport } from './earlier-tries.ts';
import { sourceStamp } from './source.ts';
import { choosePath } from './target.ts';
import { beginLog, readLogs, type TransferLog, type TransferStart } from './transfer-log.ts';
import {
  abandonTransfer,
  Cancelled,
  openTransfer,
  runTransfer,
  startOf,
  Stopped,
  type RunPorts,
  type Transfer,
} from './transfer-run.ts';

export interface TransferPorts extends Omit<RunPorts, 'onProgress' | 'onEnd'> {
  directory: string;
  clock: Clock;
  /** The account is there, and not about to be removed. */
  hasAccount(accountId: string): boolean;
  /** @throws AppError when there is no such folder */
  folder(folderId: string): { accountId: string; name: string };
  /** Which of these messages the folder holds, or will when its server can be reached. */
  stillIn(folderId: string, messageIds: readonly string[]): Promise<ReadonlySet<string>>;
  onChange(transfers: TransferView[]): void;
}

export interface ImportWish {
  folderId: string;
  path: string;
  format: MailFormat;
  variant?: MboxVariant | undefined;
  received?: boolean;
}

export interface ExportWish {
  folderId: string;
  path: string;
  format: MailFormat;
  /** An export that ended is not given again: what came into the folder since would be missing. */
  anew?: boolean;
}

/** Exports and imports of folders: they outlive the program, one result each. */
export interface Transfers {
  export(wish: ExportWish): Promise<Running<ExportResult>>;
  import(wish: ImportWish): Promise<Running<ImportResult>>;
  list(): TransferView[];
  cancel(transferId: string): Promise<void>;
  /** Stops what runs for the account and forgets the rest; no import goes on when it resolves. */
  endAccount(accountId: string): Promise<void>;
  /** Goes on with what an earlier run left; gives where it reads from. */
  resume(): Promise<string[]>;
  /** Stops what runs, to go on at the next start. */
  stop(): Promise<void>;
}

export interface Running<R> {
  transferId: string;
  /** Whoever waits for it has been told: it is not listed afterwards. */
  result(): Promise<R>;
}

/** Progress is told so often, for people. */
const tellMs = 250;
/** What ended and nobody asked for is forgotten after so many more. */
const mostEnded = 20;

export function createTransfers(ports: TransferPorts): Transfers {
  const transfers = new Map<string, Transfer>();
  let telling = false;

  function tell(): void {
    if (telling) return;
    telling = true;
    ports.clock.setTimeout(() => {
      telling = false;
      ports.onChange(list());
    }, tellMs);
  }

  const list = (): TransferView[] =>
    [...transfers.values()].flatMap(({ view, log }) => (log.progress.told ? [] : [{ ...view }]));

  function open(log: TransferLog): Transfer {
    const transfer = openTransfer(log);
    transfers.set(transfer.view.transferId, transfer);
    return transfer;
  }

  const run = (transfer: Transfer): void =>
    runTransfer(transfer, { ...ports, onProgress: tell, onEnd: forgetOldest });

  async function forgetOldest(): Promise<void> {
    const ended = [...transfers.values()].filter(({ log }) => log.progress.end !== null);
    for (const transfer of ended.slice(0, Math.max(0, ended.length - mostEnded))) await forget(transfer);
  }

  async function forget({ log, view }: Transfer): Promise<void> {
    if (!transfers.delete(view.transferId)) return;
    await log.forget();
    tell();
  }

  /** It is not listed any more; another try to import the same still knows of it. */
  async function dismiss(transfer: Transfer): Promise<void> {
    if (!isBrokenImport(transfer.log)) {
      await forget(transfer);
      return;
    }
    if (!transfer.log.progress.told) await transfer.log.note({ t: 'told' });
    tell();
  }

  /** One that runs for the same wish, or that ended while nobody waited for it. */
  async function same(
    kind: TransferStart['kind'],
    wish: ImportWish & Pick<ExportWish, 'anew'>,
  ): Promise<Transfer | undefined> {
    for (const transfer of transfers.values()) {
      const { start, end } = transfer.log.progress;
      if (start.kind !== kind || start.folderId !== wish.folderId) continue;
      if (start.asked !== wish.path || start.format !== wish.format) continue;
      if (end === null) return transfer;
      const there =
        kind === 'import'
          ? (await sourceStamp(wish.path)) === start.stamp
          : (await stat(transfer.log.progress.naming ?? '').catch(() => null)) !== null;
      if (end.state === 'done' && there && wish.anew !== true) return transfer;
      if (!isBrokenImport(transfer.log)) await forget(transfer);
    }
    return undefined;
  }

  function running<R>(transfer: Transfer): Running<R> {
    return {
      transferId: transfer.view.transferId,
      async result() {
        try {
          return (await transfer.ended) as R;
        } finally {
          if (transfer.log.progress.end !== null) await dismiss(transfer);
        }
      },
    };
  }

  /** What earlier tries brought is this one's to know of; theirs can go. */
  async function goOnFrom(log: TransferLog): Promise<void> {
    const { folderId } = log.progress.start;
    const broken = [...transfers.values()].filter(
      (other) => other.log.progress.start.folderId === folderId && isBrokenImport(other.log),
    );
    const of = await earlierTaken(
      broken.map((other) => other.log),
      (messageIds) => ports.stillIn(folderId, messageIds),
    );
    if (of.length > 0) await log.note({ t: 'earlier', of });
    for (const other of broken) await forget(other);
  }

  async function begin<R>(start: TransferStart): Promise<Running<R>> {
    const log = await beginLog(ports.directory, start);
    if (start.kind === 'import') await goOnFrom(log);
    const transfer = open(log);
    run(transfer);
    return running<R>(transfer);
  }

  return {
    list,
    async export(wish) {
      const folder = ports.folder(wish.folderId);
      const known = await same('export', wish);
      if (known !== undefined) return running(known);
      return await begin({
        ...startOf(wish, 'export', folder),
        path: await choosePath(wish.path, wish.format, folder.name),
        stamp: '',
      });
    },
    async import(wish) {
      const folder = ports.folder(wish.folderId);
      const stamp = await sourceStamp(wish.path);
      const known = await same('import', wish);
      if (known !== undefined) return running(known);
      return await begin({
        ...startOf(wish, 'import', folder),
        path: wish.path,
        stamp,
        ...(wish.variant === undefined ? {} : { variant: wish.variant }),
        ...(wish.received === true ? { received: true } : {}),
      });
    },
    async cancel(transferId) {
      const transfer = transfers.get(transferId);
      if (transfer === undefined)
        throw new AppError({
          code: 'not-found',
          scope: 'app',
          next: 'tell-user',
          detail: 'That export or import is not there any more.',
        });
      transfer.abort.abort(new Cancelled());
      if (transfer.log.progress.end !== null) await dismiss(transfer);
      else await transfer.ended.catch(() => undefined);
    },
    async endAccount(accountId) {
      const own = [...transfers.values()].filter(({ log }) => log.progress.start.accountId === accountId);
      for (const { abort } of own) abort.abort(new Cancelled());
      for (const transfer of own) {
        const over = transfer.ended.catch(() => undefined).then(() => forget(transfer));
        // An export reads alone, and may wait for a server that does not answer.
        if (transfer.view.kind === 'import') await over;
      }
    },
    async resume() {
      const all = await readLogs(ports.directory);
      for (const log of all)
        if (!ports.hasAccount(log.progress.start.accountId)) await abandonTransfer(log, ports.journal);
      const logs = all.filter(({ progress }) => ports.hasAccount(progress.start.accountId));
      for (const log of logs) {
        const transfer = open(log);
        if (log.progress.end === null) run(transfer);
      }
      return logs.map(({ progress }) => progress.start.path);
    },
    async stop() {
      for (const { abort } of transfers.values()) abort.abort(new Stopped());
      await Promise.allSettled([...transfers.values()].map(({ ended }) => ended));
      for (const { log } of transfers.values()) await log.close();
    },
  };
}
