import { chmodSync, closeSync, openSync, rmSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';

/** Opens a file whose content can be had again: one that `prepare` throws on (damaged, another version) is made anew. */
export function openOrMakeAnew(path: string, prepare: (database: DatabaseSync) => void): DatabaseSync {
  try {
    return opened(path, prepare);
  } catch {
    removeDatabase(path);
    return opened(path, prepare);
  }
}

function opened(path: string, prepare: (database: DatabaseSync) => void): DatabaseSync {
  const database = openDatabase(path);
  try {
    prepare(database);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/**
 * Opens a database that no other user of this computer can read, also where one of before lies: SQLite asks for 0644,
 * and gives its log the rights of the file.
 */
export function openDatabase(path: string): DatabaseSync {
  try {
    closeSync(openSync(path, 'a', 0o600));
  } catch {
    // SQLite says what is wrong with it.
  }
  for (const suffix of suffixes)
    try {
      chmodSync(path + suffix, 0o600);
    } catch {
      // Not there, or on a file system without such rights.
    }
  return new DatabaseSync(path);
}

const suffixes = ['', '-wal', '-shm'];

/** The file with its log. */
export function removeDatabase(path: string): void {
  for (const suffix of suffixes) rmSync(path + suffix, { force: true });
}

/** All of `work` or nothing of it. Throws what it threw. */
export function inTransaction<T>(database: DatabaseSync, work: () => T): T {
  database.exec('BEGIN');
  try {
    const result = work();
    database.exec('COMMIT');
    return result;
  } catch (error) {
    // A full disk ends the transaction by itself, and a ROLLBACK without one would hide what happened.
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
}
