import { systemClock, type Timer } from '../../platform/clock.ts';
import { CdpError, type CdpConnection } from './cdp-connection.ts';
import type { CdpCommands, TargetInfo } from './cdp-protocol.ts';
import { ChromiumPage } from './chromium-page.ts';
import { guardRequests, type GateOptions } from './request-gate.ts';

const attachTo: CdpCommands['Target.setAutoAttach']['params'] = {
  autoAttach: true,
  waitForDebuggerOnStart: true,
  flatten: true,
  filter: [{ type: 'browser', exclude: true }, { type: 'tab', exclude: true }, {}],
};

/** A page that has not come after this many milliseconds will not come; a loaded machine took 2 s. */
const patience = 30_000;

/** Why we expect a new page: it decides whether the browser shows it. */
interface Expected {
  hidden: boolean;
  matches(target: TargetInfo): boolean;
  resolve(page: ChromiumPage): void;
}

/**
 * Sees every target of the browser before it runs (they start paused), puts the request gate in
 * front of it, and closes each page that main did not ask for (`window.open`, a middle click,
 * Ctrl+N). Pages are opened one at a time, so that an expected one cannot be mistaken.
 */
export class TargetWatch {
  readonly #connection: CdpConnection;
  readonly #gate: GateOptions;
  readonly #onSpareWindow: (page: ChromiumPage) => void;
  readonly #pages = new Map<string, ChromiumPage>();
  #expected: Expected | undefined;
  #turn: Promise<unknown> = Promise.resolve();

  /** `onSpareWindow` is told of a window whose page crashed: the next one may have it. */
  constructor(connection: CdpConnection, gate: GateOptions, onSpareWindow: (page: ChromiumPage) => void) {
    this.#connection = connection;
    this.#gate = gate;
    this.#onSpareWindow = onSpareWindow;
  }

  get pages(): ChromiumPage[] {
    return [...this.#pages.values()];
  }

  async start(): Promise<void> {
    this.#watch('');
    await this.#connection.send('Target.setAutoAttach', attachTo);
  }

  /** Makes one page by `open` and resolves with it once its session is set up. */
  expectPage(
    hidden: boolean,
    matches: (target: TargetInfo) => boolean,
    open: () => Promise<unknown>,
  ): Promise<ChromiumPage> {
    const opened = this.#turn.then(async () => {
      const page = Promise.withResolvers<ChromiumPage>();
      let timer: Timer | undefined;
      this.#expected = { hidden, matches, resolve: page.resolve };
      try {
        const failure = Promise.withResolvers<never>();
        open().catch(failure.reject);
        void this.#connection.closed.then(() => failure.reject(new CdpError('The browser is gone.')));
        timer = systemClock.setTimeout(
          () => failure.reject(new CdpError('The browser made no page.')),
          patience,
        );
        return await Promise.race([page.promise, failure.promise]);
      } finally {
        timer?.cancel();
        this.#expected = undefined;
      }
    });
    this.#turn = opened.catch(() => undefined);
    return opened;
  }

  #watch(parentSession: string): void {
    this.#connection.on(parentSession, 'Target.attachedToTarget', ({ sessionId, targetInfo }) => {
      this.#attached(sessionId, targetInfo).catch(() => {
        // The target went away while we looked at it: a short-lived frame or worker.
      });
    });
    this.#connection.on(parentSession, 'Target.detachedFromTarget', ({ sessionId }) => {
      this.#connection.forget(sessionId);
      const page = this.#pages.get(sessionId);
      this.#pages.delete(sessionId);
      page?.setGone('closed');
    });
  }

  async #attached(sessionId: string, target: TargetInfo): Promise<void> {
    const expected = this.#expected;
    // A hidden page of a browser with windows is of the type "other".
    if (target.type !== 'page' && !(target.type === 'other' && expected?.hidden === true)) {
      await this.#guard(sessionId, undefined);
      return;
    }
    if (expected === undefined || !expected.matches(target)) {
      this.#gate.refused(target.url, 'NewWindow');
      await this.#connection.send('Target.closeTarget', { targetId: target.targetId });
      return;
    }
    this.#expected = undefined;
    const page = new ChromiumPage(this.#connection, sessionId, target.targetId, expected.hidden);
    this.#pages.set(sessionId, page);
    page.onGone((reason) => {
      if (reason === 'crashed') this.#afterCrash(page);
    });
    await Promise.all([page.prepare(), this.#guard(sessionId, page)]);
    expected.resolve(page);
  }

  /**
   * A hidden page that crashed is removed. A window stays, for closing the last one would end the
   * browser: what was set up for its session still holds, and the next page is loaded into it.
   */
  #afterCrash(crashed: ChromiumPage): void {
    if (crashed.hidden) {
      this.#connection.send('Target.closeTarget', { targetId: crashed.id }).catch(() => undefined);
      return;
    }
    const next = new ChromiumPage(this.#connection, crashed.sessionId, crashed.id, false);
    next.listen();
    next.onGone((reason) => {
      if (reason === 'crashed') this.#afterCrash(next);
    });
    this.#pages.set(crashed.sessionId, next);
    this.#onSpareWindow(next);
  }

  /** All commands leave in one go; the target goes on only after the last of them is in force. */
  async #guard(sessionId: string, page: ChromiumPage | undefined): Promise<void> {
    this.#watch(sessionId);
    const top =
      page === undefined ? undefined : { frameId: page.id, path: () => this.#pages.get(sessionId)?.path };
    await Promise.all([
      // Dedicated workers have no Fetch domain: their page's session intercepts for them.
      guardRequests(this.#connection, sessionId, this.#gate, top).catch(() => undefined),
      this.#connection.send('Target.setAutoAttach', attachTo, sessionId).catch(() => undefined),
      this.#connection.send('Runtime.runIfWaitingForDebugger', {}, sessionId).catch(() => undefined),
    ]);
  }
}
