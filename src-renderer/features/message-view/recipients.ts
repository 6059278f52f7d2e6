import type { MailAddress } from '../../../src-shared/model/message.ts';
import { t } from '../../i18n/t.ts';
import { personName } from '../../state/people.ts';

/** The recipients in one short line: "to you and 2 others". */
export function recipientsLine(
  people: readonly MailAddress[],
  isOwn: (person: MailAddress) => boolean,
): string {
  const others = people.length - 1;
  if (people.some(isOwn))
    return others === 0 ? t('reader.toYou') : t('reader.toYouAndOthers', { count: others });
  const [first] = people;
  if (first === undefined) return t('reader.toNobody');
  return others === 0
    ? t('reader.toOne', { name: personName(first) })
    : t('reader.toOthers', { name: personName(first), count: others });
}
