/** "UTC+01:00", "GMT-0330": not IANA's, plain enough. */
const distance = /^(?:utc|gmt)([+-])(\d{1,2}):?(\d\d)?$/i;

/** Names that Microsoft's programs write, for the zones that people live in (CLDR's windowsZones). */
const windows: Readonly<Record<string, string>> = {
  utc: 'UTC',
  'gmt standard time': 'Europe/London',
  'greenwich standard time': 'Atlantic/Reykjavik',
  'w. europe standard time': 'Europe/Berlin',
  'romance standard time': 'Europe/Paris',
  'central europe standard time': 'Europe/Budapest',
  'central european standard time': 'Europe/Warsaw',
  'e. europe standard time': 'Europe/Chisinau',
  'fle standard time': 'Europe/Kyiv',
  'gtb standard time': 'Europe/Bucharest',
  'turkey standard time': 'Europe/Istanbul',
  'russian standard time': 'Europe/Moscow',
  'belarus standard time': 'Europe/Minsk',
  'israel standard time': 'Asia/Jerusalem',
  'egypt standard time': 'Africa/Cairo',
  'south africa standard time': 'Africa/Johannesburg',
  'e. africa standard time': 'Africa/Nairobi',
  'w. central africa standard time': 'Africa/Lagos',
  'morocco standard time': 'Africa/Casablanca',
  'arab standard time': 'Asia/Riyadh',
  'arabian standard time': 'Asia/Dubai',
  'iran standard time': 'Asia/Tehran',
  'pakistan standard time': 'Asia/Karachi',
  'india standard time': 'Asia/Kolkata',
  'bangladesh standard time': 'Asia/Dhaka',
  'se asia standard time': 'Asia/Bangkok',
  'china standard time': 'Asia/Shanghai',
  'singapore standard time': 'Asia/Singapore',
  'taipei standard time': 'Asia/Taipei',
  'korea standard time': 'Asia/Seoul',
  'tokyo standard time': 'Asia/Tokyo',
  'w. australia standard time': 'Australia/Perth',
  'e. australia standard time': 'Australia/Brisbane',
  'aus eastern standard time': 'Australia/Sydney',
  'cen. australia standard time': 'Australia/Adelaide',
  'new zealand standard time': 'Pacific/Auckland',
  'hawaiian standard time': 'Pacific/Honolulu',
  'alaskan standard time': 'America/Anchorage',
  'pacific standard time': 'America/Los_Angeles',
  'us mountain standard time': 'America/Phoenix',
  'mountain standard time': 'America/Denver',
  'central standard time': 'America/Chicago',
  'central america standard time': 'America/Guatemala',
  'canada central standard time': 'America/Regina',
  'eastern standard time': 'America/New_York',
  'us eastern standard time': 'America/Indianapolis',
  'atlantic standard time': 'America/Halifax',
  'newfoundland standard time': 'America/St_Johns',
  'sa pacific standard time': 'America/Bogota',
  'sa western standard time': 'America/La_Paz',
  'e. south america standard time': 'America/Sao_Paulo',
  'argentina standard time': 'America/Buenos_Aires',
  'pacific sa standard time': 'America/Santiago',
};

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
  const known = windows[plain.toLowerCase()];
  if (known !== undefined) return known;
  // "/mozilla.org/20070129_1/Europe/Berlin", "/freeassociation.sourceforge.net/Europe/Berlin"
  const tail = /[A-Za-z_]{2,40}\/[A-Za-z_+-]{2,40}(?:\/[A-Za-z_]{2,40})?$/.exec(plain)?.[0] ?? plain;
  return [plain, tail, tail.split('/').slice(-2).join('/')].find(isZone) ?? null;
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
