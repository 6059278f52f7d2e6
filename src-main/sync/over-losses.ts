import { AppError, toAppError } from '../../src-shared/error.ts';
import type { Call } from '../backends/backend.ts';
import { notCached } from './bodies.ts';
import type { Session } from './session.ts';

/** A connection that is lost so often while one thing is fetched will not bring it. */
const mostLosses = 5;

/**
 * Does what somebody waits for on a connection, and again on the next one when that is lost, as long as `again` allows
 * it. @throws AppError `not-cached` when there is no connection, and what the work throws
 */
export async function overLosses<T>(
  session: Pick<Session, 'ensure'>,
  again: () => boolean,
  work: (call: Call) => Promise<T>,
): Promise<T> {
  for (let losses = 0; ; losses += 1) {
    const signal = await connected(session);
    try {
      return await work({ lane: 'interactive', signal });
    } catch (thrown) {
      const error = toAppError(thrown);
      const lost = error.code === 'connection-lost' || (error.code === 'cancelled' && signal.aborted);
      if (!lost || !again() || losses >= mostLosses) throw error;
    }
  }
}

async function connected(session: Pick<Session, 'ensure'>): Promise<AbortSignal> {
  try {
    return await session.ensure();
  } catch (thrown) {
    const error = toAppError(thrown);
    throw new AppError(
      {
        ...notCached().data,
        ...(error.code === 'offline' ? {} : { detail: `${notCached().message} ${error.data.detail}` }),
      },
      thrown,
    );
  }
}
