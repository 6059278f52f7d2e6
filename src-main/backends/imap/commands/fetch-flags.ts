import type { FolderNews } from '../../backend.ts';
import { fetchItems } from '../fetch-items.ts';
import { listOf, rawOf, type Untagged } from '../port.ts';
import { isUidSet, splitSet } from '../uid-set.ts';
import { type CommandContext, runOk } from './context.ts';
import { ensureSelected } from './select.ts';

const batch = 500;

type FlagNews = Extract<FolderNews, { kind: 'flags' }>;

/** An untagged response as news; flags are collected by the caller. Null: it says nothing of the folder. */
export function otherNews(response: Untagged): FolderNews | null {
  if (response.name === 'EXPUNGE') return { kind: 'expunged' };
  if (response.name === 'EXISTS') return { kind: 'exists', exists: response.number ?? 0 };
  if (response.name === 'VANISHED') {
    // "* VANISHED (EARLIER) 41,43:116": the set is handed on as it is, never expanded.
    const set = rawOf(response.values[listOf(response.values[0]).length > 0 ? 1 : 0]);
    return isUidSet(set) ? { kind: 'vanished', uids: set } : null;
  }
  return null;
}

/** Flags of a UID set, or only what changed since a mod-sequence; everything in the order of the server. */
export async function fetchFlags(
  context: CommandContext,
  path: string,
  uids: string,
  options: { changedSince?: string },
  onNews: (news: FolderNews) => Promise<void>,
): Promise<void> {
  await ensureSelected(context, path);
  const condstore = context.port.capabilities.has('CONDSTORE');
  const since =
    options.changedSince !== undefined && condstore && /^\d{1,19}$/.test(options.changedSince)
      ? options.changedSince
      : null;
  let flags: FlagNews['flags'] = [];
  const flush = (): Promise<void> => {
    const full = flags;
    flags = [];
    return full.length === 0 ? Promise.resolve() : onNews({ kind: 'flags', flags: full });
  };
  for (const set of splitSet(uids)) {
    await runOk(
      context,
      {
        name: 'UID FETCH',
        parts: [
          `UID FETCH ${set} (UID FLAGS${condstore ? ' MODSEQ' : ''})${since === null ? '' : ` (CHANGEDSINCE ${since})`}`,
        ],
        onUntagged: (response) => {
          if (response.name === 'FETCH') {
            const items = fetchItems(response);
            if (items.uid === 0 || items.flags === null) return undefined;
            flags.push({ uid: items.uid, flags: items.flags, modseq: items.modseq });
            return flags.length >= batch ? flush() : undefined;
          }
          const news = otherNews(response);
          return news === null ? undefined : flush().then(() => onNews(news));
        },
      },
      'look at the marks',
    );
  }
  await flush();
}
