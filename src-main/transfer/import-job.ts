import { createHash } from 'node:crypto';
import { AppError } from '../../src-shared/error.ts';
import type { ImportResult } from '../../src-shared/ipc/areas/transfer.ts';
import { internalDateOf } from '../journal/internal-date.ts';
import type { Journal } from '../journal/journal.ts';
import type { Op } from '../journal/op.ts';
import { rowOfMail } from '../local-mail/row-of-mail.ts';
import type { MimeReader } from '../mime/mime-reader.ts';
import type { Blobs } from '../platform/blobs.ts';
import { delay, type Clock } from '../platform/clock.ts';
import type { CrashControl } from '../platform/crash-points.ts';
import { newId } from '../platform/ids.ts';
import type { NewOp, Submit } from '../sync/submit.ts';
import { readSource, type IncomingMail } from './source.ts';
import { alreadyThere } from './earlier-tries.ts';
import type { TakenMails, TransferStart } from './transfer-log.ts';

export interface ImportPorts {
  journal: Journal;
  submit: Submit;
  blobs: Blobs;
  reader: MimeReader;
  clock: Clock;
  crash: CrashControl;
  /**
   * Operations that the journal held when the program began, before any could be carried out. A power cut may have left
   * some without the mark behind them: they are as good as marked, whatever became of them since.
   */
  written: ReadonlySet<string>;
  /** The server wants CRLF. */
  crlf: boolean;
  /** The account has no connection and makes none at present. */
  away(): boolean;
  /** What earlier tries brought into the folder. */
  earlier: TakenMails;
  /** These are about to be taken in; durable when it resolves. */
  onTaking(taken: TakenMails): Promise<void>;
  onProgress(done: number, share: number, paused: boolean): void;
}

/** Written down together, with one mark behind them. */
const batchMails = 50;
const batchBytes = 4 * 1024 * 1024;
/** So much waits in the journal at most: what is not taken off the file needs no second place on the disk. */
const mostWaiting = 1_000;
const mostWaitingBytes = 64 * 1024 * 1024;
const lookMs = 200;

type Mail = Extract<IncomingMail, { kind: 'mail' }>;
type AppendOp = NewOp & { action: Extract<NewOp['action'], { kind: 'append' }> };
interface Live {
  op: Op;
  size: number;
  where: string;
  subject: string;
}

export const markName = (transferId: string): string => `import ${transferId}`;
export const opIdOf = (transferId: string, position: number): string => `${transferId}n${position}`;

/**
 * Takes every message of the source into the journal, in order, and waits until they are in the folder. A message is
 * known by its place and by the sum over all contents up to it: the journal's mark says how far it was written down, in
 * the same breath as the operations, so that after a kill none comes twice and none is left out.
 */
export async function runImport(
  start: TransferStart,
  ports: ImportPorts,
  signal: AbortSignal,
): Promise<ImportResult> {
  const { journal } = ports;
  const { transferId } = start;
  ports.submit.folder(start.folderId);
  const [through, sum] = (journal.mark(markName(transferId)) ?? '0 ').split(' ') as [string, string];
  const before = Number(through);
  const refused: ImportResult['refused'] = [];
  const live = new Map<string, Live>();
  let position = 0;
  let chain = '';
  let share = 0;
  let batch: { mail: Mail; position: number; sum: string }[] = [];
  let bytes = 0;
  const came = (): number => position - batch.length - live.size - refusedLater;
  let refusedLater = 0;
  const isThere = alreadyThere(ports.earlier);
  let already = 0;

  for await (const mail of readSource({ ...start, crlf: ports.crlf })) {
    signal.throwIfAborted();
    share = mail.share;
    if (mail.kind === 'refused') {
      refused.push({ where: mail.where, subject: '', reason: mail.reason });
      continue;
    }
    position += 1;
    const own = createHash('sha256').update(mail.bytes).digest();
    chain = createHash('sha256').update(chain).update(own).digest('hex');
    // Two mails of 132 equal bits are the same one.
    const ownSum = own.toString('base64url').slice(0, 22);
    const skipped = isThere(ownSum);
    if (skipped) already += 1;
    const opId = opIdOf(transferId, position);
    const op = journal.op(opId);
    if (op !== undefined) keep(op, mail.bytes.length, mail.where);
    if (position === before && chain !== sum) throw changed(start);
    if (position <= before || skipped) continue;
    if (op !== undefined || ports.written.has(opId)) {
      if (batch.length === 0)
        await journal.setMark({ name: markName(transferId), value: `${position} ${chain}` });
      continue;
    }
    batch.push({ mail, position, sum: ownSum });
    bytes += mail.bytes.length;
    if (batch.length >= batchMails || bytes >= batchBytes) await flush();
  }
  if (position < before) throw changed(start);
  await flush();
  share = 1;
  // The rest is the journal's; where there is a network its end is waited for.
  while (settle() > 0 && !ports.away()) {
    ports.onProgress(came(), share, false);
    await delay(ports.clock, lookMs, signal);
  }
  ports.onProgress(came(), 1, false);
  return result();

  function keep(op: Op, size: number, where: string): void {
    const [patch] = op.patches;
    const subject = patch?.kind === 'insert' ? (patch.row?.envelope.subject ?? '') : '';
    live.set(op.opId, { op, size, where, subject });
  }

  async function flush(): Promise<void> {
    if (batch.length === 0) return;
    while (!room()) {
      ports.onProgress(came(), share, ports.away());
      await delay(ports.clock, lookMs, signal);
    }
    const ops: AppendOp[] = [];
    for (const one of batch) ops.push(await opOf(one.mail, one.position));
    ports.crash.reach('import.blobs-written');
    signal.throwIfAborted();
    // Before the journal has them: what is noted and never came is looked for in vain, and taken in by the next try.
    await ports.onTaking(ops.map(({ action }, at) => [batch[at]?.sum ?? '', action.messageId]));
    // The folder may have gone meanwhile: deleted, or with its account's way of keeping mail.
    ports.submit.folder(start.folderId);
    await ports.submit.ops(ops, { name: markName(transferId), value: `${position} ${chain}` });
    ports.crash.reach('import.journaled');
    for (const { mail, position: at } of batch) {
      const op = journal.op(opIdOf(transferId, at));
      if (op !== undefined) keep(op, mail.bytes.length, mail.where);
    }
    batch = [];
    bytes = 0;
    settle();
    ports.onProgress(came(), share, false);
  }

  async function opOf(mail: Mail, at: number): Promise<AppendOp> {
    const blob = await ports.blobs.put(mail.bytes);
    const read = rowOfMail(await ports.reader.read(mail.bytes));
    const messageId = newId('n');
    const flags = mail.flags.filter((flag) => flag !== '\\Deleted' && flag !== '\\Recent');
    const internalDate = internalDateOf(mail.at);
    const { messageIdHeader } = read.envelope;
    return {
      opId: opIdOf(transferId, at),
      accountId: start.accountId,
      action: {
        kind: 'append',
        folderId: start.folderId,
        messageId,
        blob,
        flags,
        internalDate,
        messageIdHeader,
        purpose: 'transfer',
      },
      targets: [],
      patches: [
        {
          kind: 'insert',
          messageId,
          folderId: start.folderId,
          fromMessageId: null,
          row: { ...read, flags, internalDate, size: mail.bytes.length },
        },
      ],
      mark: 'append',
      sentence: `Put 1 imported message into ${start.folderName}`,
    };
  }

  /** Takes note of what is over; gives how many still wait. */
  function settle(): number {
    for (const [opId, { op, where, subject }] of live) {
      if (op.state === 'parked' || op.state === 'cancelled') {
        const reason =
          op.state === 'parked' ? (op.error?.detail ?? 'The server refused it.') : 'It was taken back.';
        refused.push({ where, subject, reason });
        refusedLater += 1;
      } else if (journal.op(opId) !== undefined) continue;
      live.delete(opId);
    }
    return live.size;
  }

  function room(): boolean {
    settle();
    let waiting = 0;
    for (const { size } of live.values()) waiting += size;
    return live.size < mostWaiting && waiting < mostWaitingBytes;
  }

  function result(): ImportResult {
    const waiting = live.size;
    const imported = position - waiting - refusedLater;
    const what =
      imported === 0
        ? 'Nothing was'
        : imported === 1
          ? '1 message was'
          : `${imported.toLocaleString('en')} messages were`;
    const yet = imported === 0 && waiting > 0 ? ' yet' : '';
    const sentences = [`${what} imported into “${start.folderName}”${yet}.`];
    if (already > 0)
      sentences.push(
        `${already === 1 ? '1 of them was' : `${already.toLocaleString('en')} of them were`} there from the try before, and not put in again.`,
      );
    if (waiting > 0)
      sentences.push(
        `${waiting === 1 ? '1 more is' : `${waiting.toLocaleString('en')} more are`} kept here and will go to the server when it can be reached.`,
      );
    for (const [reason, some] of Map.groupBy(refused, (one) => one.reason)) {
      const places = some.slice(0, 3).map(({ where }) => where);
      sentences.push(
        `${some.length === 1 ? '1 was' : `${some.length.toLocaleString('en')} were`} not taken (${places.join('; ')}${some.length > 3 ? '; …' : ''}): ${reason}`,
      );
    }
    return { transferId, total: position, imported, waiting, refused, sentences };
  }
}

function changed({ path }: TransferStart): AppError {
  return new AppError({
    code: 'refused',
    scope: 'folder',
    next: 'tell-user',
    detail: `${path} is not what it was when the import began, so the import was stopped. What came in until then stays; nothing of it came twice.`,
  });
}
