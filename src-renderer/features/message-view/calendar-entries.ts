import { contentLines } from './content-lines.ts';

/** A time as a calendar file says it: nothing is added to it that it does not say. */
export type CalendarTime =
  /** A day, "2026-11-20". */
  | { kind: 'day'; day: string }
  /** A point in time, milliseconds since the epoch. */
  | { kind: 'instant'; at: number }
  /** What the clocks of a place show, "2026-11-20T14:00"; `zone` as the file calls the place, "" for wherever one is. */
  | { kind: 'local'; time: string; zone: string };

export interface CalendarEntry {
  summary: string;
  start: CalendarTime | null;
  end: CalendarTime | null;
  location: string;
  organiser: string;
  guests: number;
  description: string;
  repeats: boolean;
  cancelled: boolean;
}

const mostEntries = 50;

/**
 * The events in a calendar file (RFC 5545), read line by line, each once as it stands: repetitions are not worked out,
 * time zones of the file are not believed, nothing that it names is fetched. `more` counts those beyond the first fifty.
 */
export function calendarEntries(text: string): { entries: CalendarEntry[]; more: number } {
  const entries: CalendarEntry[] = [];
  const inside: string[] = [];
  let more = 0;
  let cancelled = false;
  for (const { name, parameters, value } of contentLines(text)) {
    if (name === 'BEGIN') {
      if (inside.length < 20) inside.push(value.toUpperCase());
      if (inside.at(-1) !== 'VEVENT') continue;
      if (entries.length < mostEntries) entries.push(empty());
      else more += 1;
      continue;
    }
    if (name === 'END') {
      inside.pop();
      continue;
    }
    if (name === 'METHOD' && inside.length === 1) cancelled = /^cancel$/i.test(value);
    const entry = entries.at(-1);
    // What belongs to an alarm in an event, or to a time zone, is not the event's.
    if (inside.at(-1) !== 'VEVENT' || entry === undefined || more > 0) continue;
    if (name === 'SUMMARY') entry.summary ||= value;
    else if (name === 'LOCATION') entry.location ||= value;
    else if (name === 'DESCRIPTION') entry.description ||= value;
    else if (name === 'DTSTART') entry.start ??= timeOf(value, parameters);
    else if (name === 'DTEND') entry.end ??= timeOf(value, parameters);
    else if (name === 'RRULE' || name === 'RDATE') entry.repeats = true;
    else if (name === 'ATTENDEE') entry.guests += 1;
    else if (name === 'ORGANIZER') entry.organiser ||= person(value, parameters);
    else if (name === 'STATUS' && /^cancelled$/i.test(value)) entry.cancelled = true;
  }
  if (cancelled) for (const entry of entries) entry.cancelled = true;
  return { entries, more };
}

function empty(): CalendarEntry {
  return {
    summary: '',
    start: null,
    end: null,
    location: '',
    organiser: '',
    guests: 0,
    description: '',
    repeats: false,
    cancelled: false,
  };
}

function timeOf(value: string, parameters: string): CalendarTime | null {
  const found = /^(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)\d\d(Z?))?$/i.exec(value);
  if (found === null) return null;
  const [, year = '', month = '', day = '', hour, minute, utc] = found;
  // There was no such year, and the day before it has no date that can be written.
  if (year === '0000') return null;
  const date = `${year}-${month}-${day}`;
  // The thirtieth of February is no day.
  if (Number.isNaN(Date.parse(`${date}T00:00:00Z`))) return null;
  if (hour === undefined || minute === undefined) return { kind: 'day', day: date };
  const time = `${date}T${hour}:${minute}`;
  const at = Date.parse(`${time}:00Z`);
  if (Number.isNaN(at)) return null;
  if (utc !== '') return { kind: 'instant', at };
  const zone = /;TZID=(?:"([^"]*)"|([^;:]*))/i.exec(parameters);
  return { kind: 'local', time, zone: (zone?.[1] ?? zone?.[2] ?? '').slice(0, 100) };
}

function person(value: string, parameters: string): string {
  const name = /;CN=(?:"([^"]*)"|([^;:]*))/i.exec(parameters);
  const address = value.replace(/^mailto:/i, '');
  const said = (name?.[1] ?? name?.[2] ?? '').trim();
  return said === '' || said === address ? address : `${said} <${address}>`;
}
