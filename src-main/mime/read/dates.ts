const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

const foreignMonths: readonly [RegExp, number][] = [
  [/^(?:jän|gen|ene)/, 0],
  [/^(?:fév|fev)/, 1],
  [/^(?:mär|mrz|maart$|maerz)/, 2],
  [/^(?:avr|abr)/, 3],
  [/^(?:mai|mag|mei)/, 4],
  [/^(?:juin|giu)/, 5],
  [/^(?:juil|lug)/, 6],
  [/^(?:aoû|aou|ago)/, 7],
  [/^(?:set$|sett)/, 8],
  [/^(?:okt|ott|outubro)/, 9],
  [/^(?:dez|déc|dic)/, 11],
];

/** Minutes east of UTC of the zones of RFC 5322 4.3 and a few that senders write all the same. */
const zones: Record<string, number> = {
  ut: 0,
  utc: 0,
  wat: 60,
  sast: 120,
  hkt: 480,
  sgt: 480,
  awst: 480,
  acst: 570,
  aest: 600,
  acdt: 630,
  aedt: 660,
  nzst: 720,
  nzdt: 780,
  brt: -180,
  ndt: -150,
  nst: -210,
  adt: -180,
  ast: -240,
  akdt: -480,
  akst: -540,
  hst: -600,
  gmt: 0,
  z: 0,
  wet: 0,
  bst: 60,
  cet: 60,
  met: 60,
  mez: 60,
  west: 60,
  cest: 120,
  mest: 120,
  mesz: 120,
  eet: 120,
  eest: 180,
  msk: 180,
  ist: 330,
  jst: 540,
  kst: 540,
  est: -300,
  edt: -240,
  cst: -360,
  cdt: -300,
  mst: -420,
  mdt: -360,
  pst: -480,
  pdt: -420,
};

/**
 * A Date header as ISO 8601 UTC, null when it cannot be read: never a guess at "now". Reads RFC
 * 5322 with its obsolete forms, asctime ("Wed May 17 19:35:05 2000"), ISO 8601, "17-May-00".
 */
export function parseDate(raw: string): string | null {
  const text = withMonthNamed(
    raw
      .slice(0, 200)
      .replace(/\([^()]*\)/g, ' ')
      .replace(/\([^()]*\)/g, ' ')
      .trim(),
  );
  const time =
    /(\d{1,2})\s*[:.]\s*(\d{1,2})(?:\s*[:.]\s*(\d{1,2})(?:[.,]\d+)?)?(?:\s*([ap])\.?m\b\.?)?/i.exec(text);
  const before = time === null ? text : text.slice(0, time.index);
  const after = time === null ? '' : text.slice(time.index + time[0].length);
  const words = before
    .toLowerCase()
    .split(/[\s,/.-]+/)
    .filter((word) => word !== '');
  const isNumber = (word: string | undefined): word is string =>
    word !== undefined && /^\d{1,4}(?:st|nd|rd|th)?$/.test(word);
  const named = words.flatMap((word, index) => (monthOf(word) < 0 ? [] : [index]));
  // "mar. 21 nov. 2026" is a Tuesday of a French program: the month stands behind a number.
  const at = named.find((index) => isNumber(words[index - 1])) ?? named[0] ?? -1;
  if (at < 0) return null;
  const month = monthOf(words[at] ?? '');
  let day: string | undefined;
  let year: string | undefined;
  const previous = words[at - 1];
  if (isNumber(previous)) {
    day = previous;
    year = words[at + 1];
  } else {
    day = words[at + 1];
    year = words[at + 2];
  }
  let zoneText = after.trim();
  if (!isNumber(year)) {
    // asctime: the year stands after the time, sometimes with the zone before it.
    const late = /(?:^|\s)(\d{4})(?=\s|$)/.exec(after);
    if (late === null) return null;
    year = late[1];
    zoneText = after.replace(late[0], ' ').trim();
  }
  if (!isNumber(day) || year === undefined) return null;
  // "2026 Nov 21": a day never has four digits.
  if (/^\d{4}$/.test(day) && /^\d{1,2}$/.test(year)) [day, year] = [year, day];
  let hour = Number(time?.[1] ?? 0);
  const half = time?.[4]?.toLowerCase();
  if (half === 'p' && hour < 12) hour += 12;
  if (half === 'a' && hour === 12) hour = 0;
  return build(
    fullYear(year),
    month,
    day,
    String(hour),
    time?.[2] ?? '0',
    time?.[3] ?? '0',
    zoneMinutes(zoneText),
  );
}

/**
 * "2008-06-17T10:00Z", "17.6.2008", "Thu, 11 9 2025", "11 9月 2025", "2025年9月11日": the month as a number, behind the day. With strokes or
 * hyphens it is known by a day above 12; else the date is not read: Americans write the month first.
 */
function withMonthNamed(text: string): string {
  // ISO 8601 and what looks like it: "2026/11/21 Sat 10:00:00 AM".
  const yearFirst =
    /^(\d{4})[-/](\d{1,2})[-/](\d{1,2})(?!\d)T?/i.exec(text) ??
    /^(\d{4})年\s?(\d{1,2})月\s?(\d{1,2})日\D*/.exec(text);
  if (yearFirst !== null) {
    const [whole, year = '', month, day = ''] = yearFirst;
    return `${day} ${months[Number(month) - 1] ?? '?'} ${year} ${text.slice(whole.length)}`;
  }
  const found = /^(?:\p{L}{1,12}\.?,?\s{0,3})?(\d{1,2})([-./ ])(\d{1,2})(?:\2|月\s)(\d{4})(?!\d)/u.exec(text);
  if (found === null) return text;
  let [day, month] = [Number(found[1]), Number(found[3])];
  if (found[2] === '/' || found[2] === '-') {
    if (month <= 12 && day <= 12) return text;
    if (month > 12) [day, month] = [month, day];
  }
  return `${day} ${months[month - 1] ?? '?'} ${found[4] ?? ''}${text.slice(found[0].length)}`;
}

/** 0 to 11; −1 when it is no month. German, French, Spanish, Italian, Portuguese and Dutch names where they are no other word. */
function monthOf(word: string): number {
  if (!/^\p{L}{3,10}$/u.test(word) || /^(?:mon|tue|wed|thu|fri|sat|sun)/.test(word)) return -1;
  const english = months.indexOf(word.slice(0, 3));
  return english >= 0 ? english : (foreignMonths.find(([pattern]) => pattern.test(word))?.[1] ?? -1);
}

/** RFC 5322 4.3: two digits below 50 are of this century, three digits count from 1900. */
function fullYear(text: string): number {
  const year = Number.parseInt(text, 10);
  if (text.length <= 2 || (text.length === 4 && year < 50)) return year < 50 ? 2000 + year : 1900 + year;
  // "0102" is how programs that count from 1900 wrote 2002.
  return text.length === 3 || (year >= 70 && year < 200) ? 1900 + year : year;
}

/** An unknown or impossible zone counts as UTC, as RFC 5322 4.3 says of unknown names. */
function zoneMinutes(text: string): number {
  const numeric = /([+-])\s?(\d{1,2}):?(\d{2})\b/.exec(text);
  if (numeric !== null) {
    const minutes = Number(numeric[2]) * 60 + Number(numeric[3]);
    if (Number(numeric[2]) > 23 || Number(numeric[3]) > 59) return 0;
    return numeric[1] === '-' ? -minutes : minutes;
  }
  // "0530": its sign was forgotten.
  const bare = /^\s*(0\d|1[0-4])(00|15|30|45)\b/.exec(text);
  if (bare !== null) return Number(bare[1]) * 60 + Number(bare[2]);
  // "+02" (ISO 8601), "UTC+2".
  const offset = /^(?:(?:gmt|utc?)\s*([+-]\d{1,2})|([+-]\d{2}))(?!\d)/i.exec(text);
  if (offset !== null) return Number(offset[1] ?? offset[2]) * 60;
  const named = /\b[a-z]{1,5}\b/i.exec(text);
  return named === null ? 0 : (zones[named[0].toLowerCase()] ?? 0);
}

function build(
  year: number,
  month: number,
  dayText: string | undefined,
  hourText: string,
  minuteText: string,
  secondText: string,
  zone: number,
): string | null {
  const day = Number.parseInt(dayText ?? '', 10);
  const [hour, minute, second] = [Number(hourText), Number(minuteText), Number(secondText)];
  const valid =
    year >= 1900 &&
    year <= 9998 &&
    month >= 0 &&
    month < 12 &&
    day >= 1 &&
    day <= 31 &&
    hour <= (minute === 0 && second === 0 ? 24 : 23) &&
    // 30 February is no day, and another one is not for us to choose.
    day <= new Date(Date.UTC(year, month + 1, 0)).getUTCDate() &&
    minute <= 59 &&
    second <= 61;
  if (!valid) return null;
  const instant = Date.UTC(year, month, day, hour, minute, Math.min(second, 59)) - zone * 60_000;
  return Number.isFinite(instant) ? new Date(instant).toISOString() : null;
}
