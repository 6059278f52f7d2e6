import type { FullMessage, InvitationAnswer } from '../../../src-shared/ipc/areas/mail.ts';
import type { OutboxItem } from '../../../src-shared/ipc/areas/sending.ts';

type Answerable = Pick<FullMessage, 'invitationAnswer' | 'receiptWish'>;

interface Given {
  messageId: string;
  outboxId: string;
  answer: InvitationAnswer;
  send: boolean;
}

/** Answers of one click, of mails that a test made: remembered, and forgotten when they are taken back. */
export class FakeAnswers {
  readonly #mails: Map<string, Partial<FullMessage>>;
  readonly #tell: (items: OutboxItem[]) => void;
  readonly #before = new Map<string, { messageId: string; mail: Partial<FullMessage> }>();

  constructor(mails: Map<string, Partial<FullMessage>>, tell: (items: OutboxItem[]) => void) {
    this.#mails = mails;
    this.#tell = tell;
  }

  /** Undefined: not a method of this part. */
  answer(method: string, { messageId, outboxId, answer, send }: Given): unknown {
    if (method === 'message.answerInvitation') {
      const way = this.#mails.get(messageId)?.invitationAnswer ?? null;
      this.#change('answer', messageId, {
        invitationAnswer: way === null ? null : { ...way, answer, since: 'same' },
        receiptWish: this.#mails.get(messageId)?.receiptWish ?? null,
      });
      return { outboxId: 'answer' };
    }
    if (method === 'message.answerReceipt') {
      this.#change('receipt', messageId, {
        invitationAnswer: this.#mails.get(messageId)?.invitationAnswer ?? null,
        receiptWish: null,
      });
      if (!send) this.#before.delete('receipt');
      return { outboxId: send ? 'receipt' : null };
    }
    const held = method === 'outbox.cancel' ? this.#before.get(outboxId) : undefined;
    if (held === undefined) return undefined;
    this.#mails.set(held.messageId, held.mail);
    this.#before.delete(outboxId);
    this.#tell([]);
    return { draftId: null };
  }

  #change(outboxId: string, messageId: string, to: Answerable): void {
    const mail = this.#mails.get(messageId) ?? {};
    this.#before.set(outboxId, { messageId, mail });
    this.#mails.set(messageId, { ...mail, ...to });
    this.#tell([waiting(outboxId)]);
  }
}

function waiting(outboxId: string): OutboxItem {
  return {
    outboxId,
    accountId: 'personal',
    state: 'undoable',
    messageIdHeader: `<${outboxId}@example.org>`,
    subject: 'An answer of one click',
    tries: 0,
    nextTryAt: null,
    undoUntil: new Date(Date.now() + 600_000).toISOString(),
    sendAt: null,
    queuedAt: new Date().toISOString(),
    sentAt: null,
    recipients: [
      { address: 'marta@lindqvist-print.example', state: 'waiting', reply: null, detail: null, report: null },
    ],
    dsn: 'never',
    error: null,
  };
}
