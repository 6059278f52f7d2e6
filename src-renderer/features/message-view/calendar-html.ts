import { t } from '../../i18n/t.ts';
import { calendarEntries, type CalendarTime } from './calendar-entries.ts';
import { cardHtml, cardsHtml } from './card-html.ts';

/** The events in a calendar file as plain tables; null when there is none in it. */
export function calendarHtml(text: string): string | null {
  const { entries, more } = calendarEntries(text);
  if (entries.length === 0) return null;
  return cardsHtml(
    entries.map((entry) =>
      cardHtml(entry.summary === '' ? t('calendar.noName') : entry.summary, [
        ['', [entry.cancelled ? t('calendar.cancelled') : '']],
        [t('calendar.start'), [words(entry.start)]],
        [t('calendar.end'), [lastDay(entry.end)]],
        ['', [entry.repeats ? t('calendar.repeats') : '']],
        [t('calendar.place'), [entry.location]],
        [t('calendar.organiser'), [entry.organiser]],
        [t('calendar.guests'), [entry.guests === 0 ? '' : String(entry.guests)]],
        [t('contact.note'), [entry.description]],
      ]),
    ),
    more === 0 ? '' : t('calendar.more', { count: more }),
  );
}

const day: Intl.DateTimeFormatOptions = { weekday: 'short', day: 'numeric', month: 'long', year: 'numeric' };
const time: Intl.DateTimeFormatOptions = { hour: '2-digit', minute: '2-digit' };

function words(when: CalendarTime | null): string {
  if (when === null) return '';
  if (when.kind === 'instant') return new Intl.DateTimeFormat('en-GB', { ...day, ...time }).format(when.at);
  const utc = new Intl.DateTimeFormat('en-GB', {
    ...day,
    ...(when.kind === 'day' ? {} : time),
    timeZone: 'UTC',
  });
  if (when.kind === 'day') return utc.format(Date.parse(`${when.day}T00:00:00Z`));
  const said = utc.format(Date.parse(`${when.time}:00Z`));
  return when.zone === '' ? said : t('calendar.inZone', { time: said, zone: when.zone });
}

/** The end of whole days is the first day that is free again (RFC 5545 3.6.1): people name the last one. */
function lastDay(end: CalendarTime | null): string {
  if (end?.kind !== 'day') return words(end);
  const before = new Date(Date.parse(`${end.day}T00:00:00Z`) - 24 * 3_600_000).toISOString().slice(0, 10);
  return words({ kind: 'day', day: before });
}
