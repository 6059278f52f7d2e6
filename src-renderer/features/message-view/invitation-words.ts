import type { CalendarTime, Invitation } from '../../../src-shared/model/invitation.ts';
import { t } from '../../i18n/t.ts';

const day = new Intl.DateTimeFormat('en-GB', {
  weekday: 'long',
  day: 'numeric',
  month: 'long',
  year: 'numeric',
});
/** As main writes it: whether a comma follows the weekday is the taste of the ICU at hand. */
const dayWords = (at: Date): string => day.format(at).replace(',', '');
const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });

/** When it is by the clock of the reader; `their` where the sender's clock shows something else. */
export function whenHere(invitation: Invitation): { here: string; their: string | null } {
  const { start, end, when } = invitation;
  if (start?.at == null || sameClock(start)) return { here: when, their: null };
  const from = new Date(start.at);
  const until = end?.at == null ? null : new Date(end.at);
  const head = `${dayWords(from)}, ${clock.format(from)}`;
  const here =
    until === null || until <= from
      ? head
      : `${head} to ${dayWords(until) === dayWords(from) ? '' : `${dayWords(until)}, `}${clock.format(until)}`;
  return { here: t('invitation.yourTime', { when: here }), their: when };
}

/** The date of a series that this one is in place of; null where it is the same, or none. */
export function insteadOf({ recurrenceId, start }: Invitation): string | null {
  if (recurrenceId === null || (recurrenceId.at ?? recurrenceId.local) === (start?.at ?? start?.local))
    return null;
  const isDay = !recurrenceId.local.includes('T');
  const at = new Date(isDay ? `${recurrenceId.local}T00:00` : (recurrenceId.at ?? recurrenceId.local));
  if (Number.isNaN(at.getTime())) return null;
  return isDay ? dayWords(at) : `${dayWords(at)}, ${clock.format(at)}`;
}

/** The reader's own clock shows the same. */
function sameClock({ at, local }: CalendarTime): boolean {
  return at !== null && new Date(local).getTime() === Date.parse(at);
}
