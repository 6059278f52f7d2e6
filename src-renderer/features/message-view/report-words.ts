import type { MailReport, ReportedRecipient } from '../../../src-shared/model/mail-report.ts';
import { t } from '../../i18n/t.ts';

/** What the report is, over it. */
export function reportTitle(report: MailReport): string {
  if (report.kind !== 'delivery') return t(`report.kind.${report.kind}`);
  const { recipients } = report;
  if (recipients.some(({ action }) => action === 'failed')) return t('report.kind.failed');
  return t(
    recipients.some(({ action }) => action === 'delayed') ? 'report.kind.delayed' : 'report.kind.delivered',
  );
}

/** The server's own words are folded below: here is what they mean. */
export function reportSentence(one: ReportedRecipient): string {
  const name = one.address === '' ? t('report.someone') : one.address;
  if (one.action === 'failed')
    return t('report.failed', { name, reason: one.reason ?? t('report.refusedByServer') });
  if (one.action === 'delayed')
    return one.reason === null
      ? t('report.delayed', { name })
      : t('report.delayedBecause', { name, reason: one.reason });
  return one.sentence;
}
