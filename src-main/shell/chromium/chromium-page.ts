import type { Page, PageMessage } from '../shell.ts';
import type { CdpConnection } from './cdp-connection.ts';
import { PageChannel, type NoteEnd } from './page-channel.ts';
import { bindingName, pageScript, receiverName } from './page-script.ts';

export type GoneReason = 'closed' | 'crashed' | 'browser-gone';

/** A page in one browser tab, reached through its own debugging session. */
export class ChromiumPage implements Page {
  readonly id: string;
  hidden: boolean;
  readonly ready: Promise<void>;
  readonly sessionId: string;
  readonly #connection: CdpConnection;
  readonly #channel: PageChannel;
  readonly #notes = new Map<string, (how: NoteEnd['how']) => void>();
  #messageListeners: ((message: PageMessage) => void)[] = [];
  #goneListeners: ((reason: GoneReason) => void)[] = [];
  #reloadListeners: (() => void)[] = [];
  #early: PageMessage[] = [];
  #goneReason: GoneReason | undefined;
  #readyCount = 0;
  #context: number | undefined;
  #receiver: Promise<string> | undefined;
  #becomeReady: () => void = () => undefined;
  #path: string | undefined;
  #lastNote = 0;

  constructor(connection: CdpConnection, sessionId: string, targetId: string, hidden: boolean) {
    this.#connection = connection;
    this.sessionId = sessionId;
    this.id = targetId;
    this.hidden = hidden;
    this.ready = new Promise((resolve) => {
      this.#becomeReady = resolve;
    });
    this.#channel = new PageChannel({
      deliver: (texts) => this.#deliver(texts),
      ready: () => this.#onReady(),
      message: (json) => this.#onMessageText(json),
      noteEnded: ({ key, how }) => this.#endNote(key, how),
    });
  }

  /** Path of the one document that this page may show. */
  get path(): string | undefined {
    return this.#path;
  }

  /** Hears what this page's session says; replaces whoever heard it before (a page that crashed). */
  listen(): void {
    const { sessionId } = this;
    const connection = this.#connection;
    connection.on(sessionId, 'Runtime.executionContextCreated', ({ context }) => {
      // Bindings exist in every frame of the process; only the top document's own world may speak.
      if (context.auxData?.frameId === this.id && context.auxData.isDefault === true) {
        this.#context = context.id;
        this.#receiver = undefined;
        this.#channel.close();
      }
    });
    connection.on(sessionId, 'Runtime.executionContextDestroyed', ({ executionContextId }) => {
      if (executionContextId === this.#context) this.#forgetDocument();
    });
    connection.on(sessionId, 'Runtime.executionContextsCleared', () => this.#forgetDocument());
    connection.on(sessionId, 'Runtime.bindingCalled', ({ name, payload, executionContextId }) => {
      if (name === bindingName && executionContextId === this.#context) this.#channel.receive(payload);
    });
    connection.on(sessionId, 'Inspector.targetCrashed', () => this.setGone('crashed'));
    connection.on(sessionId, 'Page.javascriptDialogOpening', () => {
      // We have dialogs of our own; the browser's would stop the page until somebody answers.
      connection.send('Page.handleJavaScriptDialog', { accept: false }, sessionId).catch(() => undefined);
    });
  }

  /** Sets up the session of a target that still waits, in one go: it must not run before all of it is in place. */
  async prepare(): Promise<void> {
    this.listen();
    const { sessionId } = this;
    const connection = this.#connection;
    await Promise.all([
      connection.send('Inspector.enable', {}, sessionId),
      connection.send('Page.enable', {}, sessionId),
      connection.send('Page.addScriptToEvaluateOnNewDocument', { source: pageScript }, sessionId),
      connection.send('Runtime.enable', {}, sessionId),
      connection.send('Runtime.addBinding', { name: bindingName }, sessionId),
    ]);
  }

  async load(origin: string, path: string): Promise<void> {
    this.expect(new URL(path, origin).pathname);
    await this.#connection.send('Page.navigate', { url: origin + path }, this.sessionId);
  }

  expect(path: string): void {
    this.#path = path;
  }

  send(message: PageMessage): void {
    if (this.#goneReason === undefined) this.#channel.sendMessage(JSON.stringify(message));
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
    if (this.hidden) return;
    this.#connection.send('Page.bringToFront', {}, this.sessionId).catch(() => undefined);
  }

  setBadge(count: number): void {
    this.#channel.sendControl('b', String(count));
  }

  notify(note: { title: string; body: string; tag: string }): Promise<NoteEnd['how']> {
    if (this.#goneReason !== undefined) return Promise.resolve('unsupported');
    const key = String(++this.#lastNote);
    return new Promise((resolve) => {
      this.#notes.set(key, resolve);
      this.#channel.sendControl('n', JSON.stringify({ key, ...note }));
    });
  }

  async close(): Promise<void> {
    if (this.#goneReason !== undefined) return;
    const gone = new Promise<void>((resolve) => this.onGone(() => resolve()));
    await this.#connection.send('Target.closeTarget', { targetId: this.id }).catch(() => undefined);
    await gone;
  }

  setGone(reason: GoneReason): void {
    if (this.#goneReason !== undefined) return;
    this.#goneReason = reason;
    this.#channel.close();
    for (const key of [...this.#notes.keys()]) this.#endNote(key, 'closed');
    for (const listener of this.#goneListeners.splice(0)) listener(reason);
  }

  #forgetDocument(): void {
    this.#context = undefined;
    this.#receiver = undefined;
    this.#channel.close();
  }

  #onReady(): void {
    this.#readyCount += 1;
    if (this.#readyCount === 1) this.#becomeReady();
    else for (const listener of this.#reloadListeners) listener();
    this.#channel.open();
  }

  #onMessageText(json: string): void {
    const message: PageMessage = JSON.parse(json);
    if (this.#messageListeners.length === 0) this.#early.push(message);
    else this.#tell(message);
  }

  #tell(message: PageMessage): void {
    for (const listener of this.#messageListeners) listener(message);
  }

  #endNote(key: string, how: NoteEnd['how']): void {
    this.#notes.get(key)?.(how);
    this.#notes.delete(key);
  }

  async #deliver(texts: readonly string[]): Promise<void> {
    this.#receiver ??= this.#takeReceiver();
    const objectId = await this.#receiver;
    await this.#connection.send(
      'Runtime.callFunctionOn',
      {
        functionDeclaration: 'function(...texts){this(...texts)}',
        objectId,
        arguments: texts.map((value) => ({ value })),
        silent: true,
      },
      this.sessionId,
    );
  }

  /** Takes the page's receiving function out of its global scope, so that only we hold it. */
  async #takeReceiver(): Promise<string> {
    const contextId = this.#context;
    const taken = await this.#connection.send(
      'Runtime.evaluate',
      {
        expression: `(() => { const f = globalThis.${receiverName}; delete globalThis.${receiverName}; return f; })()`,
        ...(contextId === undefined ? {} : { contextId }),
      },
      this.sessionId,
    );
    if (taken.result.objectId === undefined) throw new Error('The page has no receiver.');
    return taken.result.objectId;
  }
}
