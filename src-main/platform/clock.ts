/**
 * Every timer and every "now" of main goes through a Clock, so that a test can move time
 * (`test.clock`) and so that a jump of the system's clock never fires or delays anything:
 * `monotonic` is for durations, `now` for what people read.
 */
export interface Timer {
  cancel(): void;
}

export interface Clock {
  /** Milliseconds since the epoch, wall clock. */
  now(): number;
  /** Milliseconds from an arbitrary start; never goes back. */
  monotonic(): number;
  /** Runs `fn` once after `ms`. The timer does not keep the process alive. */
  setTimeout(fn: () => void, ms: number): Timer;
}

/** Resolves after `ms` on `clock`, or rejects with the signal's reason when aborted. */
export function delay(clock: Clock, ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(abortReason(signal));
      return;
    }
    const onAbort = (): void => {
      timer.cancel();
      if (signal !== undefined) reject(abortReason(signal));
    };
    const timer = clock.setTimeout(() => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    }, ms);
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}

function abortReason(signal: AbortSignal): Error {
  return signal.reason instanceof Error ? signal.reason : new Error('aborted');
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  setTimeout(fn, ms) {
    const handle = setTimeout(fn, Math.min(ms, 2 ** 31 - 1));
    handle.unref();
    return { cancel: () => clearTimeout(handle) };
  },
};

/** The system's clock with an offset that only ever grows; `advance` fires what becomes due, in order. */
export class AdvanceableClock implements Clock {
  #offset = 0;
  readonly #waiting = new Set<{ due: number; fn: () => void; handle: NodeJS.Timeout }>();

  now(): number {
    return Date.now() + this.#offset;
  }

  monotonic(): number {
    return performance.now() + this.#offset;
  }

  setTimeout(fn: () => void, ms: number): Timer {
    const due = this.monotonic() + ms;
    const entry = { due, fn, handle: setTimeout(() => this.#fire(entry), Math.min(ms, 2 ** 31 - 1)) };
    entry.handle.unref();
    this.#waiting.add(entry);
    return {
      cancel: () => {
        clearTimeout(entry.handle);
        this.#waiting.delete(entry);
      },
    };
  }

  advance(ms: number): void {
    this.#offset += ms;
    const now = this.monotonic();
    const due = [...this.#waiting].filter((entry) => entry.due <= now).sort((a, b) => a.due - b.due);
    for (const entry of due) if (this.#waiting.has(entry)) this.#fire(entry);
    // What is not due yet was armed with the old distance: arm it again with the new one.
    for (const entry of this.#waiting) {
      clearTimeout(entry.handle);
      entry.handle = setTimeout(
        () => this.#fire(entry),
        Math.max(0, Math.min(entry.due - this.monotonic(), 2 ** 31 - 1)),
      );
      entry.handle.unref();
    }
  }

  #fire(entry: { due: number; fn: () => void; handle: NodeJS.Timeout }): void {
    clearTimeout(entry.handle);
    this.#waiting.delete(entry);
    entry.fn();
  }
}
