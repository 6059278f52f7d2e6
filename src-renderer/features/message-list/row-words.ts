import type { ListRow, MessageRow } from '../../../src-shared/model/message.ts';
import { spokenDate } from '../../i18n/dates.ts';
import { t } from '../../i18n/t.ts';

export function isUnread(row: MessageRow | ListRow): boolean {
  return 'threadUnread' in row ? row.threadUnread > 0 : !row.flags.includes('\\Seen');
}

/** What a screen reader says for a row: everything that sight says, in the order of the design. */
export function rowName(
  row: MessageRow | ListRow,
  people: string,
  account: string | null,
  now: number,
): string {
  const count = 'threadCount' in row ? row.threadCount : 1;
  const words = [
    isUnread(row) ? t('row.unread') : null,
    row.flags.includes('\\Flagged') ? t('row.starred') : null,
    people,
    row.subject === '' ? t('list.noSubject') : row.subject,
    spokenDate(Date.parse(row.date), now),
    account === null ? null : t('row.account', { name: account }),
    row.hasAttachments ? t('row.attachment') : null,
    count > 1 ? t('row.count', { count }) : null,
    row.pending === null ? null : t('row.waiting'),
    row.readableOffline ? null : t('row.away'),
  ];
  return words.filter((word) => word !== null && word !== '').join(', ');
}
