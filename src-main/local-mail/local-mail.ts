import { join } from 'node:path';
import * as v from 'valibot';
import type { FolderRole } from '../../src-shared/model/folder.ts';
import { openJournalFile } from '../journal/journal-file.ts';
import { makeDirectory } from '../platform/atomic-file.ts';
import { openBlobs, type Blobs } from '../platform/blobs.ts';
import type { CrashControl } from '../platform/crash-points.ts';
import {
  apply,
  emptyState,
  namesOf,
  recordsOf,
  renumber,
  type LocalFolder,
  type LocalState,
} from './local-state.ts';
import { tidy } from './tidy.ts';
import { localRecordSchema, type LocalMessage, type LocalRecord } from './records.ts';

/**
 * Mail that lives on this computer alone, and that nothing but the user removes: an append-only fsynced log of
 * what happened to folders and messages, and the bytes of each message by their SHA-256. A mailbox of the log is
 * read like one on a server (`backends/local`), so the cache may vanish as everywhere.
 */
export interface LocalMail {
  readonly state: Readonly<LocalState>;
  /** Lines of the log that could not be read; the damaged file was kept as `.bad`. */
  readonly damaged: number;
  /** Durable when it resolves. The records are made from the newest state, one act after the other. */
  act<T>(make: (state: Readonly<LocalState>) => { records: LocalRecord[]; value: T }): Promise<T>;
  /** Keeps the bytes (fsynced, then read back and compared) and gives their name. */
  keep(bytes: Uint8Array): Promise<string>;
  bytes(blob: string): Promise<Buffer | null>;
  onChange(listener: (path: string) => void): () => void;
  close(): Promise<void>;
}

/** A log is written anew when it holds this many records more than it needs. */
const slack = 5_000;

/** Where mail is shown whose place nobody knows any more. */
const recovered = 'Recovered';

const standard: readonly (readonly [string, FolderRole])[] = [
  ['INBOX', 'inbox'],
  ['Drafts', 'drafts'],
  ['Sent', 'sent'],
  ['Archive', 'archive'],
  ['Junk', 'junk'],
  ['Trash', 'trash'],
];

export async function openLocalMail(directory: string, crash: CrashControl): Promise<LocalMail> {
  await makeDirectory(directory);
  const file = await openJournalFile(join(directory, 'mail.log'));
  const blobs: Blobs = openBlobs(join(directory, 'mail'));
  const state = emptyState();
  let damaged = file.damaged;
  let written = 0;
  /** Contents that the log has named at some time. */
  const ever = new Set<string>();
  for (const record of file.records) {
    const parsed = v.safeParse(localRecordSchema, record);
    if (!parsed.success) damaged += 1;
    else {
      apply(state, parsed.output);
      if (parsed.output.t === 'add') for (const { blob } of parsed.output.messages) ever.add(blob);
      if (parsed.output.t === 'whole') ever.add(parsed.output.blob);
    }
    written += 1;
  }
  const listeners = new Set<(path: string) => void>();
  let last: Promise<unknown> = Promise.resolve();

  async function write(records: readonly LocalRecord[]): Promise<void> {
    if (records.length === 0) return;
    crash.reach('local.before-append');
    await file.append(records);
    crash.reach('local.after-append');
    written += records.length;
    for (const record of records) apply(state, record);
    const changed = new Set<string>();
    for (const record of records) {
      if ('path' in record) changed.add(record.path);
      if ('to' in record) changed.add(record.to);
    }
    for (const path of changed) for (const listener of listeners) listener(path);
  }

  function act<T>(make: (now: Readonly<LocalState>) => { records: LocalRecord[]; value: T }): Promise<T> {
    const acting = last.then(async () => {
      const { records, value } = make(state);
      await write(records);
      return value;
    });
    last = acting.catch(() => undefined);
    return acting;
  }

  await act((now) => ({
    records: standard
      .filter(([path]) => !now.folders.has(path))
      .map(([path, role], i) => ({
        t: 'folder' as const,
        path,
        role: [...now.folders.values()].some((folder) => folder.role === role) ? null : role,
        uidValidity: now.nextValidity + i,
      })),
    value: undefined,
  }));
  const strays = await tidy(join(directory, 'mail'), blobs, {
    named: namesOf(state),
    ever,
    damaged: damaged > 0,
  });
  if (damaged > 0) {
    renumber(state);
    await file.rewrite(() => recordsOf(state));
  } else if (written > recordsOf(state).length + slack) await file.rewrite(() => recordsOf(state));
  if (strays.length > 0)
    await act((now) => {
      const folder = now.folders.get(recovered);
      const made: LocalRecord = { t: 'folder', path: recovered, role: null, uidValidity: now.nextValidity };
      const messages = strays.map((stray, i) => ({ ...stray, flags: [], uid: (folder?.uidNext ?? 1) + i }));
      return {
        records: [...(folder === undefined ? [made] : []), { t: 'add', path: recovered, messages }],
        value: undefined,
      };
    });

  return {
    state,
    damaged,
    act,
    async keep(bytes) {
      const blob = await blobs.put(bytes);
      // Read back: what the disk gives must be what was handed to it, before anybody is told to forget it.
      if ((await blobs.get(blob)) === null)
        throw new Error(`the disk did not keep a message of ${bytes.byteLength} bytes as it was written`);
      return blob;
    },
    bytes: (blob) => blobs.get(blob),
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async close() {
      await last;
      await file.close();
    },
  };
}

/** UIDs for new messages of a folder, from its next one on. */
export function numbered(
  folder: Readonly<LocalFolder>,
  messages: readonly Omit<LocalMessage, 'uid'>[],
): LocalMessage[] {
  return messages.map((message, i) => ({ ...message, uid: folder.uidNext + i }));
}
