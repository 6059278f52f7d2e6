import type { FullMessage } from '../../src-shared/ipc/areas/mail.ts';
import type { MainClient } from '../ipc/client.ts';

/** What was answered with one click, and what still may be: it changes while the message stays as it is. */
type Answered = Pick<FullMessage, 'invitationAnswer' | 'receiptWish'>;

/** One-click answers of messages that are loaded, where they are newer than what came with the message. */
export class AnsweredMails {
  #byId = $state.raw<Readonly<Record<string, Answered>>>({});
  readonly #main: MainClient;
  /** Counts the askings: only the latest counts. */
  readonly #asked = new Map<string, number>();

  constructor(main: MainClient) {
    this.#main = main;
  }

  of(message: FullMessage): Answered {
    return this.#byId[message.messageId] ?? message;
  }

  /** As main knows it now; the message itself stays as it is drawn. */
  async renew(messageId: string): Promise<void> {
    const asked = (this.#asked.get(messageId) ?? 0) + 1;
    this.#asked.set(messageId, asked);
    try {
      const { invitationAnswer, receiptWish } = await this.#main.call('message.get', { messageId });
      if (this.#asked.get(messageId) === asked)
        this.#byId = { ...this.#byId, [messageId]: { invitationAnswer, receiptWish } };
    } catch {
      // The message cannot be read now: what is shown stays.
    }
  }

  /** Mail left the outbox: one-click answers among it were sent, or taken back. */
  renewAll(messages: readonly FullMessage[]): void {
    for (const message of messages) if (mayBeAnswered(message)) void this.renew(message.messageId);
  }

  /** The message was read anew, with all that is known. */
  forget(messageId: string): void {
    this.#byId = Object.fromEntries(Object.entries(this.#byId).filter(([id]) => id !== messageId));
  }
}

function mayBeAnswered({ invitationAnswer, receiptWish, headers }: FullMessage): boolean {
  return (
    invitationAnswer !== null ||
    receiptWish !== null ||
    headers.some(({ name }) => name.toLowerCase() === 'disposition-notification-to')
  );
}
