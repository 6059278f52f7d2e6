import type { Duplex } from 'node:stream';
import type { Clock } from '../platform/clock.ts';

/** What a server said is not what its protocol says. The message completes "host …". */
export class OddAnswer extends Error {}

/** A greeting and a list of capabilities are a few hundred bytes. */
const mostBytes = 64 * 1024;

/** Lines of a server that is only asked what it can do. */
export class LineDialogue {
  readonly #stream: Duplex;
  readonly #clock: Clock;
  readonly #timeoutMs: number;
  #buffer = '';
  #taken = 0;
  #ended: Error | null = null;
  #wake: (() => void) | null = null;

  constructor(stream: Duplex, clock: Clock, timeoutMs: number) {
    this.#stream = stream;
    this.#clock = clock;
    this.#timeoutMs = timeoutMs;
    stream.on('data', this.#onData);
    stream.on('error', this.#onError);
    stream.on('close', this.#onClose);
  }

  readonly #onData = (part: Buffer): void => {
    this.#taken += part.length;
    if (this.#taken > mostBytes) this.#end(new OddAnswer('says far too much'));
    else this.#buffer += part.toString('latin1');
    this.#wake?.();
  };
  readonly #onError = (error: Error): void => this.#end(error);
  readonly #onClose = (): void => this.#end(new OddAnswer('closed the connection'));

  #end(error: Error): void {
    this.#ended ??= error;
    this.#wake?.();
  }

  /** The next line without its end. @throws OddAnswer, or the socket's error */
  async line(): Promise<string> {
    let late = false;
    const timer = this.#clock.setTimeout(() => {
      late = true;
      this.#wake?.();
    }, this.#timeoutMs);
    try {
      for (;;) {
        const end = this.#buffer.indexOf('\n');
        if (end >= 0) {
          const line = this.#buffer.slice(0, end).replace(/\r$/, '');
          this.#buffer = this.#buffer.slice(end + 1);
          return line;
        }
        if (this.#ended !== null) throw this.#ended;
        if (late) throw new OddAnswer('accepts connections but says nothing');
        await new Promise<void>((resolve) => (this.#wake = resolve));
      }
    } finally {
      this.#wake = null;
      timer.cancel();
    }
  }

  send(line: string): void {
    this.#stream.write(`${line}\r\n`);
  }

  /**
   * Gives the stream back for TLS. What came after the answer to STARTTLS was not protected and may be somebody
   * else's: it is an error, not text of the secured dialogue (RFC 3207 4.2, CVE-2011-0411).
   */
  release(): void {
    if (this.#buffer !== '') throw new OddAnswer('goes on talking in clear when encryption was agreed on');
    this.#stream.off('data', this.#onData);
    this.#stream.off('close', this.#onClose);
  }
}
