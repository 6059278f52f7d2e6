import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { AppErrorData } from '../../src-shared/error.ts';
import type { MethodName, Params, Result } from '../../src-shared/ipc/contract.ts';
import { within } from './waiting.ts';

const mainFile = fileURLToPath(new URL('../main.ts', import.meta.url));

export interface PosthornStart {
  profile: string;
  passphrase: string;
  flags: readonly string[];
}

/** What the automation interface answered instead of a result. */
class CallRefused extends Error {
  readonly data: AppErrorData | undefined;

  constructor(method: string, message: string, data: AppErrorData | undefined) {
    super(`${method}: ${data?.detail ?? message}`);
    this.data = data;
  }
}

/** Starts main beside us. `headless` speaks JSON-RPC on its pipes; otherwise a window opens and its log is ours. */
export function startMain(start: PosthornStart, headless: boolean): ChildProcess {
  const args = [
    '--disable-warning=ExperimentalWarning',
    mainFile,
    ...(headless ? ['--headless'] : []),
    '--profile',
    start.profile,
    ...start.flags,
  ];
  return spawn(process.execPath, args, {
    stdio: headless ? 'pipe' : ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, POSTHORN_PASSPHRASE: start.passphrase },
    // Ctrl-C goes to the whole group of a terminal; the demo alone decides in which order things end.
    detached: true,
  });
}

interface Answer {
  id?: number | null;
  result?: unknown;
  error?: { message: string; data?: AppErrorData };
}

interface Waiting {
  method: string;
  resolve: (value: unknown) => void;
  reject: (error: Error) => void;
}

/** A real Posthorn without a window, driven over its automation interface. */
export class PosthornProcess {
  readonly exited: Promise<number | null>;
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, Waiting>();
  #said = '';
  #nextId = 1;

  constructor(start: PosthornStart) {
    this.#child = startMain(start, true);
    const { stdin, stdout, stderr } = this.#child;
    // Writing to a program that has just ended is seen by `exited`.
    stdin?.on('error', () => undefined);
    stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#said = `${this.#said}${text}`.slice(-8000);
    });
    if (stdout !== null) createInterface({ input: stdout }).on('line', (line) => this.#read(line));
    this.exited = new Promise((resolve) => {
      this.#child.once('exit', (code) => {
        for (const { method, reject } of this.#waiting.values())
          reject(
            new Error(`${method}: Posthorn ended (${code ?? 'killed'}). Its last words:\n${this.#said}`),
          );
        this.#waiting.clear();
        resolve(code);
      });
    });
  }

  async call<M extends MethodName>(method: M, params?: Params<M>): Promise<Result<M>> {
    const id = this.#nextId++;
    const answer = new Promise<unknown>((resolve, reject) => {
      this.#waiting.set(id, { method, resolve, reject });
    });
    this.#child.stdin?.write(`${JSON.stringify({ jsonrpc: '2.0', id, method, params: params ?? {} })}\n`);
    return (await within(method, 120_000, answer)) as Result<M>;
  }

  /** Ends its input, which means "quit"; resolves with the exit code. */
  async quit(): Promise<number | null> {
    this.#child.stdin?.end();
    return await within('Quitting', 30_000, this.exited);
  }

  /** For cleaning up: asks, and kills what does not go. */
  async stop(): Promise<void> {
    try {
      await this.quit();
    } catch {
      this.#child.kill('SIGKILL');
      await this.exited;
    }
  }

  #read(line: string): void {
    const { id, result, error } = JSON.parse(line) as Answer;
    if (id === undefined || id === null) return;
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (error === undefined) waiting?.resolve(result);
    else waiting?.reject(new CallRefused(waiting.method, error.message, error.data));
  }
}
