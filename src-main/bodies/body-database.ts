import { randomUUID } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import { inTransaction, openDatabase, removeDatabase } from '../platform/sqlite-file.ts';

/** Grows when the tables change; a file of another version is made anew: its mail is on the server. */
const schemaVersion = 1;

/** Numbers that one opening of the file may give; above it the next second's begin. */
const numbersASecond = 2 ** 22;
/** 2026, so that numbers stay below 2^53 for 68 years. */
const firstSecond = 1_767_225_600;

/**
 * The bytes of cached messages, by a number that is never given twice. A number means nothing without the shelf's own
 * id, so that a file made anew never answers for an older one's number with another message. And a power cut that
 * takes the last bodies, while the cache keeps their numbers, must not have others given those: the numbers of each
 * opening begin at its time, or above all that are here when the clock was set back.
 */
export class BodyDatabase {
  readonly shelfId: string;
  readonly #database: DatabaseSync;
  #next: number;

  /** `now` in milliseconds. */
  constructor(path: string, now: number) {
    this.#database = open(path);
    const given = this.#database.prepare("SELECT seq FROM sqlite_sequence WHERE name = 'bodies'").get();
    const above = Math.ceil((Number(given?.['seq'] ?? 0) + 1) / numbersASecond);
    this.#next = Math.max(above, Math.floor(now / 1_000) - firstSecond) * numbersASecond;
    this.shelfId = String(
      this.#database.prepare("SELECT value FROM facts WHERE name = 'shelf'").get()?.['value'],
    );
  }

  /** Numbers in the order of the bodies; committed when it returns. */
  put(accountId: string, bodies: readonly Uint8Array[]): number[] {
    const insert = this.#database.prepare('INSERT INTO bodies (key, account, raw) VALUES (?, ?, ?)');
    const keys = bodies.map(() => this.#next++);
    inTransaction(this.#database, () =>
      bodies.forEach((raw, i) => insert.run(keys[i] ?? null, accountId, raw)),
    );
    return keys;
  }

  get(key: number): Uint8Array | null {
    const raw = this.#database.prepare('SELECT raw FROM bodies WHERE key = ?').get(key)?.['raw'];
    return raw instanceof Uint8Array ? raw : null;
  }

  /** The bodies of the first of these, up to so many bytes but one at least; null: it is not here. */
  first(keys: readonly number[], mostBytes: number): (Uint8Array | null)[] {
    const found: (Uint8Array | null)[] = [];
    let left = mostBytes;
    for (const key of keys) {
      const raw = this.get(key);
      left -= raw?.length ?? 0;
      if (left < 0 && found.length > 0) break;
      found.push(raw);
    }
    return found;
  }

  /** The highest number given so far. */
  lastKey(): number {
    return Number(this.#database.prepare('SELECT max(key) AS last FROM bodies').get()?.['last'] ?? 0);
  }

  /** Drops every body up to `lastKey` that is not among these; gives those of them that are not here. */
  keepOnly(live: readonly number[], lastKey: number): number[] {
    const wanted = new Set(live);
    const drop = this.#database.prepare('DELETE FROM bodies WHERE key = ?');
    // Numbers alone are read from the index: not one page of mail.
    const here = this.#database
      .prepare('SELECT key FROM bodies INDEXED BY bodiesByAccount')
      .all()
      .map((row) => Number(row['key']));
    inTransaction(this.#database, () => {
      for (const key of here) if (key <= lastKey && !wanted.has(key)) drop.run(key);
    });
    this.#shrink();
    const kept = new Set(here);
    return live.filter((key) => !kept.has(key));
  }

  /** Nothing of the account's mail is left in the file when it returns. */
  eraseAccount(accountId: string): void {
    const { changes } = this.#database.prepare('DELETE FROM bodies WHERE account = ?').run(accountId);
    if (changes === 0) return;
    this.#shrink();
    this.#database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  }

  clear(): void {
    this.#database.exec('DELETE FROM bodies');
    this.#shrink();
    this.#database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  }

  close(): void {
    this.#database.close();
  }

  /** Pages of deleted mail go back to the file system. */
  #shrink(): void {
    this.#database.exec('PRAGMA incremental_vacuum');
  }
}

function open(path: string): DatabaseSync {
  try {
    const database = openDatabase(path);
    const version = Number(database.prepare('PRAGMA user_version').get()?.['user_version']);
    if (version === schemaVersion) {
      settle(database);
      return database;
    }
    database.close();
  } catch {
    // Damaged, or not a database: what it held comes again from the server.
  }
  removeDatabase(path);
  const database = openDatabase(path);
  // Both must come before the first table.
  database.exec('PRAGMA page_size = 8192; PRAGMA auto_vacuum = INCREMENTAL;');
  settle(database);
  database.exec(`BEGIN;
    CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
    CREATE TABLE bodies (key INTEGER PRIMARY KEY AUTOINCREMENT, account TEXT NOT NULL, raw BLOB NOT NULL);
    CREATE INDEX bodiesByAccount ON bodies (account);
    INSERT INTO facts VALUES ('shelf', '${randomUUID()}');
    PRAGMA user_version = ${schemaVersion};
    COMMIT;`);
  return database;
}

/** WAL with NORMAL: a power cut loses the last bodies, never the file. Deleted mail is overwritten. */
function settle(database: DatabaseSync): void {
  database.exec(
    'PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 2000; PRAGMA secure_delete = ON;',
  );
}
