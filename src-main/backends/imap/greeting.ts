import type { Untagged } from './port.ts';

/** The first response of a server, which may come before or after it is waited for. */
export class Greeting {
  #said: Untagged | null = null;
  #waiting: { resolve: (greeting: Untagged) => void; reject: (error: Error) => void } | null = null;

  get awaited(): boolean {
    return this.#waiting !== null;
  }

  get heard(): boolean {
    return this.#said !== null;
  }

  wait(): Promise<Untagged> {
    if (this.#said !== null) return Promise.resolve(this.#said);
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
    });
  }

  hear(said: Untagged): void {
    this.#said = said;
    this.#waiting?.resolve(said);
    this.#waiting = null;
  }

  fail(error: Error): void {
    this.#waiting?.reject(error);
    this.#waiting = null;
  }
}
