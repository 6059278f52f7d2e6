import type { ListRow, MailAddress, MessageRow } from '../../src-shared/model/message.ts';
import { shownName } from '../../src-shared/text/shown-name.ts';
import { t } from '../i18n/t.ts';

type IsOwn = (address: MailAddress) => boolean;

/** A name to show: what the sender wrote, else the address; it too where the name is another one. */
export function personName(person: MailAddress): string {
  return shownName(person);
}

/** A name inside a sentence: one from right to left, or that turns around what follows it, keeps to itself. */
export function isolatedName(person: MailAddress): string {
  return `\u2068${personName(person)}\u2069`;
}

/** The people of a row, in the order of its conversation: "Marta Lindqvist, you". */
export function rowPeople(row: MessageRow | ListRow, recipients: boolean, isOwn: IsOwn): string {
  if (recipients) return row.to.length === 0 ? t('list.noSender') : row.to.map(personName).join(', ');
  const people = 'threadFrom' in row && row.threadFrom.length > 0 ? row.threadFrom : row.from;
  const names = people.map((person) =>
    isOwn(person) && people.length > 1 ? t('list.you') : personName(person),
  );
  return names.length === 0 ? t('list.noSender') : [...new Set(names)].join(', ');
}
