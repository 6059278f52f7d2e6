import { parentPort, workerData } from 'node:worker_threads';
import { IndexDatabase, type IndexHits, type IndexQuery, type IndexRow } from './index-database.ts';

/** What the search thread is told. `query` is answered; of the rest it says only that it is done. */
export type SearchMessage =
  | { kind: 'rows'; rows: string; ids: string | null }
  | { kind: 'bodies'; bodies: { messageId: string; text: string }[] }
  | { kind: 'drop'; messageIds: string[] }
  | { kind: 'drop-account'; accountId: string }
  | { kind: 'erase-account'; accountId: string }
  | { kind: 'clear' }
  | { kind: 'query'; id: number; query: IndexQuery }
  | { kind: 'close' };

export type SearchAnswer =
  { id: number; hits: IndexHits; searched: number } | { id: number; error: string } | { done: true };

const database = new IndexDatabase((workerData as { path: string }).path);

parentPort?.on('message', (message: SearchMessage) => {
  switch (message.kind) {
    case 'rows':
      database.addRows(rowsOf(message.rows, message.ids));
      break;
    case 'bodies':
      database.addBodies(message.bodies);
      break;
    case 'drop':
      database.drop(message.messageIds);
      break;
    case 'drop-account':
      database.dropAccount(message.accountId);
      break;
    case 'erase-account':
      database.eraseAccount(message.accountId);
      break;
    case 'clear':
      database.clear();
      break;
    case 'query':
      parentPort?.postMessage(answer(message.id, message.query));
      break;
    case 'close':
      database.close();
      process.exit(0);
  }
  if (message.kind !== 'query' && message.kind !== 'erase-account')
    parentPort?.postMessage({ done: true } satisfies SearchAnswer);
});

/** `ids`: one a line, of rows that were told without. */
function rowsOf(text: string, ids: string | null): IndexRow[] {
  const rows = JSON.parse(text) as IndexRow[];
  const lines = ids?.split('\n');
  return lines === undefined ? rows : rows.map((row, at) => ({ ...row, messageId: lines[at] ?? '' }));
}

function answer(id: number, query: IndexQuery): SearchAnswer {
  try {
    return { id, hits: database.query(query), searched: database.searched(query.accountId) };
  } catch (error) {
    return { id, error: error instanceof Error ? error.message : String(error) };
  }
}
