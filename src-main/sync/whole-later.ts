import { toAppError } from '../../src-shared/error.ts';
import type { LocatedRow } from '../../src-shared/cache-protocol.ts';
import type { RestOfMessage } from '../../src-shared/model/structure.ts';
import type { Call } from '../backends/backend.ts';
import { bodyWishes } from './body-wishes.ts';
import type { EnginePorts } from './engine-ports.ts';
import { fetchWhole } from './fetch-whole.ts';

/** Large messages that were opened with their text first: the rest of them comes when nothing else is to be done. */
export interface WholeLater {
  /** Says whether it will come by itself; if not, why. */
  want(messageId: string): Promise<RestOfMessage>;
  /** There is something to fetch. */
  waiting(): boolean;
  /**
   * One after the other, until `giveWay`, which is asked between pieces, says that others wait. True: nothing is left to
   * fetch.
   */
  run(call: Call, giveWay: () => Promise<boolean>): Promise<boolean>;
  /**
   * Somebody waits for this message now: it is let go. Resolves when that is so, with what is to be called when they are
   * done: two that fetch the same bytes into one file would spoil it.
   */
  handOver(messageId: string): Promise<() => void>;
  /** It is not wanted any more. */
  drop(messageId: string): Promise<void>;
}

export interface WholeLaterPorts extends EnginePorts {
  /** There is something to do now. */
  kick(): void;
}

export function createWholeLater(ports: WholeLaterPorts): WholeLater {
  const { accountId } = ports.account();
  const wanted = new Set<string>();
  /** Fetched by somebody else at this moment, so many times. */
  const elsewhere = new Map<string, number>();
  let current: { messageId: string; stop(): void; done: Promise<unknown> } | null = null;
  void ports.begun?.wishes(accountId).then(
    (messageIds) => {
      for (const messageId of messageIds) wanted.add(messageId);
      if (messageIds.length > 0) ports.kick();
    },
    () => undefined,
  );

  const waiting = (): boolean => [...wanted].some((messageId) => !elsewhere.has(messageId));

  async function drop(messageId: string): Promise<void> {
    if (current?.messageId === messageId) current.stop();
    if (wanted.delete(messageId)) await ports.begun?.unwish(accountId, messageId).catch(() => undefined);
  }

  async function mayCome(row: LocatedRow): Promise<RestOfMessage> {
    const account = ports.account();
    if (account.mode === 'online' || ports.begun === undefined) return 'server-only';
    const entry = row.ref === null ? undefined : ports.register.get(row.ref.folderId);
    // Of any age: it was opened. But not where nothing so large is wanted, however new it is.
    const isWanted =
      entry !== undefined &&
      bodyWishes(entry, account.bodies, ports.clock.now()).some(
        ({ newerThan, maxBytes, flagged }) =>
          (flagged !== true || row.viewFlags.includes('\\Flagged')) &&
          (newerThan !== null || row.size <= maxBytes),
      );
    if (!isWanted) return 'policy';
    return (await ports.space.level()) === 'ok' ? 'follows' : 'no-room';
  }

  async function fetchOne(messageId: string, call: Call, giveWay: () => Promise<boolean>): Promise<void> {
    const [row] = await ports.cache.call('locate', { messageIds: [messageId] });
    // Gone, or here by now.
    if (row == null || row.ref === null || row.readable || (await mayCome(row)) !== 'follows') {
      await drop(messageId);
      return;
    }
    if (!wanted.has(messageId) || elsewhere.has(messageId)) return;
    const stopping = Promise.withResolvers<boolean>();
    let stopped = false;
    const stop = (): void => {
      stopped = true;
      stopping.resolve(true);
    };
    const work = fetchWhole(
      messageId,
      {
        ...ports,
        onProgress: () => undefined,
        stopped: () => stopped,
        async giveWay() {
          // Whoever it gives way to may want this very message: neither may wait for the other.
          if (await Promise.race([giveWay(), stopping.promise])) stopped = true;
        },
      },
      call,
    );
    current = { messageId, stop, done: work.catch(() => undefined) };
    try {
      await work;
      await drop(messageId);
    } catch (thrown) {
      const error = toAppError(thrown);
      if (stopped && error.code === 'cancelled') return;
      if (error.data.scope === 'account' || error.data.scope === 'app' || call.signal.aborted) throw thrown;
      // Nobody waits for it: whoever opens it again is told what is wrong.
      ports.log('warn', 'the rest of a large message did not come', { accountId, code: error.code });
      await drop(messageId);
    } finally {
      current = null;
    }
  }

  return {
    async want(messageId) {
      const [row] = await ports.cache.call('locate', { messageIds: [messageId] });
      if (row == null) return 'policy';
      const rest = row.readable ? 'follows' : await mayCome(row);
      if (rest !== 'follows' || row.readable || wanted.has(messageId)) return rest;
      wanted.add(messageId);
      await ports.begun?.wish(accountId, messageId).catch(() => undefined);
      ports.kick();
      return rest;
    },
    waiting,
    async run(call, giveWay) {
      for (const messageId of wanted) {
        if (elsewhere.has(messageId)) continue;
        if (await giveWay()) return false;
        await fetchOne(messageId, call, giveWay);
        call.signal.throwIfAborted();
      }
      return !waiting();
    },
    async handOver(messageId) {
      elsewhere.set(messageId, (elsewhere.get(messageId) ?? 0) + 1);
      if (current?.messageId === messageId) {
        current.stop();
        await current.done;
      }
      return () => {
        const left = (elsewhere.get(messageId) ?? 1) - 1;
        if (left > 0) elsewhere.set(messageId, left);
        else elsewhere.delete(messageId);
        if (wanted.has(messageId)) ports.kick();
      };
    },
    drop,
  };
}
