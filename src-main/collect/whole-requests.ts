import { AppError } from '../../src-shared/error.ts';

interface Asked {
  promise: Promise<void>;
  resolve(): void;
  reject(error: AppError): void;
}

/**
 * Messages of which only the header came home and that somebody wants to read now, by their keys. The visit that
 * is under way (a POP3 maildrop takes only one) brings them between two others.
 */
export class WholeRequests {
  readonly #asked = new Map<string, Asked>();
  #onAsked: (key: string) => void = () => undefined;

  /** Told of each new wish; who listens sees to a visit. */
  listen(onAsked: (key: string) => void): void {
    this.#onAsked = onAsked;
  }

  /** Resolves when the message is here. @throws AppError */
  ask(key: string): Promise<void> {
    const before = this.#asked.get(key);
    if (before !== undefined) return before.promise;
    const { promise, resolve, reject } = Promise.withResolvers<undefined>();
    this.#asked.set(key, { promise, resolve: () => resolve(undefined), reject });
    this.#onAsked(key);
    return promise;
  }

  keys(scope: string): string[] {
    return [...this.#asked.keys()].filter((key) => key.startsWith(`${scope}:`));
  }

  has(key: string): boolean {
    return this.#asked.has(key);
  }

  done(key: string): void {
    this.#asked.get(key)?.resolve();
    this.#asked.delete(key);
  }

  failed(key: string, error: AppError): void {
    this.#asked.get(key)?.reject(error);
    this.#asked.delete(key);
  }
}

/** Its server does not list it any more. */
export function wholeGone(): AppError {
  return new AppError({
    code: 'not-found',
    scope: 'message',
    next: 'tell-user',
    detail:
      'Only the header of this message is here, and the server does not have the message any more. Another program may have removed it.',
  });
}

/** The mail was left behind by a change of how the account keeps it: no server belongs to it any more. */
export function wholeElsewhere(): AppError {
  return new AppError({
    code: 'not-found',
    scope: 'message',
    next: 'tell-user',
    detail:
      'Only the header of this message was fetched. The message itself stayed on the server of the account that it came to.',
  });
}

/** It cannot be fetched now; `why` is what the visit said. */
export function wholeNotNow(why: AppError): AppError {
  return new AppError(
    {
      ...why.data,
      code: 'not-cached',
      scope: 'message',
      next: why.data.next === 'bug' ? 'bug' : 'wait-online',
      detail: `This message was left on the server because it is large, and cannot be fetched just now. ${why.data.detail}`,
    },
    why,
  );
}
