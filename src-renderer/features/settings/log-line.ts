import { t } from '../../i18n/t.ts';

export interface LogLine {
  text: string;
  /** How much it matters, for its colour. */
  tone: 'quiet' | 'warn' | 'bad';
}

const day = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
});
/** Levels of the file from which on a line is a warning, and an error. */
const warning = 40;
const error = 50;
/** Deeper ones are written as they stand. */
const mostDepth = 2;

/** A line of the log's file, one JSON object, as a person reads it; what is none (cut off by a full disk) stays. */
export function logLine(raw: string): LogLine {
  let entry: unknown;
  try {
    entry = JSON.parse(raw);
  } catch {
    return { text: raw, tone: 'quiet' };
  }
  if (entry === null || typeof entry !== 'object' || !('msg' in entry) || typeof entry.msg !== 'string')
    return { text: raw, tone: 'quiet' };
  const { level, time, msg, ...details } = entry as Record<string, unknown> & { msg: string };
  const at = typeof time === 'string' ? Date.parse(time) : Number.NaN;
  const heavy = typeof level === 'number' ? level : 0;
  const tone = heavy >= error ? 'bad' : heavy >= warning ? 'warn' : 'quiet';
  const words = `${msg.charAt(0).toLocaleUpperCase('en')}${msg.slice(1)}`;
  const head = [
    ...(Number.isNaN(at) ? [] : [day.format(at).replace(',', '')]),
    ...(tone === 'quiet' ? [] : [t(tone === 'bad' ? 'settings.logError' : 'settings.logWarning')]),
    words,
  ].join('  ');
  const said = detailWords(details);
  return { text: said === '' ? head : `${head} (${said})`, tone };
}

/** "fresh: yes, reason: first"; what is empty is left out. */
function detailWords(details: object, depth = 1): string {
  return Object.entries(details)
    .filter(([, value]) => value !== null && value !== undefined && value !== '')
    .map(([key, value]: [string, unknown]) => {
      const name = key.replaceAll(/(?<=[a-z\d])[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
      return `${name}: ${valueWords(value, depth)}`;
    })
    .join(', ');
}

function valueWords(value: unknown, depth: number): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return t(value ? 'settings.logYes' : 'settings.logNo');
  if (value !== null && typeof value === 'object' && !Array.isArray(value) && depth < mostDepth)
    return detailWords(value, depth + 1);
  return JSON.stringify(value);
}
