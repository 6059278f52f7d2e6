import { trimEndBy } from '../../../../src-shared/text/trim-end.ts';
import ICAL from 'ical.js';
import {
  attendeeStates,
  type Attendee,
  type AttendeeState,
  type Invitation,
  type InvitationSource,
} from '../../../../src-shared/model/invitation.ts';
import type { MailAddress } from '../../../../src-shared/model/message.ts';
import type { DefectList } from '../defect-list.ts';
import { oneLine } from '../encoded-words.ts';
import type { ReadLimits } from '../limits.ts';
import { readPartText } from '../part-text.ts';
import { isMessageType, type Part } from '../part.ts';
import { later, timeOf, whenWords, type JcalProperty } from './calendar-times.ts';
import { atGiven, type JcalComponent } from './given-zones.ts';
import { invitationSentence } from './invitation-sentence.ts';
import { recurrenceWords } from './recurrence-words.ts';

/** More than an invitation to a thousand people needs. */
const longest = 512 * 1024;
const mostComponents = 500;
const mostAttendees = 100;
const longestDescription = 10_000;
/** Longer than a thousand dates; the library goes through a line anew for each of its parameters. */
const longestLine = 32 * 1024;
/** Of what an answer repeats. */
const longestSource = 32 * 1024;

const methods: readonly string[] = [
  'request',
  'cancel',
  'reply',
  'publish',
  'add',
  'counter',
  'declinecounter',
  'refresh',
];

/**
 * The first event of a text/calendar part (RFC 6047), structure alone: no rule is expanded, no zone of its
 * own run, no address in it asked. Null: there is none, or it cannot be read, which is then listed.
 */
export function readInvitation(
  root: Part,
  limits: ReadLimits,
  defects: DefectList,
): { invitation: Invitation; source: InvitationSource } | null {
  const part = calendarPart(root);
  if (part === null) return null;
  try {
    if (part.bodyEnd - part.bodyStart > longest * 1.4) throw new Error('too long');
    const { text } = readPartText(part, limits, defects);
    const found = eventIn(text, part);
    // A task or a question for free hours is read, and no event.
    if (found === null && !/^BEGIN:(?:VTODO|VFREEBUSY|VJOURNAL)\s*$/im.test(text))
      defects.add('calendar-unreadable');
    return found;
  } catch {
    defects.add('calendar-unreadable');
    return null;
  }
}

function calendarPart(root: Part): Part | null {
  const found: Part[] = [];
  const stack = [root];
  for (let part = stack.pop(); part !== undefined; part = stack.pop()) {
    if (isMessageType(part.type.value)) continue;
    if (/^(?:text\/calendar|application\/ics)$/.test(part.type.value)) found.push(part);
    stack.push(...part.children.toReversed());
  }
  return found.find((part) => part.type.params.has('method')) ?? found[0] ?? null;
}

function eventIn(text: string, part: Part): { invitation: Invitation; source: InvitationSource } | null {
  if (text.length > longest || (text.match(/^BEGIN:/gim)?.length ?? 0) > mostComponents) return null;
  const calendar = parsed(text);
  if (calendar === null) return null;
  const [, head, components] = calendar;
  const events = components.filter(([name]) => name === 'vevent');
  const first = events[0];
  if (first === undefined) return null;
  const uid = textOf(first[1], 'uid', 1_000);
  const same = events.filter(([, properties]) => textOf(properties, 'uid', 1_000) === uid);
  const event = (same.find(([, properties]) => property(properties, 'recurrence-id') === undefined) ??
    first)[1];
  const method = (textOf(head, 'method', 40) || (part.type.params.get('method') ?? '')).toLowerCase();
  const time = (name: string): ReturnType<typeof timeOf> =>
    timeOf(property(event, name), (tzid, local) => atGiven(components, tzid, local));
  const start = time('dtstart');
  const duration = property(event, 'duration')?.[3];
  const end =
    time('dtend') ??
    (start !== null && typeof duration === 'string' ? later(start, secondsOf(duration)) : null);
  const people = event.filter(([name]) => name === 'attendee');
  const organizer = property(event, 'organizer');
  const facts = {
    partId: part.partId,
    method: (methods.includes(method) ? method : 'publish') as Invitation['method'],
    uid,
    sequence: Math.max(
      0,
      Math.min(2_147_483_647, Math.trunc(Number(property(event, 'sequence')?.[3] ?? 0)) || 0),
    ),
    recurrenceId: time('recurrence-id'),
    summary: textOf(event, 'summary', 500),
    place: textOf(event, 'location', 500),
    start,
    end,
    when: whenWords(start, end),
    recurrence: recurrenceWords(event),
    organizer: organizer === undefined ? null : personOf(organizer),
    attendees: people.slice(0, mostAttendees).map(attendeeOf),
    attendeesLeftOut: Math.max(0, people.length - mostAttendees),
    description: linesOf(event, 'description', longestDescription),
    comment: textOf(event, 'comment', 1_000),
    moreEvents: new Set(events.map(([, properties]) => textOf(properties, 'uid', 1_000))).size - 1,
  };
  return {
    invitation: { ...facts, sentence: invitationSentence(facts) },
    source: sourceOf(event, components),
  };
}

/** Lines that are none are left out, and rules that cannot be read: the event is worth more than they are. */
function parsed(text: string): JcalComponent | null {
  const lines = text
    .replace(/^\uFEFF/, '')
    .replace(/\n[ \t]/g, '')
    .split('\n')
    .filter((line) => line.length <= longestLine && /^[A-Za-z0-9-]+[;:]/.test(line))
    .map(mendedTime);
  const read = (some: readonly string[]): JcalComponent | null => {
    const all: unknown = ICAL.parse(some.join('\r\n'));
    // Several objects in one file come as a list of them.
    const list = (Array.isArray(all) && Array.isArray(all[0]) ? all : [all]) as JcalComponent[];
    return list.find(([name]) => name === 'vcalendar') ?? null;
  };
  try {
    return read(lines);
  } catch {
    return read(lines.filter((line) => !/^(?:[A-Z]*RULE|X-[A-Z0-9-]*|TRIGGER|ATTACH|GEO)[;:]/i.test(line)));
  }
}

const timed = /^(DTSTART|DTEND|RECURRENCE-ID)([;:][^\r\n]{0,300}?):?(\d{8}(?:T\d{6}Z?)?)\r?$/i;

/** Exchange writes TZID=tzone://Microsoft/Utc without the quotes that a colon needs; others a day without saying that it is one. */
function mendedTime(line: string): string {
  const match = timed.exec(line);
  if (match === null) return line;
  const [, name = '', given = '', value = ''] = match;
  const zone = /^(.*;TZID=)([^";]*:[^";]*?):?$/i.exec(given);
  const params = zone === null ? given.replace(/:$/, '') : `${zone[1] ?? ''}"${zone[2] ?? ''}"`;
  const isDay = value.length === 8 && !/;VALUE=/i.test(params);
  return `${name}${params === ':' ? '' : params}${isDay ? ';VALUE=DATE' : ''}:${value}`;
}

function property(properties: readonly JcalProperty[], name: string): JcalProperty | undefined {
  return properties.find(([one]) => one === name);
}

function textOf(properties: readonly JcalProperty[], name: string, most: number): string {
  const value = property(properties, name)?.[3];
  return typeof value === 'string' ? clean(value, most) : '';
}

/** The same in lines. */
function linesOf(properties: readonly JcalProperty[], name: string, most: number): string {
  const value = property(properties, name)?.[3];
  return typeof value === 'string'
    ? value
        .slice(0, most)
        .replace(/\r\n?/g, '\n')
        .replace(/[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, (one) =>
          one === '\n' || one === '\t' ? one : ' ',
        )
        .trim()
    : '';
}

/** A stranger's words, on one line and without what turns them round. */
function clean(text: string, most: number): string {
  return oneLine(text.replace(/[\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '')).slice(0, most);
}

function parameter(one: JcalProperty, name: string): string {
  const value = one[1][name];
  return typeof value === 'string' ? value : '';
}

function personOf(one: JcalProperty): MailAddress | null {
  const address = /^mailto:([^\s<>"@,;]{1,128}@[^\s<>"@,;?]{1,255})/i.exec(String(one[3]))?.[1];
  const name = parameter(one, 'cn');
  return address === undefined ? null : { name: clean(name, 200), address };
}

function attendeeOf(one: JcalProperty): Attendee {
  const state = (parameter(one, 'partstat') || 'needs-action').toLowerCase();
  const states: readonly string[] = attendeeStates;
  return {
    ...(personOf(one) ?? { name: clean(parameter(one, 'cn') || String(one[3]), 200), address: '' }),
    state: (states.includes(state) ? state : 'unknown') as AttendeeState,
    optional: /^(?:opt|non)-participant$/i.test(parameter(one, 'role')),
  };
}

function secondsOf(duration: string): number {
  return ICAL.Duration.isValueString(duration) ? ICAL.Duration.fromString(duration).toSeconds() : Number.NaN;
}

/** RFC 5546 3.2.3: an answer names the same event in the same words. */
function sourceOf(event: readonly JcalProperty[], components: readonly JcalComponent[]): InvitationSource {
  const named = ['uid', 'sequence', 'recurrence-id', 'dtstart', 'dtend', 'duration', 'summary', 'organizer'];
  const kept = named.map((name) => property(event, name)).filter((one) => one !== undefined);
  const zones = new Set(kept.map(([, params]) => params['tzid']).filter((zone) => typeof zone === 'string'));
  const zoneText = components
    .filter(
      ([name, properties]) => name === 'vtimezone' && zones.has(String(property(properties, 'tzid')?.[3])),
    )
    .map((one) => safeLines(ICAL.stringify.component(one, ICAL.design.icalendar)))
    .join('');
  const lines = (some: readonly JcalProperty[]): string =>
    some.map((one) => safeLines(ICAL.stringify.property(one, ICAL.design.icalendar, false))).join('');
  if (lines(kept).length + zoneText.length <= longestSource) return { event: lines(kept), zones: zoneText };
  // Without its zone a time means nothing; the event is named by its UID all the same.
  return {
    event: lines(kept.filter(([name, params]) => params['tzid'] === undefined && name !== 'summary')),
    zones: '',
  };
}

/** Folded content lines with their ends. @throws where a value would begin a line of its own */
function safeLines(text: string): string {
  const ended = `${trimEndBy(text, /[\r\n]/)}\r\n`;
  if (/[^\r]\n|\r[^\n]|[\0\u2028\u2029]/.test(ended)) throw new Error('a value that breaks out of its line');
  return ended;
}
