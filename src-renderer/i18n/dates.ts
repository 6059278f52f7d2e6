import { t } from './t.ts';

const dayMs = 86_400_000;
const time = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });
const weekday = new Intl.DateTimeFormat('en-GB', { weekday: 'short' });
const longWeekday = new Intl.DateTimeFormat('en-GB', { weekday: 'long' });
const dayMonth = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' });
const monthYear = new Intl.DateTimeFormat('en-GB', { month: 'short', year: 'numeric' });
const longMonth = new Intl.DateTimeFormat('en-GB', { month: 'long', year: 'numeric' });
const full = new Intl.DateTimeFormat('en-GB', {
  weekday: 'long',
  day: 'numeric',
  month: 'long',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
});
const weekdayDay = new Intl.DateTimeFormat('en-GB', { weekday: 'short', day: 'numeric', month: 'short' });

/** Start of the local day, `daysBack` days before `at`. */
function startOfDay(at: number, daysBack = 0): number {
  const date = new Date(at);
  return new Date(date.getFullYear(), date.getMonth(), date.getDate() - daysBack).getTime();
}

/** Monday of the local week. */
function startOfWeek(at: number): number {
  const date = new Date(at);
  return startOfDay(at, (date.getDay() + 6) % 7);
}

export function clockTime(at: number): string {
  return Number.isFinite(at) ? time.format(at) : '';
}

/** As a row shows it: today the time, this week the weekday, this year day and month, else month and year. */
export function rowDate(at: number, now: number): string {
  if (!Number.isFinite(at)) return '';
  const today = startOfDay(now);
  if (at >= today && at < today + 2 * dayMs) return time.format(at);
  if (at < today && at >= startOfDay(now, 6)) return weekday.format(at);
  if (new Date(at).getFullYear() === new Date(now).getFullYear()) return dayMonth.format(at);
  return monthYear.format(at);
}

/** As a row says it to a screen reader. */
export function spokenDate(at: number, now: number): string {
  if (!Number.isFinite(at)) return '';
  const today = startOfDay(now);
  if (at >= today && at < today + 2 * dayMs) return t('row.today', { time: time.format(at) });
  if (at < today && at >= startOfDay(now, 6)) return longWeekday.format(at);
  return rowDate(at, now);
}

/** The group of days that a row stands in. */
export function dayGroup(at: number, now: number): string {
  if (!Number.isFinite(at)) return t('list.older');
  if (at >= startOfDay(now)) return t('list.today');
  if (at >= startOfDay(now, 1)) return t('list.yesterday');
  const week = startOfWeek(now);
  if (at >= week) return t('list.thisWeek');
  if (at >= startOfDay(week, 7)) return t('list.lastWeek');
  return longMonth.format(at);
}

/** Above a message: "Today 14:31", "Tue 17 Nov 10:12", "3 Mar 2024 10:12". */
export function headDate(at: number, now: number): string {
  if (!Number.isFinite(at)) return t('reader.noDate');
  if (dayGroup(at, now) === t('list.today')) return `${t('list.today')} ${time.format(at)}`;
  if (new Date(at).getFullYear() === new Date(now).getFullYear())
    return `${weekdayDay.format(at).replace(',', '')} ${time.format(at)}`;
  return `${new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric' }).format(at)} ${time.format(at)}`;
}

/** For a folded message: "Mon 16 Nov". */
export function shortDay(at: number, now: number): string {
  if (!Number.isFinite(at)) return '';
  if (dayGroup(at, now) === t('list.today')) return time.format(at);
  return new Date(at).getFullYear() === new Date(now).getFullYear()
    ? weekdayDay.format(at).replace(',', '')
    : monthYear.format(at);
}

export function fullDate(at: number): string {
  return Number.isFinite(at) ? full.format(at) : t('reader.noDate');
}

const withZone = new Intl.DateTimeFormat('en-GB', {
  weekday: 'long',
  day: 'numeric',
  month: 'long',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  timeZoneName: 'short',
});

/**
 * When a message was written, in full. Without a readable date nothing is made up: then only when it came, said so; a
 * file (in no account) came at no time.
 */
export function writtenAt(
  sentAt: string | null,
  { date, accountId }: { date: string; accountId: string },
  format: (at: number) => string = fullDate,
): string {
  if (sentAt !== null) return format(Date.parse(sentAt));
  return accountId === ''
    ? t('reader.noDate')
    : t('reader.noDateArrived', { date: format(Date.parse(date)) });
}

/** On paper, which is read elsewhere and later: with the zone of the clock. */
export function printedDate(at: number): string {
  return Number.isFinite(at) ? withZone.format(at) : t('reader.noDate');
}
