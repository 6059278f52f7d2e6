import { type Clock, delay } from '../../platform/clock.ts';
import type { FolderNews } from '../backend.ts';
import { otherNews } from './commands/fetch-flags.ts';
import { type CommandContext } from './commands/context.ts';
import { elsewhere, notifyOfAll } from './commands/notify.ts';
import { select } from './commands/select.ts';
import type { FlowConnection } from './flow-connection.ts';
import { ConnectionLost } from '../socket/connection-lost.ts';
import type { Untagged } from './port.ts';

/**
 * IDLE is left and begun again this often: the answer to DONE proves that the connection lives, so
 * that a half-open one is found within five minutes; RFC 2177 itself asks for it every 29.
 */
export const idleRestartMs = 4 * 60_000;
const answerMs = 30_000;
const pollMs = 60_000;

export interface WatchOptions {
  clock: Clock;
  signal: AbortSignal;
  onNews: (news: FolderNews) => void;
  /** News of another folder (RFC 5465); null: of the list of folders. */
  onElsewhere?: ((path: string | null) => void) | undefined;
  /** Resolves to ask for a proof of life now. */
  check: () => Promise<void>;
}

/** Watches one mailbox on its own connection until aborted. @throws ConnectionLost */
export async function watchMailbox(
  context: CommandContext & { port: FlowConnection },
  path: string,
  options: WatchOptions,
): Promise<void> {
  const { port } = context;
  const { clock, signal } = options;
  const report = (response: Untagged): void => {
    const other = elsewhere(response, port);
    if (other !== undefined) {
      if (!signal.aborted && other !== path) options.onElsewhere?.(other);
      return;
    }
    const news: FolderNews | null =
      response.name === 'FETCH' ? { kind: 'flags', flags: [] } : otherNews(response);
    if (news !== null && !signal.aborted) options.onNews(news);
  };
  await select(context, path);
  port.onUnsolicited = report;
  if (options.onElsewhere !== undefined) await notifyOfAll(context);
  while (!signal.aborted) {
    if (!port.capabilities.has('IDLE')) {
      await pause(clock, pollMs, signal);
      if (!signal.aborted) await port.run({ name: 'NOOP', parts: ['NOOP'], onUntagged: report });
      continue;
    }
    let stop: () => void = () => undefined;
    const stopped = new Promise<void>((resolve) => (stop = resolve));
    const idle = port.idle(report, stopped);
    const round = new AbortController();
    await Promise.race([
      pause(clock, idleRestartMs, AbortSignal.any([signal, round.signal])),
      options.check(),
      idle.catch(() => undefined),
    ]);
    round.abort();
    stop();
    const overdue = clock.setTimeout(() => port.close('the server does not answer'), answerMs);
    try {
      const tagged = await idle;
      if (tagged.status !== 'OK') await pause(clock, pollMs, signal);
    } finally {
      overdue.cancel();
    }
  }
  if (!port.alive) throw new ConnectionLost('the connection is closed', false);
}

async function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  try {
    await delay(clock, ms, signal);
  } catch {
    // Aborted: the loop looks at the signal itself.
  }
}
