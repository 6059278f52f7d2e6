import { rm } from 'node:fs/promises';
import { AppError, toAppError } from '../../src-shared/error.ts';
import type { ExportResult, ImportResult, TransferView } from '../../src-shared/ipc/areas/transfer.ts';
import type { Journal } from '../journal/journal.ts';
import { newId } from '../platform/ids.ts';
import type { Log } from '../platform/log.ts';
import { markName } from './import-job.ts';
import { discardPart } from './target.ts';
import type { TransferLog, TransferStart } from './transfer-log.ts';

/** One export or import of this run of the program. */
export interface Transfer {
  log: TransferLog;
  view: TransferView;
  abort: AbortController;
  ended: Promise<unknown>;
}

export type Progress = (done: number, total: number | null, share: number, paused: boolean) => void;

export interface RunPorts {
  journal: Pick<Journal, 'mark' | 'setMark'>;
  log: Log;
  runExport(log: TransferLog, signal: AbortSignal, progress: Progress): Promise<ExportResult>;
  runImport(log: TransferLog, signal: AbortSignal, progress: Progress): Promise<ImportResult>;
  /** Its view changed. */
  onProgress(): void;
  /** Its end is written down. */
  onEnd(): Promise<void>;
}

export class Cancelled extends Error {}
export class Stopped extends Error {}

/** What is known of it before its source or target is looked at. */
export function startOf(
  { folderId, path, format }: Pick<TransferStart, 'folderId' | 'path' | 'format'>,
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

/** As its log left it; nothing runs yet. */
export function openTransfer(log: TransferLog): Transfer {
  const { start, end, done, ids } = log.progress;
  return {
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
}

/** Goes on from where the log stands; what it comes to is in `ended`, and in the log unless the program ends first. */
export function runTransfer(transfer: Transfer, ports: RunPorts): void {
  const { log, view, abort } = transfer;
  const { start } = log.progress;
  const progress: Progress = (done, total, share, paused) => {
    Object.assign(view, { done, total, share, state: paused ? 'paused' : 'running' });
    ports.onProgress();
  };
  const working =
    start.kind === 'export'
      ? ports.runExport(log, abort.signal, progress)
      : ports.runImport(log, abort.signal, progress);
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
      const taken = cancelled || start.kind === 'export' ? 0 : takenIn(start, ports.journal);
      await end(cancelled ? 'cancelled' : 'failed', [error.data.detail, ...whatStays(taken)], null);
      throw error;
    },
  );
  transfer.ended.catch(() => undefined);
  ports.onProgress();

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
    ports.onProgress();
    await ports.onEnd();
  }
}

/** Of an account that is not there any more: nothing of it stays. */
export async function abandonTransfer(log: TransferLog, journal: RunPorts['journal']): Promise<void> {
  const { start, end } = log.progress;
  if (start.kind === 'export' && end === null) await discardPart(start.path);
  if (start.received === true) await rm(start.path, { recursive: true, force: true });
  if (start.kind === 'import' && journal.mark(markName(start.transferId)) !== null)
    await journal.setMark({ name: markName(start.transferId), value: null });
  await log.forget();
}

/** Messages that an import has written down so far. */
function takenIn({ transferId }: TransferStart, journal: RunPorts['journal']): number {
  return Number((journal.mark(markName(transferId)) ?? '0').split(' ')[0]);
}

function resultCount(result: unknown): number {
  const counts = result as Partial<ExportResult & ImportResult> | null;
  return counts?.exported ?? counts?.imported ?? 0;
}

function whatStays(taken: number): string[] {
  if (taken === 0) return [];
  return [
    taken === 1
      ? 'Until then 1 message was taken in, and stays. Start the import again, and it is not put in a second time.'
      : `Until then ${taken.toLocaleString('en')} messages were taken in, and stay. Start the import again, and they are not put in a second time.`,
  ];
}

function wasCancelled({ kind }: TransferStart): AppError {
  return new AppError({
    code: 'cancelled',
    scope: 'app',
    next: 'tell-user',
    detail:
      kind === 'export'
        ? 'The export was cancelled; what it had written was removed.'
        : 'The import was cancelled. What was taken in until then stays, or will still reach the server; when the import is started again, it is not put in a second time.',
  });
}
