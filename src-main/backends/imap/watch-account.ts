import { type Clock, delay } from '../../platform/clock.ts';
import type { FolderNews, RemoteStatus } from '../backend.ts';
import { connectionFailure, type ServerPlace } from '../socket/socket-errors.ts';
import type { CommandContext } from './commands/context.ts';
import type { ConnectionPool } from './connection-pool.ts';
import { isConnectionLimit } from './errors.ts';
import type { FlowConnection } from './flow-connection.ts';
import type { ImapPort } from './port.ts';
import { watchMailbox } from './watch.ts';

/** How often a folder is asked about where no connection is left for watching it. */
const pollMs = 60_000;

export interface WatchAccount {
  pool: ConnectionPool;
  server: ServerPlace;
  clock: Clock;
  /** Called to ask for a proof of life now. */
  checks: Set<() => void>;
  contextOf: (port: ImapPort) => CommandContext;
  onPort: (port: ImapPort) => void;
  status: () => Promise<RemoteStatus>;
  path: string;
  signal: AbortSignal;
  onNews: (news: FolderNews) => void;
  onElsewhere?: ((path: string | null) => void) | undefined;
}

/** Watches on a connection of its own, or by asking where the server gives no further one. @throws AppError */
export async function watchAccount(options: WatchAccount): Promise<void> {
  const { pool, server, clock, checks, path, signal, onNews, onElsewhere } = options;
  let check: () => void = () => undefined;
  const nextCheck = (): Promise<void> => new Promise((resolve) => (check = resolve));
  const askNow = (): void => check();
  checks.add(askNow);
  let port: FlowConnection | undefined;
  try {
    port = await pool.openExtra(signal);
    options.onPort(port);
    await watchMailbox({ ...options.contextOf(port), port }, path, {
      clock,
      signal,
      onNews,
      onElsewhere,
      check: nextCheck,
    });
    await port.logout();
  } catch (error) {
    if (signal.aborted) return;
    if (!isConnectionLimit(error) && !pool.limited) throw connectionFailure(error, server);
    await poll(options);
  } finally {
    checks.delete(askNow);
    if (port !== undefined) {
      pool.forget(port);
      port.close('the watch ended');
    }
  }
}

/** Watching without a connection of its own: STATUS on the one that there is. */
async function poll({ status, clock, signal, onNews }: WatchAccount): Promise<void> {
  let before = '';
  while (!signal.aborted) {
    const now = await status();
    const seen = JSON.stringify(now);
    if (before !== '' && seen !== before) onNews({ kind: 'exists', exists: now.exists });
    before = seen;
    await delay(clock, pollMs, signal).catch(() => undefined);
  }
}
