import { toAppError } from '../../../src-shared/error.ts';
import { t } from '../../i18n/t.ts';
import type { AppState } from '../../state/app-state.svelte.ts';
import { sendersOf, type AnswerKind, type Sender } from './answering.ts';
import { composerCommands } from './composer-commands.ts';
import { ComposerSession } from './composer-session.svelte.ts';
import { parseMailto, type Mailto } from './mailto.ts';
import { startAnswer, startDraft, startNew } from './open-session.ts';
import { whenWords } from './send-later.ts';
import type { SessionStart } from './session-start.ts';

/** A thrown-away draft can be had back this long; only then main throws it away, too. */
const discardAfterMs = 10_000;

export type OpenRequest =
  | { mode: 'new' }
  | { mode: AnswerKind; messageId: string }
  | { mode: 'draft'; messageId: string }
  | { mode: 'draft'; draftId: string }
  | { mode: 'mailto'; mailto: string };

/** Which message is being written. One at a time is shown; opening another keeps the first as a draft. */
export class ComposerDesk {
  session = $state.raw<ComposerSession | null>(null);
  readonly #app: AppState;
  #focusBack: HTMLElement | null = null;
  #opening = 0;

  constructor(app: AppState) {
    this.#app = app;
  }

  /** Brings its commands and follows mailto: addresses, now and those given at the start. */
  start(): void {
    this.#app.commands.register(composerCommands(this.#app, this));
    this.#app.main.on('window.show', ({ mailto }) => {
      if (mailto !== undefined) void this.open({ mode: 'mailto', mailto });
    });
    void this.#app.main
      .call('app.arguments')
      .then(async ({ mailto, messageId }) => {
        if (mailto !== null) await this.open({ mode: 'mailto', mailto });
        if (messageId !== null) await this.#app.show(messageId);
      })
      .catch(() => undefined);
  }

  get #senders(): Sender[] {
    return sendersOf(this.#app.accounts.all);
  }

  async open(request: OpenRequest): Promise<void> {
    const mine = ++this.#opening;
    try {
      const start = await this.#start(request);
      if (mine !== this.#opening) return;
      if (start === null) {
        this.#app.toasts.show(t('compose.noAccount'));
        return;
      }
      if (this.session !== null && !(await this.close())) return;
      this.#show(start.session);
    } catch (thrown) {
      this.#app.toasts.show(t('compose.notOpened', { detail: toAppError(thrown).data.detail }), {
        kind: 'bad',
      });
    }
  }

  async #start(request: OpenRequest): Promise<{ session: ComposerSession } | null> {
    const { main, accounts, preferences } = this.#app;
    const rich = preferences.values.composeRich;
    const make = (start: SessionStart | null): { session: ComposerSession } | null =>
      start === null ? null : { session: new ComposerSession(main, start) };
    if (request.mode === 'new' || request.mode === 'mailto') {
      const sender = this.#usualSender();
      const mailto: Mailto | null = request.mode === 'mailto' ? parseMailto(request.mailto) : null;
      return sender === null ? null : make(startNew(sender, rich, mailto));
    }
    if (request.mode === 'draft') {
      const draftId =
        'draftId' in request
          ? request.draftId
          : (await main.call('draft.open', { messageId: request.messageId })).draftId;
      if (this.session?.draftId === draftId) return { session: this.session };
      const draft = (await main.call('draft.list', {})).find((one) => one.draftId === draftId);
      const made = draft === undefined ? null : make(startDraft(draft, this.#senders, rich));
      if (draft !== undefined) made?.session.attachments.restore(draft.attachments);
      return made;
    }
    const message = await main.call('message.get', { messageId: request.messageId });
    const made = make(
      startAnswer(message, request.mode, this.#senders, rich, (person) => accounts.isOwn(person)),
    );
    // Also pictures of the text: what is quoted has no place for them, and whoever gets it would miss them.
    if (request.mode === 'forward')
      made?.session.attachments.addParts(message.messageId, message.attachments);
    return made;
  }

  /** The account whose folder is looked at, else the first. */
  #usualSender(): Sender | null {
    const { place, folders } = this.#app;
    const accountId = place.kind === 'folder' ? folders.byId(place.folderId)?.accountId : undefined;
    return this.#senders.find((sender) => sender.account.accountId === accountId) ?? this.#senders[0] ?? null;
  }

  #show(session: ComposerSession): void {
    const { activeElement } = document;
    // Right after another composer nothing has it.
    if (this.session === null && activeElement instanceof HTMLElement && activeElement !== document.body)
      this.#focusBack = activeElement;
    session.reopen();
    this.session = session;
    this.#app.route.surface = 'mail';
    this.#app.route.composerOpen = true;
  }

  /** Closes and keeps the draft. False: it could not be kept, and stays open. */
  async close(): Promise<boolean> {
    const { session } = this;
    if (session === null) return true;
    if (!(await session.close())) return false;
    if (this.session === session) this.#leave();
    return true;
  }

  #leave(): void {
    this.session = null;
    this.#app.route.composerOpen = false;
    const back = this.#focusBack;
    this.#focusBack = null;
    // What had the focus may be gone: the list is always there.
    requestAnimationFrame(() => {
      // By now the next one may be open: what is typed into it must not become keys of the list.
      if (this.session !== null) return;
      if (back?.isConnected === true) back.focus();
      else document.querySelector<HTMLElement>('[role="grid"] [tabindex="0"]')?.focus();
    });
  }

  discard(): void {
    const { session } = this;
    if (session === null) return;
    session.end();
    this.#leave();
    const forGood = setTimeout(() => {
      const { draftId } = session;
      if (draftId === null) return;
      this.#app.main.call('draft.discard', { draftId }).catch((thrown: unknown) => {
        this.#app.toasts.show(t('compose.discardFailed', { detail: toAppError(thrown).data.detail }), {
          kind: 'bad',
        });
      });
    }, discardAfterMs);
    this.#app.toasts.show(t('compose.discarded'), {
      undo: () => {
        clearTimeout(forGood);
        void this.close().then((closed) => {
          if (closed) this.#show(session);
        });
      },
    });
  }

  /** `sendAt`: when it is to go out; null: now. */
  async send(session: ComposerSession, sendAt: number | null): Promise<boolean> {
    const subject = session.subject.trim() === '' ? t('compose.noSubject') : session.subject.trim();
    const seconds = this.#app.preferences.values.undoSendSeconds;
    try {
      const { outboxId } = await session.send(seconds, sendAt);
      if (this.session === session) this.#leave();
      if (sendAt !== null)
        this.#app.toasts.show(t('compose.scheduled', { subject, when: whenWords(sendAt, Date.now()) }), {
          undo: () => void this.takeBack(outboxId),
        });
      else if (seconds > 0)
        this.#app.toasts.show(t('compose.sending', { subject }), {
          undo: () => void this.takeBack(outboxId),
          undoName: t('compose.undoSend'),
          ms: seconds * 1000,
        });
      else this.#app.toasts.show(t('compose.handed', { subject }));
      return true;
    } catch (thrown) {
      session.problem = t('compose.notSent', { detail: toAppError(thrown).data.detail });
      return false;
    }
  }

  /** A mail in the outbox becomes a draft again and opens. */
  async takeBack(outboxId: string): Promise<void> {
    try {
      const { draftId } = await this.#app.main.call('outbox.cancel', { outboxId });
      if (draftId !== null) await this.open({ mode: 'draft', draftId });
    } catch (thrown) {
      this.#app.toasts.show(t('compose.undoTooLate', { detail: toAppError(thrown).data.detail }), {
        kind: 'bad',
      });
    }
  }
}
