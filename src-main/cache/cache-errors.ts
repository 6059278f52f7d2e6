import type { StoreAnswer } from '../../src-shared/cache-protocol.ts';
import { AppError } from '../../src-shared/error.ts';

/** What the store refused, as the rest of main hears it. */
export function storeError(answer: Extract<StoreAnswer, { ok: false }>): AppError {
  if (answer.code === 'quota') return noRoomError();
  const detail =
    answer.code === 'damaged'
      ? 'The copy of your mail on this computer was damaged and is fetched from the server again.'
      : `Posthorn made a mistake: ${answer.error}`;
  return new AppError(
    answer.code === 'damaged'
      ? { code: 'not-cached', scope: 'app', next: 'retry', detail }
      : { code: 'bug', scope: 'app', next: 'bug', detail },
  );
}

export function noRoomError(): AppError {
  return new AppError({
    code: 'quota',
    scope: 'folder',
    next: 'tell-user',
    detail:
      'There is no room on the disk for the copy of your mail. Nothing is lost on the server; free some space and Posthorn goes on.',
  });
}

export function closedError(): AppError {
  return new AppError({ code: 'cancelled', scope: 'app', next: 'retry', detail: 'Posthorn is closing.' });
}

export function lostError(): AppError {
  return new AppError({
    code: 'cancelled',
    scope: 'app',
    next: 'retry',
    detail: 'The copy of your mail on this computer is being fetched anew from the server.',
  });
}
