import { badField } from './field-guard.ts';

/** The part for programs of a read receipt (RFC 8098 3.2); lines end in CRLF. */
export function dispositionNotification(given: {
  /** Who read it. */
  reader: string;
  /** Original-Recipient of the mail; null when it has none. */
  originalRecipient: string | null;
  /** With angle brackets; "" when it has none. */
  messageIdHeader: string;
}): string {
  const { reader, originalRecipient, messageIdHeader } = given;
  const lines = [
    ...(originalRecipient === null ? [] : [`Original-Recipient: ${originalRecipient}`]),
    `Final-Recipient: rfc822;${reader}`,
    ...(messageIdHeader === '' ? [] : [`Original-Message-ID: ${messageIdHeader}`]),
    // The user was asked, and it is the user who sends it.
    'Disposition: manual-action/MDN-sent-manually; displayed',
  ];
  for (const line of lines)
    if (!/^[\u0020-\u007e]{1,990}$/.test(line))
      throw badField('Receipt', 'an address in it has characters that a receipt cannot carry.');
  return `${lines.join('\r\n')}\r\n`;
}
