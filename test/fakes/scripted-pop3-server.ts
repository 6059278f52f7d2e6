import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';

export interface ScriptedPop3Options {
  greeting?: string;
  /** Lines of CAPA; null: an -ERR, as servers before RFC 2449. */
  capabilities?: readonly string[] | null;
  messages?: readonly string[];
  uidls?: readonly string[];
  /** Tried before everything else; a string is sent as it is, null hangs up. */
  answers?: readonly (readonly [RegExp, string | null])[];
  /** What LIST says of the size; without it the truth. */
  sizeOf?: (message: string) => number;
  /** The final dot is put right behind a last line that has no end. */
  gluesDot?: boolean;
}

interface Kept {
  text: string;
  uidl: string;
}

/**
 * A POP3 server that does what a test says, for what no real one does on demand (what it does unasked is compared
 * with Dovecot's in test/contract). Everybody is let in. What QUIT removed is gone for later sessions.
 */
export class ScriptedPop3Server {
  readonly commands: string[] = [];
  /** What QUIT removed. */
  readonly removed: number[] = [];
  /** In order; a test may put others in. */
  kept: Kept[];
  options: ScriptedPop3Options;
  readonly #sockets = new Set<Socket>();
  readonly #server: Server = createServer((socket) => this.#serve(socket));

  private constructor(options: ScriptedPop3Options) {
    this.options = options;
    this.kept = (options.messages ?? []).map((text, i) => ({
      text,
      uidl: options.uidls?.[i] ?? `u${i + 1}`,
    }));
  }

  static async start(options: ScriptedPop3Options = {}): Promise<ScriptedPop3Server> {
    const scripted = new ScriptedPop3Server(options);
    scripted.#server.listen(0, '127.0.0.1');
    await once(scripted.#server, 'listening');
    return scripted;
  }

  get port(): number {
    const address = this.#server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #serve(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('error', () => undefined);
    socket.write(this.options.greeting ?? '+OK ready\r\n');
    const marked = new Set<number>();
    const listed = [...this.kept];
    let rest = '';
    socket.on('data', (chunk) => {
      rest += chunk.toString('latin1');
      for (let end = rest.indexOf('\r\n'); end !== -1; end = rest.indexOf('\r\n')) {
        const line = rest.slice(0, end);
        rest = rest.slice(end + 2);
        this.commands.push(line);
        const answer = this.#answer(line, marked, listed);
        if (answer === null) socket.destroy();
        else socket.write(answer, 'latin1');
      }
    });
  }

  #answer(line: string, marked: Set<number>, listed: readonly Kept[]): string | null {
    for (const [pattern, answer] of this.options.answers ?? []) if (pattern.test(line)) return answer;
    const { capabilities, sizeOf, gluesDot = false } = this.options;
    const number = Number(/^\S+ (\d+)/.exec(line)?.[1] ?? 0);
    const message = marked.has(number) ? undefined : listed[number - 1]?.text;
    const listing = (each: (kept: Kept) => string): string =>
      `+OK\r\n${listed.map((kept, i) => (marked.has(i + 1) ? '' : `${i + 1} ${each(kept)}\r\n`)).join('')}.\r\n`;
    const dotted = (text: string): string =>
      `+OK\r\n${text.replace(/(^|\n)\./g, '$1..')}${gluesDot || text.endsWith('\r\n') ? '' : '\r\n'}.\r\n`;
    switch (line.split(' ', 1)[0]?.toUpperCase()) {
      case 'CAPA':
        return capabilities === null
          ? '-ERR unknown\r\n'
          : `+OK\r\n${(capabilities ?? ['USER', 'UIDL', 'TOP', 'PIPELINING']).map((word) => `${word}\r\n`).join('')}.\r\n`;
      case 'LIST':
        return listing(({ text }) => String(sizeOf?.(text) ?? text.length));
      case 'UIDL':
        return listing(({ uidl }) => uidl);
      case 'TOP':
        return message === undefined
          ? '-ERR\r\n'
          : dotted(`${message.split('\r\n\r\n', 1)[0] ?? ''}\r\n\r\n`);
      case 'RETR':
        return message === undefined ? '-ERR no such message\r\n' : dotted(message);
      case 'DELE':
        if (message === undefined) return '-ERR no such message\r\n';
        marked.add(number);
        return '+OK\r\n';
      case 'RSET':
        marked.clear();
        return '+OK\r\n';
      case 'QUIT':
        this.removed.push(...marked);
        this.kept = this.kept.filter((kept) => ![...marked].some((one) => listed[one - 1] === kept));
        return '+OK bye\r\n';
      default:
        return '+OK\r\n';
    }
  }
}
