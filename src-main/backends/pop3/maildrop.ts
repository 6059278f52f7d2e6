import type { DropBox, DropBoxEntry, DropBoxSession } from '../drop-box.ts';
import type { Clock, Timer } from '../../platform/clock.ts';

/** A maildrop is locked for every other program while a session is open: an idle one is ended after this long. */
const idleMs = 15_000;

export interface MaildropMessage {
  uid: number;
  size: number;
  flags: Set<string>;
}

/**
 * A POP3 maildrop with the UIDs and flags that POP3 itself does not know, for as long as the program runs: the
 * UIDL names a message, a number of ours stands for it. Sessions are short and made again when they are needed.
 */
export class Maildrop {
  readonly messages = new Map<number, MaildropMessage>();
  uidNext = 1;
  readonly #box: DropBox;
  readonly #clock: Clock;
  readonly #uids = new Map<string, number>();
  #open: { session: DropBoxSession; handles: Map<number, number>; idle: Timer } | null = null;
  #queue: Promise<unknown> = Promise.resolve();

  constructor(box: DropBox, clock: Clock) {
    this.#box = box;
    this.#clock = clock;
  }

  /** Runs `work` alone on a session whose list is no older than the session. */
  use<T>(
    signal: AbortSignal,
    work: (session: DropBoxSession, handles: Map<number, number>) => Promise<T>,
  ): Promise<T> {
    const using = this.#queue.then(async () => {
      signal.throwIfAborted();
      const open = this.#open ?? (await this.#begin(signal));
      open.idle.cancel();
      try {
        const value = await work(open.session, open.handles);
        open.idle = this.#clock.setTimeout(() => void this.end().catch(() => undefined), idleMs);
        return value;
      } catch (error) {
        this.abandon();
        throw error;
      }
    });
    this.#queue = using.catch(() => undefined);
    return using;
  }

  /** The list as it is now: what came since the session was opened is seen only by a new one. */
  async look(signal: AbortSignal): Promise<void> {
    await this.end().catch(() => undefined);
    await this.use(signal, () => Promise.resolve());
  }

  /** Removed for good when it resolves: POP3 removes only at the end of a session. */
  async remove(uids: readonly number[], signal: AbortSignal): Promise<void> {
    await this.use(signal, async (session, handles) => {
      await session.remove(uids.flatMap((uid) => handles.get(uid) ?? []));
      this.#open?.idle.cancel();
      this.#open = null;
      await session.commit();
      for (const uid of uids) this.messages.delete(uid);
    });
  }

  async end(): Promise<void> {
    const open = this.#open;
    this.#open = null;
    open?.idle.cancel();
    await open?.session.commit();
  }

  abandon(): void {
    this.#open?.idle.cancel();
    this.#open?.session.abandon();
    this.#open = null;
  }

  async #begin(signal: AbortSignal) {
    const session = await this.#box.open(signal);
    try {
      const handles = this.#take(await session.list());
      this.#open = { session, handles, idle: this.#clock.setTimeout(() => undefined, idleMs) };
      return this.#open;
    } catch (error) {
      session.abandon();
      throw error;
    }
  }

  #take(entries: readonly DropBoxEntry[]): Map<number, number> {
    const handles = new Map<number, number>();
    const nameless = new Map<string, number>();
    for (const { key, handle, size } of entries) {
      const nth = (nameless.get(key ?? `?${size}`) ?? 0) + 1;
      nameless.set(key ?? `?${size}`, nth);
      // Without UIDL a message is its size and its turn among those of that size: good enough to show it.
      const name = key ?? `?${size}#${nth}`;
      let uid = this.#uids.get(name);
      if (uid === undefined) {
        uid = this.uidNext;
        this.uidNext += 1;
        this.#uids.set(name, uid);
      }
      if (!this.messages.has(uid)) this.messages.set(uid, { uid, size, flags: new Set() });
      handles.set(uid, handle);
    }
    for (const uid of this.messages.keys()) if (!handles.has(uid)) this.messages.delete(uid);
    return handles;
  }
}
