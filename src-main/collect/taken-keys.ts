import type { LocalMail } from '../local-mail/local-mail.ts';
import type { TakenKey } from '../local-mail/local-state.ts';
import type { LocalRecord } from '../local-mail/records.ts';
import type { Clock } from '../platform/clock.ts';

interface Place {
  mail: LocalMail;
  scope: string;
}

/**
 * Messages that are here under keys which the server does not list (in another folder: has not listed lately), by
 * the SHA-256 of their content. What comes with one of these contents is that message under a new name.
 */
export function orphansOf(
  { scope, mail }: Place,
  isListed: (key: string) => boolean,
): Map<string, TakenKey[]> {
  const orphans = new Map<string, TakenKey[]>();
  for (const taken of mail.state.taken.values()) {
    const blob = taken.holder?.folder.messages.get(taken.holder.uid)?.blob;
    if (blob === undefined) continue;
    const isOrphan = taken.key.startsWith(`${scope}:`) ? !isListed(taken.key) : taken.absent !== undefined;
    if (isOrphan) orphans.set(blob, [...(orphans.get(blob) ?? []), taken]);
  }
  return orphans;
}

/** How long a key that the server does not list any more stays known: lists have been wrong before. */
const absentFor = 30 * 86_400_000;

/** After a whole list: which keys it had. */
export async function noteAbsent(
  listed: ReadonlySet<string>,
  { mail, scope, clock }: Place & { clock: Clock },
): Promise<void> {
  const now = clock.now();
  const back: string[] = [];
  const away: string[] = [];
  const forgotten: string[] = [];
  for (const { key, absent, holder } of mail.state.taken.values()) {
    if (!key.startsWith(`${scope}:`)) continue;
    if (listed.has(key)) {
      if (absent !== undefined) back.push(key);
    } else if (absent === undefined) away.push(key);
    // The key of a message that is here costs nothing and tells it from others should the server list it again.
    else if (holder === null && now - absent > absentFor) forgotten.push(key);
  }
  const records: LocalRecord[] = [];
  if (back.length > 0) records.push({ t: 'absent', keys: back, at: null });
  if (away.length > 0) records.push({ t: 'absent', keys: away, at: now });
  if (forgotten.length > 0) records.push({ t: 'forget', keys: forgotten });
  await mail.act(() => ({ records, value: undefined }));
}
