import { createServer, type Server, type Socket } from 'node:net';
import { once } from 'node:events';

/** What a command is answered with; `{tag}` stands for the client's tag. Null closes the connection at once. */
export type Answer = string | null | ((command: ScriptedCommand) => string | null);

export interface ScriptedCommand {
  tag: string;
  /** The line without its tag. */
  line: string;
  /** Literals of this command, in order. */
  literals: string[];
}

export interface ScriptedImapOptions {
  greeting?: string;
  /** After signing in. */
  capabilities?: string;
  /** First match by pattern on the line decides; later ones and then defaults follow. */
  answers?: [RegExp, Answer][];
}

/**
 * An IMAP server that says what a test tells it, for answers that no real server gives on demand.
 * Without an answer of its own a command gets a plain OK; LOGIN and AUTHENTICATE PLAIN let everybody in.
 */
export class ScriptedImapServer {
  readonly commands: string[] = [];
  readonly sockets = new Set<Socket>();
  answers: [RegExp, Answer][];
  readonly #server: Server;
  readonly #options: ScriptedImapOptions;

  private constructor(options: ScriptedImapOptions) {
    this.#options = options;
    this.answers = options.answers ?? [];
    this.#server = createServer((socket) => this.#serve(socket));
  }

  static async start(options: ScriptedImapOptions = {}): Promise<ScriptedImapServer> {
    const scripted = new ScriptedImapServer(options);
    scripted.#server.listen(0, '127.0.0.1');
    await once(scripted.#server, 'listening');
    return scripted;
  }

  get port(): number {
    const address = this.#server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  /** To every open connection, unasked. */
  say(text: string): void {
    for (const socket of this.sockets) socket.write(text);
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #serve(socket: Socket): void {
    this.sockets.add(socket);
    socket.setNoDelay(true);
    socket.on('close', () => this.sockets.delete(socket));
    socket.on('error', () => undefined);
    const capabilities =
      this.#options.capabilities ??
      'IMAP4rev1 AUTH=PLAIN SASL-IR LITERAL+ UIDPLUS MOVE ENABLE CONDSTORE ESEARCH IDLE UNSELECT';
    socket.write(this.#options.greeting ?? `* OK [CAPABILITY ${capabilities}] ready\r\n`);
    let buffer = '';
    let line = '';
    let literals: string[] = [];
    socket.on('data', (chunk) => {
      buffer += chunk.toString('latin1');
      for (;;) {
        const end = buffer.indexOf('\r\n');
        if (end === -1) return;
        const part = buffer.slice(0, end);
        const literal = /\{(\d+)(\+?)\}$/.exec(part);
        const size = Number(literal?.[1] ?? 0);
        if (literal !== null) {
          if (literal[2] === '' && buffer.length === end + 2) socket.write('+ go on\r\n');
          if (buffer.length < end + 2 + size) return;
          literals.push(buffer.slice(end + 2, end + 2 + size));
          line += part;
          buffer = buffer.slice(end + 2 + size);
          continue;
        }
        buffer = buffer.slice(end + 2);
        const whole = line + part;
        const had = literals;
        line = '';
        literals = [];
        this.#answer(socket, whole, had, capabilities);
      }
    });
  }

  #answer(socket: Socket, whole: string, literals: string[], capabilities: string): void {
    this.commands.push(whole);
    const space = whole.indexOf(' ');
    const tag = space === -1 ? whole : whole.slice(0, space);
    const command: ScriptedCommand = { tag, line: whole.slice(space + 1), literals };
    const found = this.answers.find(([pattern]) => pattern.test(command.line));
    const given = found === undefined ? defaultAnswer(command, capabilities) : found[1];
    const answer = typeof given === 'function' ? given(command) : given;
    if (answer === null) socket.destroy();
    else socket.write(Buffer.from(answer.replaceAll('{tag}', tag), 'latin1'));
  }
}

function defaultAnswer({ line }: ScriptedCommand, capabilities: string): string {
  if (/^CAPABILITY/.test(line)) return `* CAPABILITY ${capabilities}\r\n{tag} OK done\r\n`;
  if (/^(?:AUTHENTICATE|LOGIN)/.test(line)) return `{tag} OK [CAPABILITY ${capabilities}] in\r\n`;
  if (/^SELECT/.test(line)) {
    return '* 3 EXISTS\r\n* FLAGS (\\Seen \\Deleted)\r\n* OK [PERMANENTFLAGS (\\Seen \\Deleted \\*)] ok\r\n* OK [UIDVALIDITY 7] ok\r\n* OK [UIDNEXT 40] ok\r\n* OK [HIGHESTMODSEQ 9223372036854775807] ok\r\n{tag} OK [READ-WRITE] done\r\n';
  }
  if (/^IDLE/.test(line)) return '+ idling\r\n';
  if (/^LOGOUT/.test(line)) return '* BYE bye\r\n{tag} OK done\r\n';
  return '{tag} OK done\r\n';
}
