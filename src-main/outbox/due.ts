import type { StoredItem } from './outbox-item.ts';

/** Longer than any pause between two tries, and than any undo delay: a time further away is a clock that was turned back. */
const longestPause = 40 * 60_000;
const longestUndo = 130_000;

/**
 * When an item may be tried (milliseconds, wall clock); null: not by itself. A wait that the wall clock's
 * turning back made longer than any wait can be is over.
 */
export function dueAt(item: StoredItem, now: number): number | null {
  if (item.cancelled) return null;
  switch (item.state) {
    case 'undoable':
      return within(item.undoUntil, now, longestUndo);
    case 'scheduled':
      return item.sendAt ?? 0;
    case 'queued':
      return within(item.nextTryAt, now, longestPause);
    default:
      return null;
  }
}

/** What a waiting item becomes at `now`; null: what it is. */
export function stateWhenDue(item: StoredItem, now: number): 'scheduled' | 'queued' | null {
  const due = dueAt(item, now);
  if (due === null || due > now) return null;
  if (item.state === 'undoable' && item.sendAt !== null && item.sendAt > now) return 'scheduled';
  return item.state === 'undoable' || item.state === 'scheduled' ? 'queued' : null;
}

function within(at: number | null, now: number, longest: number): number {
  if (at === null) return 0;
  return at - now > longest ? now : at;
}
