import type { MailAddress } from './message.ts';

/** A moment as a calendar writes it. */
export interface CalendarTime {
  /** ISO 8601 UTC; null for whole days, and where the zone is not known. */
  at: string | null;
  /** As written, in its own zone: "2026-11-24T15:00:00", or "2026-11-24" for a whole day. */
  local: string;
  /** IANA name, "UTC", or as written where it is none; null: the same hour everywhere, or a whole day. */
  zone: string | null;
}

export const attendeeStates = [
  'needs-action',
  'accepted',
  'declined',
  'tentative',
  'delegated',
  'unknown',
] as const;
export type AttendeeState = (typeof attendeeStates)[number];

export interface Attendee extends MailAddress {
  state: AttendeeState;
  /** Need not come. */
  optional: boolean;
}

/** An event that a mail carries (RFC 5545, RFC 5546). A stranger wrote it; nothing of it was fetched or expanded. */
export interface Invitation {
  partId: string;
  /** What the mail wants; `publish` where it only carries an event. */
  method: 'request' | 'cancel' | 'reply' | 'publish' | 'add' | 'counter' | 'declinecounter' | 'refresh';
  uid: string;
  sequence: number;
  /** Which one of a series it speaks of; null: all of it. */
  recurrenceId: CalendarTime | null;
  summary: string;
  place: string;
  start: CalendarTime | null;
  end: CalendarTime | null;
  /** Start and end in words, in the zone of who wrote it. */
  when: string;
  /** "Every week on Tuesday, 10 times"; null: it happens once. */
  recurrence: string | null;
  organizer: MailAddress | null;
  attendees: Attendee[];
  /** So many more attendees are not listed. */
  attendeesLeftOut: number;
  /** What is said of the event, in lines. */
  description: string;
  /** What was written with an answer. */
  comment: string;
  /** So many other events came with it. */
  moreEvents: number;
  /** The whole in one sentence. */
  sentence: string;
}

/** What an answer repeats of the invitation; content lines as they stood, each folded and ended. */
export interface InvitationSource {
  event: string;
  /** The VTIMEZONEs that `event` names. */
  zones: string;
}
