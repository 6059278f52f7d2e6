import type { Command, Tagged } from './port.ts';

export interface Pending {
  command: Command;
  tag: string;
  /** Index of the next part to write; a synchronising literal waits for "+". */
  nextPart: number;
  sent: boolean;
  resolve: (tagged: Tagged) => void;
  reject: (error: Error) => void;
}

/** More on the wire at once gains nothing and makes a lost connection lose more. */
const mostInFlight = 64;

/** Commands that wait to be written, and those that wait for their answer, in order. */
export class CommandQueue {
  readonly #waiting: Pending[] = [];
  readonly #inFlight: Pending[] = [];

  /** The command whose answer is read now. */
  get current(): Pending | undefined {
    return this.#inFlight[0];
  }

  /** The command that was written last. */
  get last(): Pending | undefined {
    return this.#inFlight.at(-1);
  }

  add(pending: Pending): void {
    this.#waiting.push(pending);
  }

  /** The next command that may be written now; it counts as on the wire from here. */
  begin(): Pending | undefined {
    const next = this.#waiting[0];
    const { last } = this;
    if (next === undefined) return undefined;
    if (last !== undefined) {
      const whole = last.nextPart >= last.command.parts.length;
      const together = next.command.pipelined === true && last.command.pipelined === true;
      if (!whole || !together || this.#inFlight.length >= mostInFlight) return undefined;
    }
    this.#waiting.shift();
    this.#inFlight.push(next);
    return next;
  }

  /** The command that a tag answers. A tag that was never given, or out of turn, belongs to nothing of ours. */
  settle(tag: string): Pending | undefined {
    return this.current?.tag === tag ? this.#inFlight.shift() : undefined;
  }

  /** All that will never be answered. */
  takeAll(): Pending[] {
    return [...this.#inFlight.splice(0), ...this.#waiting.splice(0)];
  }
}
