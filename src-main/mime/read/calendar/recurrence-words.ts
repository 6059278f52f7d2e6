import type { JcalProperty } from './calendar-times.ts';
import { wallOf } from './calendar-times.ts';

const units: Readonly<Record<string, readonly [one: string, many: string]>> = {
  SECONDLY: ['second', 'seconds'],
  MINUTELY: ['minute', 'minutes'],
  HOURLY: ['hour', 'hours'],
  DAILY: ['day', 'days'],
  WEEKLY: ['week', 'weeks'],
  MONTHLY: ['month', 'months'],
  YEARLY: ['year', 'years'],
};
const days: Readonly<Record<string, string>> = {
  MO: 'Monday',
  TU: 'Tuesday',
  WE: 'Wednesday',
  TH: 'Thursday',
  FR: 'Friday',
  SA: 'Saturday',
  SU: 'Sunday',
};
const places: Readonly<Record<string, string>> = {
  '1': 'first',
  '2': 'second',
  '3': 'third',
  '4': 'fourth',
  '5': 'fifth',
  '-1': 'last',
  '-2': 'last but one',
};
const date = new Intl.DateTimeFormat('en-GB', {
  timeZone: 'UTC',
  day: 'numeric',
  month: 'long',
  year: 'numeric',
});

/**
 * How an event repeats, in words; null when it does not. By the text of the rule alone: it is never
 * expanded, however many dates it means.
 */
export function recurrenceWords(event: readonly JcalProperty[]): string | null {
  const all = (name: string): JcalProperty[] => event.filter((property) => property[0] === name);
  const count = (name: string): number => all(name).reduce((sum, property) => sum + property.length - 3, 0);
  const [rule] = all('rrule');
  const words: string[] = [];
  if (rule !== undefined) words.push(ruleWords(rule[3]));
  const [more, without] = [count('rdate'), count('exdate')];
  if (more > 0)
    words.push(
      rule === undefined ? `On ${more + 1} dates` : `and on ${more} further ${more === 1 ? 'date' : 'dates'}`,
    );
  if (words.length === 0) return null;
  if (without > 0) words.push(`except for ${without} ${without === 1 ? 'date' : 'dates'}`);
  return words.join(', ');
}

function ruleWords(rule: unknown): string {
  if (typeof rule !== 'object' || rule === null) return 'Repeats by a rule that cannot be read';
  const part = (name: string): string[] => {
    const value = (rule as Record<string, unknown>)[name];
    return (Array.isArray(value) ? value : value === undefined ? [] : [value]).map(String).slice(0, 60);
  };
  const unit = units[part('freq')[0]?.toUpperCase() ?? ''];
  if (unit === undefined) return 'Repeats by a rule that cannot be read';
  const interval = Number(part('interval')[0] ?? 1);
  const said = [interval > 1 ? `Every ${Math.min(interval, 9_999)} ${unit[1]}` : `Every ${unit[0]}`];
  const on = part('byday').flatMap((one) => {
    const match = /^([+-]?\d{1,2})?(MO|TU|WE|TH|FR|SA|SU)$/.exec(one);
    const name = days[match?.[2] ?? ''];
    if (name === undefined) return [];
    const place = match?.[1]?.replace('+', '');
    return place === undefined ? [name] : [`the ${places[place] ?? `${place}.`} ${name}`];
  });
  if (on.length > 0) said.push(`on ${list(on)}`);
  const inMonth = part('bymonthday').filter((one) => /^-?\d{1,2}$/.test(one));
  if (inMonth.length > 0)
    said.push(`on day ${list(inMonth.map((one) => (one === '-1' ? 'the last' : one)))} of the month`);
  let text = said.join(' ');
  const known = new Set(['freq', 'interval', 'byday', 'bymonthday', 'bymonth', 'count', 'until', 'wkst']);
  if (Object.keys(rule).some((name) => !known.has(name))) text += ', by a more detailed rule';
  const times = Number(part('count')[0] ?? 0);
  const until = wallOf(part('until')[0] ?? '');
  if (times > 0) return `${text}, ${times} ${times === 1 ? 'time' : 'times'}`;
  return until === null ? text : `${text}, until ${date.format(until)}`;
}

function list(words: readonly string[]): string {
  if (words.length < 2) return words.join('');
  return `${words.slice(0, -1).join(', ')} and ${words.at(-1) ?? ''}`;
}
