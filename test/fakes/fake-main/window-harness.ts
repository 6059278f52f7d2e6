import { createReadStream } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import { build } from 'vite';
import { pagesFor } from '../../harness/built-pages.ts';
import type { FakeMain } from './fake-main.ts';
import type { FakeWorld } from './fake-world.ts';

declare global {
  interface Window {
    fakeWorld?: FakeWorld;
    fakeMain: FakeMain;
  }
}

const root = fileURLToPath(new URL('../../../', import.meta.url));
const types: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.map': 'application/json',
};

export interface OpenedWindow {
  page: Page;
  context: BrowserContext;
  /** What the page wrote as errors, and requests that its policy refused. */
  problems: string[];
}

/** The built pages in a headless Chromium, with a fake main in place of the shell's bridge. */
export class WindowHarness {
  readonly #browser: Browser;
  readonly #server: Server;
  readonly #fake: string;
  readonly #folder: string;

  constructor(browser: Browser, server: Server, fake: string, folder: string) {
    this.#folder = folder;
    this.#browser = browser;
    this.#server = server;
    this.#fake = fake;
  }

  static async start(): Promise<WindowHarness> {
    const folder = await mkdtemp(join(tmpdir(), 'posthorn-window-'));
    const out = await pagesFor(folder);
    await build({
      configFile: false,
      logLevel: 'error',
      publicDir: false,
      build: {
        outDir: join(folder, 'fake'),
        emptyOutDir: true,
        minify: false,
        target: 'chrome130',
        lib: {
          entry: join(root, 'test/fakes/fake-main/install.ts'),
          formats: ['iife'],
          name: 'fake',
          fileName: () => 'install.js',
        },
      },
    });
    const fake = await readFile(join(folder, 'fake/install.js'), 'utf8');
    const server = createServer((request, response) => {
      const path = normalize(decodeURIComponent((request.url ?? '/').split('?')[0] ?? '/'));
      const file = join(out, path === '/' ? 'index.html' : path);
      response.setHeader('Content-Type', types[extname(file)] ?? 'application/octet-stream');
      createReadStream(file)
        .on('error', () => {
          response.statusCode = 404;
          response.end();
        })
        .pipe(response);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const browser = await chromium.launch({
      executablePath: process.env['POSTHORN_CHROMIUM'] ?? '/usr/bin/chromium',
      args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
    });
    return new WindowHarness(browser, server, fake, folder);
  }

  async open(
    world: FakeWorld = {},
    options: Parameters<Browser['newContext']>[0] = {},
  ): Promise<OpenedWindow> {
    const context = await this.#browser.newContext({
      viewport: { width: 1440, height: 900 },
      locale: 'en-GB',
      ...options,
    });
    const page = await context.newPage();
    const problems: string[] = [];
    page.on('pageerror', (error) => problems.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') problems.push(message.text());
    });
    await page.addInitScript(`window.fakeWorld = ${JSON.stringify(world)};\n${this.#fake}`);
    const { port } = this.#server.address() as AddressInfo;
    await page.goto(`http://127.0.0.1:${port}/index.html`);
    return { page, context, problems };
  }

  async stop(): Promise<void> {
    await this.#browser.close();
    await new Promise((resolve) => this.#server.close(resolve));
    await rm(this.#folder, { recursive: true, force: true });
  }
}
