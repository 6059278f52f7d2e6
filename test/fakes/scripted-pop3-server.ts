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
}

/** A POP3 server that does what a test says, for what no real one does on demand. Everybody is let in. */
export class ScriptedPop3Server {
  readonly commands: string[] = [];
  /** What QUIT removed. */
  readonly removed: number[] = [];
  readonly #sockets = new Set<Socket>();
  readonly #options: ScriptedPop3Options;
  readonly #server: Server = createServer((socket) => this.#serve(socket));

  private constructor(options: ScriptedPop3Options) {
    this.#options = options;
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
    socket.write(this.#options.greeting ?? '+OK ready\r\n');
    const marked = new Set<number>();
    let rest = '';
    socket.on('data', (chunk) => {
      rest += chunk.toString('latin1');
      for (let end = rest.indexOf('\r\n'); end !== -1; end = rest.indexOf('\r\n')) {
        const line = rest.slice(0, end);
        rest = rest.slice(end + 2);
        this.commands.push(line);
        const answer = this.#answer(line, marked);
        if (answer === null) socket.destroy();
        else socket.write(answer, 'latin1');
      }
    });
  }

  #answer(line: string, marked: Set<number>): string | null {
    for (const [pattern, answer] of this.#options.answers ?? []) if (pattern.test(line)) return answer;
    const { messages = [], uidls, capabilities } = this.#options;
    const number = Number(/^\S+ (\d+)/.exec(line)?.[1] ?? 0);
    const message = messages[number - 1];
    const listing = (each: (n: number) => string): string =>
      `+OK\r\n${messages.map((_, i) => `${i + 1} ${each(i)}\r\n`).join('')}.\r\n`;
    const dotted = (text: string): string => `+OK\r\n${text.replace(/^\./gm, '..')}.\r\n`;
    switch (line.split(' ', 1)[0]?.toUpperCase()) {
      case 'CAPA':
        return capabilities === null
          ? '-ERR unknown\r\n'
          : `+OK\r\n${(capabilities ?? ['USER', 'UIDL', 'TOP', 'PIPELINING']).map((word) => `${word}\r\n`).join('')}.\r\n`;
      case 'LIST':
        return listing((i) => String(messages[i]?.length ?? 0));
      case 'UIDL':
        return listing((i) => uidls?.[i] ?? `u${i + 1}`);
      case 'TOP':
        return message === undefined
          ? '-ERR\r\n'
          : dotted(`${message.split('\r\n\r\n', 1)[0] ?? ''}\r\n\r\n`);
      case 'RETR':
        return message === undefined ? '-ERR no such message\r\n' : dotted(message);
      case 'DELE':
        marked.add(number);
        return '+OK\r\n';
      case 'QUIT':
        this.removed.push(...marked);
        return '+OK bye\r\n';
      default:
        return '+OK\r\n';
    }
  }
}
