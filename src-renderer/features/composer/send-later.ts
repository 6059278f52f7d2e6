import { clockTime, fullDate } from '../../i18n/dates.ts';
import { t } from '../../i18n/t.ts';

export interface LaterChoice {
  label: string;
  /** Milliseconds. */
  at: number;
}

const hourMs = 3_600_000;
const morning = 8;
const evening = 18;

/** Times that a person would say, for a mail that is not to go out now; in local time. */
export function laterChoices(now: number): LaterChoice[] {
  const day = (days: number, hour: number): number => {
    const date = new Date(now);
    return new Date(date.getFullYear(), date.getMonth(), date.getDate() + days, hour).getTime();
  };
  const choices: LaterChoice[] = [];
  const inTwoHours = new Date(now + 2 * hourMs);
  inTwoHours.setMinutes(60, 0, 0);
  const today = day(0, evening) - now >= hourMs ? day(0, evening) : inTwoHours.getTime();
  if (today < day(0, 23))
    choices.push({ label: t('compose.laterToday', { time: clockTime(today) }), at: today });
  // Before dawn "tomorrow morning" is this morning for whoever is still awake.
  if (new Date(now).getHours() < 5)
    choices.push({
      label: t('compose.thisMorning', { time: clockTime(day(0, morning)) }),
      at: day(0, morning),
    });
  const tomorrow = day(1, morning);
  choices.push({ label: t('compose.tomorrowMorning', { time: clockTime(tomorrow) }), at: tomorrow });
  const toMonday = (8 - new Date(now).getDay()) % 7;
  if (toMonday > 1) {
    const monday = day(toMonday, morning);
    choices.push({ label: t('compose.mondayMorning', { time: clockTime(monday) }), at: monday });
  }
  return choices;
}

/** What the fields of a date ("2026-11-23") and a time ("08:00") say, in local time; null: no time to come. */
export function chosenTime(date: string, time: string, now: number): number | null {
  const at = new Date(`${date}T${time}`).getTime();
  return Number.isFinite(at) && at > now ? at : null;
}

/** For the fields: local date and time of `at`. */
export function fieldValues(at: number): { date: string; time: string } {
  const local = new Date(at);
  const two = (n: number): string => String(n).padStart(2, '0');
  return {
    date: `${local.getFullYear()}-${two(local.getMonth() + 1)}-${two(local.getDate())}`,
    time: `${two(local.getHours())}:${two(local.getMinutes())}`,
  };
}

export function whenWords(at: number, now: number): string {
  const sameDay = new Date(at).toDateString() === new Date(now).toDateString();
  return sameDay ? t('compose.todayAt', { time: clockTime(at) }) : fullDate(at);
}
