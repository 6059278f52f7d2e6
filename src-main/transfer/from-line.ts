const days = '(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)';
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const;
/** asctime as it is written in the wild: seconds may be missing, a zone may stand before or after the year. */
const written = new RegExp(
  `${days},?\\s+(?:(${months.join('|')})\\s+(\\d{1,2})|(\\d{1,2})\\s+(${months.join('|')}))\\s+(?:(\\d{4})\\s+)?(\\d{1,2}):(\\d\\d)(?::(\\d\\d))?(?:\\s+([A-Z]{1,5}(?:[+-]\\d\\d?)?|[+-]\\d{4}))?(?:\\s+(\\d{4}))?(?:\\s+([+-]\\d{4}))?`,
  'i',
);
/** What `git format-patch` writes in the place of a date: quoted in a mail, it begins no message. */
const patch = /^From [0-9a-f]{40} Mon Sep 17 00:00:00 2001\s*$/;
/** Writers that leave the date out: Mozilla's "From -", Eudora's "From ???@???". */
const undated = /^From (?:-|MAILER-DAEMON|\?\?\?@\?\?\?|[^\s@]+@[^\s@]+)\s*$/;

export type FromLine = 'dated' | 'undated' | 'patch' | null;

/** What a line that begins with "From " is, by itself; null: words of somebody. The line comes without its end. */
export function fromLineKind(line: string): FromLine {
  if (patch.test(line)) return 'patch';
  if (/^From (?:\S.*)?\s?/.test(line) && written.test(line)) return 'dated';
  return undated.test(line) ? 'undated' : null;
}

const whole = new RegExp(`^From \\S+\\s+${written.source}\\s*$`, 'i');

/** A sender without blanks and a date, and nothing else. */
export function isWholeFromLine(line: string): boolean {
  return whole.test(line);
}

/** The moment that a From_ line tells, milliseconds; RFC 4155: UTC unless it says otherwise. Null: it tells none. */
export function fromLineDate(line: string): number | null {
  const found = written.exec(line);
  if (found === null) return null;
  const [, monthA, dayA, dayB, monthB, yearA, hour, minute, second, zoneA, yearB, zoneB] = found;
  const month = months.findIndex((name) => name.toLowerCase() === (monthA ?? monthB)?.toLowerCase());
  const year = Number(yearA ?? yearB);
  if (month < 0 || !(year >= 1970 && year < 10_000)) return null;
  const zone = /^([+-])(\d\d)(\d\d)$/.exec(zoneB ?? zoneA ?? '');
  const offset = zone === null ? 0 : (zone[1] === '-' ? -1 : 1) * (Number(zone[2]) * 60 + Number(zone[3]));
  return Date.UTC(
    year,
    month,
    Number(dayA ?? dayB),
    Number(hour),
    Number(minute) - offset,
    Number(second ?? 0),
  );
}

/** "From ann@example.org Sat Nov 21 15:04:05 2026" (RFC 4155, UTC), without a line end. */
export function makeFromLine(sender: string, at: number): string {
  const who = /^[\x21-\x7e]{1,300}$/.test(sender) ? sender : 'MAILER-DAEMON';
  const when = new Date(at);
  const two = (value: number): string => String(value).padStart(2, '0');
  const day = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'][when.getUTCDay()] ?? 'Thu';
  return `From ${who} ${day} ${months[when.getUTCMonth()] ?? 'Jan'} ${String(when.getUTCDate()).padStart(2)} ${two(when.getUTCHours())}:${two(when.getUTCMinutes())}:${two(when.getUTCSeconds())} ${when.getUTCFullYear()}`;
}
