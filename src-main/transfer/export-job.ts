import { lstat } from 'node:fs/promises';
import type { AppErrorData } from '../../src-shared/error.ts';
import type { ExportResult } from '../../src-shared/ipc/areas/transfer.ts';
import type { MessageRow } from '../../src-shared/model/message.ts';
import type { CachePort } from '../cache/cache-port.ts';
import { delay, type Clock } from '../platform/clock.ts';
import type { CrashControl } from '../platform/crash-points.ts';
import type { AccountEngine } from '../sync/engine-ports.ts';
import { fieldOf, headerText } from './header-look.ts';
import { survivesMbox } from './mbox-text.ts';
import { freeName, openTarget, partOf, takeName, tookName, type OutgoingMail } from './target.ts';
import type { TransferLog } from './transfer-log.ts';

export interface ExportPorts {
  cache: CachePort;
  clock: Clock;
  crash: CrashControl;
  engine: AccountEngine;
  /** Brings the folder's list up to date; a sentence about what is not listed, "" when all is. */
  list(signal: AbortSignal): Promise<string>;
  onProgress(done: number, total: number, paused: boolean): void;
}

const rowsAtOnce = 100;
const unitBytes = 1024 * 1024;
/** Messages at which a server fails are asked for so often, after so long, before they count as out of reach. */
const waitsMs = [1_000, 4_000, 15_000];
const lookMs = 1_000;

const isReached = ({ state }: Pick<AccountEngine, 'state'>): boolean =>
  ['syncing', 'idle'].includes(state().state);

/** Writes what is left of an export; `signal` stops it between two units. */
export async function runExport(
  log: TransferLog,
  ports: ExportPorts,
  signal: AbortSignal,
): Promise<ExportResult> {
  const { progress } = log;
  const { start } = progress;
  const { cache } = ports;
  // What an earlier run of the program began goes on, however long the server is away.
  let patient = progress.listed;
  if (!progress.listed) {
    const incomplete = await ports.list(signal);
    const ids = await cache.call('idsOf', {
      view: { folderIds: [start.folderId], threaded: false, sort: 'date-asc' },
    });
    const parts = [];
    for (let from = 0; from === 0 || from < ids.length; from += 10_000)
      parts.push({ t: 'ids' as const, from, ids: ids.slice(from, from + 10_000) });
    await log.note(...parts, { t: 'listed', incomplete });
    patient = isReached(ports.engine);
  }
  const total = progress.ids.length;
  if (progress.naming === null) {
    const target = await openTarget({ ...start, total }, progress);
    try {
      while (progress.done < total) {
        signal.throwIfAborted();
        ports.onProgress(progress.done, total, false);
        for (const unit of unitsOf(await rowsFrom(progress.done), progress.done))
          await writeUnit(unit, target, total);
      }
    } finally {
      await target.close();
    }
  }
  ports.onProgress(total, total, false);
  const part = partOf(start.path);
  const isThere = (await lstat(part).catch(() => null)) !== null;
  if (progress.naming === null || (isThere && !(await tookName(part, progress.naming)))) {
    const to = await freeName(start.path);
    await log.note({ t: 'naming', to });
    await takeName(part, to);
    ports.crash.reach('export.named');
  }
  return result();

  async function rowsFrom(from: number): Promise<{ messageId: string; row: MessageRow | null }[]> {
    const messageIds = progress.ids.slice(from, from + rowsAtOnce);
    const rows = await cache.call('rows', { messageIds });
    return messageIds.map((messageId, i) => ({ messageId, row: rows[i] ?? null }));
  }

  async function writeUnit(
    unit: Unit,
    target: Awaited<ReturnType<typeof openTarget>>,
    of: number,
  ): Promise<void> {
    signal.throwIfAborted();
    const wanted = unit.mails.flatMap(({ messageId, row }) => (row === null ? [] : [messageId]));
    const { found, error } = await fetched(wanted, of);
    const mails: OutgoingMail[] = [];
    const missing: ExportResult['missing'] = [];
    let changed = 0;
    for (const [i, { messageId, row }] of unit.mails.entries()) {
      const bytes = found.get(messageId);
      if (row === null || bytes === undefined) {
        const reason = row === null || error === null ? 'It is not in the folder any more.' : error.detail;
        missing.push({ messageId, subject: row?.subject ?? '', reason });
        continue;
      }
      if (start.format === 'mbox' && !survivesMbox(bytes)) changed += 1;
      mails.push({
        index: unit.from + i + 1,
        bytes,
        subject: row.subject,
        sender: senderOf(bytes, row),
        at: Date.parse(row.date),
        flags: row.flags,
      });
    }
    const { bytes, keywords } = await target.write(mails);
    ports.crash.reach('export.unit-written');
    await log.note({ t: 'at', done: unit.from + unit.mails.length, bytes, keywords, missing, changed });
    ports.crash.reach('export.unit-noted');
    ports.onProgress(progress.done, of, false);
  }

  /** What can be had of these; a server that went away is waited for, one that answers with an error asked again. */
  async function fetched(
    messageIds: readonly string[],
    of: number,
  ): Promise<{ found: Map<string, Buffer>; error: AppErrorData | null }> {
    const found = new Map<string, Buffer>();
    for (let tries = 0; ; tries += 1) {
      const before = found.size;
      const some = await ports.engine.rawMany(messageIds.filter((id) => !found.has(id)));
      for (const [id, bytes] of some.found) found.set(id, bytes);
      if (some.error === null) return { found, error: null };
      if (found.size > before) tries = 0;
      const wait = waitsMs[tries];
      // Where it was away from the first, people are told at once what is missing.
      if (wait === undefined || (!patient && ports.engine.state().state === 'offline'))
        return { found, error: some.error };
      ports.onProgress(progress.done, of, true);
      await delay(ports.clock, wait, signal);
      while (patient && !isReached(ports.engine)) await delay(ports.clock, lookMs, signal);
    }
  }

  function result(): ExportResult {
    const { missing, changed, incomplete } = progress;
    const exported = total - missing.length;
    const what = exported === 1 ? '1 message was' : `${exported.toLocaleString('en')} messages were`;
    const sentences = [`${what} written to ${progress.naming ?? start.path}.`];
    for (const [reason, some] of Map.groupBy(missing, (one) => one.reason)) {
      const names = some.slice(0, 3).map(({ subject }) => `“${subject === '' ? 'no subject' : subject}”`);
      const count = some.length === 1 ? '1 message is' : `${some.length.toLocaleString('en')} messages are`;
      sentences.push(`${count} missing (${names.join(', ')}${some.length > 3 ? ', …' : ''}): ${reason}`);
    }
    if (incomplete !== '') sentences.push(incomplete);
    if (changed > 0)
      sentences.push(
        `${changed === 1 ? '1 message has' : `${changed.toLocaleString('en')} messages have`} line ends that an mbox file cannot keep; its words are the same. Export as .eml files or as a Maildir to keep every byte.`,
      );
    return { transferId: start.transferId, path: progress.naming, total, exported, missing, sentences };
  }
}

interface Unit {
  /** Place of its first message in the list. */
  from: number;
  mails: { messageId: string; row: MessageRow | null }[];
}

/** Cut so that little is held in memory, and little is done again after a kill. */
function unitsOf(rows: Unit['mails'], from: number): Unit[] {
  const units: Unit[] = [];
  let bytes = 0;
  for (const [i, mail] of rows.entries()) {
    const unit = units.at(-1);
    const size = mail.row?.size ?? 0;
    if (unit === undefined || bytes + size > unitBytes) {
      units.push({ from: from + i, mails: [mail] });
      bytes = size;
    } else {
      unit.mails.push(mail);
      bytes += size;
    }
  }
  return units;
}

/** RFC 4155: whom the mail came from; the server's word for it before the sender's own. */
function senderOf(bytes: Buffer, row: MessageRow): string {
  const path = /^<?([^<>\s]+@[^<>\s]+)>?$/.exec(fieldOf(headerText(bytes), 'Return-Path') ?? '');
  return path?.[1] ?? row.from[0]?.address ?? '';
}
