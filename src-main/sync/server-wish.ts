import type { AppErrorData } from '../../src-shared/error.ts';

const units: Record<string, number> = { s: 1_000, m: 60_000, h: 3_600_000 };
/** A wish beyond the longest back-off would hide an account for hours because of one odd sentence. */
const most = 30 * 60_000;
/** What speaks for all that we do with the server, not for one message. */
const everything = new Set([
  'UNAVAILABLE',
  'LIMIT',
  'THROTTLED',
  'TEMPFAIL',
  'LOGIN-DELAY',
  'SYS/TEMP',
  'IN-USE',
]);

/**
 * How long a refusal asks us to stay away, in ms; null: it says no time. Servers say it in words only: Exchange
 * "Request is throttled. Suggested Backoff Time: 299000 milliseconds", others "try again in 5 minutes", "retry after 60".
 */
export function wishedWaitMs({ next, server }: AppErrorData): number | null {
  if (server === undefined || next !== 'retry') return null;
  const found =
    /back-?off(?: time)?\D{0,12}?(\d{1,9})\s*([a-z]*)/i.exec(server.text) ??
    /(?:retry|try again|wait)\b\D{0,24}?(\d{1,9})\s*([a-z]*)/i.exec(server.text);
  if (found === null) return null;
  const unit = (found[2] ?? '').toLowerCase();
  // "milliseconds" and "ms" before "minutes"; a bare number counts seconds, as Retry-After does.
  const ms = /^(ms|milli)/.test(unit) ? 1 : (units[unit[0] ?? 's'] ?? 1_000);
  return Math.min(most, Number(found[1]) * ms);
}

/** The refusal speaks for the account: other commands would only be refused too, and count against us. */
export function speaksForAccount(error: AppErrorData): boolean {
  if (error.next !== 'retry' || error.server === undefined) return false;
  return (
    wishedWaitMs(error) !== null && (error.server.code === undefined || everything.has(error.server.code))
  );
}
