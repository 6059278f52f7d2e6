import type { AttendeeState, Invitation } from '../../../../src-shared/model/invitation.ts';
import type { MailAddress } from '../../../../src-shared/model/message.ts';

const answers: Readonly<Record<AttendeeState, string>> = {
  accepted: 'accepted',
  declined: 'declined',
  tentative: 'may come',
  delegated: 'sends somebody else',
  'needs-action': 'has not answered yet',
  unknown: 'answered in a way that Posthorn does not know',
};

/** What the mail is about, in one sentence. Who is named in it is who the calendar names, not who sent the mail. */
export function invitationSentence({
  method,
  sequence,
  recurrenceId,
  organizer,
  attendees,
}: Pick<Invitation, 'method' | 'sequence' | 'recurrenceId' | 'organizer' | 'attendees'>): string {
  const host = nameOf(organizer) ?? 'Somebody who is not named';
  const [attendee] = attendees;
  const guest = nameOf(attendee ?? null) ?? 'Somebody who is not named';
  const what = recurrenceId === null ? 'this event' : 'one date of this event';
  switch (method) {
    case 'request':
      return sequence > 0 ? `${host} changed ${what}.` : `${host} invites you to ${what}.`;
    case 'cancel':
      return `${host} cancelled ${what}.`;
    case 'reply':
      return `${guest} ${answers[attendee?.state ?? 'unknown']}.`;
    case 'counter':
      return `${guest} proposes another time for ${what}.`;
    case 'declinecounter':
      return `${host} keeps to the time of ${what}.`;
    case 'refresh':
      return `${guest} asks for the newest state of ${what}.`;
    case 'add':
      return `${host} adds a date to this event.`;
    case 'publish':
      return 'This message carries an event.';
  }
}

function nameOf(person: MailAddress | null): string | null {
  if (person === null) return null;
  const name = person.name === '' ? person.address : person.name;
  return name === '' ? null : name;
}
