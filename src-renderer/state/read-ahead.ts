import type { MessageRow } from '../../src-shared/model/message.ts';
import type { AppState } from './app-state.svelte.ts';

/** The rows that the next key opens: below first, for people read downwards. Only what can be read without a network. */
export function neighbours({ search, list, place }: AppState): MessageRow[] {
  const at = search.active ? search.cursor : list.cursorIndex;
  if (!search.active && place.kind === 'outbox') return [];
  return [at + 1, at - 1].flatMap((index) => {
    const row = search.active ? search.answer?.rows[index] : index < 0 ? undefined : list.rowAt(index);
    return row?.readableOffline === true ? [row] : [];
  });
}
