import { rm, stat } from 'node:fs/promises';
import { AppError, toAppError } from '../../src-shared/error.ts';
import type {
  ExportResult,
  ImportResult,
  MailFormat,
  TransferView,
} from '../../src-shared/ipc/areas/transfer.ts';
import type { Journal } from '../journal/journal.ts';
import type { Clock } from '../platform/clock.ts';
import { newId } from '../platform/ids.ts';
import type { Log } from '../platform/log.ts';
import type { MboxVariant } from './mbox-text.ts';
import { markName } from './import-job.ts';
import { sourceStamp } from './source.ts';
import { choosePath, discardPart } from './target.ts';
import { beginLog, readLogs, type TransferLog, type TransferStart } from './transfer-log.ts';

export interface TransferPorts {
  directory: string;
  journal: Journal;
  clock: Clock;
  log: Log;
  /** The account is there, and not about to be removed. */
  hasAccount(accountId: string): boolean;
  /** @throws AppError when there is no such folder */
  folder(folderId: string): { accountId: string; name: string };
  runExport(log: TransferLog, signal: AbortSignal, progress: Progress): Promise<ExportResult>;
  runImport(start: TransferStart, signal: AbortSignal, progress: Progress): Promise<ImportResult>;
  onChange(transfers: TransferView[]): void;
}

export type Progress = (done: number, total: number | null, share: number, paused: boolean) => void;

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

interface Transfer {
  log: TransferLog;
  view: TransferView;
  abort: AbortController;
  ended: Promise<unknown>;
}

/** Progress is told so often, for people. */
const tellMs = 250;
/** What ended and nobody asked for is forgotten after so many more. */
const mostEnded = 20;

class Cancelled extends Error {}
class Stopped extends Error {}

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

  const list = (): TransferView[] => [...transfers.values()].map(({ view }) => ({ ...view }));

  function open(log: TransferLog): Transfer {
    const { start, end, done, ids } = log.progress;
    const transfer: Transfer = {
      log,
      view: {
        transferId: start.transferId,
        kind: start.kind,
        accountId: start.accountId,
        folderId: start.folderId,
        folderName: start.folderName,
        format: start.format,
        path: start.asked,
        state: end?.state ?? 'running',
        done: end === null ? done : resultCount(end.result),
        total: start.kind === 'export' ? ids.length : null,
        share: end === null ? 0 : 1,
        sentences: end?.sentences ?? [],
      },
      abort: new AbortController(),
      ended: Promise.resolve(end?.result),
    };
    transfers.set(start.transferId, transfer);
    return transfer;
  }

  function run(transfer: Transfer): void {
    const { log, view, abort } = transfer;
    const { start } = log.progress;
    const progress: Progress = (done, total, share, paused) => {
      Object.assign(view, { done, total, share, state: paused ? 'paused' : 'running' });
      tell();
    };
    const working =
      start.kind === 'export'
        ? ports.runExport(log, abort.signal, progress)
        : ports.runImport(start, abort.signal, progress);
    transfer.ended = working.then(
      async (result) => {
        await end('done', result.sentences, result);
        return result;
      },
      async (thrown: unknown) => {
        // Ended with the program: the next start goes on.
        if (abort.signal.reason instanceof Stopped) throw thrown;
        const cancelled = abort.signal.reason instanceof Cancelled;
        const error = cancelled ? wasCancelled(start) : toAppError(thrown);
        if (start.kind === 'export') await discardPart(start.path);
        ports.log(cancelled ? 'info' : 'warn', 'a transfer ended early', { code: error.code });
        const taken = cancelled || start.kind === 'export' ? 0 : takenIn(start);
        const stays =
          taken === 0
            ? []
            : [
                `Until then ${taken === 1 ? '1 message was' : `${taken.toLocaleString('en')} messages were`} taken in, and ${taken === 1 ? 'stays' : 'stay'}: what is imported again from its beginning would be there twice.`,
              ];
        await end(cancelled ? 'cancelled' : 'failed', [error.data.detail, ...stays], null);
        throw error;
      },
    );
    transfer.ended.catch(() => undefined);
    tell();

    async function end(
      state: 'done' | 'cancelled' | 'failed',
      sentences: string[],
      result: unknown,
    ): Promise<void> {
      await log.note({ t: 'end', state, sentences, result });
      if (start.kind === 'import')
        await ports.journal.setMark({ name: markName(start.transferId), value: null });
      if (start.received === true) await rm(start.path, { recursive: true, force: true });
      Object.assign(view, { state, sentences, share: 1 });
      tell();
      await forgetOldest();
    }
  }

  async function forgetOldest(): Promise<void> {
    const ended = [...transfers.values()].filter(({ log }) => log.progress.end !== null);
    for (const transfer of ended.slice(0, Math.max(0, ended.length - mostEnded))) await forget(transfer);
  }

  async function forget({ log, view }: Transfer): Promise<void> {
    if (!transfers.delete(view.transferId)) return;
    await log.forget();
    tell();
  }

  /** Messages that an import has written down so far. */
  function takenIn({ transferId }: TransferStart): number {
    return Number((ports.journal.mark(markName(transferId)) ?? '0').split(' ')[0]);
  }

  /** Of an account that is not there any more: nothing of it stays. */
  async function abandon(log: TransferLog): Promise<void> {
    const { start, end } = log.progress;
    if (start.kind === 'export' && end === null) await discardPart(start.path);
    if (start.received === true) await rm(start.path, { recursive: true, force: true });
    if (start.kind === 'import' && ports.journal.mark(markName(start.transferId)) !== null)
      await ports.journal.setMark({ name: markName(start.transferId), value: null });
    await log.forget();
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
      await forget(transfer);
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
          if (transfer.log.progress.end !== null) await forget(transfer);
        }
      },
    };
  }

  async function begin<R>(start: TransferStart): Promise<Running<R>> {
    const transfer = open(await beginLog(ports.directory, start));
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
      if (transfer.log.progress.end !== null) await forget(transfer);
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
      for (const log of all) if (!ports.hasAccount(log.progress.start.accountId)) await abandon(log);
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

function startOf(
  { folderId, path, format }: ImportWish,
  kind: TransferStart['kind'],
  folder: { accountId: string; name: string },
): Omit<TransferStart, 'path' | 'stamp'> {
  return {
    t: 'start',
    version: 1,
    transferId: newId('t'),
    kind,
    accountId: folder.accountId,
    folderId,
    folderName: folder.name,
    format,
    asked: path,
  };
}

function resultCount(result: unknown): number {
  const counts = result as Partial<ExportResult & ImportResult> | null;
  return counts?.exported ?? counts?.imported ?? 0;
}

function wasCancelled({ kind }: TransferStart): AppError {
  return new AppError({
    code: 'cancelled',
    scope: 'app',
    next: 'tell-user',
    detail:
      kind === 'export'
        ? 'The export was cancelled; what it had written was removed.'
        : 'The import was cancelled. What was taken in until then stays, or will still reach the server.',
  });
}
