import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';
import { programFile, until } from './headless.ts';

export interface Display {
  /** For DISPLAY. */
  name: string;
  stop(): Promise<void>;
}

/** The display there is, else a virtual one of our own; null where neither can be had. */
export async function findDisplay(): Promise<Display | null> {
  const given = process.env['DISPLAY'];
  if (given !== undefined && given !== '') return { name: given, stop: () => Promise.resolve() };
  const program = ['/usr/bin/Xvfb', '/usr/local/bin/Xvfb'].find((path) => existsSync(path));
  if (program === undefined) return null;
  const server = spawn(program, ['-displayfd', '3', '-screen', '0', '1440x900x24', '-nolisten', 'tcp'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  });
  const said = server.stdio[3];
  if (said === null || said === undefined) throw new Error('Xvfb has no pipe to name its display');
  const [number] = (await once(said, 'data')) as [Buffer];
  return {
    name: `:${number.toString().trim()}`,
    stop: async () => {
      server.kill('SIGTERM');
      if (server.exitCode === null && server.signalCode === null) await once(server, 'exit');
    },
  };
}

export interface RealWindowOptions {
  profile: string;
  flags: readonly string[];
  passphrase: string;
  display: string;
  pages: string;
}

/** The real program with its real window on a display, driven as a person would: by mouse and keyboard. */
export class RealWindow {
  readonly page: Page;
  /** Uncaught errors of the page, and what it or its policy wrote as errors. */
  readonly problems: string[] = [];
  readonly #main: ChildProcess;
  readonly #browser: Browser;
  readonly #stderr: () => string;

  private constructor(main: ChildProcess, browser: Browser, page: Page, stderr: () => string) {
    this.#main = main;
    this.#browser = browser;
    this.#stderr = stderr;
    this.page = page;
    page.on('pageerror', (error) => this.problems.push(error.stack ?? error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') this.problems.push(message.text());
    });
  }

  /** What the program wrote to standard error, for failures. */
  get stderr(): string {
    return this.#stderr();
  }

  static async open({ profile, flags, passphrase, display, pages }: RealWindowOptions): Promise<RealWindow> {
    const main = spawn(
      process.execPath,
      [
        '--disable-warning=ExperimentalWarning',
        programFile(),
        '--profile',
        profile,
        '--test-hooks',
        ...flags,
      ],
      {
        stdio: ['ignore', 'ignore', 'pipe'],
        env: {
          ...process.env,
          DISPLAY: display,
          POSTHORN_PASSPHRASE: passphrase,
          POSTHORN_DEVTOOLS_PORT: '0',
          POSTHORN_RENDERER_DIR: pages,
        },
      },
    );
    let stderr = '';
    main.stderr?.setEncoding('utf8').on('data', (text: string) => {
      stderr = `${stderr}${text}`.slice(-20_000);
    });
    const portFile = join(profile, 'browser', 'DevToolsActivePort');
    let browser: Browser | null = null;
    const page = await until(
      async () => {
        if (main.exitCode !== null) throw new Error(`Posthorn ended (${main.exitCode})\n${stderr}`);
        if (browser?.isConnected() !== true) {
          const port = existsSync(portFile) ? readFileSync(portFile, 'utf8').split('\n')[0] : undefined;
          // A killed browser leaves its file behind: nobody answers at that port until the new one writes it.
          browser =
            port === undefined
              ? null
              : await chromium.connectOverCDP(`http://127.0.0.1:${port}`).catch(() => null);
        }
        const pagesOpen = browser?.contexts()[0]?.pages() ?? [];
        return pagesOpen.find((candidate) => candidate.url().includes('index.html'));
      },
      'a window of Posthorn',
      60_000,
    );
    if (browser === null) throw new Error('no browser');
    const opened = new RealWindow(main, browser, page, () => stderr);
    await page.locator('.app, .wizard').first().waitFor({ timeout: 30_000 });
    return opened;
  }

  /** As a power cut: no part of the program gets to say goodbye. */
  async kill(): Promise<void> {
    this.#main.kill('SIGKILL');
    await this.#gone();
  }

  async quit(): Promise<number | null> {
    this.#main.kill('SIGTERM');
    await this.#gone();
    return this.#main.exitCode;
  }

  /** Once it has ended of itself: its exit code. */
  async ended(): Promise<number | null> {
    await this.#gone();
    return this.#main.exitCode;
  }

  /** Main is gone, and with its pipe the browser: only then may the profile be opened anew. */
  async #gone(): Promise<void> {
    if (this.#main.exitCode === null && this.#main.signalCode === null) await once(this.#main, 'exit');
    await until(() => Promise.resolve(!this.#browser.isConnected()), 'the end of the browser', 20_000);
  }
}
