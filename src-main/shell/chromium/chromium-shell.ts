import { join } from 'node:path';
import { AppError } from '../../../src-shared/error.ts';
import { systemClock } from '../../platform/clock.ts';
import { watchPower } from '../../platform/power-watch.ts';
import type { Page, PageOptions, Shell, ShellOptions } from '../shell.ts';
import { browserArguments } from './browser-arguments.ts';
import { startBrowser, type RunningBrowser } from './browser-process.ts';
import type { ChromiumPage } from './chromium-page.ts';
import { findBrowser } from './find-browser.ts';
import { listenForSecondStart } from './second-instance.ts';
import { openWithSystem } from './system-opener.ts';
import { TargetWatch } from './target-watch.ts';

/** Nothing can ever be registered under .invalid (RFC 6761), so this origin can only be ours. */
const origin = 'https://app.invalid';
const defaultSize = { width: 1280, height: 800 };
const quitPatience = 10_000;

/** Starts the system's Chromium or Chrome. Throws `not-found` naming the one thing to install when there is none. */
export async function openChromiumShell(options: ShellOptions): Promise<Shell> {
  const binary = await findBrowser();
  if (binary === undefined) throw noBrowser();
  const isRoot = process.getuid?.() === 0;
  if (isRoot) {
    options.log(
      'warn',
      "Posthorn runs as root, so Chromium's sandbox is off. Use an ordinary user for your own mail.",
    );
  }
  const browserDir = join(options.profileDir, 'browser');
  // Whoever can set a variable must not be able to open the mail of a package.
  const devtoolsPort =
    globalThis.posthornPackaged === true
      ? undefined
      : (options.devtoolsPort ?? portOf(process.env['POSTHORN_DEVTOOLS_PORT']));
  const browser = await startBrowser(
    binary,
    browserArguments({
      browserDir,
      headless: options.headless,
      isRoot,
      title: 'Posthorn',
      ...defaultSize,
      ...(devtoolsPort === undefined ? {} : { devtoolsPort }),
    }),
    browserDir,
  );
  const shell = new ChromiumShell(browser, options);
  try {
    await shell.start();
  } catch (cause) {
    await browser.waitGone(0);
    throw cause;
  }
  return shell;
}

class ChromiumShell implements Shell {
  readonly kind = 'chromium';
  readonly origin = origin;
  readonly gone: Promise<void>;
  readonly #options: ShellOptions;
  readonly #browser: RunningBrowser;
  readonly #targets: TargetWatch;
  readonly #power = watchPower(systemClock);
  #version = 'Chromium';
  #appWindow: Promise<ChromiumPage> | undefined;
  #windowsClosedListeners: (() => void)[] = [];
  #isQuitting = false;
  #stopListening: () => Promise<void> = () => Promise.resolve();
  #badge = 0;

  constructor(browser: RunningBrowser, options: ShellOptions) {
    this.#browser = browser;
    this.#options = options;
    this.#targets = new TargetWatch(
      browser.connection,
      {
        origin,
        rendererDir: options.rendererDir,
        remoteContent: (token) => options.remoteContent(token),
        // The address may be a stranger's: only its scheme is told.
        refused: (url, resourceType) =>
          options.log('warn', 'A request of a page was refused.', {
            scheme: URL.parse(url)?.protocol ?? '',
            resourceType,
          }),
      },
      (spare) => {
        this.#appWindow = Promise.resolve(spare);
      },
    );
    this.gone = browser.exited.then(() => {
      this.#power.stop();
      for (const page of this.#targets.pages) page.setGone('browser-gone');
    });
  }

  get version(): string {
    return this.#version;
  }

  async start(): Promise<void> {
    const { connection } = this.#browser;
    const { product } = await connection.send('Browser.getVersion', {});
    this.#version = product.replace(/^\w+\/(\d+\.\d+).*$/, 'Chromium $1');
    await Promise.all([
      // Everything else is refused, for our origin and (second call) for every other.
      connection.send('Browser.grantPermissions', { permissions: [] }),
      connection.send('Browser.setDownloadBehavior', { behavior: 'deny' }),
    ]);
    await connection.send('Browser.grantPermissions', {
      origin,
      permissions: ['durableStorage', 'notifications', 'clipboardSanitizedWrite'],
    });
    this.#stopListening = await listenForSecondStart(this.#options.profileDir, (argv) =>
      this.#options.onSecondInstance(argv),
    );
    this.#appWindow = this.#targets.expectPage(
      false,
      (target) => target.openerId === undefined,
      () => this.#targets.start(),
    );
    await this.#appWindow;
  }

  async processIds(): Promise<number[]> {
    const { processInfo } = await this.#browser.connection.send('SystemInfo.getProcessInfo', {});
    return processInfo.map(({ id }) => id);
  }

  async openPage(options: PageOptions): Promise<Page> {
    const page = await this.#newPage(options);
    if (!options.hidden) {
      page.onGone((reason) => {
        const isLast = !this.#targets.pages.some((other) => other !== page && !other.hidden);
        if (reason === 'closed' && isLast && !this.#isQuitting)
          for (const listener of this.#windowsClosedListeners) listener();
      });
      if (this.#badge > 0) page.setBadge(this.#badge);
    }
    await page.load(origin, options.path);
    return page;
  }

  async #newPage(options: PageOptions): Promise<ChromiumPage> {
    const { connection } = this.#browser;
    // Without a display the page that the browser starts with is as hidden as any other.
    if (this.#appWindow !== undefined && (!options.hidden || this.#options.headless)) {
      const appWindow = this.#appWindow;
      this.#appWindow = undefined;
      const page = await appWindow;
      page.hidden = options.hidden;
      return page;
    }
    const size = { width: options.width ?? defaultSize.width, height: options.height ?? defaultSize.height };
    const opener = this.#targets.pages.find((page) => !page.hidden);
    if (!options.hidden && !this.#options.headless && opener !== undefined) {
      // A window made by the protocol would have tabs and an address line; a popup has neither.
      return this.#targets.expectPage(
        false,
        (target) => target.openerId === opener.id,
        () =>
          connection.send(
            'Runtime.evaluate',
            {
              expression: `void window.open('about:blank', '_blank', 'popup,width=${size.width},height=${size.height}')`,
              userGesture: true,
            },
            opener.sessionId,
          ),
      );
    }
    return this.#targets.expectPage(
      options.hidden,
      (target) => target.openerId === undefined,
      () =>
        connection.send('Target.createTarget', {
          url: 'about:blank',
          // A hidden target belongs to a window, and without a display its crash can have taken the only one.
          ...(options.hidden && !this.#options.headless ? { hidden: true } : { newWindow: true, ...size }),
        }),
    );
  }

  openExternal(url: string): Promise<void> {
    return openWithSystem(url);
  }

  askSavePath(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  notify(note: { title: string; body: string; tag: string }): Promise<'clicked' | 'closed' | 'unsupported'> {
    const { pages } = this.#targets;
    const page = pages.find((candidate) => !candidate.hidden) ?? pages[0];
    return page === undefined ? Promise.resolve('unsupported') : page.notify(note);
  }

  setBadge(count: number): void {
    this.#badge = count;
    for (const page of this.#targets.pages) if (!page.hidden) page.setBadge(count);
  }

  onSuspendResume(listener: (event: 'suspend' | 'resume' | 'network-changed') => void): void {
    this.#power.onEvent(listener);
  }

  onAllWindowsClosed(listener: () => void): void {
    this.#windowsClosedListeners.push(listener);
  }

  async quit(): Promise<void> {
    this.#isQuitting = true;
    this.#power.stop();
    await this.#stopListening();
    this.#browser.connection.send('Browser.close', {}).catch(() => undefined);
    await this.#browser.waitGone(quitPatience);
    await this.gone;
  }
}

function portOf(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,5}$/.test(text) ? Number(text) : undefined;
}

function noBrowser(): AppError {
  return new AppError({
    code: 'not-found',
    scope: 'app',
    next: 'tell-user',
    detail:
      'Posthorn needs a browser to show its window, and found neither Electron nor Chromium nor Google Chrome. Install the package "chromium" (or set POSTHORN_CHROMIUM to a browser\'s path) and start again.',
  });
}
