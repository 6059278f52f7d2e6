import { AppError } from '../../../src-shared/error.ts';
import type { ServerSettings } from '../../../src-shared/model/account.ts';
import type { Clock, Timer } from '../../platform/clock.ts';
import type { Log } from '../../platform/log.ts';
import type { Lane } from '../backend.ts';
import { connectionFailure } from '../socket/socket-errors.ts';
import { isConnectionLimit } from './errors.ts';
import { FlowConnection } from './flow-connection.ts';
import type { MailNetwork } from '../socket/open-stream.ts';
import type { Credentials } from '../socket/server-stream.ts';
import type { ImapPort } from './port.ts';
import { signIn } from './sign-in.ts';
import type { ConnectionOptions } from './admit-command.ts';

export interface PoolOptions {
  server: ServerSettings;
  credentials: () => Promise<Credentials>;
  network: MailNetwork;
  clock: Clock;
  log?: Log | undefined;
  /** Every command line as sent, secrets masked. */
  onWire?: ((line: string) => void) | undefined;
  compress?: 'auto' | 'never' | 'always' | undefined;
  /** What was learnt of the server before, over restarts: until when (ms since the epoch) it counts as giving few connections. */
  fewConnections?: { until(): number | null; learnt(until: number): void } | undefined;
}

/** Silence after which a connection with a command waiting counts as dead. */
const inactivityMs = 60_000;
/** RFC 9051 5.4 lets a server drop an idle client after 30 minutes; NAT boxes forget after 5. */
const keepAliveMs = 4 * 60_000;
/** A bulk connection without work is given back to the server. */
const bulkIdleMs = 2 * 60_000;
/** How long it is remembered that a server gives an account only few connections. */
const limitedMs = 24 * 3_600_000;

interface Slot {
  lane: Lane;
  port: ImapPort | null;
  opening: Promise<ImapPort> | null;
  tail: Promise<unknown>;
  waiting: number;
  idle: Timer | null;
}

/**
 * The connections of one account: interactive (imapflow), bulk (our reader), watch (imapflow), each
 * opened when first asked for. Calls of a lane run one after the other. Where a server limits
 * connections, lanes share one.
 */
export class ConnectionPool {
  readonly rawNames = new Map<string, string>();
  onLost: ((detail: string) => void) | null = null;
  onOpened: ((port: ImapPort) => void) | null = null;

  readonly #options: PoolOptions;
  readonly #slots: Record<Lane, Slot>;
  readonly #others = new Set<ImapPort>();
  #drop = new AbortController();
  #limitedUntil = 0;

  constructor(options: PoolOptions) {
    this.#options = options;
    const left = (options.fewConnections?.until() ?? 0) - options.clock.now();
    // More than a day ahead comes of a clock that was set back.
    if (left > 0 && left <= limitedMs) this.#limitedUntil = options.clock.monotonic() + left;
    const slot = (lane: Lane): Slot => ({
      lane,
      port: null,
      opening: null,
      tail: Promise.resolve(),
      waiting: 0,
      idle: null,
    });
    this.#slots = { interactive: slot('interactive'), bulk: slot('bulk') };
  }

  get limited(): boolean {
    return this.#options.clock.monotonic() < this.#limitedUntil;
  }

  /** Runs `work` when the lane is free, with its connection. @throws AppError, or what `work` throws */
  use<T>(lane: Lane, signal: AbortSignal, work: (port: ImapPort) => Promise<T>): Promise<T> {
    const slot = this.#slots[this.#shared(lane)];
    slot.waiting++;
    slot.idle?.cancel();
    const result = slot.tail.then(async () => {
      if (signal.aborted) throw cancelled();
      let port: ImapPort;
      try {
        port = await this.#portOf(slot);
      } catch (error) {
        const other = this.#slots[slot.lane === 'bulk' ? 'interactive' : 'bulk'];
        if (!isConnectionLimit(error) || other.port === null) throw error;
        this.#learnLimit();
        return { share: other.lane } as const;
      }
      return { value: await work(port) } as const;
    });
    slot.tail = result.then(
      () => this.#released(slot),
      () => this.#released(slot),
    );
    return result.then((outcome) =>
      'value' in outcome ? outcome.value : this.#useShared(outcome.share, signal, work),
    );
  }

  /** A connection of its own, for watching. The caller closes it. @throws AppError */
  async openExtra(signal: AbortSignal): Promise<FlowConnection> {
    if (this.limited)
      throw new AppError({
        code: 'refused',
        scope: 'account',
        next: 'retry',
        detail: 'The server gives this account only few connections.',
      });
    const any = AbortSignal.any([signal, this.#drop.signal]);
    const port = await this.#openFlow(any);
    this.#others.add(port);
    return port;
  }

  forget(port: ImapPort): void {
    this.#others.delete(port);
  }

  alivePort(): ImapPort | null {
    return this.#slots.interactive.port ?? this.#slots.bulk.port;
  }

  dropAll(detail: string): void {
    this.#drop.abort();
    this.#drop = new AbortController();
    const ports = [this.#slots.interactive.port, this.#slots.bulk.port, ...this.#others];
    for (const slot of Object.values(this.#slots)) {
      slot.port = null;
      slot.idle?.cancel();
    }
    this.#others.clear();
    for (const port of ports) {
      if (port === null) continue;
      port.onClosed = null;
      port.close(detail);
    }
  }

  #shared(lane: Lane): Lane {
    const other: Lane = lane === 'bulk' ? 'interactive' : 'bulk';
    const { port, opening } = this.#slots[other];
    const isThere = port !== null || opening !== null;
    return this.limited && this.#slots[lane].port === null && isThere ? other : lane;
  }

  #learnLimit(): void {
    const { clock, fewConnections } = this.#options;
    this.#limitedUntil = clock.monotonic() + limitedMs;
    fewConnections?.learnt(clock.now() + limitedMs);
  }

  #useShared<T>(lane: Lane, signal: AbortSignal, work: (port: ImapPort) => Promise<T>): Promise<T> {
    return this.use(lane, signal, work);
  }

  async #portOf(slot: Slot): Promise<ImapPort> {
    if (slot.port?.alive === true) return slot.port;
    slot.opening ??= this.#open(slot).finally(() => (slot.opening = null));
    return slot.opening;
  }

  async #open(slot: Slot): Promise<ImapPort> {
    const { signal } = this.#drop;
    const port = slot.lane === 'interactive' ? await this.#openFlow(signal) : await this.#openWire(signal);
    if (signal.aborted) {
      port.close('the connection was dropped');
      throw lost(this.#options.server.host);
    }
    slot.port = port;
    port.onClosed = (detail) => {
      if (slot.port === port) slot.port = null;
      this.onLost?.(detail);
    };
    this.onOpened?.(port);
    return port;
  }

  async #openWire(signal: AbortSignal): Promise<ImapPort> {
    const { server, network, credentials, compress } = this.#options;
    return signIn({
      server,
      credentials: await credentials(),
      network,
      connection: this.#connection(),
      compress: compress ?? 'auto',
      signal,
    });
  }

  async #openFlow(signal: AbortSignal): Promise<FlowConnection> {
    const { server, network, credentials, compress } = this.#options;
    const wire = await signIn({
      server,
      credentials: await credentials(),
      network,
      connection: this.#connection(),
      compress: compress ?? 'auto',
      signal,
    });
    try {
      return await FlowConnection.take(wire, this.#connection());
    } catch (error) {
      throw connectionFailure(error, server);
    }
  }

  #connection(): ConnectionOptions {
    const { clock, onWire, log } = this.#options;
    const onOffence = (rule: string): void =>
      log?.('error', 'A command was stopped before it was sent', { rule });
    return { clock, inactivityMs, onWire, onOffence, rawNames: this.rawNames };
  }

  #released(slot: Slot): void {
    slot.waiting--;
    if (slot.waiting > 0 || slot.port === null) return;
    const { clock } = this.#options;
    const port = slot.port;
    slot.idle?.cancel();
    if (slot.lane === 'bulk') {
      slot.idle = clock.setTimeout(() => {
        if (slot.waiting > 0 || slot.port !== port) return;
        slot.port = null;
        port.onClosed = null;
        void port.logout();
      }, bulkIdleMs);
      return;
    }
    slot.idle = clock.setTimeout(() => {
      if (slot.waiting > 0 || slot.port !== port) return;
      const never = new AbortController().signal;
      void this.use('interactive', never, (alive) => alive.run({ name: 'NOOP', parts: ['NOOP'] })).catch(
        () => undefined,
      );
    }, keepAliveMs);
  }
}

export function cancelled(): AppError {
  return new AppError({ code: 'cancelled', scope: 'account', next: 'retry', detail: 'Cancelled.' });
}

function lost(host: string): AppError {
  return new AppError({
    code: 'connection-lost',
    scope: 'account',
    next: 'retry',
    detail: `The connection to ${host} was dropped.`,
  });
}
