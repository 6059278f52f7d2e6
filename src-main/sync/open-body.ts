import { AppError, toAppError } from '../../src-shared/error.ts';
import type { Call } from '../backends/backend.ts';
import type { BegunFiles } from '../platform/begun-files.ts';
import type { Clock } from '../platform/clock.ts';
import { gone, keepBodies, notCached, rawHere, type BodyPorts } from './bodies.ts';
import { begunFrom, fetchBegun } from './fetch-begun.ts';
import type { Session } from './session.ts';

export interface OpenBodyPorts extends BodyPorts {
  clock: Pick<Clock, 'monotonic'>;
  /** Where large messages go on from; without it they are fetched whole. */
  begun?: BegunFiles;
  /** Bytes of a large message that are here, of so many; 0 of 0 when it was given up. */
  onFetching?(messageId: string, done: number, total: number): void;
}

/** The bytes of a message that somebody opens. */
export interface OpenBody {
  /** From here, else from the server. @throws AppError `not-cached`, `not-found`, `cancelled` and others */
  raw(messageId: string): Promise<Buffer>;
  /** Stops fetching it; what came is kept. No effect on a message that is not being fetched. */
  stop(messageId: string): void;
}

/** A connection that is lost so often while one message is fetched will not bring it. */
const mostLosses = 5;

export function createOpenBody(ports: OpenBodyPorts, session: Pick<Session, 'ensure'>): OpenBody {
  const running = new Map<string, { bytes: Promise<Buffer>; state: { stopped: boolean } }>();

  async function connected(): Promise<AbortSignal> {
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

  /** Fetches one message for the user, keeps it in the cache and gives its bytes. */
  async function fetched(messageId: string, stopped: () => boolean, call: Call): Promise<Buffer> {
    const [row] = await ports.cache.call('locate', { messageIds: [messageId] });
    const entry = row?.ref == null ? undefined : ports.register.get(row.ref.folderId);
    if (row?.ref == null || entry === undefined) throw gone();
    const { ref, size, accountId } = row;
    // A cache that is full or away must not keep the message from whoever wants to read it.
    const keep = (bytes: Uint8Array): Promise<unknown> =>
      keepBodies([{ messageId, bytes }], ports).catch(() => undefined);
    if (size >= begunFrom && ports.begun !== undefined) {
      const begun = ports.begun.of(
        accountId,
        [messageId, ref.folderId, entry.uidValidity, ref.uid, size].join(' '),
      );
      const large = await fetchBegun(
        entry,
        { messageId, uid: ref.uid, size },
        {
          ...ports,
          begun,
          onProgress: (done, total) => ports.onFetching?.(messageId, done, total),
          stopped,
        },
        call,
      );
      if (large === 'gone') throw gone();
      if (large !== null) {
        await keep(large.bytes);
        await begun.drop();
        return large.bytes;
      }
    }
    ports.backend.expectValidity(entry.path, entry.uidValidity);
    let found: Buffer | null = null;
    await ports.backend.fetchBodies(entry.path, [ref.uid], call, async (_uid, bytes) => {
      found = Buffer.from(bytes);
      await keep(found);
    });
    if (found === null) throw gone();
    return found;
  }

  async function fromServer(messageId: string, stopped: () => boolean): Promise<Buffer> {
    for (let losses = 0; ; losses += 1) {
      const signal = await connected();
      try {
        return await fetched(messageId, stopped, { lane: 'interactive', signal });
      } catch (thrown) {
        const error = toAppError(thrown);
        const lost = error.code === 'connection-lost' || (error.code === 'cancelled' && signal.aborted);
        // Without pieces each try would begin anew.
        if (!lost || stopped() || ports.begun === undefined || losses >= mostLosses) throw error;
      }
    }
  }

  return {
    async raw(messageId) {
      const here = await rawHere(messageId, ports);
      if (here !== null) return here;
      const other = running.get(messageId);
      if (other !== undefined) return await other.bytes;
      const state = { stopped: false };
      const bytes = fromServer(messageId, () => state.stopped);
      running.set(messageId, { bytes, state });
      try {
        return await bytes;
      } catch (thrown) {
        ports.onFetching?.(messageId, 0, 0);
        throw thrown;
      } finally {
        running.delete(messageId);
      }
    },
    stop(messageId) {
      const fetching = running.get(messageId);
      if (fetching !== undefined) fetching.state.stopped = true;
    },
  };
}
