import type { Duplex } from 'node:stream';
import type { Clock, Timer } from '../../platform/clock.ts';

/**
 * Finds the server that says nothing while it owes an answer. One timer that looks, when it fires, at how long the
 * silence really was: a timer reset for every chunk would cost more than reading it.
 */
export class SilenceWatch {
  readonly #stream: Duplex;
  readonly #clock: Clock;
  readonly #limitMs: number;
  readonly #owed: () => boolean;
  readonly #onSilence: () => void;
  #timer: Timer | null = null;
  #lastActivity: number;
  #lastWritable = 0;
  #handling = 0;

  /** `owed`: an answer is waited for. `onSilence`: there was none for `limitMs` milliseconds. */
  constructor(stream: Duplex, clock: Clock, limitMs: number, owed: () => boolean, onSilence: () => void) {
    this.#stream = stream;
    this.#clock = clock;
    this.#limitMs = limitMs;
    this.#owed = owed;
    this.#onSilence = onSilence;
    this.#lastActivity = clock.monotonic();
  }

  /** Something came, or something was asked. */
  touch(): void {
    this.#lastActivity = this.#clock.monotonic();
  }

  /** The server owes something from now on. */
  begin(): void {
    this.touch();
    this.#arm();
  }

  end(): void {
    this.#timer?.cancel();
    this.#timer = null;
  }

  /** While our own handler takes its time the server is not to blame. */
  async during<T>(work: Promise<T>): Promise<T> {
    this.#handling++;
    try {
      return await work;
    } finally {
      this.#handling--;
      this.touch();
    }
  }

  #arm(): void {
    if (this.#timer !== null) return;
    const wait = Math.max(1, this.#limitMs - (this.#clock.monotonic() - this.#lastActivity));
    this.#timer = this.#clock.setTimeout(() => this.#look(), wait);
  }

  #look(): void {
    this.#timer = null;
    if (!this.#owed()) return;
    // A slow upload is not silence.
    if (this.#handling > 0 || this.#stream.writableLength !== this.#lastWritable) {
      this.#lastWritable = this.#stream.writableLength;
      this.touch();
    }
    if (this.#clock.monotonic() - this.#lastActivity >= this.#limitMs - 1) this.#onSilence();
    else this.#arm();
  }
}
