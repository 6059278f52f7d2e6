/**
 * What Posthorn asks of the program that shows its pages. Two implementations: `electron/` (the
 * product) and `chromium/` (the system's browser, where no Electron binary can be had, headless
 * for the automation interface and in tests). The same contract tests run on both.
 *
 * Pages are the files of build/renderer at a fixed origin, so that IndexedDB is found again at the
 * next start. No page reaches the network: everything that is not ours is refused by the shell.
 */
export type ShellKind = 'electron' | 'chromium';

/** A JSON-safe message between main and one page. Ordered, never transferred, at most 64 MiB. */
export type PageMessage = unknown;

/** A page that the shell runs: a window the user sees, or a hidden one (store, sanitiser). */
export interface Page {
  readonly id: string;
  readonly hidden: boolean;
  /** Resolves when the page's own script has called `window.posthorn.ready()`. */
  readonly ready: Promise<void>;
  /** Sends to the page's `window.posthorn.onMessage`. Before `ready` messages are queued. */
  send(message: PageMessage): void;
  onMessage(listener: (message: PageMessage) => void): void;
  /** Called once when the page is gone: closed by the user, crashed, or the browser died. */
  onGone(listener: (reason: 'closed' | 'crashed' | 'browser-gone') => void): void;
  /**
   * Called when the page's script called `ready()` again: it was loaded anew and knows nothing of
   * what was said before. Messages sent since are delivered after this call.
   */
  onReload(listener: () => void): void;
  /** Brings a window to the front. No effect on hidden pages. */
  focus(): void;
  close(): Promise<void>;
}

export interface PageOptions {
  /** Path below build/renderer with optional query, e.g. `/index.html`, `/store.html`. */
  path: string;
  hidden: boolean;
  title?: string;
  /** Outer size in CSS pixels; ignored when hidden. */
  width?: number;
  height?: number;
}

/** A remote picture a message frame asked for, answered by main alone (or refused). */
export type RemoteContent = { status: 200; contentType: string; body: Uint8Array } | { status: 403 };

export interface ShellOptions {
  profileDir: string;
  headless: boolean;
  /** Directory of the built pages (build/renderer). */
  rendererDir: string;
  /**
   * Answers `posthorn-remote` requests: frames load remote pictures as
   * `<origin>/remote/<token>` and nothing else; the token is given out by main.
   */
  remoteContent(token: string): Promise<RemoteContent>;
  /** A second start of the same profile gave up in favour of this one; its arguments (mailto:, .eml). */
  onSecondInstance(argv: readonly string[]): void;
  /**
   * Tests only (`--test-hooks`): a debugging port for a second client such as Playwright; 0 lets the
   * browser choose and write it to `<profile>/browser/DevToolsActivePort`. Chromium shell only; there
   * the variable POSTHORN_DEVTOOLS_PORT does the same.
   */
  devtoolsPort?: number;
  log(level: 'debug' | 'info' | 'warn' | 'error', message: string, detail?: Record<string, unknown>): void;
}

export interface Shell {
  readonly kind: ShellKind;
  /** e.g. "Chromium 156.0", for the log and `app.info`. */
  readonly version: string;
  readonly origin: string;
  /** Process ids of the browser's processes, for memory figures and for `test.crashAt`. */
  processIds(): Promise<number[]>;
  openPage(options: PageOptions): Promise<Page>;
  /** Opens an http, https or mailto address with the system's programs; refuses any other scheme. */
  openExternal(url: string): Promise<void>;
  /** Native "save as" where there is one; null when the user cancelled; undefined when the shell has none. */
  askSavePath(suggestedName: string): Promise<string | null | undefined>;
  /** Shows a notification; resolves 'clicked' | 'closed' | 'unsupported'. */
  notify(note: { title: string; body: string; tag: string }): Promise<'clicked' | 'closed' | 'unsupported'>;
  /** Number on the icon or in the title; 0 clears it. */
  setBadge(count: number): void;
  onSuspendResume(listener: (event: 'suspend' | 'resume' | 'network-changed') => void): void;
  /** All windows closed by the user (hidden pages do not count). */
  onAllWindowsClosed(listener: () => void): void;
  /** Resolves when the browser is gone, for whatever reason. */
  readonly gone: Promise<void>;
  /** Closes every page and the browser; waits until its processes are gone (≤ 10 s, then kills). */
  quit(): Promise<void>;
}
