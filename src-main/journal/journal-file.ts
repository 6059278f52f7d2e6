import { copyFile, open, truncate, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { crc32 } from 'node:zlib';
import { readFileIfThere, syncDirectory, writeFileAtomic } from '../platform/atomic-file.ts';

/**
 * An append-only file of JSON records, one a line: `<crc32 of the JSON, 8 hex> <JSON>\n`. Any byte
 * prefix of a journal is a valid journal: a torn last line is cut off at the next start. A damaged
 * line further up is passed over, and the damaged file is kept as `.bad`.
 */
export interface JournalFile {
  /** Records found at opening, oldest first. */
  readonly records: readonly unknown[];
  /** Lines that could not be read (not counting a torn last one). */
  readonly damaged: number;
  /** Durable (fsync) when it resolves. Appends made while one is being written share the next fsync. */
  append(records: readonly unknown[]): Promise<void>;
  /**
   * Replaces the file by these records in one atomic step. They are asked for when nothing is being
   * written any more: a record appended meanwhile must be among them, or stand after them.
   */
  rewrite(records: () => readonly unknown[]): Promise<void>;
  /** Bytes in the file now. */
  size(): number;
  close(): Promise<void>;
}

function encode(record: unknown): string {
  const json = JSON.stringify(record);
  return `${crc32(json).toString(16).padStart(8, '0')} ${json}\n`;
}

function decode(line: string): unknown {
  const json = line.slice(9);
  if (line[8] !== ' ' || Number.parseInt(line.slice(0, 8), 16) !== crc32(json)) return undefined;
  return JSON.parse(json);
}

export async function openJournalFile(path: string): Promise<JournalFile> {
  const { records, damaged, goodBytes, fileBytes } = await load(path);
  if (damaged > 0) await copyFile(path, `${path}.bad`);
  if (goodBytes < fileBytes) await truncate(path, goodBytes);
  let file: FileHandle = await open(path, 'a', 0o600);
  await file.sync();
  await syncDirectory(dirname(path));

  let size = goodBytes;
  let closed = false;
  let waiting: { text: string; resolve: () => void; reject: (error: unknown) => void }[] = [];
  let writing: Promise<void> | null = null;

  async function flush(): Promise<void> {
    while (waiting.length > 0) {
      const batch = waiting;
      waiting = [];
      const text = batch.map((entry) => entry.text).join('');
      const start = size;
      try {
        await file.appendFile(text);
        await file.sync();
        size += Buffer.byteLength(text);
        for (const entry of batch) entry.resolve();
      } catch (error) {
        // A half-written line (disk full) must not stand before later good ones.
        await truncate(path, start).catch(() => undefined);
        for (const entry of batch) entry.reject(error);
      }
    }
    // In the same tick as the last look at `waiting`: an append in between would wait for ever.
    writing = null;
  }

  function kick(): void {
    writing ??= flush();
  }

  return {
    records,
    damaged,
    append(added) {
      if (closed) return Promise.reject(new Error('journal is closed'));
      if (added.length === 0) return Promise.resolve();
      return new Promise((resolve, reject) => {
        waiting.push({ text: added.map(encode).join(''), resolve, reject });
        kick();
      });
    },
    async rewrite(all) {
      while (writing !== null) await writing;
      const text = all().map(encode).join('');
      // Hold appends back while the file is exchanged.
      writing = (async () => {
        await writeFileAtomic(path, text);
        await file.close();
        file = await open(path, 'a', 0o600);
        size = Buffer.byteLength(text);
      })();
      try {
        await writing;
      } finally {
        writing = null;
        if (waiting.length > 0) kick();
      }
    },
    size: () => size,
    async close() {
      closed = true;
      while (writing !== null) await writing;
      await file.close();
    },
  };
}

async function load(
  path: string,
): Promise<{ records: unknown[]; damaged: number; goodBytes: number; fileBytes: number }> {
  const bytes = await readFileIfThere(path);
  if (bytes === null) return { records: [], damaged: 0, goodBytes: 0, fileBytes: 0 };
  const records: unknown[] = [];
  let damaged = 0;
  let start = 0;
  let goodBytes = 0;
  while (start < bytes.length) {
    const end = bytes.indexOf(0x0a, start);
    if (end === -1) break;
    let record: unknown;
    try {
      record = decode(bytes.toString('utf8', start, end));
    } catch {
      record = undefined;
    }
    if (record === undefined) damaged += 1;
    else records.push(record);
    goodBytes = end + 1;
    start = end + 1;
  }
  return { records, damaged, goodBytes, fileBytes: bytes.length };
}
