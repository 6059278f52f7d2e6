import { mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import type { FolderRole } from '../../src-shared/model/folder.ts';
import { openJournalFile } from '../journal/journal-file.ts';
import { openBlobs, type Blobs } from '../platform/blobs.ts';
import type { CrashControl } from '../platform/crash-points.ts';
import { apply, emptyState, recordsOf, type LocalFolder, type LocalState } from './local-state.ts';
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

const standard: readonly (readonly [string, FolderRole])[] = [
  ['INBOX', 'inbox'],
  ['Drafts', 'drafts'],
  ['Sent', 'sent'],
  ['Archive', 'archive'],
  ['Junk', 'junk'],
  ['Trash', 'trash'],
];

export async function openLocalMail(directory: string, crash: CrashControl): Promise<LocalMail> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const file = await openJournalFile(join(directory, 'mail.log'));
  const blobs: Blobs = openBlobs(join(directory, 'mail'));
  const state = emptyState();
  let damaged = file.damaged;
  let written = 0;
  for (const record of file.records) {
    const parsed = v.safeParse(localRecordSchema, record);
    if (parsed.success) apply(state, parsed.output);
    else damaged += 1;
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
  if (damaged > 0) {
    await mend(state, join(directory, 'mail'), blobs);
    await file.rewrite(() => recordsOf(state));
  } else {
    // What the user removed for good leaves the disk; before anything new is kept, so that it cannot meet it.
    const named = namesOf(state);
    await blobs.sweep((blob) => named.has(blob));
    if (written > recordsOf(state).length + slack) await file.rewrite(() => recordsOf(state));
  }

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

/** The contents that messages name. */
function namesOf(state: LocalState): Set<string> {
  return new Set(
    [...state.folders.values()].flatMap(({ messages }) => [...messages.values()].map((m) => m.blob)),
  );
}

/**
 * Records of the log are lost, so that UIDs may have been given that are not known any more, and messages may lie
 * on the disk that nothing names: every folder is numbered anew, and what nothing names is shown again.
 */
async function mend(state: LocalState, directory: string, blobs: Blobs): Promise<void> {
  for (const folder of state.folders.values()) {
    folder.uidValidity = state.nextValidity;
    state.nextValidity += 1;
  }
  const named = namesOf(state);
  const lost: string[] = [];
  await blobs.sweep((blob) => {
    if (/^[0-9a-f]{64}$/.test(blob) && !named.has(blob)) lost.push(blob);
    return true;
  });
  if (lost.length === 0) return;
  apply(state, { t: 'folder', path: 'Recovered', role: null, uidValidity: state.nextValidity });
  const messages = await Promise.all(
    lost.map(async (blob) => {
      const { size, mtimeMs } = await stat(join(directory, blob.slice(0, 2), `${blob}.blob`));
      return { blob, size, date: Math.floor(mtimeMs), flags: [] };
    }),
  );
  const folder = state.folders.get('Recovered');
  if (folder !== undefined)
    apply(state, { t: 'add', path: 'Recovered', messages: numbered(folder, messages) });
}
