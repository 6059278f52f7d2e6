import {
  app,
  BrowserWindow,
  dialog,
  Menu,
  Notification,
  powerMonitor,
  protocol,
  session,
  shell as systemShell,
} from 'electron';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { AppError } from '../../../src-shared/error.ts';
import { systemClock } from '../../platform/clock.ts';
import { watchPower } from '../../platform/power-watch.ts';
import { externalAddress } from '../external-address.ts';
import { answerPageRequest } from '../page-files.ts';
import type { Page, PageOptions, Shell, ShellOptions } from '../shell.ts';
import { guardSession } from './electron-guards.ts';
import { ElectronPage } from './electron-page.ts';
import { noteBody } from './note-body.ts';
import { origin, scheme } from './prepare-electron.ts';
import { addTextMenu } from './text-menu.ts';

/**
 * Waits until Electron is ready and guards its session. `prepareElectron` must have run in the
 * first turn of main. Throws `profile-in-use` when another Posthorn has this profile: it has then
 * been told of this start and shows itself.
 */
export async function openElectronShell(options: ShellOptions): Promise<Shell> {
  if (!app.requestSingleInstanceLock()) {
    throw new AppError({
      code: 'profile-in-use',
      scope: 'app',
      next: 'tell-user',
      detail: 'Posthorn is already running with this profile; its window was brought to the front.',
    });
  }
  app.on('second-instance', (_event, argv, folder) =>
    options.onSecondInstance(
      argv.map((argument) => (argument.endsWith('.eml') ? resolve(folder, argument) : argument)),
    ),
  );
  await app.whenReady();
  if (process.platform !== 'darwin') Menu.setApplicationMenu(null);
  protocol.handle(scheme, async (request) => {
    const answer = await answerPageRequest(request.url, options.rendererDir, origin, (token) =>
      options.remoteContent(token),
    );
    return new Response(Buffer.from(answer.body), { status: answer.status, headers: answer.headers });
  });
  await guardSession(session.defaultSession, origin);
  return new ElectronShell(options, preloadFile());
}

/** The built preload: beside the built main, or in build/main when main runs from its sources. */
function preloadFile(): string {
  const places = [
    join(import.meta.dirname, 'preload.cjs'),
    join(import.meta.dirname, '../../../build/main/preload.cjs'),
  ];
  const found = places.find((place) => existsSync(place));
  if (found !== undefined) return found;
  throw new AppError({
    code: 'bug',
    scope: 'app',
    next: 'bug',
    detail:
      'A part of Posthorn is missing (preload.cjs), so its windows cannot work. Build or install it again; your mail is untouched.',
  });
}

class ElectronShell implements Shell {
  readonly kind = 'electron';
  readonly version = `Electron ${process.versions['electron'] ?? ''}`;
  readonly origin = origin;
  readonly gone: Promise<void>;
  readonly #options: ShellOptions;
  readonly #preload: string;
  readonly #pages = new Set<ElectronPage>();
  readonly #notes = new Set<Notification>();
  readonly #power = watchPower(systemClock);
  #windowsClosedListeners: (() => void)[] = [];
  #isQuitting = false;
  #becomeGone: () => void = () => undefined;

  constructor(options: ShellOptions, preload: string) {
    this.#options = options;
    this.#preload = preload;
    this.gone = new Promise((resolve) => {
      this.#becomeGone = resolve;
    });
    // Quitting by the system's menu or at log-out goes the same way as closing the last window.
    app.on('before-quit', (event) => {
      if (this.#isQuitting) return;
      event.preventDefault();
      for (const listener of this.#windowsClosedListeners) listener();
    });
  }

  processIds(): Promise<number[]> {
    return Promise.resolve(app.getAppMetrics().map(({ pid }) => pid));
  }

  async openPage(options: PageOptions): Promise<Page> {
    const page = new ElectronPage(options, origin, this.#preload, !options.hidden && !this.#options.headless);
    this.#pages.add(page);
    addTextMenu(page.window.webContents);
    page.onGone((reason) => {
      this.#pages.delete(page);
      const isLast = ![...this.#pages].some((other) => !other.hidden);
      if (reason === 'closed' && !options.hidden && isLast && !this.#isQuitting)
        for (const listener of this.#windowsClosedListeners) listener();
    });
    await page.load(options.path);
    return page;
  }

  async openExternal(url: string): Promise<void> {
    await systemShell.openExternal(externalAddress(url));
  }

  async askSavePath(suggestedName: string): Promise<string | null | undefined> {
    if (this.#options.headless) return undefined;
    const parent = BrowserWindow.getFocusedWindow();
    const asked = { defaultPath: suggestedName };
    const answer = await (parent === null
      ? dialog.showSaveDialog(asked)
      : dialog.showSaveDialog(parent, asked));
    return answer.canceled ? null : answer.filePath;
  }

  notify(note: { title: string; body: string; tag: string }): Promise<'clicked' | 'closed' | 'unsupported'> {
    if (!Notification.isSupported()) return Promise.resolve('unsupported');
    return new Promise((resolve) => {
      const shown = new Notification({ title: note.title, body: noteBody(note.body, process.platform) });
      const end = (how: 'clicked' | 'closed' | 'unsupported') => () => {
        this.#notes.delete(shown);
        resolve(how);
      };
      shown.on('click', end('clicked'));
      shown.on('close', end('closed'));
      shown.on('failed', end('unsupported'));
      // Held, for a notification that is collected loses its events.
      this.#notes.add(shown);
      shown.show();
    });
  }

  setBadge(count: number): void {
    app.setBadgeCount(count);
  }

  onSuspendResume(listener: (event: 'suspend' | 'resume' | 'network-changed') => void): void {
    powerMonitor.on('suspend', () => listener('suspend'));
    powerMonitor.on('resume', () => listener('resume'));
    this.#power.onEvent((event) => {
      if (event === 'network-changed') listener(event);
    });
  }

  onAllWindowsClosed(listener: () => void): void {
    this.#windowsClosedListeners.push(listener);
  }

  /** Closes all pages; the process itself is main's to end. */
  quit(): Promise<void> {
    this.#isQuitting = true;
    this.#power.stop();
    session.defaultSession.flushStorageData();
    for (const page of [...this.#pages]) page.window.destroy();
    this.#becomeGone();
    return Promise.resolve();
  }
}
