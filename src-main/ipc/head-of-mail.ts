import type { ReadMail } from '../../src-shared/model/mail.ts';
import type { MessageRow } from '../../src-shared/model/message.ts';

/**
 * Who sent a message to whom, as its own bytes say, in place of what the server made of them for the list: a server may
 * take the comment or the group of an odd From line for the sender, and what is checked is the one in the bytes.
 * Empty where the header could not be read.
 */
export function headOf(mail: ReadMail): Partial<Pick<MessageRow, 'subject' | 'from' | 'to' | 'sentAt'>> {
  if (mail.headers.length === 0) return {};
  return { subject: mail.subject, from: mail.from, to: mail.to, sentAt: mail.date };
}
