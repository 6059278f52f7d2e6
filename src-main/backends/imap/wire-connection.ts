import type { Duplex } from 'node:stream';
import { admitCommand, type ConnectionOptions, sayGoodbye } from './admit-command.ts';
import { CommandQueue, type Pending } from './command-queue.ts';
import { commandBytes } from './command-writer.ts';
import { parseResponse, UnreadableResponse } from './parse-response.ts';
import { Greeting } from './greeting.ts';
import { ConnectionLost } from '../socket/connection-lost.ts';
import {
  type Command,
  type ImapPort,
  rawOf,
  type ServerProfile,
  type Tagged,
  type Untagged,
} from './port.ts';
import { ResponseReader } from './response-reader.ts';
import { SilenceWatch } from './silence-watch.ts';

/**
 * A small IMAP connection of our own over any stream: for signing in (before imapflow sees a
 * byte) and for bulk work, where imapflow's parser is the limit (ADR 3). Commands marked
 * `pipelined` may be on the wire together; answers come in order.
 */
export class WireConnection implements ImapPort {
  readonly stream: Duplex;
  readonly rawNames: Map<string, string>;
  capabilities = new Set<string>();
  profile: ServerProfile = { enabled: new Set(), distrusted: new Set(), personal: null };
  selected: ImapPort['selected'] = null;
  onUnsolicited: ((response: Untagged) => void) | null = null;
  onClosed: ((detail: string) => void) | null = null;

  readonly #options: ConnectionOptions;
  #reader = new ResponseReader();
  readonly #commands = new CommandQueue();
  #tagCounter = 0;
  #reading = false;
  #detached = false;
  #closed: string | null = null;
  #timedOut = false;
  #bye: string | null = null;
  readonly #greeting = new Greeting();
  readonly #silence: SilenceWatch;
  /** What follows the OK of STARTTLS or COMPRESS belongs to another layer: nothing more is read here. */
  #held = false;

  constructor(stream: Duplex, options: ConnectionOptions) {
    this.stream = stream;
    this.rawNames = options.rawNames;
    this.#options = options;
    this.#silence = new SilenceWatch(
      stream,
      options.clock,
      options.inactivityMs,
      () => this.#commands.current !== undefined || this.#greeting.awaited,
      () => {
        this.#timedOut = true;
        this.close('the server does not answer');
      },
    );
    stream.on('data', this.#onData);
    stream.on('error', this.#onError);
    stream.on('end', this.#onEnd);
    stream.on('close', this.#onEnd);
    // A stream that was handed over comes paused.
    stream.resume();
  }

  get utf8(): boolean {
    return this.profile.enabled.has('UTF8=ACCEPT');
  }

  get alive(): boolean {
    return this.#closed === null && !this.#detached && this.#bye === null;
  }

  /** The first response of the server. @throws ConnectionLost */
  greeting(): Promise<Untagged> {
    if (!this.#greeting.heard) {
      if (this.#closed !== null) return Promise.reject(new ConnectionLost(this.#closed, false));
      this.#silence.begin();
    }
    return this.#greeting.wait();
  }

  run(command: Command): Promise<Tagged> {
    if (this.#closed !== null || this.#detached || this.#bye !== null) {
      return Promise.reject(
        new ConnectionLost(this.#closed ?? this.#bye ?? 'the connection is closed', false),
      );
    }
    const tag = `P${++this.#tagCounter}`;
    try {
      admitCommand(command, tag, this.capabilities, this.#options);
    } catch (error) {
      return Promise.reject(error instanceof Error ? error : new Error(String(error)));
    }
    return new Promise((resolve, reject) => {
      this.#commands.add({ command, tag, nextPart: 0, sent: false, resolve, reject });
      this.#send();
    });
  }

  logout(): Promise<void> {
    return sayGoodbye(this, this.#commands.current !== undefined, this.#options.clock);
  }

  close(detail: string): void {
    if (this.#closed !== null) return;
    this.#closed = detail;
    this.#silence.end();
    if (!this.#detached) this.stream.destroy();
    const lost = (sent: boolean): ConnectionLost => new ConnectionLost(detail, sent, this.#timedOut);
    for (const pending of this.#commands.takeAll()) pending.reject(lost(pending.sent));
    this.#greeting.fail(lost(false));
    this.onClosed?.(detail);
    this.onClosed = null;
  }

  /** Gives the stream away, paused. `leftover`: bytes already read that nobody has looked at. */
  detach(): { stream: Duplex; leftover: Buffer } {
    this.#detached = true;
    this.#silence.end();
    this.stream.pause();
    this.stream.off('data', this.#onData);
    this.stream.off('error', this.#onError);
    this.stream.off('end', this.#onEnd);
    this.stream.off('close', this.#onEnd);
    return { stream: this.stream, leftover: this.#reader.pending };
  }

  #send(): void {
    for (let next = this.#commands.begin(); next !== undefined; next = this.#commands.begin()) {
      this.#silence.begin();
      this.#writeParts(next);
    }
  }

  /** Writes up to the end of the line or up to a literal that must be asked for. */
  #writeParts(pending: Pending): void {
    const { chunks, next } = commandBytes(pending.command, pending.tag, pending.nextPart, this.capabilities);
    pending.nextPart = next;
    pending.sent = true;
    this.stream.cork();
    for (const chunk of chunks) this.stream.write(chunk);
    this.stream.uncork();
  }

  readonly #onData = (chunk: Buffer): void => {
    this.#silence.touch();
    this.#reader.push(chunk);
    if (!this.#reading) void this.#read();
  };

  readonly #onError = (error: Error): void => this.close(error.message);
  readonly #onEnd = (): void => this.close(this.#bye ?? 'the server closed it');

  /** Handles what is complete; a handler that returns a promise stops the stream meanwhile. */
  async #read(): Promise<void> {
    this.#reading = true;
    try {
      for (;;) {
        if (this.#closed !== null || this.#detached || this.#held) return;
        const bytes = this.#reader.next();
        if (bytes === null) return;
        const wait = this.#handle(bytes);
        if (wait !== undefined) {
          this.stream.pause();
          await this.#silence.during(wait);
          if (!this.#detached) this.stream.resume();
        }
      }
    } catch (error) {
      this.close(error instanceof Error ? error.message : String(error));
    } finally {
      this.#reading = false;
    }
  }

  #handle(bytes: Buffer): Promise<void> | undefined {
    if (bytes.length === 0) return undefined;
    let response;
    try {
      response = parseResponse(bytes);
    } catch (error) {
      if (!(error instanceof UnreadableResponse)) throw error;
      return this.#handleUnreadable(bytes);
    }
    if (response.kind === 'tagged') {
      this.#settle(response.tag, response.tagged);
      return undefined;
    }
    if (response.kind === 'continue') {
      this.#continue(response.text);
      return undefined;
    }
    const { untagged } = response;
    if (untagged.name === 'CAPABILITY') this.capabilities = toCapabilities(untagged.values.map(rawOf));
    else if (untagged.code?.name === 'CAPABILITY')
      this.capabilities = toCapabilities(untagged.code.values.map(rawOf));
    if (this.#greeting.awaited || (!this.#greeting.heard && this.#tagCounter === 0)) {
      this.#greeting.hear(untagged);
      if (untagged.name === 'BYE') this.#bye = untagged.text;
      return undefined;
    }
    if (untagged.name === 'BYE' && this.#commands.current?.command.name !== 'LOGOUT') {
      this.#bye = untagged.text === '' ? 'the server said goodbye' : `the server said: ${untagged.text}`;
      this.close(this.#bye);
      return undefined;
    }
    const current = this.#commands.current;
    if (current?.command.onUntagged !== undefined) return current.command.onUntagged(untagged) ?? undefined;
    this.onUnsolicited?.(untagged);
    return undefined;
  }

  /** An untagged line that makes no sense is shown to the command (a row may be asked for again another way). */
  #handleUnreadable(bytes: Buffer): Promise<void> | undefined {
    const head = bytes.toString('latin1', 0, 2_000);
    const current = this.#commands.current;
    if (current !== undefined && head.startsWith(`${current.tag} `)) {
      this.close('the server sent an answer that cannot be read');
      return undefined;
    }
    if (this.#greeting.awaited) {
      this.close('the server does not speak IMAP');
      return undefined;
    }
    return (
      current?.command.onUntagged?.({
        number: null,
        name: 'UNREADABLE',
        values: [],
        code: null,
        text: head,
      }) ?? undefined
    );
  }

  #settle(tag: string, tagged: Tagged): void {
    const current = this.#commands.settle(tag);
    if (current === undefined) return;
    if (tagged.code?.name === 'CAPABILITY') this.capabilities = toCapabilities(tagged.code.values.map(rawOf));
    if (
      tagged.status === 'OK' &&
      (current.command.name === 'STARTTLS' || current.command.name === 'COMPRESS')
    )
      this.#held = true;
    current.resolve(tagged);
    if (this.#commands.current === undefined) this.#silence.end();
    this.#send();
  }

  #continue(text: string): void {
    const current = this.#commands.last;
    if (current === undefined) return;
    if (current.command.onContinue !== undefined) {
      const answer = current.command.onContinue(text);
      this.stream.write(Buffer.from(`${answer}\r\n`, 'latin1'));
      return;
    }
    if (current.nextPart < current.command.parts.length) this.#writeParts(current);
  }
}

export function toCapabilities(names: readonly string[]): Set<string> {
  return new Set(names.map((name) => name.toUpperCase()));
}
