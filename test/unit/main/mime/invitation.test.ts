import { describe, expect, test } from 'vitest';
import { calendarReply } from '../../../../src-main/mime/compose/calendar-reply.ts';
import { readMail } from '../../../../src-main/mime/read/read-mail.ts';
import type { Invitation } from '../../../../src-shared/model/invitation.ts';
import { head, message } from '../../../fixtures/mime/message.ts';

const zone = [
  'BEGIN:VTIMEZONE',
  'TZID:W. Europe Standard Time',
  'BEGIN:STANDARD',
  'DTSTART:16010101T030000',
  'TZOFFSETFROM:+0200',
  'TZOFFSETTO:+0100',
  'RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10',
  'END:STANDARD',
  'END:VTIMEZONE',
];
const event = [
  'UID:abc-1@example.org',
  'SEQUENCE:0',
  'DTSTAMP:20261101T090000Z',
  'DTSTART;TZID=W. Europe Standard Time:20261124T150000',
  'DTEND;TZID=W. Europe Standard Time:20261124T160000',
  'SUMMARY:Proofs\\, third round',
  'LOCATION:Room 4',
  'ORGANIZER;CN="Lee, Ann":mailto:ann@example.org',
  'ATTENDEE;CN=Bob;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:bob@example.org',
  'ATTENDEE;ROLE=OPT-PARTICIPANT;PARTSTAT=ACCEPTED:MAILTO:cat@example.org',
];
const calendar = (method: string, lines: readonly string[], more: readonly string[] = zone): Buffer =>
  message([
    ...head,
    `Content-Type: text/calendar; charset=utf-8; method=${method}`,
    '',
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:x',
    `METHOD:${method}`,
    ...more,
    'BEGIN:VEVENT',
    ...lines,
    'END:VEVENT',
    'END:VCALENDAR',
  ]);
const read = (method: string, lines: readonly string[], more?: readonly string[]): Invitation => {
  const { invitation, defects } = readMail(calendar(method, lines, more));
  if (invitation === null) throw new Error(JSON.stringify(defects));
  return invitation;
};
const without = (name: string): string[] => event.filter((line) => !line.startsWith(name));

describe('an invitation', () => {
  test('says what is written of the event and with an answer, and how many others came', () => {
    const more = ['DESCRIPTION:Bring ropes.\\nhttps://meet.example/1', 'COMMENT:Saturday\\nsuits me'];
    const found = read('REQUEST', [...event, ...more]);
    expect(found.description).toBe('Bring ropes.\nhttps://meet.example/1');
    expect([found.comment, found.moreEvents]).toEqual(['Saturday suits me', 0]);
    const next = ['END:VEVENT', 'BEGIN:VEVENT', 'UID:other', 'DTSTART:20261201'];
    expect(read('PUBLISH', [...event, ...next]).moreEvents).toBe(1);
  });

  test.each([
    ['(UTC+01:00) Amsterdam\\, Berlin\\, Bern', 'Europe/Amsterdam'],
    ['(UTC-05:00) Eastern Time (US & Canada)', 'America/New_York'],
    ['(GMT+05:30) Chennai\\, Kolkata', 'Asia/Kolkata'],
    ['Nepal Standard Time', 'Asia/Kathmandu'],
    ['(UTC+01:00) Harbour', '(UTC+01:00) Harbour'],
  ])('zone as Outlook shows it: %s', (shown, zoneName) => {
    const tzid = shown.replaceAll('\\,', ',');
    const found = read('REQUEST', [...without('DTSTART'), `DTSTART;TZID="${tzid}":20261124T150000`], []);
    expect(found.start?.zone).toBe(zoneName);
  });

  test('a task is no event, and no damage', () => {
    const task = message([
      ...head,
      'Content-Type: text/calendar; method=REQUEST',
      '',
      ...['BEGIN:VCALENDAR', 'METHOD:REQUEST', 'BEGIN:VTODO', 'UID:t', 'END:VTODO', 'END:VCALENDAR'],
    ]);
    const { invitation, defects } = readMail(task);
    expect([invitation, defects.map(({ code }) => code)]).toEqual([null, []]);
  });

  test('is read with its zone in words, its people and their states', () => {
    expect(read('REQUEST', event)).toEqual({
      partId: '1',
      method: 'request',
      uid: 'abc-1@example.org',
      sequence: 0,
      recurrenceId: null,
      summary: 'Proofs, third round',
      place: 'Room 4',
      start: { at: '2026-11-24T14:00:00.000Z', local: '2026-11-24T15:00:00', zone: 'Europe/Berlin' },
      end: { at: '2026-11-24T15:00:00.000Z', local: '2026-11-24T16:00:00', zone: 'Europe/Berlin' },
      when: 'Tuesday 24 November 2026, 15:00 to 16:00 (Europe/Berlin)',
      recurrence: null,
      organizer: { name: 'Lee, Ann', address: 'ann@example.org' },
      attendees: [
        { name: 'Bob', address: 'bob@example.org', state: 'needs-action', optional: false },
        { name: '', address: 'cat@example.org', state: 'accepted', optional: true },
      ],
      attendeesLeftOut: 0,
      description: '',
      comment: '',
      moreEvents: 0,
      sentence: 'Lee, Ann invites you to this event.',
    });
  });

  test.each([
    ['REQUEST', ['SEQUENCE:2'], 'Lee, Ann changed this event.'],
    ['CANCEL', ['SEQUENCE:1'], 'Lee, Ann cancelled this event.'],
    ['CANCEL', ['RECURRENCE-ID:20261124T140000Z'], 'Lee, Ann cancelled one date of this event.'],
    ['REPLY', [], 'Bob has not answered yet.'],
    ['COUNTER', [], 'Bob proposes another time for this event.'],
    ['PUBLISH', [], 'This message carries an event.'],
  ])('%s %j is said as what it is', (method, lines, sentence) => {
    const base = lines.some((line) => line.startsWith('SEQUENCE')) ? without('SEQUENCE') : event;
    expect(read(method, [...base, ...lines]).sentence).toBe(sentence);
  });

  test.each([
    ['RRULE:FREQ=WEEKLY;BYDAY=TU,TH;COUNT=10', 'Every week on Tuesday and Thursday, 10 times'],
    ['RRULE:FREQ=MONTHLY;INTERVAL=2;BYDAY=-1FR', 'Every 2 months on the last Friday'],
    ['RRULE:FREQ=DAILY;UNTIL=20261231T225959Z', 'Every day, until 31 December 2026'],
    ['RRULE:FREQ=YEARLY;BYSETPOS=3;BYDAY=MO', 'Every year on Monday, by a more detailed rule'],
    ['RDATE:20261201T140000Z,20261202T140000Z', 'On 3 dates'],
    ['RRULE:FREQ=SECONDLY;COUNT=2147483647', 'Every second, 2147483647 times'],
    ['RRULE:FREQ=NEVER;BYDAY=XX', null],
  ])('%s in words', (line, words) => {
    expect(read('REQUEST', [...event, line]).recurrence).toBe(words);
  });

  test.each([
    [
      'DTSTART;VALUE=DATE:20261124',
      'DTEND;VALUE=DATE:20261127',
      'Tuesday 24 November 2026 to Thursday 26 November 2026',
    ],
    ['DTSTART;VALUE=DATE:20261124', 'X-NONE:1', 'Tuesday 24 November 2026, all day'],
    [
      'DTSTART:20261124T230000Z',
      'DURATION:PT90M',
      'Tuesday 24 November 2026, 23:00 to Wednesday 25 November 2026, 00:30 (UTC)',
    ],
    ['DTSTART;TZID=Moon Time:20261124T150000', 'X-NONE:1', 'Tuesday 24 November 2026, 15:00 (Moon Time)'],
    ['DTSTART:99991332T150000', 'X-NONE:1', 'at a time that cannot be read'],
  ])('%s, %s is %s', (start, end, when) => {
    const lines = event.filter((line) => !/^DT(START|END)/.test(line));
    expect(read('REQUEST', [...lines, start, end]).when).toBe(when);
  });

  test('bombs are read as fast as others, and nothing is expanded', () => {
    const bomb = [...zone.map((line) => (line.startsWith('RRULE') ? 'RRULE:FREQ=SECONDLY' : line))];
    const started = performance.now();
    const found = read(
      'REQUEST',
      [
        ...without('DTSTART'),
        'DTSTART;TZID=W. Europe Standard Time:21991124T150000',
        'RRULE:FREQ=SECONDLY;BYSECOND=1;BYMINUTE=1;BYHOUR=1;BYYEARDAY=366',
        ...Array.from({ length: 10_000 }, (_, i) => `ATTENDEE:mailto:a${i}@example.org`),
        'ATTACH:http://evil.test/a',
        'DESCRIPTION;ALTREP="http://evil.test/b":c',
      ],
      bomb,
    );
    expect(performance.now() - started).toBeLessThan(10_000);
    expect(found.attendees).toHaveLength(100);
    expect(found.attendeesLeftOut).toBe(9_902);
    expect(JSON.stringify(found)).not.toContain('evil.test');
  });

  test('a line of a hundred thousand parameters is left out', () => {
    const found = read('REQUEST', [...event, `ATTENDEE${';X=1'.repeat(100_000)}:mailto:eve@example.org`]);
    expect(found.attendees).toHaveLength(2);
  });

  test.each([
    ['no calendar at all', message([...head, 'Content-Type: text/calendar', '', 'hello'])],
    [
      'too many parts',
      calendar(
        'REQUEST',
        event,
        Array.from({ length: 600 }, () => 'BEGIN:VEVENT\r\nEND:VEVENT'),
      ),
    ],
    [
      'too large',
      calendar('REQUEST', [...event, ...Array.from({ length: 20_000 }, () => `COMMENT:${'x'.repeat(60)}`)]),
    ],
    [
      'an end that never came',
      message([...head, 'Content-Type: text/calendar', '', 'BEGIN:VCALENDAR', 'BEGIN:VEVENT']),
    ],
  ])('%s is a defect in words and no error', (_name, bytes) => {
    const { invitation, defects } = readMail(bytes);
    expect(invitation).toBeNull();
    expect(defects.map(({ code }) => code)).toContain('calendar-unreadable');
  });
});

describe('an answer', () => {
  const source = (lines: readonly string[]) => {
    const { invitationSource } = readMail(calendar('REQUEST', lines));
    if (invitationSource === null) throw new Error('none');
    return invitationSource;
  };
  const reply = (lines: readonly string[], name = 'Bob'): string =>
    calendarReply(source(lines), { name, address: 'bob@example.org' }, 'accept', Date.UTC(2026, 10, 21, 9));

  test('names the same event in the same words, and us alone (RFC 5546 3.2.3)', () => {
    const text = reply([
      ...event,
      'RECURRENCE-ID;TZID=W. Europe Standard Time:20261124T150000',
      'SEQUENCE:3',
    ]);
    const lines = text.replaceAll('\r\n ', '').split('\r\n');
    expect(lines.slice(0, 4)).toEqual([
      'BEGIN:VCALENDAR',
      'PRODID:-//Posthorn//Posthorn//EN',
      'VERSION:2.0',
      'METHOD:REPLY',
    ]);
    for (const line of [
      'BEGIN:VTIMEZONE',
      'UID:abc-1@example.org',
      'SEQUENCE:0',
      'RECURRENCE-ID;TZID=W. Europe Standard Time:20261124T150000',
      'DTSTART;TZID=W. Europe Standard Time:20261124T150000',
      'SUMMARY:Proofs\\, third round',
      'ORGANIZER;CN="Lee, Ann":mailto:ann@example.org',
      'DTSTAMP:20261121T090000Z',
      'ATTENDEE;PARTSTAT=ACCEPTED;CN="Bob":mailto:bob@example.org',
    ])
      expect(lines).toContain(line);
    expect(lines.filter((line) => line.startsWith('ATTENDEE'))).toHaveLength(1);
    expect(text.endsWith('END:VEVENT\r\nEND:VCALENDAR\r\n')).toBe(true);
    for (const line of text.split('\r\n')) expect(Buffer.byteLength(line)).toBeLessThanOrEqual(75);
  });

  test('no value begins a line of its own', () => {
    const text = reply(
      [...without('SUMMARY'), 'SUMMARY:a\\nATTENDEE:mailto:eve@evil.test', 'X-A;CN="x^nY:z":1'],
      'Bob"\r\nATTENDEE:mailto:eve@evil.test',
    );
    expect(text.split('\r\n').filter((line) => line.startsWith('ATTENDEE'))).toHaveLength(1);
    expect(text).not.toMatch(/[^\r]\n|\r[^\n]/);
    const again = readMail(
      message([...head, 'Content-Type: text/calendar; method=REPLY', '', ...text.split('\r\n')]),
    );
    expect(again.invitation).toMatchObject({
      method: 'reply',
      attendees: [{ address: 'bob@example.org', state: 'accepted' }],
    });
  });
});
