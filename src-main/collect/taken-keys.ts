import type { LocalMail } from '../local-mail/local-mail.ts';
import type { TakenKey } from '../local-mail/local-state.ts';
import type { LocalRecord } from '../local-mail/records.ts';
import type { Clock } from '../platform/clock.ts';

interface Place {
  mail: LocalMail;
  scope: string;
}

/**
 * Messages under keys that the server does not list (in another folder: has not listed lately), by the SHA-256 of
 * their content. What comes with one of these contents is that message under a new name. Of what the user removed here
 * only what was listed at the last visit: an equal message that comes later was put there again by somebody.
 */
export function orphansOf(
  { scope, mail }: Place,
  isListed: (key: string) => boolean,
): Map<string, TakenKey[]> {
  const orphans = new Map<string, TakenKey[]>();
  for (const taken of mail.state.taken.values()) {
    const { holder, key, absent } = taken;
    const blob = contentOf(taken);
    if (blob === undefined) continue;
    const isOwn = key.startsWith(`${scope}:`);
    const isOrphan =
      holder === null
        ? isOwn && absent === undefined && !isListed(key)
        : isOwn
          ? !isListed(key)
          : absent !== undefined;
    if (isOrphan) orphans.set(blob, [...(orphans.get(blob) ?? []), taken]);
  }
  return orphans;
}

/**
 * The server gives this key to another message now (case 80). The one here keeps a name that no server gives, so that
 * it is known again where the server calls it by the name of yet another one: numbers that move up.
 */
export async function setAside(
  taken: TakenKey,
  { mail, orphans }: Pick<Place, 'mail'> & { orphans: Map<string, TakenKey[]> },
): Promise<void> {
  const { holder: _, ...source } = taken;
  const aside = `${taken.key} ${source.header.slice(0, 16)}`;
  await mail.act(() => ({
    records: [{ t: 'rekey', from: taken.key, source: { ...source, key: aside } }],
    value: undefined,
  }));
  const now = mail.state.taken.get(aside);
  const blob = contentOf(taken);
  if (now === undefined || blob === undefined) return;
  const others = (orphans.get(blob) ?? []).filter(({ key }) => key !== taken.key);
  orphans.set(blob, [...others, now]);
}

function contentOf({ holder, blob }: TakenKey): string | undefined {
  return holder === null ? blob : holder.folder.messages.get(holder.uid)?.blob;
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
