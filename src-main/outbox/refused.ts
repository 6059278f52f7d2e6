import { AppError } from '../../src-shared/error.ts';

/** What the outbox answers when it cannot do what it was asked for. */
export function refused(detail: string, code: 'refused' | 'not-found' | 'outcome-unknown'): AppError {
  return new AppError({ code, scope: 'message', next: 'tell-user', detail });
}
