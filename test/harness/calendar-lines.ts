/** A time zone, as the invitations of the tests carry it. */
const berlin = [
  'BEGIN:VTIMEZONE',
  'TZID:Europe/Berlin',
  'BEGIN:STANDARD',
  'DTSTART:19701025T030000',
  'TZOFFSETFROM:+0200',
  'TZOFFSETTO:+0100',
  'RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10',
  'END:STANDARD',
  'END:VTIMEZONE',
];

/** An invitation (METHOD:REQUEST) to an afternoon in Berlin; `event` are the further lines of its VEVENT. */
export function requestLines(uid: string, sequence: number, event: readonly string[]): string[] {
  return [
    ...['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//Print works//EN', 'METHOD:REQUEST'],
    ...berlin,
    ...['BEGIN:VEVENT', `UID:${uid}`, `SEQUENCE:${sequence}`, 'DTSTAMP:20261101T090000Z'],
    'DTSTART;TZID=Europe/Berlin:20261124T150000',
    'DTEND;TZID=Europe/Berlin:20261124T160000',
    ...event,
    ...['END:VEVENT', 'END:VCALENDAR'],
  ];
}
