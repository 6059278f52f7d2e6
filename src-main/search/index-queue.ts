import type { Clock } from '../platform/clock.ts';

export interface Queued<M> {
  message: M;
  /** Rows or texts that it holds. */
  count: number;
}

/** A first sync that brings nothing for so long is over, or slow enough that indexing does not hold it up. */
const quietMs = 700;
/** More than so many rows are not kept waiting: about 12 MB of text. */
const mostHeld = 50_000;
/** So few are indexed before a question is answered: they take less than 50 ms. */
const soonDone = 2_000;

/**
 * What the index is still to be told, in order. The thread gets one message at a time, so that a question
 * waits for one at most; rows of a first sync wait until it is quiet, for indexing took a seventh of the
 * processor time of a first sync, and on two cores all of it delayed the rows.
 */
export class IndexQueue<M> {
  readonly #post: (message: M) => boolean;
  readonly #clock: Clock;
  #queue: Queued<M>[] = [];
  #next = 0;
  #count = 0;
  #posted = 0;
  #holdUntil = 0;
  #isTimed = false;

  /** `post` says whether there is a thread: without one the message is lost, and refilled at the next start. */
  constructor(post: (message: M) => boolean, clock: Clock) {
    this.#post = post;
    this.#clock = clock;
  }

  add(message: M, count: number, later: boolean): void {
    this.#queue.push({ message, count });
    this.#count += count;
    if (later) this.#holdUntil = this.#clock.monotonic() + quietMs;
    this.#pump();
  }

  /** The thread has done a message. */
  done(): void {
    this.#posted = Math.max(0, this.#posted - 1);
    this.#pump();
  }

  /** The thread is another one: what it was told is lost, what waits is told to the new one. */
  restarted(): void {
    this.#posted = 0;
    this.#pump();
  }

  /** Somebody waits for an answer: little is told at once, much goes on without being held. */
  hurry(): void {
    if (this.#count <= soonDone) this.flush();
    this.#holdUntil = 0;
    this.#pump();
  }

  /** Everything is told at once. */
  flush(): void {
    while (this.#take());
  }

  /** What waits is of no use any more. */
  clear(): void {
    this.#queue = [];
    this.#next = 0;
    this.#count = 0;
  }

  #pump(): void {
    if (this.#posted > 0 || this.#next === this.#queue.length) return;
    const wait = this.#holdUntil - this.#clock.monotonic();
    if (wait <= 0 || this.#count > mostHeld) {
      while (this.#posted === 0 && this.#take());
      return;
    }
    if (this.#isTimed) return;
    this.#isTimed = true;
    this.#clock.setTimeout(() => {
      this.#isTimed = false;
      this.#pump();
    }, wait);
  }

  #take(): boolean {
    const first = this.#queue[this.#next];
    if (first === undefined) return false;
    this.#next += 1;
    this.#count -= first.count;
    if (this.#next === this.#queue.length) this.clear();
    else if (this.#next > 1_000) {
      this.#queue = this.#queue.slice(this.#next);
      this.#next = 0;
    }
    if (this.#post(first.message)) this.#posted += 1;
    return true;
  }
}
