import type { Duplex } from 'node:stream';
import type { Clock } from '../../platform/clock.ts';
import { ConnectionLost } from '../socket/connection-lost.ts';

/*
 * Why not nodemailer's SMTPConnection: it upgrades to TLS by itself and tells of a bad certificate only as
 * an error text (we must judge it, show its facts and honour a pin before a byte is written), it has no
 * awaited step right before the final dot (where the outbox must write its mark), and it folds the
 * recipients' replies into one error. The dialogue itself is short; its messages are built by nodemailer.
 */

export interface SmtpReply {
  code: number;
  /** RFC 3463, "5.1.1"; null when the server gives none. */
  enhanced: string | null;
  /** Lines without the code, joined by a blank. */
  text: string;
  /** Lines without the code, as they came. */
  lines: string[];
}

export interface WireOptions {
  clock: Clock;
  onWire?: ((line: string) => void) | undefined;
}

/** RFC 5321 4.5.3.1.5 allows 512 octets; real servers say more. */
const longestLine = 8_192;
const mostLines = 300;

/**
 * One SMTP connection: lines out, replies in, in order. Every wait has an end through the clock. When the
 * connection dies every waiting and later reply is refused with ConnectionLost.
 */
export class SmtpWire {
  readonly stream: Duplex;
  readonly #options: WireOptions;
  readonly #waiting: { resolve: (reply: SmtpReply) => void; reject: (error: unknown) => void }[] = [];
  readonly #early: SmtpReply[] = [];
  #bytes: Buffer = Buffer.alloc(0);
  #lines: string[] = [];
  #lost: Error | null = null;
  #detached = false;

  constructor(stream: Duplex, options: WireOptions) {
    this.stream = stream;
    this.#options = options;
    stream.on('data', this.#onData);
    stream.on('error', this.#onError);
    stream.on('close', this.#onClose);
    stream.on('end', this.#onClose);
  }

  /** The next reply, within `ms`. @throws ConnectionLost or the socket's error */
  reply(ms: number): Promise<SmtpReply> {
    const early = this.#early.shift();
    if (early !== undefined) return Promise.resolve(early);
    if (this.#lost !== null) return Promise.reject(this.#lost);
    return new Promise((resolve, reject) => {
      const timer = this.#options.clock.setTimeout(
        () => this.close(new ConnectionLost('no answer in time', true, true)),
        ms,
      );
      this.#waiting.push({
        resolve: (reply) => {
          timer.cancel();
          resolve(reply);
        },
        reject: (error) => {
          timer.cancel();
          reject(error instanceof Error ? error : new Error(String(error)));
        },
      });
    });
  }

  /** Writes one line; `shown` stands for it in the trace when it holds a secret. */
  send(line: string, shown = line): void {
    if (/[\r\n\0]/.test(line)) throw new Error('a line break in an SMTP command');
    this.#trace(`> ${shown}`);
    this.stream.write(`${line}\r\n`, 'utf8');
  }

  async say(line: string, ms: number, shown?: string): Promise<SmtpReply> {
    if (this.#lost !== null) throw this.#lost;
    this.send(line, shown);
    return await this.reply(ms);
  }

  /** Writes raw bytes and waits until the system has taken them, at most `ms`. */
  write(bytes: Uint8Array, ms: number): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#lost !== null) {
        reject(this.#lost);
        return;
      }
      const timer = this.#options.clock.setTimeout(
        () => this.close(new ConnectionLost('the server takes nothing any more', true, true)),
        ms,
      );
      const onClose = (): void => {
        timer.cancel();
        reject(this.#lost ?? new ConnectionLost('the server closed it', true));
      };
      this.stream.once('close', onClose);
      this.stream.write(bytes, (error) => {
        timer.cancel();
        this.stream.off('close', onClose);
        if (error) reject(this.#lost ?? error);
        else resolve();
      });
    });
  }

  trace(words: string): void {
    this.#trace(words);
  }

  /** Gives the stream away (STARTTLS). False when the server has already said more: an attacker's words in clear. */
  detach(): boolean {
    this.#detached = true;
    this.stream.off('data', this.#onData);
    this.stream.off('error', this.#onError);
    this.stream.off('close', this.#onClose);
    this.stream.off('end', this.#onClose);
    this.stream.pause();
    return (
      this.#bytes.length === 0 &&
      this.#lines.length === 0 &&
      this.#early.length === 0 &&
      this.stream.readableLength === 0
    );
  }

  close(reason: Error = new ConnectionLost('it was closed', true)): void {
    this.#end(reason);
    if (!this.#detached) this.stream.destroy();
  }

  readonly #onError = (error: Error): void => this.#end(error);
  readonly #onClose = (): void => this.#end(new ConnectionLost('the server closed it', true));

  #end(reason: Error): void {
    this.#lost ??= reason;
    for (const waiting of this.#waiting.splice(0)) waiting.reject(this.#lost);
  }

  readonly #onData = (chunk: Buffer): void => {
    this.#bytes = this.#bytes.length === 0 ? chunk : Buffer.concat([this.#bytes, chunk]);
    for (let end = this.#bytes.indexOf(10); end !== -1 && !this.#detached; end = this.#bytes.indexOf(10)) {
      const line = this.#bytes.subarray(0, end).toString('utf8').replace(/\r$/, '');
      this.#bytes = this.#bytes.subarray(end + 1);
      this.#line(line);
      if (this.#lost !== null) return;
    }
    if (this.#bytes.length > longestLine)
      this.close(new ConnectionLost('the server sent a line without end', true));
  };

  #line(line: string): void {
    this.#trace(`< ${line}`);
    const match = /^(\d{3})([ -]?)(.*)$/s.exec(line);
    if (match === null) {
      this.close(new ConnectionLost('the server does not speak SMTP', true));
      return;
    }
    this.#lines.push(match[3] ?? '');
    if (this.#lines.length > mostLines) {
      this.close(new ConnectionLost('the server sent a reply without end', true));
      return;
    }
    if (match[2] === '-') return;
    const lines = this.#lines;
    this.#lines = [];
    const enhanced = /^([245]\.\d{1,3}\.\d{1,3})(?:\s|$)/.exec(lines[0] ?? '')?.[1] ?? null;
    const text = lines
      .map((part) =>
        enhanced !== null && part.startsWith(enhanced) ? part.slice(enhanced.length).trim() : part.trim(),
      )
      .join(' ')
      .trim();
    const reply: SmtpReply = { code: Number(match[1]), enhanced, text, lines };
    const waiting = this.#waiting.shift();
    if (waiting === undefined) this.#early.push(reply);
    else waiting.resolve(reply);
  }

  #trace(line: string): void {
    this.#options.onWire?.(line.slice(0, 1_000));
  }
}

/** "550 5.1.1 No such user", as the user reads it. */
export function replyWords(reply: SmtpReply): string {
  return [String(reply.code), reply.enhanced, reply.text]
    .filter((part) => part !== null && part !== '')
    .join(' ');
}
