import type { JournalEntry } from '../../../src-shared/ipc/areas/journal.ts';
import type { OutboxItem } from '../../../src-shared/ipc/areas/sending.ts';
import { clockTime, fullDate } from '../../i18n/dates.ts';
import { t } from '../../i18n/t.ts';
import type { IconName } from '../../ui/icons.ts';

/** Where a change stands, in words. */
export function entryState(entry: JournalEntry): string {
  const time = clockTime(Date.parse(entry.at));
  const next =
    entry.nextTryAt === null
      ? ''
      : ` · ${t('journal.nextTry', { time: clockTime(Date.parse(entry.nextTryAt)) })}`;
  switch (entry.state) {
    case 'parked':
      return t(entry.offer === undefined ? 'journal.parked' : 'journal.offered', { time });
    case 'unknown':
      return t('journal.unknown', { time });
    case 'blocked':
      return t('journal.blocked', { time });
    case 'armed':
    case 'sent':
    case 'acked':
      return t('journal.sending', { time });
    default:
      return t('journal.queued', { time }) + next;
  }
}

/** What main calls one message without a name, named by its subject where it is known. */
export function entrySentence(entry: JournalEntry, subject: string | undefined): string {
  if (subject === undefined || entry.messageIds.length !== 1) return entry.sentence;
  const named = `“${subject.trim() === '' ? t('list.noSubject') : subject.trim()}”`;
  return entry.sentence.replace(/\b(?:1 message|a sent message|a draft)\b/u, () => named);
}

export function entryIcon(entry: JournalEntry): IconName {
  if (entry.offer !== undefined) return 'undo';
  if (entry.state === 'parked') return 'alert';
  if (/flag|seen|star/i.test(entry.kind)) return 'read';
  if (/delete|expunge|empty|purge/i.test(entry.kind)) return 'trash';
  if (/archive/i.test(entry.kind)) return 'archive';
  if (/append|draft|copy/i.test(entry.kind)) return 'draft';
  if (/folder/i.test(entry.kind)) return 'folder';
  return 'move';
}

/** Refused changes first, then in the order in which they go out. */
export function inOrder(entries: readonly JournalEntry[]): JournalEntry[] {
  const rank = (entry: JournalEntry): number =>
    entry.state === 'parked' ? 0 : entry.state === 'unknown' ? 1 : 2;
  return entries
    .filter((entry) => entry.state !== 'done' && entry.state !== 'cancelled')
    .toSorted((a, b) => rank(a) - rank(b) || a.at.localeCompare(b.at));
}

/** `nameOf`: the name of a person seen in mail, else the address. */
export function outboxSentence(item: OutboxItem, nameOf: (address: string) => string): string {
  const [first, ...others] = item.recipients;
  const name = first === undefined ? '' : nameOf(first.address);
  const people = others.length === 0 ? name : t('outbox.people', { name, count: others.length });
  return t('outbox.send', { subject: item.subject === '' ? t('list.noSubject') : item.subject, people });
}

/** `now`: milliseconds, to tell today from other days. */
export function outboxState(item: OutboxItem, now: number): string {
  const since = clockTime(Date.parse(item.queuedAt));
  const next = clockTime(Date.parse(item.nextTryAt ?? ''));
  switch (item.state) {
    case 'scheduled':
      return scheduled(Date.parse(item.sendAt ?? ''), now);
    case 'queued':
      return (
        t('outbox.queued', { time: since }) +
        (next === '' ? '' : ` · ${t('journal.nextTry', { time: next })}`)
      );
    case 'sent':
      return t('outbox.sent', { time: clockTime(Date.parse(item.sentAt ?? '')) });
    default:
      return t(`outbox.${item.state}`);
  }
}

function scheduled(at: number, now: number): string {
  return new Date(at).toDateString() === new Date(now).toDateString()
    ? t('outbox.scheduledToday', { time: clockTime(at) })
    : t('outbox.scheduled', { date: fullDate(at) });
}

/** A sentence for each recipient that was refused, with the server's words. */
export function refusedRecipients(item: OutboxItem): string {
  return item.recipients
    .filter((recipient) => recipient.state === 'refused')
    .map((recipient) => recipient.detail ?? recipient.address)
    .join('\n');
}
