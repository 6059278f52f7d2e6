import type { CalendarTime } from '../../../../src-shared/model/invitation.ts';
import { inZone, zoneNamed } from './zones.ts';

/** A property as jCal has it (RFC 7265): name, parameters, type, values. */
export type JcalProperty = [
  name: string,
  params: Record<string, unknown>,
  type: string,
  ...values: unknown[],
];

const written = /^(\d{4})-(\d\d)-(\d\d)(?:T(\d\d):(\d\d):(\d\d)(Z?))?$/;

/**
 * The first value of a property; null when it is no date that a clock can show. `given`: the moment by what the file
 * itself says of a zone whose name nobody knows.
 */
export function timeOf(
  property: JcalProperty | undefined,
  given: (tzid: string, local: string) => string | null = () => null,
): CalendarTime | null {
  const value = property?.[3];
  if (property === undefined || typeof value !== 'string') return null;
  const match = written.exec(value);
  const wall = wallOf(value);
  if (match === null || wall === null) return null;
  if (match[4] === undefined) return { at: null, local: value, zone: null };
  const local = value.replace('Z', '');
  if (match[7] === 'Z') return { at: new Date(wall).toISOString(), local, zone: 'UTC' };
  const tzid = property[1]['tzid'];
  if (typeof tzid !== 'string') return { at: null, local, zone: null };
  const zone = zoneNamed(tzid);
  if (zone === null)
    return { at: given(tzid, local), local, zone: tzid.replace(/[\p{Cc}\p{Cf}]+/gu, ' ').slice(0, 80) };
  return { at: new Date(inZone(wall, zone)).toISOString(), local, zone };
}

/** As if the zone were UTC; null where there is no such day. */
export function wallOf(local: string): number | null {
  const match = written.exec(local);
  if (match === null) return null;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1, 7).map(Number);
  if (year < 1900 || year > 2200) return null;
  const at = Date.UTC(year, month - 1, day, hour || 0, minute || 0, Math.min(59, second || 0));
  return new Date(at).getUTCDate() === day && new Date(at).getUTCMonth() === month - 1 ? at : null;
}

/** So much later, in the same zone. */
export function later(start: CalendarTime, seconds: number): CalendarTime | null {
  const wall = wallOf(start.local);
  if (wall === null || !Number.isFinite(seconds) || Math.abs(seconds) > 40_000_000) return null;
  const moved = new Date(wall + seconds * 1000).toISOString();
  return {
    at: start.at === null ? null : new Date(Date.parse(start.at) + seconds * 1000).toISOString(),
    local: start.local.includes('T') ? moved.slice(0, 19) : moved.slice(0, 10),
    zone: start.zone,
  };
}

const day = new Intl.DateTimeFormat('en-GB', {
  timeZone: 'UTC',
  weekday: 'long',
  day: 'numeric',
  month: 'long',
  year: 'numeric',
});
const dayMs = 86_400_000;
/** Whether a comma follows the weekday is the taste of the ICU at hand. */
const dayWords = (at: number): string => day.format(at).replace(',', '');

/** "Tuesday 24 November 2026, 15:00 to 16:00 (Europe/Berlin)" */
export function whenWords(start: CalendarTime | null, end: CalendarTime | null): string {
  const from = start === null ? null : wallOf(start.local);
  if (start === null || from === null) return 'at a time that cannot be read';
  const until = end === null ? null : wallOf(end.local);
  const zone = start.zone === null ? '' : ` (${start.zone.replaceAll('_', ' ')})`;
  if (!start.local.includes('T')) {
    // RFC 5545 3.6.1: the day on which it ends is the first that is free again.
    const last = until === null ? from : until - dayMs;
    return last <= from ? `${dayWords(from)}, all day` : `${dayWords(from)} to ${dayWords(last)}`;
  }
  const clock = (at: number): string => new Date(at).toISOString().slice(11, 16);
  const head = `${dayWords(from)}, ${clock(from)}`;
  if (until === null || end === null || until <= from) return `${head}${zone}`;
  if (end.zone !== start.zone)
    return `${head}${zone} to ${dayWords(until)}, ${clock(until)} (${end.zone?.replaceAll('_', ' ') ?? 'local time'})`;
  return dayWords(from) === dayWords(until)
    ? `${head} to ${clock(until)}${zone}`
    : `${head} to ${dayWords(until)}, ${clock(until)}${zone}`;
}
