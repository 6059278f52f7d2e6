import { describe, expect, test } from 'vitest';
import { dueAt, stateWhenDue } from '../../../../src-main/outbox/due.ts';
import type { StoredItem } from '../../../../src-main/outbox/outbox-item.ts';

const now = Date.UTC(2026, 10, 21, 12);
const hours = 3_600_000;
const item = (change: Partial<StoredItem>): StoredItem =>
  ({ cancelled: false, undoUntil: null, sendAt: null, nextTryAt: null, ...change }) as StoredItem;

/** Case 70: what the wall clock does must neither hold a mail for ever nor let it out early. */
describe('when the clock jumps (case 70)', () => {
  test('a scheduled mail goes by the wall clock: 8 h forward lets it out, 8 h back holds it', () => {
    const later = item({ state: 'scheduled', sendAt: now + 8 * hours });
    expect(stateWhenDue(later, now)).toBeNull();
    expect(stateWhenDue(later, now + 8 * hours)).toBe('queued');
    expect(stateWhenDue(later, now - 8 * hours)).toBeNull();
  });

  test('an undo delay and a pause between tries end even when the clock was turned back 8 h', () => {
    const undo = item({ state: 'undoable', undoUntil: now + 10_000 });
    expect(stateWhenDue(undo, now)).toBeNull();
    expect(stateWhenDue(undo, now - 8 * hours)).toBe('queued');
    const paused = item({ state: 'queued', nextTryAt: now + 20 * 60_000 });
    expect(dueAt(paused, now)).toBe(now + 20 * 60_000);
    expect(dueAt(paused, now - 8 * hours)).toBe(now - 8 * hours);
  });

  test('after its undo delay a mail for later waits for its time', () => {
    const both = item({ state: 'undoable', undoUntil: now + 10_000, sendAt: now + hours });
    expect(stateWhenDue(both, now + 10_000)).toBe('scheduled');
    expect(stateWhenDue(both, now + hours)).toBe('queued');
  });

  test.each(['sending', 'unknown', 'held', 'failed', 'sent'] as const)('nothing is due while %s', (state) => {
    expect(dueAt(item({ state, nextTryAt: 0, sendAt: 0, undoUntil: 0 }), now)).toBeNull();
  });
});
