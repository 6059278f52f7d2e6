import { AppError } from '../../src-shared/error.ts';

/** A message at which the connection broke so often is left out of most visits. */
const tolerated = 3;
/** It is tried again at every such visit: a network that breaks often is no fault of a message. */
const tryEvery = 3;

/**
 * Messages at which a visit broke off (the server hangs up, falls silent, or never ends): they come last in the next
 * one, and at last they are left out, so that one message keeps no other one from coming home.
 */
export class Troubles {
  readonly #count = new Map<string, number>();

  /** The visit broke off while this one was fetched. */
  note(key: string): void {
    this.#count.set(key, (this.#count.get(key) ?? 0) + 1);
  }

  /** It came. */
  forget(key: string): void {
    this.#count.delete(key);
  }

  /** Where it stands among the others of a visit: 0 for all that made no trouble. */
  rank(key: string): number {
    return this.#count.get(key) ?? 0;
  }

  /** @throws AppError when it is better left where it is this time */
  refuse(key: string): void {
    const count = this.#count.get(key) ?? 0;
    if (count < tolerated) return;
    this.#count.set(key, count + 1);
    if ((count + 1 - tolerated) % tryEvery === 0) return;
    throw new AppError({
      code: 'refused',
      scope: 'message',
      next: 'retry',
      detail:
        'The connection broke each time when the server sent one message. It stays on the server, and Posthorn tries it again now and then.',
    });
  }
}
