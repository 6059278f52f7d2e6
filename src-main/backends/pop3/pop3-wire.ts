import type { Duplex } from 'node:stream';
import type { Clock } from '../../platform/clock.ts';
import { ConnectionLost } from '../socket/connection-lost.ts';

/*
 * Why not a library: none of the kept ones (node-pop3, yapople, poplib) has STLS, CAPA, SASL, APOP with a checked
 * certificate, pipelining or a stream with back-pressure; the protocol itself is a page.
 */

export interface Pop3Reply {
  ok: boolean;
  /** RFC 2449 8: "IN-USE", "SYS/TEMP", … in capitals; null when the server gives none. */
  code: string | null;
  text: string;
}

/** RFC 2449 4 allows 512 octets a response line; what is longer is no mail server. Lines of mail have no limit. */
const longestLine = 64 * 1024;
/** What waits here unread before the socket is asked to wait. */
const highWater = 256 * 1024;
const chunkBytes = 64 * 1024;
/** The final dot behind a last line that has no end of its own. */
const gluedEnd = Buffer.from('.\r\n');
const gluedWaitMs = 5_000;

/**
 * One POP3 connection, read on demand: commands out, replies and their lines in, in order. Every wait has an
 * end through the clock; when the connection dies every later call is refused with ConnectionLost.
 */
export class Pop3Wire {
  readonly stream: Duplex;
  readonly #clock: Clock;
  readonly #onWire: ((line: string) => void) | undefined;
  #bytes: Buffer = Buffer.alloc(0);
  #lost: Error | null = null;
  #wake: (() => void) | null = null;
  #detached = false;

  constructor(stream: Duplex, clock: Clock, onWire?: (line: string) => void) {
    this.stream = stream;
    this.#clock = clock;
    this.#onWire = onWire;
    stream.on('data', this.#onData);
    stream.on('error', this.#onError);
    stream.on('close', this.#onClose);
    stream.on('end', this.#onClose);
  }

  /** Writes one line; `shown` stands for it in the trace when it holds a secret. */
  send(line: string, shown = line): void {
    if (/[\r\n\0]/.test(line)) throw new Error('a line break in a POP3 command');
    if (this.#lost !== null) throw this.#lost;
    this.#onWire?.(`> ${shown}`.slice(0, 1_000));
    this.stream.write(`${line}\r\n`, 'utf8');
  }

  async say(line: string, ms: number, shown?: string): Promise<Pop3Reply> {
    this.send(line, shown);
    return await this.reply(ms);
  }

  /** The next status line. A "+ challenge" (RFC 5034) is the caller's: see `statusOrChallenge`. */
  async reply(ms: number): Promise<Pop3Reply> {
    const answer = await this.statusOrChallenge(ms);
    if (typeof answer === 'string') throw this.#fail('the server asks for something nobody offered');
    return answer;
  }

  /** A status line, or the base64 of a challenge. */
  async statusOrChallenge(ms: number): Promise<Pop3Reply | string> {
    const line = (await this.#line(ms)).toString('utf8');
    this.#onWire?.(`< ${line}`.slice(0, 1_000));
    if (line.startsWith('+ ') || line === '+') return line.slice(2).trim();
    const match = /^(\+OK|-ERR)(?: (.*))?$/is.exec(line);
    if (match === null) throw this.#fail('the server does not speak POP3');
    const text = (match[2] ?? '').trim();
    const code = /^\[([^\]\s]{1,40})\]\s*/.exec(text);
    return {
      ok: match[1]?.toUpperCase() === '+OK',
      code: code?.[1]?.toUpperCase() ?? null,
      text: code === null ? text : text.slice(code[0].length),
    };
  }

  /** The lines of a listing up to the dot, each without its line end. */
  async lines(ms: number, mostLines: number): Promise<string[]> {
    const lines: string[] = [];
    for (;;) {
      const line = await this.#line(ms);
      if (line.length === 1 && line[0] === 46) return lines;
      if (lines.length >= mostLines) throw this.#fail('the server sent a list without end');
      lines.push((line[0] === 46 ? line.subarray(1) : line).toString('utf8'));
    }
  }

  /**
   * The bytes of a message up to the dot, doubled dots undone, in pieces of about 64 KB; a line may be as long as it
   * likes. The next piece is read when `onChunk` has resolved, so a slow disk slows the server and fills no memory.
   * `announced`: the size that LIST gave, for servers that put the last dot behind a line without an end.
   */
  async content(
    ms: number,
    mostBytes: number,
    onChunk: (chunk: Buffer) => Promise<void>,
    announced: number | null = null,
  ): Promise<number> {
    let pieces: Buffer[] = [];
    let held = 0;
    let total = 0;
    let atLineStart = true;
    const take = async (bytes: Buffer): Promise<void> => {
      if (bytes.length === 0) return;
      pieces.push(bytes);
      held += bytes.length;
      total += bytes.length;
      if (total > mostBytes) throw this.#fail('the server sent a message without end');
      if (held < chunkBytes) return;
      await onChunk(Buffer.concat(pieces));
      pieces = [];
      held = 0;
    };
    for (;;) {
      if (atLineStart && this.#bytes[0] === 46) {
        // ".", ".\r": what follows decides.
        const second = this.#bytes[1];
        if (second === undefined || (second === 13 && this.#bytes[2] === undefined)) {
          await this.#more(ms);
          continue;
        }
        const end = second === 10 ? 2 : second === 13 && this.#bytes[2] === 10 ? 3 : 0;
        this.#consume(end === 0 ? 1 : end);
        if (end !== 0) break;
        atLineStart = false;
        continue;
      }
      if (this.#bytes.length === 0) {
        await this.#more(ms);
        continue;
      }
      const dot = this.#bytes.indexOf('\n.');
      const over = announced === null ? 0 : total + this.#bytes.length - announced;
      if (dot === -1 && this.#mayBeGlued(over)) {
        if (over < gluedEnd.length) {
          await this.#more(ms);
          continue;
        }
        const length = this.#bytes.length;
        if (await this.#isQuiet()) {
          await take(this.#consume(this.#bytes.length - over));
          this.#consume(over);
          break;
        }
        if (this.#bytes.length > length) continue;
      }
      const all = dot === -1 ? this.#bytes.length : dot + 1;
      atLineStart = this.#bytes[all - 1] === 10;
      await take(this.#consume(all));
    }
    if (held > 0) await onChunk(Buffer.concat(pieces));
    return total;
  }

  /**
   * Some servers put the final dot right behind a last line that has no end of its own. Believed only when the octets
   * before it are exactly as many as were announced and nothing follows for a while (`#isQuiet`): a line that ends in
   * a dot of its own must never be cut. `over`: octets here beyond those announced.
   */
  #mayBeGlued(over: number): boolean {
    if (over < 1 || over > gluedEnd.length || over > this.#bytes.length) return false;
    return this.#bytes.subarray(-over).equals(gluedEnd.subarray(0, over));
  }

  async #isQuiet(): Promise<boolean> {
    const length = this.#bytes.length;
    const timer = this.#clock.setTimeout(() => this.#wake?.(), gluedWaitMs);
    try {
      await this.#data();
    } finally {
      timer.cancel();
    }
    return this.#bytes.length === length && this.#lost === null;
  }

  /** Gives the stream away (STLS). False when the server has already said more: an attacker's words in clear. */
  detach(): boolean {
    this.#detached = true;
    this.stream.off('data', this.#onData);
    this.stream.off('error', this.#onError);
    this.stream.off('close', this.#onClose);
    this.stream.off('end', this.#onClose);
    this.stream.pause();
    return this.#bytes.length === 0 && this.stream.readableLength === 0;
  }

  close(reason: Error = new ConnectionLost('it was closed', true)): void {
    this.#end(reason);
    if (!this.#detached) this.stream.destroy();
  }

  #fail(why: string): Error {
    const error = new ConnectionLost(why, true);
    this.close(error);
    return error;
  }

  /** One line without its end. What was received is given even when the connection is gone. */
  async #line(ms: number): Promise<Buffer> {
    for (let searched = 0; ;) {
      const end = this.#bytes.indexOf(10, searched);
      if (end !== -1) {
        const line = this.#consume(end + 1);
        return line.subarray(0, line.length - (line.at(-2) === 13 ? 2 : 1));
      }
      searched = this.#bytes.length;
      if (searched > longestLine) throw this.#fail('the server sent a line without end');
      await this.#more(ms);
    }
  }

  #consume(count: number): Buffer {
    const taken = this.#bytes.subarray(0, count);
    this.#bytes = this.#bytes.subarray(count);
    if (this.#bytes.length < highWater && this.#lost === null) this.stream.resume();
    return taken;
  }

  /** Waits for what comes next, for `ms` at the most: a server that is slow but goes on is not given up. */
  async #more(ms: number): Promise<void> {
    if (this.#lost !== null) throw this.#lost;
    const timer = this.#clock.setTimeout(
      () => this.close(new ConnectionLost('no answer in time', true, true)),
      ms,
    );
    try {
      await this.#data();
    } finally {
      timer.cancel();
    }
  }

  #data(): Promise<void> {
    if (this.#lost !== null) return Promise.resolve();
    this.stream.resume();
    return new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
  }

  readonly #onData = (chunk: Buffer): void => {
    this.#bytes = this.#bytes.length === 0 ? chunk : Buffer.concat([this.#bytes, chunk]);
    if (this.#bytes.length > highWater) this.stream.pause();
    this.#wake?.();
  };
  readonly #onError = (error: Error): void => this.#end(error);
  readonly #onClose = (): void => this.#end(new ConnectionLost('the server closed it', true));

  #end(reason: Error): void {
    this.#lost ??= reason;
    this.#wake?.();
  }
}
