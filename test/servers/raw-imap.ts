import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { connect as connectPlain } from 'node:net';
import type { Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { fromModifiedUtf7, toModifiedUtf7 } from '../../src-main/demo/modified-utf7.ts';

/** One response line. Each literal stands in `text` as `{n}` and, in order, in `literals`. */
export interface RawLine {
  text: string;
  literals: Buffer[];
}

export interface RawResult {
  status: 'OK' | 'NO' | 'BAD';
  /** Text after the status. */
  text: string;
  untagged: RawLine[];
}

export interface RawMessage {
  uid: number;
  /** Without \Recent, which belongs to a session and not to the message. */
  flags: string[];
  internalDate: string;
  size: number;
  messageId: string;
  sha256: string;
  bytes: Buffer;
}

export interface RawFolder {
  path: string;
  /** The name as it stands on the wire (modified UTF-7). */
  wire: string;
  delimiter: string;
  attributes: string[];
}

export interface RawImapOptions {
  port: number;
  host?: string;
  /** PEM file; with it the connection is TLS from the first byte. */
  ca?: string;
  user?: string;
  password?: string;
}

/**
 * A small IMAP client that shares no code with the program: what it sees on a server is the second opinion. Commands
 * run one at a time. TCP_NODELAY is set, for command and literal would otherwise wait 40 ms for each other.
 */
export class RawImap {
  readonly greeting: Promise<RawLine>;
  readonly #socket: Socket;
  #buffer = Buffer.alloc(0);
  #lines: RawLine[] = [];
  #wake: (() => void) | undefined;
  #failed: Error | undefined;
  #tag = 0;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on('data', (chunk) => {
      this.#buffer = this.#buffer.length === 0 ? chunk : Buffer.concat([this.#buffer, chunk]);
      this.#cutLines();
    });
    const end = (error: Error): void => {
      this.#failed ??= error;
      this.#wake?.();
    };
    socket.on('error', end);
    socket.on('close', () => end(new Error('the server closed the connection')));
    this.greeting = this.nextLine();
    this.greeting.catch(() => undefined);
  }

  /** Connects, reads the greeting and logs in when a user is given. */
  static async open(options: RawImapOptions): Promise<RawImap> {
    const host = options.host ?? '127.0.0.1';
    const where = { host, port: options.port };
    const client = new RawImap(
      options.ca === undefined
        ? connectPlain(where)
        : connectTls({ ...where, ca: readFileSync(options.ca), servername: 'localhost' }),
    );
    await client.greeting;
    if (options.user !== undefined)
      await client.ok('LOGIN', quoted(options.user), quoted(options.password ?? ''));
    return client;
  }

  /** The next line the server says, tagged or not. Rejects when the connection ends first. */
  async nextLine(): Promise<RawLine> {
    for (;;) {
      const line = this.#lines.shift();
      if (line !== undefined) return line;
      if (this.#failed !== undefined) throw this.#failed;
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  /** Sends one command; Buffers among the parts go as synchronising literals. */
  async command(...parts: (string | Buffer)[]): Promise<RawResult> {
    this.#tag += 1;
    const tag = `r${this.#tag}`;
    const untagged: RawLine[] = [];
    let pending = tag;
    for (const part of parts) {
      if (typeof part === 'string') {
        pending += ` ${part}`;
        continue;
      }
      this.#socket.write(`${pending} {${part.length}}\r\n`);
      for (;;) {
        const line = await this.nextLine();
        if (line.text.startsWith('+')) break;
        if (line.text.startsWith(`${tag} `)) return { ...tagged(line, tag), untagged };
        untagged.push(line);
      }
      this.#socket.write(part);
      pending = '';
    }
    this.#socket.write(`${pending}\r\n`);
    for (;;) {
      const line = await this.nextLine();
      if (line.text.startsWith(`${tag} `)) return { ...tagged(line, tag), untagged };
      untagged.push(line);
    }
  }

  /** As command, but anything other than OK throws. */
  async ok(...parts: (string | Buffer)[]): Promise<RawResult> {
    const result = await this.command(...parts);
    if (result.status !== 'OK') throw new Error(`${String(parts[0])}: ${result.status} ${result.text}`);
    return result;
  }

  async capabilities(): Promise<string[]> {
    const { untagged } = await this.ok('CAPABILITY');
    return untagged.flatMap((line) => /^\* CAPABILITY (.*)$/.exec(line.text)?.[1]?.split(' ') ?? []);
  }

  async folders(): Promise<RawFolder[]> {
    const { untagged } = await this.ok('LIST', '""', '"*"');
    return untagged.flatMap(({ text, literals }) => {
      const match = /^\* LIST \(([^)]*)\) (NIL|"(?:\\.|[^"])*") (.*)$/.exec(text);
      if (match === null) return [];
      const [, attributes = '', delimiter = '', name = ''] = match;
      const wire = name.startsWith('{') ? (literals[0]?.toString('latin1') ?? '') : unquoted(name);
      return [
        {
          path: fromModifiedUtf7(wire),
          wire,
          delimiter: delimiter === 'NIL' ? '' : unquoted(delimiter),
          attributes: attributes.split(' ').filter((word) => word !== ''),
        },
      ];
    });
  }

  /** Opens a folder for changes (or with EXAMINE) and gives what the server says of it. */
  async select(
    path: string,
    readOnly = false,
  ): Promise<{ exists: number; uidValidity: number; uidNext: number }> {
    const { untagged } = await this.ok(readOnly ? 'EXAMINE' : 'SELECT', quoted(toModifiedUtf7(path)));
    const number = (pattern: RegExp): number =>
      Number(untagged.map((line) => pattern.exec(line.text)?.[1]).find((found) => found !== undefined) ?? 0);
    return {
      exists: number(/^\* (\d+) EXISTS/),
      uidValidity: number(/\[UIDVALIDITY (\d+)\]/),
      uidNext: number(/\[UIDNEXT (\d+)\]/),
    };
  }

  /** Every message of a folder, by UID. Looking marks nothing as seen. */
  async messages(path: string): Promise<RawMessage[]> {
    const { exists } = await this.select(path, true);
    if (exists === 0) return [];
    const { untagged } = await this.ok(
      'UID FETCH',
      '1:*',
      '(UID FLAGS INTERNALDATE RFC822.SIZE BODY.PEEK[])',
    );
    return untagged
      .filter((line) => / FETCH \(/.test(line.text) && line.literals.length > 0)
      .map(fetched)
      .sort((a, b) => a.uid - b.uid);
  }

  /** `internalDate` as `messages` gives it; without it the server takes its own time. */
  async append(
    path: string,
    bytes: Buffer | string,
    flags: readonly string[] = [],
    internalDate?: string,
  ): Promise<RawResult> {
    const body = typeof bytes === 'string' ? Buffer.from(bytes) : bytes;
    const date = internalDate === undefined ? [] : [quoted(internalDate)];
    return await this.ok('APPEND', quoted(toModifiedUtf7(path)), `(${flags.join(' ')})`, ...date, body);
  }

  /** On the selected folder: `how` is +FLAGS, -FLAGS or FLAGS. */
  async store(
    uids: string | number,
    how: '+FLAGS' | '-FLAGS' | 'FLAGS',
    flags: readonly string[],
  ): Promise<RawResult> {
    return await this.ok('UID STORE', String(uids), how, `(${flags.join(' ')})`);
  }

  /** Removes messages of the selected folder for good. */
  async expunge(uids: string | number): Promise<void> {
    await this.store(uids, '+FLAGS', ['\\Deleted']);
    await this.ok('UID EXPUNGE', String(uids));
  }

  async move(uids: string | number, path: string): Promise<RawResult> {
    return await this.ok('UID MOVE', String(uids), quoted(toModifiedUtf7(path)));
  }

  async create(path: string): Promise<RawResult> {
    return await this.ok('CREATE', quoted(toModifiedUtf7(path)));
  }

  /** DELETE, and the Message-IDs of what went with it: asked for in one breath, so that nothing comes in between. */
  async deleteFolder(path: string): Promise<string[]> {
    const name = quoted(toModifiedUtf7(path));
    const lines = [
      `d1 EXAMINE ${name}`,
      'd2 UID FETCH 1:* (BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)])',
      'd3 EXAMINE INBOX',
      `d4 DELETE ${name}`,
    ];
    this.#socket.write(`${lines.join('\r\n')}\r\n`);
    const gone: string[] = [];
    for (;;) {
      const { text, literals } = await this.nextLine();
      const id = /<[^>]*>/.exec(literals[0]?.toString('latin1') ?? '')?.[0];
      if (id !== undefined) gone.push(id);
      if (!text.startsWith('d4 ')) continue;
      if (!text.startsWith('d4 OK')) throw new Error(`DELETE: ${text.slice(3)}`);
      return gone;
    }
  }

  /** Bytes as they stand, for what no command fits. */
  write(bytes: string | Buffer): void {
    this.#socket.write(bytes);
  }

  async close(): Promise<void> {
    if (this.#failed === undefined) {
      const closed = new Promise<void>((resolve) => this.#socket.once('close', () => resolve()));
      this.#socket.end('bye LOGOUT\r\n');
      await closed;
    }
    this.#socket.destroy();
  }

  #cutLines(): void {
    let start = 0;
    for (;;) {
      const cut = cutLine(this.#buffer, start);
      if (cut === undefined) break;
      this.#lines.push(cut.line);
      start = cut.next;
    }
    if (start > 0) this.#buffer = this.#buffer.subarray(start);
    this.#wake?.();
  }
}

function cutLine(buffer: Buffer, start: number): { line: RawLine; next: number } | undefined {
  const literals: Buffer[] = [];
  let text = '';
  let at = start;
  for (;;) {
    const eol = buffer.indexOf('\r\n', at);
    if (eol < 0) return undefined;
    const piece = buffer.toString('utf8', at, eol);
    text += piece;
    const literal = /~?\{(\d+)\}$/.exec(piece);
    if (literal === null) return { line: { text, literals }, next: eol + 2 };
    const length = Number(literal[1]);
    if (buffer.length < eol + 2 + length) return undefined;
    literals.push(Buffer.from(buffer.subarray(eol + 2, eol + 2 + length)));
    at = eol + 2 + length;
  }
}

function tagged(line: RawLine, tag: string): { status: 'OK' | 'NO' | 'BAD'; text: string } {
  const [, status, text] = /^(OK|NO|BAD) ?(.*)$/s.exec(line.text.slice(tag.length + 1)) ?? [];
  if (status !== 'OK' && status !== 'NO' && status !== 'BAD') throw new Error(`strange answer: ${line.text}`);
  return { status, text: text ?? '' };
}

function fetched(line: RawLine): RawMessage {
  const bytes = line.literals[0] ?? Buffer.alloc(0);
  const found = (pattern: RegExp): string => pattern.exec(line.text)?.[1] ?? '';
  const head = bytes.toString('latin1').split(/\r?\n\r?\n/, 1)[0] ?? '';
  return {
    uid: Number(found(/UID (\d+)/)),
    flags: found(/FLAGS \(([^)]*)\)/)
      .split(' ')
      .filter((flag) => flag !== '' && flag !== '\\Recent'),
    internalDate: found(/INTERNALDATE "([^"]*)"/),
    size: Number(found(/RFC822\.SIZE (\d+)/)),
    messageId: /^message-id:\s*(<[^>]*>)/im.exec(head)?.[1] ?? '',
    sha256: createHash('sha256').update(bytes).digest('hex'),
    bytes,
  };
}

export const quoted = (text: string): string => `"${text.replace(/[\\"]/g, '\\$&')}"`;

const unquoted = (text: string): string =>
  text.startsWith('"') ? text.slice(1, -1).replace(/\\(.)/g, '$1') : text;
