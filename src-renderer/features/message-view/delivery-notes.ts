import type { DeliveryReport, ReportedMail } from '../../../src-shared/ipc/areas/sending.ts';
import { t } from '../../i18n/t.ts';

/** One sentence about a mail's delivery, over the message it belongs to. */
export interface DeliveryNote {
  key: string;
  kind: 'good' | 'warn' | 'bad';
  /** Which message it is about, where that is another one. */
  about: string | null;
  sentence: string;
  /** Anybody who got the mail could have written the report. */
  unproven: boolean;
  /** The message at the other end, and what the button to it says. */
  other: { messageId: string; label: string } | null;
}

const kinds: Readonly<Record<DeliveryReport['action'], DeliveryNote['kind']>> = {
  failed: 'bad',
  delayed: 'warn',
  delivered: 'good',
  relayed: 'good',
  expanded: 'good',
};

/** Over a sent mail: for each recipient only the latest that was said. */
export function notesOfSent(reports: readonly DeliveryReport[]): DeliveryNote[] {
  const latest = new Map(reports.map((report) => [report.address, report]));
  return [...latest.values()].map((report) => ({
    ...noteOf(report),
    about: null,
    other: { messageId: report.reportMessageId, label: t('report.showReport') },
  }));
}

/** Over the mail that reports. */
export function notesOfReport(found: readonly ReportedMail[]): DeliveryNote[] {
  return found.map(({ report, sent }) => ({
    ...noteOf(report),
    about:
      sent === null
        ? t('report.aboutGone')
        : t('report.about', { subject: sent.subject === '' ? t('list.noSubject') : sent.subject }),
    other: sent === null ? null : { messageId: sent.messageId, label: t('report.showSent') },
  }));
}

function noteOf(report: DeliveryReport): Pick<DeliveryNote, 'key' | 'kind' | 'sentence' | 'unproven'> {
  return {
    key: `${report.reportMessageId} ${report.address} ${report.action}`,
    kind: kinds[report.action],
    sentence: report.detail,
    unproven: report.proof === 'message-id',
  };
}
