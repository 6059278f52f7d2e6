import { AppError } from '../../../../src-shared/error.ts';
import { joinText, listOf, numberOf, rawOf } from '../port.ts';
import { expandSet, toUidSet } from '../uid-set.ts';
import { type CommandContext, runOk } from './context.ts';
import { ensureSelected } from './select.ts';

/** More than any mailbox holds: a flood must not fill the memory. */
const mostMatches = 20_000_000;

/**
 * UID SEARCH; the matches as a sequence set, "" for none. An OK without an answer before it is an
 * error: it must never be taken for "the folder is empty" (fault case 47).
 */
export async function uidSearch(
  context: CommandContext,
  path: string,
  criteria: (string | Buffer)[],
  what: string,
): Promise<string> {
  await ensureSelected(context, path);
  const { capabilities } = context.port;
  const extended = capabilities.has('ESEARCH');
  let found: string | null = null;
  const uids: number[] = [];
  await runOk(
    context,
    {
      name: 'UID SEARCH',
      parts: joinText([`UID SEARCH ${extended ? 'RETURN (ALL) ' : ''}`, ...criteria]),
      onUntagged: (response) => {
        if (response.name === 'SEARCH') {
          for (const value of response.values) {
            // "(MODSEQ 12)" may stand at the end.
            const uid = listOf(value).length > 0 ? null : numberOf(value);
            if (uid !== null) uids.push(uid);
            if (uids.length > mostMatches) throw new Error('a flood of search results');
          }
          found ??= '';
        } else if (response.name === 'ESEARCH') {
          const at = response.values.findIndex(
            (value) => typeof value === 'string' && value.toUpperCase() === 'ALL',
          );
          found = at === -1 ? '' : rawOf(response.values[at + 1]);
        }
      },
    },
    what,
  );
  if (uids.length > 0) return toUidSet(uids);
  // "let" narrowed to null: the handler above has run by now.
  const answer = found as string | null;
  if (answer === null) {
    throw new AppError({
      code: 'refused',
      scope: 'folder',
      next: 'retry',
      detail: `${context.place.host} gave no answer to a search. Posthorn asks again.`,
    });
  }
  return answer;
}

/** Every UID of the mailbox. */
export async function listUids(context: CommandContext, path: string): Promise<string> {
  return uidSearch(context, path, ['ALL'], 'list the messages');
}

/** Server-side full text search, newest (highest UID) first. */
export async function searchText(context: CommandContext, path: string, text: string): Promise<number[]> {
  const ascii = /^[ -~]*$/.test(text);
  const criteria = ascii
    ? ['TEXT ', Buffer.from(text)]
    : [`${context.port.utf8 ? '' : 'CHARSET UTF-8 '}TEXT `, Buffer.from(text, 'utf8')];
  const set = await uidSearch(context, path, criteria, 'search the folder');
  return set === '' ? [] : (expandSet(set, 1_000_000) ?? []).reverse();
}
