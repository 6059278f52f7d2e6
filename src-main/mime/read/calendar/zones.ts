import { windowsZones, zonesShown } from './windows-zones.ts';

/** "UTC+01:00", "GMT-0330": not IANA's, plain enough. */
const distance = /^(?:utc|gmt)([+-])(\d{1,2}):?(\d\d)?$/i;

/**
 * The IANA name of a TZID; null when it is none. The rules that a file brings for it (VTIMEZONE) are not
 * run: a rule for every second until the year 9999 is a bomb.
 */
export function zoneNamed(tzid: string): string | null {
  const plain = tzid.trim().replace(/^"|"$/g, '').slice(0, 200);
  const far = distance.exec(plain);
  if (far !== null) {
    const name = `${far[1] ?? '+'}${(far[2] ?? '').padStart(2, '0')}:${far[3] ?? '00'}`;
    return isOffset(name) ? name : null;
  }
  if (plain.toLowerCase() === 'tzone://microsoft/utc') return 'UTC';
  const known = windowsZones[plain.toLowerCase()];
  if (known !== undefined) return known;
  // "/mozilla.org/20070129_1/Europe/Berlin", "/freeassociation.sourceforge.net/Europe/Berlin"
  const tail = /[A-Za-z_]{2,40}\/[A-Za-z_+-]{2,40}(?:\/[A-Za-z_]{2,40})?$/.exec(plain)?.[0] ?? plain;
  return [plain, tail, tail.split('/').slice(-2).join('/'), ...zonesShown(plain)].find(isZone) ?? null;
}

function isOffset(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

function isZone(name: string): boolean {
  if (!/^[A-Za-z][A-Za-z0-9_+/-]{1,60}$/.test(name)) return false;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

/** Milliseconds of a wall clock's time in a zone. A time that the clock skips is the one an hour later. */
export function inZone(wallAsUtc: number, zone: string): number {
  const first = wallAsUtc - offset(wallAsUtc, zone);
  return wallAsUtc - offset(first, zone);
}

/** What a clock in the zone shows at that moment, less what one in Greenwich shows. */
function offset(at: number, zone: string): number {
  const parts = new Intl.DateTimeFormat('en', {
    timeZone: zone,
    calendar: 'gregory',
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  }).formatToParts(at);
  const part = (type: string): number => Number(parts.find((one) => one.type === type)?.value ?? 0);
  return (
    Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second')) -
    Math.floor(at / 1000) * 1000
  );
}
