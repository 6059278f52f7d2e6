import type { DatabaseSync } from 'node:sqlite';
import { statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import { inTransaction, openOrMakeAnew } from '../platform/sqlite-file.ts';
import type { PackedTexts } from '../platform/pack-bytes.ts';

/** Texts of several messages, handed from thread to thread without a copy. */
export interface TextsOfMessages extends PackedTexts {
  messageIds: string[];
}

export interface WaitingText {
  id: number;
  messageId: string;
  text: string;
}

/** So much waits at most, and of what is free on the disk so small a share: the index still needs as much again. */
const mostBytes = 100 * 1024 ** 2;
const shareOfFree = 1 / 32;

/**
 * Texts that came faster than they can be indexed, in a file until there is time: to keep one costs a tenth of
 * indexing it. The file is empty when none waits; what a power cut takes of it is missing in the index.
 */
export class WaitingTexts {
  readonly #database: DatabaseSync;
  readonly #directory: string;
  #count = 0;
  #bytes = 0;

  constructor(path: string) {
    this.#database = openOrMakeAnew(path, prepare);
    this.#directory = dirname(path);
    this.#recount();
  }

  /** There is not the room for more of them to wait. */
  get isMuch(): boolean {
    if (this.#bytes === 0) return false;
    const { bavail, bsize } = statfsSync(this.#directory);
    return this.#bytes > Math.min(mostBytes, bavail * bsize * shareOfFree);
  }

  get count(): number {
    return this.#count;
  }

  put(accountId: string, { messageIds, packed, ends }: TextsOfMessages): void {
    const insert = this.#database.prepare(
      'INSERT INTO waiting (messageId, accountId, text) VALUES (?, ?, ?)',
    );
    inTransaction(this.#database, () => {
      messageIds.forEach((messageId, at) =>
        insert.run(messageId, accountId, packed.subarray(ends[at - 1] ?? 0, ends[at])),
      );
    });
    this.#count += messageIds.length;
    this.#bytes += packed.length;
  }

  /** The next of them in the order in which they came, after the one with this id. */
  some(after: number, most: number): WaitingText[] {
    const rows = this.#database
      .prepare('SELECT id, messageId, text FROM waiting WHERE id > ? ORDER BY id LIMIT ?')
      .all(after, most);
    return rows.map((row) => ({
      id: Number(row['id']),
      messageId: String(row['messageId']),
      text: row['text'] instanceof Uint8Array ? Buffer.from(row['text']).toString('utf8') : '',
    }));
  }

  remove(ids: readonly number[]): void {
    this.#removeBy('id', ids);
  }

  drop(messageIds: readonly string[]): void {
    if (this.#count === 0) return;
    this.#removeBy('messageId', messageIds);
  }

  dropAccount(accountId: string): void {
    if (this.#count === 0) return;
    this.#database.prepare('DELETE FROM waiting WHERE accountId = ?').run(accountId);
    this.#recount();
    if (this.#count === 0) this.#sweep();
    // Its words still stand in the log of what was written, where texts of others wait on.
    else this.#database.exec('PRAGMA wal_checkpoint(TRUNCATE);');
  }

  clear(): void {
    if (this.#count === 0) return;
    this.#database.exec('DELETE FROM waiting');
    this.#recount();
    this.#sweep();
  }

  close(): void {
    this.#database.close();
  }

  /** Counted by what goes: to look at all that waits would cost as much as all of it. */
  #removeBy(column: 'id' | 'messageId', keys: readonly (number | string)[]): void {
    const remove = this.#database.prepare(
      `DELETE FROM waiting WHERE ${column} = ? RETURNING length(text) AS bytes`,
    );
    inTransaction(this.#database, () => {
      for (const key of keys) {
        for (const gone of remove.all(key)) {
          this.#count -= 1;
          this.#bytes -= Number(gone['bytes']);
        }
      }
    });
    if (this.#count === 0) this.#sweep();
  }

  #recount(): void {
    const found = this.#database
      .prepare('SELECT count(*) AS n, coalesce(sum(length(text)), 0) AS bytes FROM waiting')
      .get();
    this.#count = Number(found?.['n'] ?? 0);
    this.#bytes = Number(found?.['bytes'] ?? 0);
  }

  /** No word of a message stays behind in pages that are free. */
  #sweep(): void {
    this.#database.exec('VACUUM; PRAGMA wal_checkpoint(TRUNCATE);');
  }
}

function prepare(database: DatabaseSync): void {
  database.exec(`
    PRAGMA page_size = 8192;
    PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF; PRAGMA wal_autocheckpoint = 128; PRAGMA secure_delete = ON;
    CREATE TABLE IF NOT EXISTS waiting (
      id INTEGER PRIMARY KEY AUTOINCREMENT, messageId TEXT NOT NULL, accountId TEXT NOT NULL, text BLOB NOT NULL);
    CREATE INDEX IF NOT EXISTS waitingByMessage ON waiting (messageId);`);
}
