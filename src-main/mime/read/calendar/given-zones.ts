import { wallOf, type JcalProperty } from './calendar-times.ts';

export type JcalComponent = [name: string, properties: JcalProperty[], components: JcalComponent[]];

/** When an offset begins each year: the nth (from the end: below 0) weekday of a month, at an hour of the wall clock. */
interface Change {
  offsetMs: number;
  /** Null: it holds always. */
  yearly: { month: number; weekday: number; nth: number; dayMs: number } | null;
}

const weekdays: readonly string[] = ['SU', 'MO', 'TU', 'WE', 'TH', 'FR', 'SA'];
const dayMs = 86_400_000;
const mostChanges = 20;

/**
 * Milliseconds to take from a wall clock's time in a zone that the file itself describes ("Customized Time Zone"), for
 * names that nobody knows; null where it says more than one change a year each way. Of its rules one year is worked
 * out, by hand: a rule for every second until the year 9999 does nothing here.
 */
export function givenOffset(components: readonly JcalComponent[], tzid: string, wall: number): number | null {
  const zone = components.find(
    ([name, properties]) => name === 'vtimezone' && bare(textIn(properties, 'tzid')) === bare(tzid),
  );
  if (zone === undefined || zone[2].length === 0 || zone[2].length > mostChanges) return null;
  const changes = zone[2].map(([, properties]) => changeOf(properties));
  if (changes.some((change) => change === null)) return null;
  const all = changes.filter((change) => change !== null);
  const [first] = all;
  if (first === undefined) return null;
  if (all.every(({ offsetMs }) => offsetMs === first.offsetMs)) return first.offsetMs;
  if (all.length !== 2 || all.some(({ yearly }) => yearly === null)) return null;
  const year = new Date(wall).getUTCFullYear();
  const inOrder = all
    .map((change) => ({ at: startOf(change, year), offsetMs: change.offsetMs }))
    .sort((one, other) => one.at - other.at);
  return (inOrder.findLast(({ at }) => at <= wall) ?? inOrder.at(-1))?.offsetMs ?? null;
}

/** Some quote the name where it is a value, too. */
const bare = (name: string): string => name.replace(/^"|"$/g, '');

function changeOf(properties: readonly JcalProperty[]): Change | null {
  const offset = /^([+-])(\d\d):?(\d\d)/.exec(textIn(properties, 'tzoffsetto'));
  if (offset === null) return null;
  const minutes = Number(offset[2]) * 60 + Number(offset[3]);
  if (minutes > 15 * 60) return null;
  const offsetMs = (offset[1] === '-' ? -minutes : minutes) * 60_000;
  const rule = properties.find(([name]) => name === 'rrule')?.[3];
  if (rule === undefined) return { offsetMs, yearly: null };
  const { freq, bymonth, byday } = rule as Record<string, unknown>;
  const day = /^([+-]?[1-5])(SU|MO|TU|WE|TH|FR|SA)$/.exec(String(byday));
  const month = Number(bymonth);
  if (freq !== 'YEARLY' || day === null || !(month >= 1 && month <= 12)) return null;
  const clock = /T(\d\d):(\d\d)/.exec(textIn(properties, 'dtstart'));
  return {
    offsetMs,
    yearly: {
      month: month - 1,
      weekday: weekdays.indexOf(day[2] ?? ''),
      nth: Number(day[1]),
      dayMs: (Number(clock?.[1] ?? 0) * 60 + Number(clock?.[2] ?? 0)) * 60_000,
    },
  };
}

function startOf({ yearly }: Change, year: number): number {
  if (yearly === null) return Number.NEGATIVE_INFINITY;
  const { month, weekday, nth, dayMs: clock } = yearly;
  if (nth > 0) {
    const first = Date.UTC(year, month, 1);
    const ahead = (weekday - new Date(first).getUTCDay() + 7) % 7;
    return first + (ahead + (nth - 1) * 7) * dayMs + clock;
  }
  const last = Date.UTC(year, month + 1, 0);
  const back = (new Date(last).getUTCDay() - weekday + 7) % 7;
  return last - (back + (-nth - 1) * 7) * dayMs + clock;
}

function textIn(properties: readonly JcalProperty[], name: string): string {
  const value = properties.find(([one]) => one === name)?.[3];
  return typeof value === 'string' ? value : '';
}

/** The moment of a wall clock's time in such a zone; null where the zone says nothing that is understood. */
export function atGiven(components: readonly JcalComponent[], tzid: string, local: string): string | null {
  const wall = wallOf(local);
  const offset = wall === null ? null : givenOffset(components, tzid, wall);
  return wall === null || offset === null ? null : new Date(wall - offset).toISOString();
}
