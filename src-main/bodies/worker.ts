import { parentPort, workerData } from 'node:worker_threads';
import { BodyDatabase } from './body-database.ts';

/** What the thread that keeps bodies is asked. All are answered, in order. */
export type ShelfQuestion =
  | { id: number; ask: 'put'; accountId: string; packed: Uint8Array; ends: number[] }
  | { id: number; ask: 'get'; key: number }
  /** The first of these, up to so many bytes but one at least. */
  | { id: number; ask: 'first'; keys: number[]; mostBytes: number }
  | { id: number; ask: 'last-key' }
  | { id: number; ask: 'keep-only'; live: number[]; lastKey: number }
  | { id: number; ask: 'erase-account'; accountId: string }
  | { id: number; ask: 'clear' }
  | { id: number; ask: 'close' };

export type ShelfValue = number[] | number | Uint8Array | (Uint8Array | null)[] | null;

export type ShelfAnswer =
  | { id: 0; shelfId: string }
  | { id: number; value: ShelfValue }
  | { id: number; error: string; full: boolean };

const port = parentPort;
if (port !== null) {
  const database = new BodyDatabase((workerData as { path: string }).path, Date.now());
  port.on('message', (question: ShelfQuestion) => {
    const { id } = question;
    try {
      port.postMessage({ id, value: answer(database, question) } satisfies ShelfAnswer);
    } catch (error) {
      const said = error instanceof Error ? error.message : String(error);
      // SQLITE_FULL, and SQLITE_IOERR where a file system says so itself.
      const full = /database or disk is full|No space left/i.test(said);
      port.postMessage({ id, error: said, full } satisfies ShelfAnswer);
    }
    if (question.ask === 'close') process.exit(0);
  });
  port.postMessage({ id: 0, shelfId: database.shelfId } satisfies ShelfAnswer);
}

function answer(database: BodyDatabase, question: ShelfQuestion): ShelfValue {
  switch (question.ask) {
    case 'put':
      return database.put(
        question.accountId,
        question.ends.map((end, at) => question.packed.subarray(question.ends[at - 1] ?? 0, end)),
      );
    case 'get':
      return database.get(question.key);
    case 'first':
      return database.first(question.keys, question.mostBytes);
    case 'last-key':
      return database.lastKey();
    case 'keep-only':
      return database.keepOnly(question.live, question.lastKey);
    case 'erase-account':
      database.eraseAccount(question.accountId);
      return null;
    case 'clear':
      database.clear();
      return null;
    case 'close':
      database.close();
      return null;
  }
}
