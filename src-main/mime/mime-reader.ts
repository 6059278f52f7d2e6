import { Worker } from 'node:worker_threads';
import type { ReadMail } from '../../src-shared/model/mail.ts';
import type { Clock, Timer } from '../platform/clock.ts';
import { packBytes, packTexts, type PackedTexts } from '../platform/pack-bytes.ts';
import type { MailFacts, MimeAnswer, MimeQuestion } from './worker.ts';
import { emptyMail } from './read/empty-mail.ts';

export interface MimeReaderOptions {
  clock: Clock;
  log(level: 'debug' | 'warn', message: string, detail?: Record<string, unknown>): void;
  /** Milliseconds one message may take, and one more for each 5,000 bytes of it; then its thread is ended. Default 2,000. */
  timeLimitMs?: number;
  /** Module that the thread runs; tests give a slow one. */
  workerUrl?: URL;
}

export interface MimeReader {
  /** Never rejects: a message that took too long or broke the thread comes with its header alone and a defect. */
  read(bytes: Uint8Array): Promise<ReadMail>;
  /**
   * What lists and search want of several messages, in their order; they give way to messages that somebody opens.
   * Never rejects: when one of them takes too long, each is read by itself.
   */
  facts(messages: readonly Uint8Array[]): Promise<{ facts: MailFacts[]; texts: PackedTexts }>;
  /** Decoded bytes of a part; null when there is none or it could not be read. Never rejects. */
  part(bytes: Uint8Array, partId: string): Promise<Uint8Array | null>;
  close(): Promise<void>;
}

type Outcome = { state: 'answer'; answer: MimeAnswer } | { state: 'too-slow' | 'broken' };
type Question = MimeQuestion extends infer Q ? (Q extends MimeQuestion ? Omit<Q, 'id'> : never) : never;

interface Waiting {
  question: Question;
  settle(outcome: Outcome): void;
}

/** Its start takes 0.1 s: short enough for whoever opens a message after that. */
const restAfterMs = 30_000;
/** Thirty times slower than measured: a large message is slow on a busy computer without being made to be. */
const bytesAMs = 5_000;
const sizeOf = (question: Question): number =>
  question.ask === 'facts' ? question.packed.length : question.bytes.length;
/** The heap of the thread; a message is at most 50 MB and its texts are limited to a few. */
const resourceLimits = { maxOldGenerationSizeMb: 384, maxYoungGenerationSizeMb: 12, stackSizeMb: 4 };

/**
 * The client of the thread that reads mail: main itself never parses what strangers sent. One
 * question at a time, so that the time limit is about one message; the thread is started at the
 * first question and again after it was ended.
 */
export function createMimeReader(options: MimeReaderOptions): MimeReader {
  const timeLimitMs = options.timeLimitMs ?? 2_000;
  const workerUrl = options.workerUrl ?? new URL('./worker.ts', import.meta.url);
  const queue: Waiting[] = [];
  let worker: Worker | null = null;
  let online = false;
  let current: (Waiting & { id: number; timer: Timer | null }) | null = null;
  let nextId = 1;
  let closed = false;
  let resting: Timer | null = null;

  function ask(question: Question): Promise<Outcome> {
    return new Promise((settle) => {
      if (closed) {
        settle({ state: 'broken' });
        return;
      }
      const ahead = queue.findIndex((waiting) => waiting.question.ask === 'facts');
      if (question.ask === 'facts' || ahead < 0) queue.push({ question, settle });
      else queue.splice(ahead, 0, { question, settle });
      pump();
    });
  }

  function pump(): void {
    if (current !== null) return;
    const next = queue.shift();
    if (next === undefined) return;
    resting?.cancel();
    resting = null;
    const id = nextId++;
    current = { ...next, id, timer: null };
    const thread = (worker ??= start());
    // While a question is open the thread keeps the process alive, otherwise not.
    thread.ref();
    thread.postMessage(
      { ...next.question, id },
      next.question.ask === 'facts' ? [next.question.packed.buffer as ArrayBuffer] : [],
    );
    if (online) arm();
  }

  function start(): Worker {
    const thread = new Worker(workerUrl, {
      name: 'posthorn-reader',
      resourceLimits,
      execArgv: ['--disable-warning=ExperimentalWarning'],
      env: {},
      stdin: false,
    });
    online = false;
    thread.on('message', (answer: MimeAnswer) => {
      if (worker !== thread) return;
      if (answer.id === 0) {
        // The limit counts from here: the thread's own start is not the message's fault.
        online = true;
        arm();
      } else if (current?.id === answer.id) finish({ state: 'answer', answer });
    });
    thread.on('error', (error: unknown) => {
      options.log('warn', 'the mail reading thread failed', {
        reason: error instanceof Error ? error.name : 'unknown',
      });
      if (worker === thread) lose('broken');
    });
    thread.on('exit', () => {
      if (worker === thread) lose('broken');
    });
    return thread;
  }

  function arm(): void {
    if (current !== null && current.timer === null)
      current.timer = options.clock.setTimeout(
        () => lose('too-slow'),
        timeLimitMs + sizeOf(current.question) / bytesAMs,
      );
  }

  function lose(state: 'too-slow' | 'broken'): void {
    const thread = worker;
    worker = null;
    if (thread !== null) void thread.terminate();
    if (state === 'too-slow') options.log('warn', 'a message took too long to read');
    finish({ state });
  }

  function finish(outcome: Outcome): void {
    const done = current;
    current = null;
    done?.timer?.cancel();
    worker?.unref();
    done?.settle(outcome);
    pump();
    if (current === null && worker !== null) rest(worker);
  }

  /** A thread that nobody asks is ended after a while: it holds 15 MB and more. */
  function rest(thread: Worker): void {
    resting?.cancel();
    resting = options.clock.setTimeout(() => {
      if (worker !== thread || current !== null) return;
      worker = null;
      void thread.terminate();
    }, restAfterMs);
  }

  async function read(bytes: Uint8Array): Promise<ReadMail> {
    const full = await ask({ ask: 'read', bytes, headersOnly: false });
    if (full.state === 'answer' && 'mail' in full.answer) return full.answer.mail;
    const defect = emptyMail(full.state === 'too-slow' ? 'too-slow' : 'unreadable', bytes.length);
    const header = await ask({ ask: 'read', bytes: bytes.subarray(0, 256 * 1024), headersOnly: true });
    if (header.state !== 'answer' || !('mail' in header.answer)) return defect;
    return { ...header.answer.mail, defects: [...header.answer.mail.defects, ...defect.defects] };
  }

  return {
    read,
    async facts(messages) {
      const outcome = await ask({ ask: 'facts', ...packBytes(messages) });
      if (outcome.state === 'answer' && 'facts' in outcome.answer) {
        const { facts, texts, ends } = outcome.answer;
        return { facts, texts: { packed: texts, ends } };
      }
      const mails = await Promise.all(messages.map(read));
      return { facts: mails, texts: packTexts(mails.map(({ text }) => text)) };
    },
    async part(bytes, partId) {
      const outcome = await ask({ ask: 'part', bytes, partId });
      return outcome.state === 'answer' && 'part' in outcome.answer ? outcome.answer.part : null;
    },
    async close() {
      closed = true;
      resting?.cancel();
      const thread = worker;
      worker = null;
      for (const waiting of queue.splice(0)) waiting.settle({ state: 'broken' });
      if (current !== null) finish({ state: 'broken' });
      await thread?.terminate();
    },
  };
}
