import type { Readable, Writable } from 'node:stream';
import type { CdpCommands, CdpEvents } from './cdp-protocol.ts';

/** The browser refused a command, or went away before it answered. */
export class CdpError extends Error {
  override readonly name = 'CdpError';
}

interface Waiting {
  resolve(result: never): void;
  reject(error: CdpError): void;
  method: string;
}

interface Incoming {
  id?: number;
  method?: string;
  params?: unknown;
  result?: unknown;
  error?: { message: string };
  sessionId?: string;
}

type Listener = (params: never) => void;

/**
 * The debugging pipe: JSON texts, each ended by a NUL, in order in both directions. Sessions are
 * flattened (one pipe carries all). A command whose browser dies rejects, none stays open.
 */
export class CdpConnection {
  readonly #output: Writable;
  readonly #waiting = new Map<number, Waiting>();
  readonly #listeners = new Map<string, Map<string, Listener>>();
  readonly #closed: Promise<void>;
  #lastId = 0;
  #parts: Buffer[] = [];
  #isClosed = false;

  constructor(input: Readable, output: Writable) {
    this.#output = output;
    this.#closed = new Promise((resolve) => {
      const end = (): void => {
        this.#end();
        resolve();
      };
      input.on('data', (chunk: Buffer) => this.#read(chunk));
      input.on('close', end).on('end', end).on('error', end);
      // A browser that died makes our write fail (EPIPE); `gone` says so, the error adds nothing.
      output.on('error', end);
    });
  }

  /** Resolves when the pipe is closed by either side. */
  get closed(): Promise<void> {
    return this.#closed;
  }

  send<M extends keyof CdpCommands>(
    method: M,
    params: CdpCommands[M]['params'],
    sessionId?: string,
  ): Promise<CdpCommands[M]['result']> {
    if (this.#isClosed) return Promise.reject(new CdpError(`${method}: the browser is gone`));
    const id = ++this.#lastId;
    return new Promise<CdpCommands[M]['result']>((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject, method });
      this.#output.write(
        `${JSON.stringify(sessionId === undefined ? { id, method, params } : { id, method, params, sessionId })}\0`,
      );
    });
  }

  /** One listener an event and session ('' is the browser itself). */
  on<E extends keyof CdpEvents>(sessionId: string, event: E, listener: (params: CdpEvents[E]) => void): void {
    const ofSession = this.#listeners.get(sessionId) ?? new Map<string, Listener>();
    this.#listeners.set(sessionId, ofSession);
    ofSession.set(event, listener);
  }

  forget(sessionId: string): void {
    this.#listeners.delete(sessionId);
  }

  #read(chunk: Buffer): void {
    let from = 0;
    for (;;) {
      const end = chunk.indexOf(0, from);
      if (end === -1) break;
      this.#parts.push(chunk.subarray(from, end));
      const whole = this.#parts.length === 1 ? this.#parts[0] : Buffer.concat(this.#parts);
      this.#parts = [];
      from = end + 1;
      if (whole !== undefined) this.#dispatch(JSON.parse(whole.toString('utf8')) as Incoming);
    }
    if (from < chunk.length) this.#parts.push(chunk.subarray(from));
  }

  #dispatch(message: Incoming): void {
    if (message.id !== undefined) {
      const waiting = this.#waiting.get(message.id);
      if (waiting === undefined) return;
      this.#waiting.delete(message.id);
      if (message.error === undefined) waiting.resolve(message.result as never);
      else waiting.reject(new CdpError(`${waiting.method}: ${message.error.message}`));
      return;
    }
    if (message.method === undefined) return;
    this.#listeners.get(message.sessionId ?? '')?.get(message.method)?.(message.params as never);
  }

  #end(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    for (const waiting of this.#waiting.values())
      waiting.reject(new CdpError(`${waiting.method}: the browser is gone`));
    this.#waiting.clear();
    this.#listeners.clear();
  }
}
