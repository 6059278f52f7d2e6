import { Worker } from 'node:worker_threads';
import { AppError } from '../../src-shared/error.ts';
import type { Clock } from '../platform/clock.ts';
import type { Log } from '../platform/log.ts';
import type { IndexHits, IndexQuery, IndexRow, NamelessRow } from './index-database.ts';
import { IndexQueue } from './index-queue.ts';
import type { TextsOfMessages } from './waiting-texts.ts';
import type { SearchAnswer, SearchMessage } from './worker.ts';

/** The full-text index, in a thread of its own: neither indexing nor searching holds anything up. */
export interface SearchIndex {
  addRows(rows: IndexRow[]): void;
  /**
   * Rows of a first sync, kept as text until what it gives is called with their ids; indexed when it is quiet, or when
   * somebody searches.
   */
  gatherRows(rows: NamelessRow[]): (messageIds: readonly string[]) => void;
  /** Resolves when the index has come so far that more such rows may come. */
  room(): Promise<void>;
  addBody(messageId: string, text: string): void;
  /**
   * Of messages fetched ahead: kept in a file, and indexed when it is quiet or when somebody searches. The bytes are
   * handed over: they cannot be read here any more.
   */
  addTexts(accountId: string, texts: TextsOfMessages): void;
  drop(messageIds: string[]): void;
  dropAccount(accountId: string): void;
  /** Forgets the account and leaves no word of it on the disk; done when it resolves. */
  eraseAccount(accountId: string): Promise<void>;
  /** Forgets everything: it comes again with the rows. */
  clear(): void;
  query(query: IndexQuery): Promise<{ hits: IndexHits; searched: number }>;
  close(): Promise<void>;
}

/** More text than this of one message is not indexed. */
const longestText = 500_000;

const mostFailures = 5;

/** New objects are a batch of rows or texts, given to the database and forgotten. */
const resourceLimits = { maxYoungGenerationSizeMb: 6 };

export function openSearchIndex(path: string, log: Log, clock: Clock): SearchIndex {
  const waiting = new Map<
    number,
    { resolve: (answer: { hits: IndexHits; searched: number }) => void; reject: (error: AppError) => void }
  >();
  let nextId = 1;
  let closing = false;
  /** Threads in a row that ended without an answer. */
  let failures = 0;
  const queue = new IndexQueue<SearchMessage>((message) => tell(message), { kind: 'index-texts' }, clock);
  let worker: Worker | null = start();

  function start(): Worker {
    const made = new Worker(new URL('./worker.ts', import.meta.url), {
      workerData: { path },
      name: 'posthorn-search',
      resourceLimits,
    });
    made.on('message', (answer: SearchAnswer) => {
      failures = 0;
      if ('done' in answer) {
        if (answer.done) queue.done(answer.waiting, answer.isMuch);
        else queue.began(answer.waiting);
        return;
      }
      const asked = waiting.get(answer.id);
      waiting.delete(answer.id);
      if ('error' in answer) asked?.reject(broken(answer.error));
      else asked?.resolve({ hits: answer.hits, searched: answer.searched });
    });
    made.on('error', (error) => log('error', 'the search thread failed', { error }));
    made.on('exit', () => {
      for (const asked of waiting.values()) asked.reject(broken('the index was started anew'));
      waiting.clear();
      failures += 1;
      // A disk that is full or not ours to write: started again for the next question, not for ever.
      worker = closing || failures >= mostFailures ? null : start();
      if (worker !== null) queue.restarted();
    });
    made.unref();
    return made;
  }

  const tell = (message: SearchMessage): boolean => {
    worker?.postMessage(message, message.kind === 'texts' ? [message.texts.packed.buffer] : []);
    return worker !== null;
  };

  const query: SearchIndex['query'] = (wanted) =>
    new Promise((resolve, reject) => {
      const id = nextId++;
      worker ??= start();
      waiting.set(id, { resolve, reject });
      queue.hurry();
      tell({ kind: 'query', id, query: wanted });
    });

  return {
    // As one text: it is copied once, and holds on to none of the answers that its words were cut from.
    addRows: (rows) => queue.add({ kind: 'rows', rows: JSON.stringify(rows), ids: null }, rows.length, false),
    gatherRows(rows) {
      const text = JSON.stringify(rows);
      const count = rows.length;
      return (messageIds) => queue.add({ kind: 'rows', rows: text, ids: messageIds.join('\n') }, count, true);
    },
    room: () => queue.room(),
    addBody: (messageId, text) =>
      queue.add({ kind: 'bodies', bodies: [{ messageId, text: text.slice(0, longestText) }] }, 1, false),
    addTexts: (accountId, texts) =>
      queue.addTexts({ kind: 'texts', accountId, texts }, texts.messageIds.length),
    drop: (messageIds) => queue.addInOrder({ kind: 'drop', messageIds }),
    dropAccount: (accountId) => queue.addInOrder({ kind: 'drop-account', accountId }),
    clear: () => {
      queue.clear();
      queue.addInOrder({ kind: 'clear' });
    },
    query,
    async eraseAccount(accountId) {
      worker ??= start();
      queue.flush();
      tell({ kind: 'erase-account', accountId });
      // Answered in order: what was told before is done.
      await query({ text: '', accountId, limit: 1 });
    },
    async close() {
      closing = true;
      const last = worker;
      if (last === null) return;
      const gone = new Promise<void>((resolve) => last.once('exit', () => resolve()));
      queue.flush();
      tell({ kind: 'close' });
      await gone;
    },
  };
}

function broken(words: string): AppError {
  return new AppError({
    code: 'bug',
    scope: 'app',
    next: 'retry',
    detail: `The search index did not answer (${words}). Try again.`,
  });
}
