import { parentPort, workerData } from 'node:worker_threads';
import { IndexDatabase, type IndexHits, type IndexQuery, type IndexRow } from './index-database.ts';
import { WaitingTexts, type TextsOfMessages } from './waiting-texts.ts';

/** What the search thread is told. `query` is answered; of the rest it says only that it is done. */
export type SearchMessage =
  | { kind: 'rows'; rows: string; ids: string | null }
  | { kind: 'bodies'; bodies: { messageId: string; text: string }[] }
  /** Kept until there is time to index them. */
  | { kind: 'texts'; accountId: string; texts: TextsOfMessages }
  /** There is time for some of the texts that wait. */
  | { kind: 'index-texts' }
  | { kind: 'drop'; messageIds: string[] }
  | { kind: 'drop-account'; accountId: string }
  | { kind: 'erase-account'; accountId: string }
  | { kind: 'clear' }
  | { kind: 'query'; id: number; query: IndexQuery }
  | { kind: 'close' };

/** `waiting`: how many texts are still to be indexed; `isMuch`: more than there is room for. */
export type SearchAnswer =
  | { id: number; hits: IndexHits; searched: number }
  | { id: number; error: string }
  | { done: boolean; waiting: number; isMuch: boolean };

/** Texts indexed at a time: a question waits for them. */
const atOnce = 100;
/** So few are indexed before a question is answered. */
const soonDone = 300;

const { path } = workerData as { path: string };
const database = new IndexDatabase(path);
const texts = new WaitingTexts(`${path}-texts`);

parentPort?.on('message', (message: SearchMessage) => {
  switch (message.kind) {
    case 'rows':
      database.addRows(rowsOf(message.rows, message.ids));
      break;
    case 'bodies':
      database.addBodies(message.bodies);
      break;
    case 'texts':
      texts.put(message.accountId, message.texts);
      break;
    case 'index-texts':
      // All rows were told before: what has none now was removed.
      indexSome(atOnce, true);
      break;
    case 'drop':
      texts.drop(message.messageIds);
      database.drop(message.messageIds);
      break;
    case 'drop-account':
      texts.dropAccount(message.accountId);
      database.dropAccount(message.accountId);
      break;
    case 'erase-account':
      texts.dropAccount(message.accountId);
      database.eraseAccount(message.accountId);
      break;
    case 'clear':
      texts.clear();
      database.clear();
      break;
    case 'query':
      if (texts.count > 0 && texts.count <= soonDone) indexSome(soonDone, false);
      parentPort?.postMessage(answer(message.id, message.query));
      break;
    case 'close':
      texts.close();
      database.close();
      process.exit(0);
  }
  if (message.kind !== 'query' && message.kind !== 'erase-account')
    parentPort?.postMessage({
      done: true,
      waiting: texts.count,
      isMuch: texts.isMuch,
    } satisfies SearchAnswer);
});
// What an earlier run left.
if (texts.count > 0)
  parentPort?.postMessage({ done: false, waiting: texts.count, isMuch: false } satisfies SearchAnswer);

/** `all`: a text whose row is not known is let go; else it waits on. */
function indexSome(most: number, all: boolean): void {
  const some = texts.some(0, most);
  const found = database.addBodies(some);
  texts.remove(some.filter((_text, at) => all || found[at] === true).map(({ id }) => id));
}

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
