import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { whenProcessEnds } from '../../src-main/demo/server-process.ts';

interface Rule {
  pattern: RegExp;
  /** How often it still applies. */
  left: number;
}

interface Answer extends Rule {
  /** The tagged answer without its tag; the real server never sees the command. */
  line: string;
}

interface Rewrite extends Rule {
  into: (line: string) => string;
}

interface Injection extends Rule {
  /** Untagged lines that the server seems to say before it answers. */
  lines: readonly string[];
}

/**
 * A proxy in clear text before a real IMAP server that makes it answer as another would: refusals, other
 * numbers, words nobody asked for. It understands lines and literals, nothing else.
 */
export class ImapMeddler {
  port = 0;
  /** Every command line that reached this proxy, answered by it or not. */
  readonly commands: string[] = [];
  readonly #target: { host: string; port: number };
  readonly #answers: Answer[] = [];
  readonly #rewrites: Rewrite[] = [];
  readonly #injections: Injection[] = [];
  readonly #sockets = new Set<Socket>();
  readonly #server = createServer({ noDelay: true }, (client) => this.#accept(client));

  private constructor(target: { host: string; port: number }) {
    this.#target = target;
  }

  static async start(target: { host: string; port: number }): Promise<ImapMeddler> {
    const meddler = new ImapMeddler(target);
    await new Promise<void>((resolve, reject) => {
      meddler.#server.once('error', reject);
      meddler.#server.listen(0, '127.0.0.1', resolve);
    });
    meddler.port = (meddler.#server.address() as AddressInfo).port;
    whenProcessEnds(() => meddler.#server.close());
    return meddler;
  }

  /** The next `times` commands that match are answered with `line` ("NO [TRYCREATE] …") by the proxy itself. */
  answer(pattern: RegExp, line: string, times = 1): void {
    this.#answers.push({ pattern, line, left: times });
  }

  /** Lines of the server that match are changed on their way. */
  rewrite(
    pattern: RegExp,
    into: string | ((line: string) => string),
    times = Number.POSITIVE_INFINITY,
  ): void {
    this.#rewrites.push({
      pattern,
      left: times,
      into: typeof into === 'string' ? (line) => line.replace(pattern, into) : into,
    });
  }

  /** When a command matches, these untagged lines come before the server's own answer. */
  inject(pattern: RegExp, lines: readonly string[], times = 1): void {
    this.#injections.push({ pattern, lines, left: times });
  }

  heal(): void {
    for (const rules of [this.#answers, this.#rewrites, this.#injections]) rules.length = 0;
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #accept(client: Socket): void {
    const server = connect({ ...this.#target, noDelay: true });
    for (const [from, to] of [
      [client, server],
      [server, client],
    ] as const) {
      this.#sockets.add(from);
      from.on('error', () => undefined);
      from.on('close', () => {
        this.#sockets.delete(from);
        to.destroy();
      });
    }
    const fromClient = new Lines(
      (line) => this.#command(line, client, server),
      (bytes) => void server.write(bytes),
    );
    client.on('data', (chunk: Buffer) => fromClient.take(chunk));
    const fromServer = new Lines(
      (line) => {
        client.write(Buffer.from(`${this.#rewritten(line)}\r\n`, 'latin1'));
        return true;
      },
      (bytes) => void client.write(bytes),
    );
    server.on('data', (chunk: Buffer) => fromServer.take(chunk));
  }

  /** True when the line (and the literal that follows it) goes on to the server. */
  #command(line: string, client: Socket, server: Socket): boolean {
    this.commands.push(line);
    const answer = take(this.#answers, line);
    if (answer !== undefined) {
      client.write(Buffer.from(`${line.split(' ', 1)[0] ?? '*'} ${answer.line}\r\n`, 'latin1'));
      // A literal that waits for "+" is never sent after this; one that does not wait is swallowed.
      return false;
    }
    const injection = take(this.#injections, line);
    if (injection !== undefined)
      client.write(Buffer.from(injection.lines.map((said) => `${said}\r\n`).join(''), 'latin1'));
    server.write(Buffer.from(`${line}\r\n`, 'latin1'));
    return true;
  }

  #rewritten(line: string): string {
    const rule = take(this.#rewrites, line);
    return rule === undefined ? line : rule.into(line);
  }
}

function take<T extends Rule>(rules: readonly T[], line: string): T | undefined {
  const found = rules.find((rule) => rule.left > 0 && rule.pattern.test(line));
  if (found !== undefined) found.left -= 1;
  return found;
}

/** Cuts a stream into lines, and passes literals by. */
class Lines {
  readonly #onLine: (line: string) => boolean;
  readonly #onLiteral: (bytes: Buffer) => void;
  #rest: Buffer = Buffer.alloc(0);
  #literal = 0;
  #swallow = false;

  constructor(onLine: (line: string) => boolean, onLiteral: (bytes: Buffer) => void) {
    this.#onLine = onLine;
    this.#onLiteral = onLiteral;
  }

  take(chunk: Buffer): void {
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    for (;;) {
      if (this.#literal > 0) {
        const bytes = this.#rest.subarray(0, this.#literal);
        if (bytes.length === 0) return;
        this.#literal -= bytes.length;
        this.#rest = this.#rest.subarray(bytes.length);
        if (!this.#swallow) this.#onLiteral(Buffer.from(bytes));
        if (this.#literal > 0) return;
        continue;
      }
      const end = this.#rest.indexOf('\r\n');
      if (end < 0) return;
      const line = this.#rest.toString('latin1', 0, end);
      this.#rest = this.#rest.subarray(end + 2);
      const passed = this.#onLine(line);
      const literal = /~?\{(\d+)(\+|-)?\}$/.exec(line);
      // A refused synchronising literal is never sent.
      this.#swallow = !passed;
      if (literal !== null && (passed || literal[2] !== undefined)) this.#literal = Number(literal[1]);
    }
  }
}
