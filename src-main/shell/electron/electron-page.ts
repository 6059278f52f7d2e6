import { BrowserWindow, type IpcMainEvent } from 'electron';
import type { Page, PageMessage, PageOptions } from '../shell.ts';
import { messageChannel, readyChannel } from './channel.ts';
import { guardContents } from './electron-guards.ts';

type GoneReason = 'closed' | 'crashed' | 'browser-gone';

/** One window of Electron, shown or hidden, with one of our pages in it. */
export class ElectronPage implements Page {
  readonly id: string;
  readonly hidden: boolean;
  readonly ready: Promise<void>;
  readonly window: BrowserWindow;
  readonly #origin: string;
  #isOpen = false;
  #hasBeenReady = false;
  #queue: string[] = [];
  #early: PageMessage[] = [];
  #messageListeners: ((message: PageMessage) => void)[] = [];
  #reloadListeners: (() => void)[] = [];
  #goneListeners: ((reason: GoneReason) => void)[] = [];
  #goneReason: GoneReason | undefined;
  #becomeReady: () => void = () => undefined;

  constructor(options: PageOptions, origin: string, preload: string, isShown: boolean) {
    this.#origin = origin;
    this.hidden = options.hidden;
    this.ready = new Promise((resolve) => {
      this.#becomeReady = resolve;
    });
    this.window = new BrowserWindow({
      show: isShown,
      width: options.width ?? 1280,
      height: options.height ?? 800,
      title: options.title ?? 'Posthorn',
      autoHideMenuBar: true,
      webPreferences: {
        preload,
        sandbox: true,
        contextIsolation: true,
        nodeIntegration: false,
        nodeIntegrationInWorker: false,
        nodeIntegrationInSubFrames: false,
        webSecurity: true,
        allowRunningInsecureContent: false,
        webviewTag: false,
        navigateOnDragDrop: false,
        spellcheck: true,
        backgroundThrottling: false,
      },
    });
    const { webContents } = this.window;
    this.id = String(webContents.id);
    guardContents(webContents, origin, new URL(options.path, `${origin}/`).pathname);
    webContents.ipc.on(readyChannel, (event) => {
      if (this.#isOurs(event)) this.#onReady();
    });
    webContents.ipc.on(messageChannel, (event, json: unknown) => {
      if (this.#isOurs(event) && typeof json === 'string') this.#onMessageText(json);
    });
    webContents.on('did-start-navigation', (details) => {
      if (details.isMainFrame && !details.isSameDocument) this.#isOpen = false;
    });
    webContents.on('render-process-gone', () => {
      this.setGone('crashed');
      this.window.destroy();
    });
    this.window.on('closed', () => this.setGone('closed'));
  }

  async load(path: string): Promise<void> {
    await this.window.loadURL(this.#origin + path);
  }

  send(message: PageMessage): void {
    if (this.#goneReason !== undefined) return;
    const json = JSON.stringify(message);
    if (this.#isOpen) this.window.webContents.send(messageChannel, json);
    else this.#queue.push(json);
  }

  onMessage(listener: (message: PageMessage) => void): void {
    this.#messageListeners.push(listener);
    for (const message of this.#early.splice(0)) this.#tell(message);
  }

  onReload(listener: () => void): void {
    this.#reloadListeners.push(listener);
  }

  onGone(listener: (reason: GoneReason) => void): void {
    if (this.#goneReason === undefined) this.#goneListeners.push(listener);
    else listener(this.#goneReason);
  }

  focus(): void {
    if (this.hidden || this.#goneReason !== undefined) return;
    if (this.window.isMinimized()) this.window.restore();
    this.window.show();
    this.window.focus();
  }

  close(): Promise<void> {
    if (this.#goneReason === undefined) this.window.destroy();
    return Promise.resolve();
  }

  setGone(reason: GoneReason): void {
    if (this.#goneReason !== undefined) return;
    this.#goneReason = reason;
    for (const listener of this.#goneListeners.splice(0)) listener(reason);
  }

  /** Only the top frame may speak, and only while it shows a page of ours. */
  #isOurs(event: IpcMainEvent): boolean {
    const frame = event.senderFrame;
    return frame !== null && frame.parent === null && frame.url.startsWith(`${this.#origin}/`);
  }

  #onReady(): void {
    if (this.#hasBeenReady) for (const listener of this.#reloadListeners) listener();
    this.#hasBeenReady = true;
    this.#isOpen = true;
    this.#becomeReady();
    for (const json of this.#queue.splice(0)) this.window.webContents.send(messageChannel, json);
  }

  #onMessageText(json: string): void {
    const message: PageMessage = JSON.parse(json);
    if (this.#messageListeners.length === 0) this.#early.push(message);
    else this.#tell(message);
  }

  #tell(message: PageMessage): void {
    for (const listener of this.#messageListeners) listener(message);
  }
}
