import { readdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { mailFormats } from '../../src-shared/ipc/areas/transfer.ts';
import { openJournalFile, type JournalFile } from '../journal/journal-file.ts';
import { makeDirectory } from '../platform/atomic-file.ts';

const missing = v.object({ messageId: v.string(), subject: v.string(), reason: v.string() });

/** Sum over the bytes, and the id that the message has here. */
const takenSchema = v.array(v.tuple([v.string(), v.string()]));
export type TakenMails = v.InferOutput<typeof takenSchema>;

const startSchema = v.object({
  t: v.literal('start'),
  version: v.literal(1),
  transferId: v.string(),
  kind: v.picklist(['export', 'import']),
  accountId: v.string(),
  folderId: v.string(),
  folderName: v.string(),
  format: v.picklist(mailFormats),
  /** As the caller said it. */
  asked: v.string(),
  /** Where it is written to or read from. */
  path: v.string(),
  variant: v.optional(v.picklist(['mboxrd', 'mboxo', 'mboxcl', 'mboxcl2'])),
  /** What was read lies in the profile and goes when it is done. */
  received: v.optional(v.boolean()),
  stamp: v.string(),
});
export type TransferStart = v.InferOutput<typeof startSchema>;

const recordSchema = v.variant('t', [
  startSchema,
  /** Of an export: its messages from this one on, in order; several records make one list. */
  v.object({ t: v.literal('ids'), from: v.number(), ids: v.array(v.string()) }),
  v.object({ t: v.literal('listed'), incomplete: v.string() }),
  v.object({
    t: v.literal('at'),
    done: v.number(),
    bytes: v.number(),
    keywords: v.array(v.string()),
    missing: v.array(missing),
    changed: v.number(),
  }),
  /** Of an import: messages that are about to be taken in. */
  v.object({ t: v.literal('taken'), of: takenSchema }),
  /** Of an import: what tries before it, which did not end well, brought into the folder. */
  v.object({ t: v.literal('earlier'), of: takenSchema }),
  /** Whoever waited for its end knows of it. */
  v.object({ t: v.literal('told') }),
  /** The part is whole and about to take this name. */
  v.object({ t: v.literal('naming'), to: v.string() }),
  v.object({
    t: v.literal('end'),
    state: v.picklist(['done', 'cancelled', 'failed']),
    sentences: v.array(v.string()),
    result: v.unknown(),
  }),
]);
type TransferRecord = v.InferOutput<typeof recordSchema>;
type EndRecord = Extract<TransferRecord, { t: 'end' }>;

/** What the records of one export or import come to. */
export interface TransferProgress {
  start: TransferStart;
  ids: string[];
  listed: boolean;
  incomplete: string;
  done: number;
  bytes: number;
  keywords: string[];
  missing: v.InferOutput<typeof missing>[];
  changed: number;
  naming: string | null;
  taken: TakenMails;
  earlier: TakenMails;
  told: boolean;
  end: EndRecord | null;
}

/** The file of one transfer: what a start after a kill goes on from. */
export interface TransferLog {
  readonly progress: TransferProgress;
  /** Durable when it resolves. */
  note(...records: TransferRecord[]): Promise<void>;
  close(): Promise<void>;
  forget(): Promise<void>;
}

export async function beginLog(directory: string, start: TransferStart): Promise<TransferLog> {
  await makeDirectory(directory);
  const log = await openLog(join(directory, `${start.transferId}.log`), start);
  if (log === null) throw new Error('a transfer could not be noted');
  await log.note(start);
  return log;
}

/** Transfers that an earlier run left. */
export async function readLogs(directory: string): Promise<TransferLog[]> {
  const names = await readdir(directory).catch(() => []);
  const logs: TransferLog[] = [];
  for (const name of names.filter((one) => one.endsWith('.log')).sort()) {
    const log = await openLog(join(directory, name), null);
    if (log !== null) logs.push(log);
  }
  return logs;
}

async function openLog(path: string, fresh: TransferStart | null): Promise<TransferLog | null> {
  const file: JournalFile = await openJournalFile(path);
  const records = file.records.flatMap((one) => {
    const parsed = v.safeParse(recordSchema, one);
    return parsed.success ? [parsed.output] : [];
  });
  const start = fresh ?? records.find((record) => record.t === 'start');
  if (start === undefined) {
    // Killed before its first record was on the disk: nobody was told of it.
    await file.close();
    await unlink(path);
    return null;
  }
  const progress: TransferProgress = {
    start,
    ids: [],
    listed: false,
    incomplete: '',
    done: 0,
    bytes: 0,
    keywords: [],
    missing: [],
    changed: 0,
    naming: null,
    taken: [],
    earlier: [],
    told: false,
    end: null,
  };
  for (const record of records) apply(progress, record);
  return {
    progress,
    async note(...added) {
      await file.append(added);
      for (const record of added) apply(progress, record);
    },
    close: () => file.close(),
    async forget() {
      await file.close();
      await unlink(path).catch(() => undefined);
    },
  };
}

function apply(progress: TransferProgress, record: TransferRecord): void {
  switch (record.t) {
    case 'start':
      progress.start = record;
      break;
    case 'ids':
      // A list that a kill cut short is made again.
      progress.ids.length = record.from;
      for (const id of record.ids) progress.ids.push(id);
      break;
    case 'listed':
      progress.listed = true;
      progress.incomplete = record.incomplete;
      break;
    case 'at':
      progress.done = record.done;
      progress.bytes = record.bytes;
      progress.keywords = record.keywords;
      progress.missing.push(...record.missing);
      progress.changed += record.changed;
      break;
    case 'taken':
    case 'earlier':
      for (const one of record.of) progress[record.t].push(one);
      break;
    case 'told':
      progress.told = true;
      break;
    case 'naming':
      progress.naming = record.to;
      break;
    case 'end':
      progress.end = record;
      break;
  }
}
