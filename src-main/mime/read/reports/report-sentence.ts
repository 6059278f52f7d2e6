import type { DeliveryReport } from '../../../../src-shared/ipc/areas/sending.ts';
import { meaningOf } from './bounce-words.ts';

/** RFC 3463, in words; by the whole code, else by its last two numbers' family. */
const reasons: Readonly<Record<string, string>> = {
  '1.1': 'there is no such mailbox',
  '1.2': 'its domain does not exist or takes no mail',
  '1.3': 'the address is not written as it should be',
  '1.6': 'the mailbox has moved and nobody said where to',
  '1.10': 'its domain takes no mail',
  '2.0': 'the mailbox cannot take it',
  '2.1': 'the mailbox is switched off',
  '2.2': 'the mailbox is full',
  '2.3': 'the message is too large for the mailbox',
  '3.4': 'the message is too large for the server',
  '4.1': 'its server did not answer',
  '4.4': 'no way to its server was found',
  '4.6': 'the message went round in circles between servers',
  '4.7': 'the time for delivering it ran out',
  '7.0': 'the server rejected the message',
  '7.1': 'the server rejected the message',
  '7.13': 'the mailbox is switched off',
};

const [unknown, full] = ['there is no such mailbox', 'the mailbox is full'];
/** What the words of a server may say better than a code that servers give for many things; null: whatever it is. */
const better: Readonly<Record<string, readonly string[] | null>> = {
  '1.1': [full, 'the message is too large'],
  '1.10': [unknown],
  '2.0': null,
  '2.3': [full],
  '7.1': [full],
  '2.1': [unknown, full, 'its server did not take it in time'],
  '4.1': [unknown, full],
};

/** "Could not be delivered to ann@example.org because there is no such mailbox. The server says: …" */
export function reportSentence(
  address: string,
  action: DeliveryReport['action'],
  status: string | null,
  diagnostic: string,
  /** Words for what the status does not say. */
  otherwise: string | null = null,
): string {
  const words = plain(diagnostic);
  const said = words === '' ? '' : ` The server says: ${words}`;
  const because = statusReason(status, diagnostic) ?? otherwise;
  switch (action) {
    case 'failed':
      return `Could not be delivered to ${address} because ${because ?? 'its server refused it'}.${said}`;
    case 'delayed':
      return `Not delivered to ${address} yet${because === null ? '' : ` because ${because}`}; the servers go on trying.${said}`;
    case 'delivered':
      return `Was delivered to ${address}.`;
    case 'relayed':
      return `Was handed on for ${address} to a server that reports nothing further.`;
    case 'expanded':
      return `Was given to the members of ${address}.`;
    case 'read':
      return `${address} opened this mail.`;
    case 'not-read':
      return `${address} did not open this mail.`;
  }
}

/** The words for a status of RFC 3463; null for those that say nothing. */
export function statusReason(status: string | null, diagnostic = ''): string | null {
  const [, subject = '', detail = ''] = status?.split('.') ?? [];
  const words = better[`${subject}.${detail}`];
  // Exchange says "5.1.10" and means that there is nobody; RFC 7505 means a domain without mail by that number.
  const said = /recipient ?not ?found|exchange online/i.test(diagnostic) ? unknown : meaningOf(diagnostic);
  if (
    words !== undefined &&
    said !== null &&
    (words === null ? !/deliver it$/.test(said) : words.includes(said))
  )
    return said;
  // X.7 is what a server will not take by its rules (RFC 3463 3.8), whichever of them it was.
  return reasons[`${subject}.${detail}`] ?? (subject === '7' ? (reasons['7.0'] ?? null) : null);
}

/** A stranger's words, on one line, without what could pass for something else. */
function plain(text: string): string {
  return text
    .replace(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, 400);
}
