import type { Clock } from '../platform/clock.ts';

interface Queued<M> {
  message: M;
  /** Rows that it holds. */
  count: number;
  isOrdered: boolean;
}

/** A first sync that brings nothing for so long is over, or slow enough that indexing does not hold it up. */
const quietMs = 700;
/** More than so many rows are not kept waiting: about 12 MB of text. */
const mostHeld = 50_000;
/** With so many waiting no more are asked of the server: a mailbox of a million would lie in main's heap, 0.5 KB a row. */
const mostAhead = 100_000;
/** So many messages that were told are held before the place that they took is given back. */
const mostTold = 16;
/** More texts than these are not kept waiting in their file: some 100 MB. */
const mostTexts = 20_000;
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
  #waitingForRoom: (() => void)[] = [];
  #posted = 0;
  #holdUntil = 0;
  #isTimed = false;
  /** Messages in the queue that no other may pass. */
  #ordered = 0;
  /** Texts that the thread keeps until it is told to index some. */
  #texts = 0;
  #isMuch = false;
  readonly #indexTexts: M;

  /**
   * `post` says whether there is a thread: without one the message is lost, and refilled at the next start.
   * `indexTexts` is what tells the thread that there is time for the texts it keeps.
   */
  constructor(post: (message: M) => boolean, indexTexts: M, clock: Clock) {
    this.#post = post;
    this.#indexTexts = indexTexts;
    this.#clock = clock;
  }

  /** Rows. `later`: when it is quiet. */
  add(message: M, count: number, later: boolean): void {
    this.#add({ message, count, isOrdered: false });
    if (later) this.#holdUntil = this.#clock.monotonic() + quietMs;
    this.#pump();
  }

  /** Resolves when so few rows wait that more may come. */
  room(): Promise<void> {
    if (this.#count < mostAhead) return Promise.resolve();
    return new Promise((resolve) => this.#waitingForRoom.push(resolve));
  }

  /** What later messages must not pass. */
  addInOrder(message: M): void {
    this.#add({ message, count: 0, isOrdered: true });
    this.#pump();
  }

  /** Texts, which the thread keeps for now: told at once, for here they would take room. */
  addTexts(message: M, count: number): void {
    this.#texts += count;
    this.#holdUntil = this.#clock.monotonic() + quietMs;
    if (this.#ordered > 0) this.#add({ message, count: 0, isOrdered: true });
    else if (this.#post(message)) this.#posted += 1;
    this.#pump();
  }

  /** The thread has done a message, and keeps so many texts; `isMuch`: more than there is room for on its disk. */
  done(texts: number, isMuch = false): void {
    this.#posted = Math.max(0, this.#posted - 1);
    this.#texts = texts;
    this.#isMuch = isMuch;
    this.#pump();
  }

  /** The thread has begun, with so many texts of an earlier run. */
  began(texts: number): void {
    this.#texts += texts;
    this.#pump();
  }

  /** The thread is another one: what it was told is lost, what waits is told to the new one. */
  restarted(): void {
    this.#posted = 0;
    this.#texts = 0;
    this.#isMuch = false;
    this.#pump();
  }

  #add(queued: Queued<M>): void {
    this.#queue.push(queued);
    this.#count += queued.count;
    if (queued.isOrdered) this.#ordered += 1;
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
    this.#ordered = 0;
    this.#tellRoom();
  }

  #tellRoom(): void {
    if (this.#count >= mostAhead) return;
    for (const resolve of this.#waitingForRoom.splice(0)) resolve();
  }

  #pump(): void {
    if (this.#posted > 0) return;
    const isEmpty = this.#next === this.#queue.length;
    if (isEmpty && this.#texts === 0) return;
    const wait = this.#holdUntil - this.#clock.monotonic();
    if (wait <= 0 || this.#count > mostHeld || this.#texts > mostTexts || this.#isMuch) {
      // Rows first: a text belongs to one.
      if (!isEmpty) while (this.#posted === 0 && this.#take());
      else if (this.#post(this.#indexTexts)) this.#posted += 1;
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
    if (first.isOrdered) this.#ordered -= 1;
    if (this.#next === this.#queue.length) this.clear();
    else if (this.#next > mostTold) {
      this.#queue = this.#queue.slice(this.#next);
      this.#next = 0;
    }
    this.#tellRoom();
    if (this.#post(first.message)) this.#posted += 1;
    return true;
  }
}
