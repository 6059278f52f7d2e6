import type { DatabaseSync } from 'node:sqlite';
import { inTransaction, openOrMakeAnew } from '../platform/sqlite-file.ts';
import { parseQuery, toWords } from './words.ts';

/** Grows when the tables change; an index of another version is made anew (it can be rebuilt). */
const schemaVersion = 2;

/** A row whose id is not known yet. */
export interface NamelessRow {
  accountId: string;
  date: number;
  subject: string;
  sender: string;
  recipients: string;
}

export interface IndexRow extends NamelessRow {
  messageId: string;
}

export interface IndexQuery {
  text: string;
  accountId: string | null;
  limit: number;
}

export interface IndexHits {
  messageIds: string[];
  total: number;
  filters: { unread: boolean; flagged: boolean; attachment: boolean };
}

/** The full-text index: FTS5 without content of its own, so that no second copy of mail lies on the disk. */
export class IndexDatabase {
  readonly #database: DatabaseSync;

  constructor(path: string) {
    this.#database = openOrMakeAnew(path, prepare);
  }

  addRows(rows: readonly IndexRow[]): void {
    const insert = this.#database.prepare(
      'INSERT OR IGNORE INTO messages (messageId, accountId, date, subject, sender, recipients) VALUES (?, ?, ?, ?, ?, ?)',
    );
    const words = this.#database.prepare(
      'INSERT INTO words (rowid, subject, sender, recipients, body) VALUES (?, ?, ?, ?, ?)',
    );
    inTransaction(this.#database, () => {
      for (const row of rows) {
        const { changes, lastInsertRowid } = insert.run(
          row.messageId,
          row.accountId,
          row.date,
          row.subject,
          row.sender,
          row.recipients,
        );
        if (changes === 0) continue;
        words.run(lastInsertRowid, toWords(row.subject), toWords(row.sender), toWords(row.recipients), '');
      }
    });
  }

  /** Says of each whether its row is known: a text without one is not indexed. */
  addBodies(bodies: readonly { messageId: string; text: string }[]): boolean[] {
    const find = this.#database.prepare(
      'SELECT id, body, subject, sender, recipients FROM messages WHERE messageId = ?',
    );
    const mark = this.#database.prepare('UPDATE messages SET body = 1 WHERE id = ?');
    const words = this.#database.prepare(
      'INSERT OR REPLACE INTO words (rowid, subject, sender, recipients, body) VALUES (?, ?, ?, ?, ?)',
    );
    const known: boolean[] = [];
    inTransaction(this.#database, () => {
      for (const body of bodies) {
        const row = find.get(body.messageId);
        known.push(row !== undefined);
        if (row === undefined || row['body'] === 1) continue;
        words.run(
          Number(row['id']),
          toWords(String(row['subject'])),
          toWords(String(row['sender'])),
          toWords(String(row['recipients'])),
          toWords(body.text),
        );
        mark.run(Number(row['id']));
      }
    });
    return known;
  }

  drop(messageIds: readonly string[]): void {
    const find = this.#database.prepare('SELECT id FROM messages WHERE messageId = ?');
    const words = this.#database.prepare('DELETE FROM words WHERE rowid = ?');
    const message = this.#database.prepare('DELETE FROM messages WHERE id = ?');
    inTransaction(this.#database, () => {
      for (const messageId of messageIds) {
        const id = find.get(messageId)?.['id'];
        if (id === undefined) continue;
        words.run(Number(id));
        message.run(Number(id));
      }
    });
  }

  dropAccount(accountId: string): void {
    inTransaction(this.#database, () => {
      this.#database
        .prepare('DELETE FROM words WHERE rowid IN (SELECT id FROM messages WHERE accountId = ?)')
        .run(accountId);
      this.#database.prepare('DELETE FROM messages WHERE accountId = ?').run(accountId);
    });
  }

  /** Forgets the account so that no word of it is left in the file, not even in pages that are free. */
  eraseAccount(accountId: string): void {
    this.dropAccount(accountId);
    // Deleted rows' words stay in older segments until all are merged into one.
    this.#database.exec("INSERT INTO words (words) VALUES ('optimize')");
    this.#database.exec('VACUUM; PRAGMA wal_checkpoint(TRUNCATE);');
  }

  clear(): void {
    inTransaction(this.#database, () => {
      this.#database.exec("INSERT INTO words (words) VALUES ('delete-all'); DELETE FROM messages;");
    });
  }

  /** Newest first. */
  query({ text, accountId, limit }: IndexQuery): IndexHits {
    const { match, ...filters } = parseQuery(text);
    const scope = accountId === null ? '' : 'AND m.accountId = :account';
    const from =
      match === null
        ? `FROM messages m WHERE 1 ${scope}`
        : `FROM words w JOIN messages m ON m.id = w.rowid WHERE words MATCH :match ${scope}`;
    const values = {
      ...(match === null ? {} : { ':match': match }),
      ...(accountId === null ? {} : { ':account': accountId }),
    };
    const rows = this.#database
      .prepare(`SELECT m.messageId AS messageId ${from} ORDER BY m.date DESC LIMIT :limit`)
      .all({ ...values, ':limit': limit });
    const total = this.#database.prepare(`SELECT count(*) AS n ${from}`).get(values)?.['n'];
    return { messageIds: rows.map((row) => String(row['messageId'])), total: Number(total ?? 0), filters };
  }

  /** How many messages have their text in the index. */
  searched(accountId: string | null): number {
    const row =
      accountId === null
        ? this.#database.prepare('SELECT count(*) AS n FROM messages WHERE body = 1').get()
        : this.#database
            .prepare('SELECT count(*) AS n FROM messages WHERE body = 1 AND accountId = ?')
            .get(accountId);
    return Number(row?.['n'] ?? 0);
  }

  close(): void {
    this.#database.close();
  }
}

function prepare(database: DatabaseSync): void {
  database.exec(
    'PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF; PRAGMA cache_size = -4000; PRAGMA wal_autocheckpoint = 4000;',
  );
  const version = database.prepare('PRAGMA user_version').get()?.['user_version'];
  if (version !== 0 && version !== schemaVersion) throw new Error('index of another version');
  database.exec(`
    CREATE TABLE IF NOT EXISTS messages (
      id INTEGER PRIMARY KEY, messageId TEXT NOT NULL UNIQUE, accountId TEXT NOT NULL, date INTEGER NOT NULL,
      subject TEXT NOT NULL, sender TEXT NOT NULL, recipients TEXT NOT NULL, body INTEGER NOT NULL DEFAULT 0);
    CREATE INDEX IF NOT EXISTS byDate ON messages (date);
    CREATE INDEX IF NOT EXISTS withBody ON messages (accountId) WHERE body = 1;
    CREATE VIRTUAL TABLE IF NOT EXISTS words USING fts5 (subject, sender, recipients, body, content='', contentless_delete=1, tokenize='unicode61 remove_diacritics 2');
    PRAGMA user_version = ${schemaVersion};`);
}
