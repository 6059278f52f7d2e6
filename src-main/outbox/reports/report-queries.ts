import { AppError } from '../../../src-shared/error.ts';
import type { MessageContext } from '../../../src-shared/ipc/areas/mail.ts';
import type { DeliveryReport, ReportedMail } from '../../../src-shared/ipc/areas/sending.ts';
import type { CachePort } from '../../cache/cache-port.ts';
import type { Reports } from './reports.ts';
import type { ReportStore } from './report-store.ts';

/** What is known about the delivery of mails, asked from either end. */
export interface ReportQueries {
  /** What servers reported about a mail that was sent from here. @throws AppError `not-found` */
  reportsFor(messageId: string): Promise<DeliveryReport[]>;
  /** What a mail that came back says about mails that were sent from here. */
  reportsIn(messageId: string): Promise<ReportedMail[]>;
  /** A mail of the account by its Message-ID, in whatever program it was written. */
  mailOf(accountId: string, messageIdHeader: string): Promise<MessageContext['reportedMail']>;
}

export function messageGone(): AppError {
  return new AppError({
    code: 'not-found',
    scope: 'message',
    next: 'tell-user',
    detail: 'That message is not here any more.',
  });
}

export function createReportQueries(ports: {
  cache: CachePort;
  reports: Pick<Reports, 'of'>;
  store: Pick<ReportStore, 'reportedBy'>;
}): ReportQueries {
  const { cache, reports, store } = ports;

  async function mailOf(accountId: string, messageIdHeader: string): Promise<MessageContext['reportedMail']> {
    if (messageIdHeader === '') return null;
    const [row] = await cache.call('byMessageIdHeader', { accountId, messageIdHeader });
    return row === undefined ? null : { messageId: row.messageId, subject: row.subject };
  }

  return {
    async reportsFor(messageId) {
      const [row] = await cache.call('rows', { messageIds: [messageId] });
      if (row == null) throw messageGone();
      return [...reports.of(row.messageIdHeader)];
    },
    reportsIn: (messageId) =>
      Promise.all(
        store.reportedBy(messageId).map(async ({ mail, report }) => ({
          report,
          sent: await mailOf(mail.accountId, mail.messageIdHeader),
        })),
      ),
    mailOf,
  };
}
