import type { ReadMail } from '../../src-shared/model/mail.ts';
import type { NewRow } from '../../src-shared/model/message.ts';

/** What a list shows of a message that was read here and not described by a server. */
export function rowOfMail(mail: ReadMail): Omit<NewRow, 'uid' | 'flags' | 'internalDate' | 'size'> {
  return {
    envelope: {
      subject: mail.subject,
      from: mail.from,
      to: mail.to,
      cc: mail.cc,
      // RFC 3501 7.4.2: as servers give it.
      replyTo: mail.replyTo.length === 0 ? mail.from : mail.replyTo,
      messageIdHeader: mail.messageId,
      inReplyTo: mail.inReplyTo,
      references: mail.references,
      sentAt: mail.date === null ? null : Date.parse(mail.date),
    },
    hasAttachments: mail.hasAttachments,
    preview: mail.preview,
  };
}
