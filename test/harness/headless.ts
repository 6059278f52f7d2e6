import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { AppErrorData } from '../../src-shared/error.ts';
import type { EventName, Events, MethodName, Params, Result } from '../../src-shared/ipc/contract.ts';

/**
 * The program under test: `npm test` names the bundle that it has just built, which starts in two thirds of the time
 * and is what is shipped; a single test run by hand takes the sources as they stand.
 */
export function programFile(): string {
  return process.env['POSTHORN_MAIN'] ?? fileURLToPath(new URL('../../src-main/main.ts', import.meta.url));
}

export class CallFailed extends Error {
  readonly code: number;
  readonly data: AppErrorData | undefined;

  constructor(method: string, error: { code: number; message: string; data?: AppErrorData }) {
    super(`${method}: ${error.message}`);
    this.code = error.code;
    this.data = error.data;
  }
}

export interface HeadlessOptions {
  profile: string;
  flags?: readonly string[];
  passphrase?: string;
  testHooks?: boolean;
  /** For Node itself, before the program. */
  nodeFlags?: readonly string[];
  env?: Readonly<Record<string, string>>;
}

/** A real Posthorn without a window, driven over its automation interface. */
export class Headless {
  readonly child: ChildProcess;
  readonly exited: Promise<number | null>;
  readonly events: { name: EventName; params: Record<string, unknown> }[] = [];
  /** What it wrote to standard error, for failures. */
  stderr = '';
  readonly #waiting = new Map<
    number,
    { method: string; resolve: (value: unknown) => void; reject: (error: Error) => void }
  >();
  readonly #listeners = new Set<() => void>();
  #nextId = 1;

  constructor(options: HeadlessOptions) {
    const hooks = options.testHooks === false ? [] : ['--test-hooks'];
    this.child = spawn(
      process.execPath,
      [
        '--disable-warning=ExperimentalWarning',
        ...(options.nodeFlags ?? []),
        programFile(),
        '--headless',
        '--profile',
        options.profile,
        ...hooks,
        ...(options.flags ?? []),
      ],
      {
        stdio: ['pipe', 'pipe', 'pipe'],
        env: {
          ...process.env,
          ...options.env,
          ...(options.passphrase === undefined ? {} : { POSTHORN_PASSPHRASE: options.passphrase }),
        },
      },
    );
    this.child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text;
    });
    // Writing to a program that was just killed is not this side's failure.
    this.child.stdin?.on('error', () => undefined);
    if (this.child.stdout !== null)
      createInterface({ input: this.child.stdout }).on('line', (line) => this.#read(line));
    this.exited = new Promise((resolve) => {
      this.child.once('exit', (code) => {
        for (const call of this.#waiting.values())
          call.reject(new Error(`${call.method}: Posthorn ended (${code ?? 'killed'})\n${this.stderr}`));
        this.#waiting.clear();
        resolve(code);
      });
    });
  }

  #read(line: string): void {
    let message: {
      id?: number;
      result?: unknown;
      error?: { code: number; message: string; data?: AppErrorData };
      params?: { name: EventName };
    };
    try {
      message = JSON.parse(line) as typeof message;
    } catch (error) {
      // The last line of a program that was killed while it wrote.
      if (this.child.stdout?.readableEnded === true) return;
      throw error;
    }
    if (message.id === undefined || message.id === null) {
      if (message.params !== undefined)
        this.events.push({ name: message.params.name, params: message.params });
      for (const listener of this.#listeners) listener();
      return;
    }
    const call = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    if (message.error !== undefined) call?.reject(new CallFailed(call.method, message.error));
    else call?.resolve(message.result);
  }

  /** A call that is not answered within two minutes is a defect of its own, and says which it was. */
  call<M extends MethodName>(method: M, params?: Params<M>, withinMs = 120_000): Promise<Result<M>> {
    return new Promise((resolve, reject) => {
      const id = this.#nextId++;
      const timer = setTimeout(() => {
        this.#waiting.delete(id);
        reject(new Error(`${method}: no answer within ${withinMs} ms\n${this.stderr.slice(-4_000)}`));
      }, withinMs);
      this.#waiting.set(id, {
        method,
        resolve(value) {
          clearTimeout(timer);
          resolve(value as Result<M>);
        },
        reject(error) {
          clearTimeout(timer);
          reject(error);
        },
      });
      this.child.stdin?.write(`${JSON.stringify({ jsonrpc: '2.0', id, method, params: params ?? {} })}\n`);
    });
  }

  /** Resolves with the first event (past or to come) that `matches` accepts. */
  event<E extends EventName>(
    name: E,
    matches: (params: Events[E]) => boolean,
    withinMs = 30_000,
  ): Promise<Events[E]> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        const found = this.events.find(
          (event) => event.name === name && matches(event.params as unknown as Events[E]),
        );
        if (found === undefined) return;
        clearTimeout(timer);
        this.#listeners.delete(look);
        resolve(found.params as unknown as Events[E]);
      };
      const timer = setTimeout(() => {
        this.#listeners.delete(look);
        reject(new Error(`no ${name} within ${withinMs} ms\n${this.stderr}`));
      }, withinMs);
      this.#listeners.add(look);
      look();
    });
  }

  async quit(): Promise<number | null> {
    this.child.stdin?.end();
    return await this.exited;
  }

  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.exited;
  }
}

/** Asks again until `condition` gives something; a condition, never a pause, ends the wait. */
export async function until<T>(
  condition: () => Promise<T | null | undefined | false>,
  what: string,
  withinMs = 30_000,
): Promise<T> {
  const end = Date.now() + withinMs;
  for (;;) {
    const value = await condition();
    if (value !== null && value !== undefined && value !== false) return value;
    if (Date.now() > end) throw new Error(`never happened: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
