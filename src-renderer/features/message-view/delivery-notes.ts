import type { DeliveryReport } from '../../../src-shared/ipc/areas/sending.ts';

/** One sentence about a mail's delivery, over the message it belongs to. */
export interface DeliveryNote {
  key: string;
  kind: 'good' | 'warn' | 'bad';
  sentence: string;
  /** Anybody who got the mail could have written the report. */
  unproven: boolean;
  /** The mail that reports it. */
  reportMessageId: string;
}

const kinds: Readonly<Record<DeliveryReport['action'], DeliveryNote['kind']>> = {
  failed: 'bad',
  delayed: 'warn',
  delivered: 'good',
  relayed: 'good',
  expanded: 'good',
  read: 'good',
  'not-read': 'warn',
};

/** Over a sent mail: for each recipient only the latest that was said. */
export function notesOfSent(reports: readonly DeliveryReport[]): DeliveryNote[] {
  const latest = new Map(reports.map((report) => [report.address, report]));
  return [...latest.values()].map((report) => ({
    key: `${report.reportMessageId} ${report.address} ${report.action}`,
    kind: kinds[report.action],
    sentence: report.detail,
    unproven: report.proof === 'message-id',
    reportMessageId: report.reportMessageId,
  }));
}
