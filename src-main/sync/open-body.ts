import type { BegunFiles } from '../platform/begun-files.ts';
import type { Clock } from '../platform/clock.ts';
import { rawHere, type BodyPorts } from './bodies.ts';
import { fetchWhole } from './fetch-whole.ts';
import { overLosses } from './over-losses.ts';
import type { Session } from './session.ts';
import type { WholeLater } from './whole-later.ts';

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

export function createOpenBody(
  ports: OpenBodyPorts,
  session: Pick<Session, 'ensure'>,
  later: Pick<WholeLater, 'handOver' | 'drop'>,
): OpenBody {
  const running = new Map<string, { bytes: Promise<Buffer>; state: { stopped: boolean } }>();

  return {
    async raw(messageId) {
      const here = await rawHere(messageId, ports);
      if (here !== null) return here;
      const other = running.get(messageId);
      if (other !== undefined) return await other.bytes;
      const state = { stopped: false };
      const stopped = (): boolean => state.stopped;
      // Without pieces each try would begin anew.
      const again = (): boolean => !stopped() && ports.begun !== undefined;
      const onProgress = (done: number, total: number): void => ports.onFetching?.(messageId, done, total);
      const bytes = later.handOver(messageId).then(async (handBack) => {
        try {
          return await overLosses(session, again, (call) =>
            fetchWhole(messageId, { ...ports, onProgress, stopped }, call),
          );
        } finally {
          handBack();
        }
      });
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
      void later.drop(messageId);
      const fetching = running.get(messageId);
      if (fetching !== undefined) fetching.state.stopped = true;
    },
  };
}
