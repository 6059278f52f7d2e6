import type { FullMessage } from '../../../src-shared/ipc/areas/mail.ts';
import type { DeliveryReport } from '../../../src-shared/ipc/areas/sending.ts';
import type { MessageRow } from '../../../src-shared/model/message.ts';

/** One mail that came back, and the sent mail it speaks of: what main says over either. */
export class FakeReports {
  readonly #row: (messageId: string) => MessageRow | null;
  readonly #newest: (folderId: string) => string | null;

  constructor(row: (messageId: string) => MessageRow | null, newest: (folderId: string) => string | null) {
    this.#row = row;
    this.#newest = newest;
  }

  /** Undefined: not a method of this part. */
  answer(method: string, { messageId }: { messageId: string }): unknown {
    if (method === 'message.reportsFor')
      return messageId === this.#newest('personal/Sent') ? [report('failed'), report('delivered')] : [];
    if (method === 'message.reportsIn') return [];
    return undefined;
  }

  /** What a mail says that came back. */
  told(messageId: string): Pick<FullMessage, 'report' | 'reportedMail'> {
    const sent = this.#row(this.#newest('personal/Sent') ?? '');
    if (this.#row(messageId)?.subject.startsWith('Not delivered') !== true)
      return { report: null, reportedMail: null };
    return {
      report: {
        kind: 'delivery',
        about: sent?.messageIdHeader ?? '',
        recipients: [
          {
            address: 'p.okafor@example.net',
            action: 'failed',
            status: '5.1.1',
            reason: 'there is no such mailbox',
            diagnostic: '550 5.1.1 User unknown',
            sentence: report('failed').detail,
          },
        ],
      },
      reportedMail: sent === null ? null : { messageId: sent.messageId, subject: sent.subject },
    };
  }
}

function report(action: 'failed' | 'delivered'): DeliveryReport {
  const failed = action === 'failed';
  return {
    state: 'reported',
    address: failed ? 'p.okafor@example.net' : 'ann.lee@example.net',
    recipient: failed ? 'p.okafor@example.net' : 'ann.lee@example.net',
    action,
    status: failed ? '5.1.1' : '2.0.0',
    detail: failed
      ? 'Could not be delivered to p.okafor@example.net because there is no such mailbox. The server says: 550 5.1.1 User unknown'
      : 'Was delivered to ann.lee@example.net.',
    at: new Date().toISOString(),
    reportMessageId: 'm3',
    proof: failed ? 'message-id' : 'envelope-id',
  };
}
