import * as v from 'valibot';
import type { Tracker } from '../../src-shared/text/trackers.ts';
import type { Clock, Timer } from '../platform/clock.ts';
import type { Log } from '../platform/log.ts';
import type { Page, Shell } from '../shell/shell.ts';

const answerSchema = v.object({
  id: v.number(),
  html: v.string(),
  remote: v.object({
    count: v.number(),
    hosts: v.array(v.string()),
    urls: v.array(v.string()),
    trackers: v.array(v.object({ host: v.string(), service: v.nullable(v.string()) })),
  }),
  blocked: v.number(),
});

export interface Sanitised {
  html: string;
  remote: { count: number; hosts: string[]; urls: string[]; trackers: Tracker[] };
}

/** HTML that takes longer is shown as its text instead. */
const timeLimitMs = 5_000;
/** A mail that waits this long for its turn gets a page of its own, so that a hostile one delays no other. */
const patienceMs = 200;
const mostPages = 2;

interface Job {
  html: string;
  options: CleanOptions | undefined;
  settle(answer: Sanitised | null): void;
}

export interface CleanOptions {
  /** Address of a picture → where the window finds it. */
  remote?: Record<string, string>;
  /** Address as the HTML writes it → `pictureName` of the part that is meant. */
  enclosed?: Record<string, string>;
}

/**
 * HTML from strangers is cleaned in a hidden page of its own: it needs a document, and a mail that hangs
 * the page hangs nothing else; the page is then thrown away.
 */
export interface Sanitiser {
  /** Null when the mail could not be cleaned in time: show its text. */
  clean(html: string, options?: CleanOptions): Promise<Sanitised | null>;
}

export function createSanitiser(shell: Pick<Shell, 'openPage'>, clock: Clock, log: Log): Sanitiser {
  const queue: Job[] = [];
  const rooms = new Set<CleaningRoom>();
  let impatience: Timer | null = null;

  /** Each page has one mail at a time: the time limit is that mail's alone. */
  function next(): void {
    const free = [...rooms].find((room) => !room.busy);
    if (queue.length === 0) {
      // The second page was for the rush.
      if (free !== undefined && rooms.size > 1) leave(free);
      return;
    }
    if (free !== undefined) work(free);
    else if (rooms.size === 0) work(add());
    else if (rooms.size < mostPages)
      impatience ??= clock.setTimeout(() => {
        impatience = null;
        if (queue.length > 0 && rooms.size < mostPages) work(add());
      }, patienceMs);
  }

  function add(): CleaningRoom {
    const room = new CleaningRoom(shell, (gone) => rooms.delete(gone));
    rooms.add(room);
    return room;
  }

  function leave(room: CleaningRoom): void {
    rooms.delete(room);
    room.close();
  }

  function work(room: CleaningRoom): void {
    const job = queue.shift();
    if (job === undefined) return;
    void room.clean(job, clock).then((outcome) => {
      if ('failed' in outcome) {
        leave(room);
        if (outcome.failed === 'slow')
          log('warn', 'a mail was too slow to clean', { bytes: job.html.length });
        else log('warn', 'the sanitiser page did not open or ended', { error: outcome.error });
        job.settle(null);
      } else job.settle(outcome.answer);
      next();
    });
  }

  return {
    clean: (html, options) =>
      new Promise((settle) => {
        queue.push({ html, options, settle });
        next();
      }),
  };
}

type Outcome = { answer: Sanitised } | { failed: 'slow' } | { failed: 'gone'; error?: unknown };

/** One hidden page, opened with its first mail. */
class CleaningRoom {
  busy = false;
  readonly #page: Promise<Page>;
  #id = 0;
  #settle: (outcome: Outcome) => void = () => undefined;
  readonly #onGone: (room: CleaningRoom) => void;

  constructor(shell: Pick<Shell, 'openPage'>, onGone: (room: CleaningRoom) => void) {
    this.#onGone = onGone;
    this.#page = this.#open(shell);
    // `clean` tells whoever waits.
    this.#page.catch(() => undefined);
  }

  async clean({ html, options }: Job, clock: Clock): Promise<Outcome> {
    this.busy = true;
    try {
      const page = await this.#page;
      const outcome = await new Promise<Outcome>((settle) => {
        this.#id += 1;
        const timer = clock.setTimeout(() => settle({ failed: 'slow' }), timeLimitMs);
        this.#settle = (given) => {
          timer.cancel();
          settle(given);
        };
        page.send({ id: this.#id, html, ...(options === undefined ? {} : { options }) });
      });
      this.busy = false;
      return outcome;
    } catch (error) {
      // It did not open, or is too far gone to be sent anything.
      return { failed: 'gone', error };
    }
  }

  close(): void {
    void this.#page.then((page) => page.close()).catch(() => undefined);
  }

  async #open(shell: Pick<Shell, 'openPage'>): Promise<Page> {
    const page = await shell.openPage({ path: '/sanitise.html', hidden: true });
    page.onMessage((message) => {
      const answer = v.safeParse(answerSchema, message);
      if (answer.success && answer.output.id === this.#id) this.#settle({ answer: answer.output });
    });
    await new Promise<void>((resolve, reject) => {
      page.onGone((reason) => {
        reject(new Error(`the page is ${reason}`));
        this.#settle({ failed: 'gone' });
        this.#onGone(this);
      });
      page.ready.then(resolve, reject);
    });
    return page;
  }
}
