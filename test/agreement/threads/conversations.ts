import { canonicalMessageId } from '../../../src-shared/text/message-ids.ts';
import type { ThreadMail } from './rfc5256.ts';

/**
 * What a conversation is in Posthorn, said as plainly as possible: mails that name each other, or the same third one,
 * in Message-ID, References or In-Reply-To, directly or over others. Numbers of each, sorted.
 */
export function conversations(mails: readonly ThreadMail[]): number[][] {
  let groups: { ids: Set<string>; numbers: number[] }[] = [];
  for (const mail of mails) {
    const own = canonicalMessageId(mail.messageId);
    const ids = new Set([
      own,
      ...mail.references.map(canonicalMessageId),
      canonicalMessageId(mail.inReplyTo),
    ]);
    ids.delete('');
    const joined = groups.filter((group) => [...group.ids].some((id) => ids.has(id)));
    groups = groups.filter((group) => !joined.includes(group));
    groups.push({
      ids: new Set([...ids, ...joined.flatMap((group) => [...group.ids])]),
      numbers: [mail.number, ...joined.flatMap((group) => group.numbers)],
    });
  }
  return groups.map((group) => group.numbers.sort((a, b) => a - b)).sort((a, b) => (a[0] ?? 0) - (b[0] ?? 0));
}
