import type { TriedSource } from '../../src-shared/ipc/areas/account.ts';
import type { Asking } from './found-server.ts';

export type Outcome<T> =
  { answer: T } | { stopped: Pick<TriedSource, 'outcome' | 'detail'> } | { error: unknown; stopped?: never };

/** One source's answer, its error, or that it was stopped: by its own time or by `ends`. */
export async function withinTime<T>(
  ask: (asking: Asking) => Promise<T>,
  shared: Omit<Asking, 'signal'>,
  ends: AbortSignal,
  ms: number,
): Promise<Outcome<T>> {
  const late = new AbortController();
  const timer = shared.clock.setTimeout(() => late.abort(), ms);
  const signal = AbortSignal.any([ends, late.signal]);
  try {
    if (signal.aborted) return stopped();
    const asked = ask({ ...shared, signal }).then(
      (answer): Outcome<T> => ({ answer }),
      (error: unknown): Outcome<T> => ({ error }),
    );
    const outcome = await endedBy(asked, signal);
    if (outcome !== null && ('answer' in outcome || !signal.aborted)) return outcome;
    return stopped();
  } finally {
    timer.cancel();
  }

  function stopped(): Outcome<T> {
    if (late.signal.aborted) return { stopped: { outcome: 'failed', detail: 'No answer in time.' } };
    const detail = ends.reason instanceof NotNeeded ? ends.reason.message : 'Stopped before it was done.';
    return { stopped: { outcome: 'aborted', detail } };
  }
}

/** Why a source is stopped when nobody needs its answer any more. */
export class NotNeeded extends Error {}

/** What comes first: the promise, or (null) the end of the signal. */
export function endedBy<T>(promise: Promise<T>, signal: AbortSignal): Promise<T | null> {
  return new Promise((resolve, reject) => {
    const end = (): void => resolve(null);
    if (signal.aborted) end();
    signal.addEventListener('abort', end, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', end));
  });
}
