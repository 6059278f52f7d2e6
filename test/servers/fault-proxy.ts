import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { whenProcessEnds } from '../../src-main/demo/server-process.ts';

/**
 * What happens to bytes. `drop` closes both sides at once, `reset` sends a TCP reset to the client, `black-hole` keeps
 * the connection open but nothing passes any more (a dead network), `refuse` ends new connections at once, `stall`
 * holds what the server says but lets the client speak. `late`, of a trigger only, cuts the client off and hands the
 * command that matched to the server some time later: it had read it and was busy.
 */
export type Fault = 'pass' | 'drop' | 'reset' | 'black-hole' | 'refuse' | 'stall' | 'late';

export interface Trigger {
  /** Whose bytes are looked at. */
  side: 'client' | 'server';
  /** Tried on each line of that side (without CRLF); literals and bodies count as lines too. */
  pattern: RegExp;
  then: Fault;
  /** The bytes that matched are passed on first (default true): false means "the request never arrived". */
  passOn?: boolean;
  /** Applies at the n-th match, default 1, and once. */
  hit?: number;
  /** Of `late`: milliseconds until the server has it, default 1,000. */
  lateMs?: number;
}

export interface Cut {
  side: 'client' | 'server';
  /** After so many bytes of that side on one connection. */
  afterBytes?: number;
  /** Inside the literal or body that a line matching this announces … */
  insideLiteralOf?: RegExp;
  /** … so many bytes into it (default half). */
  literalBytes?: number;
  then: Fault;
}

export interface ProxyConnection {
  number: number;
  /** Lines the client said, when it spoke without TLS. */
  clientLines: string[];
  serverLines: string[];
  fromClient: number;
  fromServer: number;
  open: boolean;
}

export interface FaultProxyOptions {
  targetPort: number;
  targetHost?: string;
  fault?: Fault;
  /** Milliseconds that each chunk waits, in both directions. */
  delayMs?: number;
  /** Most bytes a second from the server to the client; 1 is a byte a second. */
  bytesPerSecond?: number;
  triggers?: readonly Trigger[];
  cuts?: readonly Cut[];
}

/** A TCP proxy on loopback that can be broken at chosen points, before and while connections are open. */
export class FaultProxy {
  port = 0;
  readonly host = '127.0.0.1';
  readonly connections: ProxyConnection[] = [];
  delayMs: number;
  bytesPerSecond: number;
  readonly #target: { host: string; port: number };
  readonly #server = createServer({ pauseOnConnect: true, noDelay: true }, (client) => this.#accept(client));
  readonly #pairs = new Set<Pair>();
  #triggers: { trigger: Trigger; left: number }[];
  #cuts: Cut[];
  #fault: Fault;

  private constructor(options: FaultProxyOptions) {
    this.#target = { host: options.targetHost ?? '127.0.0.1', port: options.targetPort };
    this.#fault = options.fault ?? 'pass';
    this.delayMs = options.delayMs ?? 0;
    this.bytesPerSecond = options.bytesPerSecond ?? 0;
    this.#triggers = (options.triggers ?? []).map((trigger) => ({ trigger, left: trigger.hit ?? 1 }));
    this.#cuts = [...(options.cuts ?? [])];
  }

  static async start(options: FaultProxyOptions): Promise<FaultProxy> {
    const proxy = new FaultProxy(options);
    await new Promise<void>((resolve, reject) => {
      proxy.#server.once('error', reject);
      proxy.#server.listen(0, '127.0.0.1', resolve);
    });
    proxy.port = (proxy.#server.address() as AddressInfo).port;
    whenProcessEnds(() => proxy.#server.close());
    return proxy;
  }

  /** All bytes so far, over all connections. */
  get bytes(): { fromClient: number; fromServer: number } {
    const sum = (pick: (c: ProxyConnection) => number): number =>
      this.connections.reduce((n, c) => n + pick(c), 0);
    return { fromClient: sum((c) => c.fromClient), fromServer: sum((c) => c.fromServer) };
  }

  get openConnections(): number {
    return this.#pairs.size;
  }

  /** Every line every client said, oldest connection first. */
  get clientLines(): string[] {
    return this.connections.flatMap((connection) => connection.clientLines);
  }

  /** Changes what happens from now on, also to connections that are open. `pass` revives stalled and black-holed ones. */
  set(fault: Fault): void {
    this.#fault = fault;
    for (const pair of [...this.#pairs]) pair.apply(fault);
  }

  /** Adds a trigger for connections open now and later. */
  when(trigger: Trigger): void {
    this.#triggers.push({ trigger, left: trigger.hit ?? 1 });
  }

  cut(cut: Cut): void {
    this.#cuts.push(cut);
  }

  /** Forgets triggers and cuts, and passes everything again. */
  heal(): void {
    this.#triggers = [];
    this.#cuts = [];
    this.set('pass');
  }

  async stop(): Promise<void> {
    for (const pair of [...this.#pairs]) pair.apply('drop');
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #accept(client: Socket): void {
    if (this.#fault === 'refuse') {
      client.destroy();
      return;
    }
    const record: ProxyConnection = {
      number: this.connections.length + 1,
      clientLines: [],
      serverLines: [],
      fromClient: 0,
      fromServer: 0,
      open: true,
    };
    this.connections.push(record);
    const server = connect({ ...this.#target, noDelay: true });
    const pair: Pair = new Pair(client, server, record, {
      fault: this.#fault,
      pace: () => ({ delayMs: this.delayMs, bytesPerSecond: this.bytesPerSecond }),
      atLine: (side, line) => this.#atLine(side, line),
      atBytes: (side, before, chunk) => this.#atBytes(side, before, chunk),
      gone: () => this.#pairs.delete(pair),
    });
    this.#pairs.add(pair);
    pair.begin();
  }

  #atLine(side: Trigger['side'], line: string): Trigger | undefined {
    for (const armed of this.#triggers) {
      if (armed.left === 0 || armed.trigger.side !== side || !armed.trigger.pattern.test(line)) continue;
      armed.left -= 1;
      if (armed.left === 0) return armed.trigger;
    }
    return undefined;
  }

  /** How many bytes of `chunk` still pass, when a cut lies in it. A cut happens once. */
  #atBytes(side: Cut['side'], before: number, chunk: Buffer): { pass: number; then: Fault } | undefined {
    for (const cut of this.#cuts) {
      if (cut.side !== side) continue;
      const at = cut.insideLiteralOf === undefined ? (cut.afterBytes ?? 0) - before : literalCut(chunk, cut);
      if (at === undefined || at < 0 || at > chunk.length) continue;
      this.#cuts = this.#cuts.filter((other) => other !== cut);
      return { pass: at, then: cut.then };
    }
    return undefined;
  }
}

/** Position inside `chunk` that lies within the literal of a matching line, or undefined. */
function literalCut(chunk: Buffer, cut: Cut): number | undefined {
  const text = chunk.toString('latin1');
  for (const match of text.matchAll(/[^\r\n]*\{(\d+)\+?\}\r\n/g)) {
    if (cut.insideLiteralOf?.test(match[0]) !== true) continue;
    const start = match.index + match[0].length;
    const into = cut.literalBytes ?? Math.floor(Number(match[1]) / 2);
    return Math.min(start + into, chunk.length);
  }
  return undefined;
}

interface PairRules {
  fault: Fault;
  pace: () => { delayMs: number; bytesPerSecond: number };
  atLine: (side: 'client' | 'server', line: string) => Trigger | undefined;
  atBytes: (
    side: 'client' | 'server',
    before: number,
    chunk: Buffer,
  ) => { pass: number; then: Fault } | undefined;
  gone: () => void;
}

class Pair {
  readonly #client: Socket;
  readonly #server: Socket;
  readonly #record: ProxyConnection;
  readonly #rules: PairRules;
  #fault: Fault;
  #held: { side: 'client' | 'server'; chunk: Buffer }[] = [];
  readonly #lateChunks: Buffer[] = [];
  readonly #partial = { client: '', server: '' };
  readonly #queue = { client: Promise.resolve(), server: Promise.resolve() };

  constructor(client: Socket, server: Socket, record: ProxyConnection, rules: PairRules) {
    this.#client = client;
    this.#server = server;
    this.#record = record;
    this.#rules = rules;
    this.#fault = rules.fault;
  }

  begin(): void {
    this.#wire('client', this.#client, this.#server);
    this.#wire('server', this.#server, this.#client);
    this.#client.resume();
    this.apply(this.#fault);
  }

  apply(fault: Fault): void {
    if (fault === 'refuse') return;
    // Its client is gone; the server alone goes on.
    if (this.#fault === 'late' && fault !== 'drop') return;
    this.#fault = fault;
    if (fault === 'drop') this.#end(() => this.#client.destroy());
    else if (fault === 'reset') this.#end(() => this.#client.resetAndDestroy());
    else if (fault === 'pass') {
      const held = this.#held;
      this.#held = [];
      for (const { side, chunk } of held) this.#send(side, chunk);
    }
  }

  #wire(side: 'client' | 'server', from: Socket, to: Socket): void {
    from.on('data', (chunk: Buffer) => this.#arrived(side, chunk));
    from.on('error', () => undefined);
    from.on('end', () => {
      if (this.#fault !== 'black-hole' && !this.#isLate(side)) void this.#queue[side].then(() => to.end());
    });
    from.on('close', () => {
      // A dead network tells nobody that the other side is gone.
      if ((this.#fault === 'black-hole' && side === 'server') || this.#isLate(side)) return;
      void this.#queue[side].then(() => this.#end(() => to.destroy()));
    });
  }

  #arrived(side: 'client' | 'server', chunk: Buffer): void {
    const before = side === 'client' ? this.#record.fromClient : this.#record.fromServer;
    if (side === 'client') this.#record.fromClient += chunk.length;
    else this.#record.fromServer += chunk.length;
    const cut = this.#rules.atBytes(side, before, chunk);
    const passing = cut === undefined ? chunk : chunk.subarray(0, cut.pass);
    if (this.#isLate(side)) {
      this.#lateChunks.push(chunk);
      return;
    }
    const trigger = this.#lines(side, passing);
    if (trigger?.then === 'late') {
      this.#comesLate(passing, trigger.lateMs ?? 1_000);
      return;
    }
    if (trigger?.passOn !== false) this.#pass(side, passing);
    const fault = trigger?.then ?? cut?.then;
    // What was passed on must have left before the connection goes.
    if (fault !== undefined) void this.#queue[side].then(() => this.apply(fault));
  }

  #isLate(side: 'client' | 'server'): boolean {
    return this.#fault === 'late' && side === 'client';
  }

  #comesLate(chunk: Buffer, lateMs: number): void {
    this.#fault = 'late';
    this.#lateChunks.push(chunk);
    // The rest of the command may be another chunk: its client goes a breath later.
    setTimeout(() => this.#client.resetAndDestroy(), 20).unref();
    setTimeout(() => {
      this.#server.write(Buffer.concat(this.#lateChunks));
      // Time to carry it out; then this connection ends too.
      setTimeout(() => this.#end(() => undefined), 3_000).unref();
    }, lateMs).unref();
  }

  #lines(side: 'client' | 'server', chunk: Buffer): Trigger | undefined {
    const lines = (this.#partial[side] + chunk.toString('latin1')).split('\r\n');
    // Only a tail is kept of a line that does not end, for TLS has no lines.
    this.#partial[side] = (lines.pop() ?? '').slice(-65536);
    const kept = side === 'client' ? this.#record.clientLines : this.#record.serverLines;
    let found: Trigger | undefined;
    for (const line of lines) {
      if (kept.length < 100_000) kept.push(line);
      found ??= this.#rules.atLine(side, line);
    }
    return found;
  }

  #pass(side: 'client' | 'server', chunk: Buffer): void {
    if (chunk.length === 0) return;
    const held = this.#fault === 'black-hole' || (this.#fault === 'stall' && side === 'server');
    if (held) this.#held.push({ side, chunk });
    else this.#send(side, chunk);
  }

  #send(side: 'client' | 'server', chunk: Buffer): void {
    const to = side === 'client' ? this.#server : this.#client;
    const { delayMs, bytesPerSecond } = this.#rules.pace();
    if (delayMs === 0 && bytesPerSecond === 0) {
      this.#queue[side] = this.#queue[side].then(() => write(to, chunk));
      return;
    }
    this.#queue[side] = this.#queue[side].then(async () => {
      if (delayMs > 0) await sleep(delayMs);
      if (bytesPerSecond === 0 || side === 'client') {
        await write(to, chunk);
        return;
      }
      // Ten steps a second, or a byte at a time where that is slower.
      const step = Math.max(1, Math.floor(bytesPerSecond / 10));
      for (let at = 0; at < chunk.length && !to.destroyed; at += step) {
        await write(to, chunk.subarray(at, at + step));
        await sleep((step / bytesPerSecond) * 1000);
      }
    });
  }

  #end(endClient: () => void): void {
    if (!this.#record.open) return;
    this.#record.open = false;
    endClient();
    this.#client.destroy();
    this.#server.destroy();
    this.#rules.gone();
  }
}

/** Resolves when the socket took the bytes or is gone; back-pressure reaches the other side only by memory. */
function write(to: Socket, chunk: Buffer): Promise<void> {
  if (to.destroyed || to.writableEnded) return Promise.resolve();
  return new Promise((resolve) => {
    to.once('close', resolve);
    to.write(chunk, () => {
      to.off('close', resolve);
      resolve();
    });
  });
}
