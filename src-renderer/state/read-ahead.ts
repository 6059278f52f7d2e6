import type { MessageRow } from '../../src-shared/model/message.ts';
import type { AppState } from './app-state.svelte.ts';

/**
 * The rows that the next key opens, or so many keys: below first, for people read downwards. Only what can be read
 * without a network.
 */
export function neighbours({ search, list, place }: AppState, keys: 1 | 2 = 1): MessageRow[] {
  const at = search.active ? search.cursor : list.cursorIndex;
  if (!search.active && place.kind === 'outbox') return [];
  const near = [at + 1, at - 1];
  return (keys === 1 ? near : [...near, at + 2, at - 2]).flatMap((index) => {
    const row = search.active ? search.answer?.rows[index] : index < 0 ? undefined : list.rowAt(index);
    return row?.readableOffline === true ? [row] : [];
  });
}
