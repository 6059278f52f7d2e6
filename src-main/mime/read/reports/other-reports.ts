import type { MailReport } from '../../../../src-shared/model/mail-report.ts';
import type { HeaderField } from '../header-block.ts';
import { aboutOf, clean, fieldsOf, firstAddress, value } from './report-fields.ts';

/** RFC 5965: somebody told their provider that a mail is unwanted. */
export function complaint(text: string, original: readonly HeaderField[]): MailReport {
  const fields = fieldsOf(text);
  const all = (name: string): string[] =>
    fields.filter(([key]) => key === name).flatMap(([, one]) => firstAddress(one) ?? []);
  const named = [...all('original-rcpt-to'), ...all('removal-recipient')];
  const to = firstAddress(value(original, 'to'));
  const addresses = [...new Set(named.length > 0 ? named : to === null ? [] : [to])].slice(0, 50);
  const type = fields.find(([key]) => key === 'feedback-type')?.[1].toLowerCase() ?? 'other';
  const reason = complaints[type] ?? 'reported it to their provider';
  return {
    kind: 'complaint',
    about: aboutOf(original, ''),
    recipients: (addresses.length > 0 ? addresses : ['']).map((address) => ({
      address,
      action: 'complained',
      status: null,
      reason,
      diagnostic: type,
      sentence: `${address === '' ? 'A recipient, who is not named,' : address} ${reason}.`,
    })),
  };
}

const complaints: Record<string, string> = {
  abuse: 'reported this mail as unwanted',
  fraud: 'reported this mail as fraud',
  virus: 'reported a virus in this mail',
  'not-spam': 'said that this mail is wanted',
  'opt-out': 'does not want mail of this kind',
  'auth-failure': 'could not make sure that this mail is from where it says',
  dmarc: 'could not make sure that this mail is from where it says',
};

/** RFC 8098. A read receipt says what a program did, no more. */
export function readReceipt(text: string): MailReport | null {
  const fields = fieldsOf(text);
  const get = (name: string): string => fields.find(([key]) => key === name)?.[1] ?? '';
  const address = firstAddress(get('original-recipient')) ?? firstAddress(get('final-recipient'));
  const kind = /;\s*([a-z-]+)/i.exec(get('disposition'))?.[1]?.toLowerCase() ?? '';
  if (address === null) return null;
  const isRead = kind === 'displayed' || kind === 'dispatched' || kind === 'processed';
  return {
    kind: 'receipt',
    about: /<[^\s<>]{1,900}>/.exec(get('original-message-id'))?.[0] ?? '',
    recipients: [
      {
        address: clean(address),
        action: isRead ? 'read' : 'not-read',
        status: null,
        reason: kind,
        diagnostic: '',
        sentence: isRead
          ? `${clean(address)} opened this mail.`
          : kind === 'deleted'
            ? `${clean(address)} deleted this mail, maybe without reading it.`
            : `${clean(address)} answered the request for a receipt without saying that this mail was read.`,
      },
    ],
  };
}
