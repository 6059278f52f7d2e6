import { toAppError } from '../../../src-shared/error.ts';
import type { MessageTrust } from '../../../src-shared/ipc/areas/trust.ts';
import type { AppState } from '../../state/app-state.svelte.ts';
import { afterFrame } from '../../ui/after-frame.ts';

/** Who sent a message, as far as it is known. */
export class SenderCheck {
  trust = $state.raw<MessageTrust | null>(null);
  /** The sender's domain is being asked. */
  checking = $state(false);
  /** Why it could not be asked, in words. */
  failure = $state('');
  readonly #app: AppState;
  /** The message that this is about; null: nobody has opened it. */
  #messageId: string | null = null;

  constructor(app: AppState) {
    this.#app = app;
  }

  /**
   * Asks what is known here of who sent a message that somebody reads, once it is painted; until what is returned is
   * called. `isWhole`: no part of it waits at the server.
   */
  begin(messageId: string, isWhole: () => boolean): () => void {
    this.#messageId = messageId;
    const { main, preferences } = this.#app;
    const cancel = afterFrame(() => {
      main.call('message.trust', { messageId }).then(
        (found) => {
          if (messageId !== this.#messageId) return;
          this.trust = found;
          // All of a message is hashed: one of which a part waits at the server is not fetched for that.
          if (found.canCheck && preferences.values.checkSignatures && isWhole()) void this.askDomain();
        },
        // The message went away meanwhile: nothing is said about it.
        () => undefined,
      );
    });
    return () => {
      cancel();
      this.#messageId = null;
      this.trust = null;
      this.failure = '';
    };
  }

  /** Asks the sender's domain for the key of its signature: only when the user wants it, at once or always. */
  async askDomain(): Promise<void> {
    const messageId = this.#messageId;
    if (this.checking || messageId === null) return;
    this.checking = true;
    this.failure = '';
    try {
      const found = await this.#app.main.call('message.checkSender', { messageId });
      if (messageId === this.#messageId) this.trust = found;
    } catch (error) {
      if (messageId === this.#messageId) this.failure = toAppError(error).data.detail;
    } finally {
      this.checking = false;
    }
  }
}
