import type { InvitationAnswer } from '../../../src-shared/ipc/areas/mail.ts';
import type { InvitationSource } from '../../../src-shared/model/invitation.ts';
import type { MailAddress } from '../../../src-shared/model/message.ts';

const states: Readonly<Record<InvitationAnswer, string>> = {
  accept: 'ACCEPTED',
  tentative: 'TENTATIVE',
  decline: 'DECLINED',
};

/** The calendar object that answers an invitation (RFC 5546 3.2.3); lines end in CRLF. `now`: milliseconds. */
export function calendarReply(
  source: InvitationSource,
  attendee: MailAddress,
  answer: InvitationAnswer,
  now: number,
): string {
  const stamp = new Date(now).toISOString().replace(/[-:]|\.\d+/g, '');
  // RFC 5545 3.2: neither a quote nor a control character may stand in a quoted value.
  const name = attendee.name.replace(/["\p{Cc}\u2028\u2029]+/gu, ' ').trim();
  const common = name === '' ? '' : `;CN="${name}"`;
  return [
    'BEGIN:VCALENDAR\r\n',
    'PRODID:-//Posthorn//Posthorn//EN\r\n',
    'VERSION:2.0\r\n',
    'METHOD:REPLY\r\n',
    source.zones,
    'BEGIN:VEVENT\r\n',
    source.event,
    `DTSTAMP:${stamp}\r\n`,
    folded(`ATTENDEE;PARTSTAT=${states[answer]}${common}:mailto:${attendee.address}`),
    'END:VEVENT\r\n',
    'END:VCALENDAR\r\n',
  ].join('');
}

/** At most 75 octets a line, never cut within a character (RFC 5545 3.1). */
function folded(line: string): string {
  const lines: string[] = [];
  let current = '';
  for (const character of line) {
    if (Buffer.byteLength(current + character) > 75) {
      lines.push(current);
      current = ' ';
    }
    current += character;
  }
  return `${[...lines, current].join('\r\n')}\r\n`;
}
