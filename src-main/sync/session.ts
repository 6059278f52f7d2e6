import { AppError, toAppError, type AppErrorData } from '../../src-shared/error.ts';
import type { AccountState } from '../../src-shared/model/account.ts';
import type { Backend } from '../backends/backend.ts';
import type { Clock, Timer } from '../platform/clock.ts';
import { backoffMs } from './backoff.ts';
import { wishedWaitMs } from './server-wish.ts';

/** After a failed sign-in nothing tries again by itself for this long, whoever asks. */
const loginPause = 10_000;

export interface SessionPorts {
  backend: Backend;
  clock: Clock;
  /** The connection stands: work can start. Everything started must end with `signal`. */
  onUp(signal: AbortSignal): void;
  onState(state: AccountState, error: AppErrorData | null): void;
}

/**
 * Whether the account is connected, and when it tries again. One attempt at a time; failures wait with
 * back-off, a refused password or certificate waits for the user: never a loop of sign-ins.
 */
export interface Session {
  /** Connects if needed. Rejects with why there is no connection. */
  ensure(): Promise<AbortSignal>;
  /**
   * The user asked: the back-off and a refusal are forgotten, once. Asking again right after a try that failed waits
   * like everybody else: a button must not hammer a server.
   */
  tryNow(): Promise<void>;
  /**
   * The computer woke up, or its network changed: what could not be reached before is tried without waiting out the
   * back-off. A refused password is not tried again.
   */
  wake(): void;
  setOnline(online: boolean): void;
  /** Something on the connection failed: it is taken down and made anew. */
  lost(error: AppError): void;
  /** What was to be done on the connection is done: the next loss is the network's, not ours. */
  worked(): void;
  signal(): AbortSignal | null;
  stop(): void;
}

export function createSession({ backend, clock, onUp, onState }: SessionPorts): Session {
  let online = true;
  let stopped = false;
  let up: AbortController | null = null;
  let attempt: Promise<AbortSignal> | null = null;
  let attemptAbort: AbortController | null = null;
  let failures = 0;
  /** Connections that stood and were lost before anything was finished on them. */
  let losses = 0;
  let retry: Timer | null = null;
  let failedAt = Number.NEGATIVE_INFINITY;
  /** When the user last asked for a try that did not wait. */
  let exemptAt = Number.NEGATIVE_INFINITY;
  let lastError: AppError | null = null;

  function takeDown(): void {
    up?.abort(
      new AppError({
        code: 'cancelled',
        scope: 'account',
        next: 'retry',
        detail: 'The connection was closed.',
      }),
    );
    up = null;
    backend.disconnect();
  }

  function failed(error: AppError): void {
    lastError = error;
    failedAt = clock.monotonic();
    retry?.cancel();
    retry = null;
    if (stopped || !online) return;
    onState(stateOf(error), error.data);
    if (needsUser(error)) return;
    const wait = Math.max(pauseAfter(error), backoffMs(failures));
    failures += 1;
    // A network that came back is noticed by connectivity; this is for servers that were away.
    retry = clock.setTimeout(() => void ensure(true).catch(() => undefined), wait);
  }

  async function connect(): Promise<AbortSignal> {
    attemptAbort = new AbortController();
    onState('connecting', null);
    try {
      await backend.connect({ lane: 'interactive', signal: attemptAbort.signal });
    } catch (thrown) {
      backend.disconnect();
      const error = toAppError(thrown);
      failed(error);
      throw error;
    }
    if (stopped || !online) {
      backend.disconnect();
      throw offline();
    }
    failures = 0;
    lastError = null;
    up = new AbortController();
    const { signal } = up;
    onUp(signal);
    return signal;
  }

  function ensure(force: boolean): Promise<AbortSignal> {
    if (stopped || !online) return Promise.reject(offline());
    if (up !== null) return Promise.resolve(up.signal);
    if (attempt !== null) return attempt;
    if (lastError !== null && !force) {
      if (needsUser(lastError)) return Promise.reject(lastError);
      if (clock.monotonic() - failedAt < pauseAfter(lastError)) return Promise.reject(lastError);
    }
    retry?.cancel();
    attempt = connect().finally(() => {
      attempt = null;
    });
    return attempt;
  }

  backend.onLost((detail) => {
    if (up === null) return;
    lost(
      new AppError({
        code: 'connection-lost',
        scope: 'account',
        next: 'retry',
        detail: `The connection to the server was lost (${detail}). What was waiting is kept and sent again.`,
      }),
    );
  });

  function lost(error: AppError): void {
    if (up === null) return;
    takeDown();
    if (stopped || !online) return;
    lastError = null;
    if (needsUser(error)) {
      failed(error);
      return;
    }
    // At once, once: most losses are a changed network. A second one before anything was finished backs
    // off, else work that always kills the connection would sign in every second.
    const wished = wishedWaitMs(error.data);
    if (wished !== null) {
      // Whoever asks meanwhile is refused, as after a sign-in that failed.
      lastError = error;
      failedAt = clock.monotonic();
    }
    const wait = Math.max(wished ?? 0, losses === 0 ? 1_000 : backoffMs(losses - 1));
    losses += 1;
    if (losses === 1 && wished === null) onState('connecting', null);
    else onState(stateOf(error), error.data);
    retry?.cancel();
    retry = clock.setTimeout(() => void ensure(true).catch(() => undefined), wait);
  }

  return {
    ensure: () => ensure(false),
    async tryNow() {
      if (lastError !== null && clock.monotonic() - exemptAt < loginPause) throw lastError;
      exemptAt = clock.monotonic();
      lastError = null;
      failures = 0;
      losses = 0;
      await ensure(true);
    },
    wake() {
      if (stopped || !online || up !== null || attempt !== null) return;
      if (lastError !== null && needsUser(lastError)) return;
      failures = 0;
      losses = 0;
      retry?.cancel();
      const wait = lastError === null ? 0 : Math.max(0, failedAt + pauseAfter(lastError) - clock.monotonic());
      if (wait === 0) void ensure(true).catch(() => undefined);
      else retry = clock.setTimeout(() => void ensure(true).catch(() => undefined), wait);
    },
    setOnline(next) {
      if (online === next) return;
      online = next;
      retry?.cancel();
      if (!next) {
        attemptAbort?.abort(offline());
        takeDown();
        onState('offline', null);
        return;
      }
      failures = 0;
      if (lastError !== null && !needsUser(lastError)) lastError = null;
      if (lastError === null) void ensure(true).catch(() => undefined);
      else onState(stateOf(lastError), lastError.data);
    },
    lost,
    worked() {
      losses = 0;
    },
    signal: () => up?.signal ?? null,
    stop() {
      stopped = true;
      retry?.cancel();
      attemptAbort?.abort(offline());
      takeDown();
    },
  };
}

export function offline(): AppError {
  return new AppError({
    code: 'offline',
    scope: 'account',
    next: 'wait-online',
    detail: 'Posthorn is off the network. Your changes are kept and sent when there is a connection.',
  });
}

/** Nothing tries again by itself before this, in ms: the server may have said how long. */
function pauseAfter(error: AppError): number {
  return Math.max(loginPause, wishedWaitMs(error.data) ?? 0);
}

/** Nothing but the user can mend it: trying again by itself would only be a loop. */
export function needsUser({ code }: AppError): boolean {
  return code === 'auth-failed' || code === 'tls-certificate' || code === 'tls-missing' || code === 'locked';
}

export function stateOf(error: AppError): AccountState {
  switch (error.code) {
    case 'auth-failed':
      return 'auth-failed';
    case 'tls-certificate':
      return 'certificate';
    case 'locked':
      return 'locked';
    case 'offline':
      return 'offline';
    case 'tls-missing':
      return 'error';
    default:
      return 'waiting';
  }
}
