import { describe, expect, it } from 'vitest';
import type { FolderCursor } from '../../../../src-shared/model/folder.ts';
import { compareUids, freshCursor, unchangedSince } from '../../../../src-main/sync/reconcile.ts';

const cursor: FolderCursor = {
  uidValidity: 7,
  gen: 1,
  uidNext: 100,
  modseqDone: '55',
  lowUid: 1,
  exists: 90,
  checkedAt: '2026-11-21T10:00:00Z',
};
const status = { exists: 90, unseen: 3, uidNext: 100, uidValidity: 7, highestModseq: '55' };

describe('whether a folder must be asked', () => {
  it('no, when STATUS proves that nothing happened', () => {
    expect(unchangedSince(cursor, status)).toBe(true);
  });

  it.each([
    ['new mail', cursor, { ...status, uidNext: 101, exists: 91 }],
    ['a flag', cursor, { ...status, highestModseq: '56' }],
    ['a removal', cursor, { ...status, exists: 89 }],
    ['renumbering', cursor, { ...status, uidValidity: 8 }],
    ['a server without CONDSTORE', cursor, { ...status, highestModseq: null }],
    ['an unfinished first sync', { ...cursor, lowUid: 50 }, status],
    ['no status', cursor, null],
    ['no cursor', null, status],
  ])('yes, for %s', (_why, known, now) => {
    expect(unchangedSince(known, now)).toBe(false);
  });
});

describe('a full comparison', () => {
  it('finds what is gone and what is missing, and leaves newer mail to the next pass', () => {
    const plan = compareUids(
      [
        [2, 5],
        [8, 12],
      ],
      [
        [1, 4],
        [8, 9],
      ],
      3,
      11,
    );
    expect(plan.gone).toEqual([[1, 1]]);
    expect(plan.missing).toEqual([
      [5, 5],
      [10, 10],
    ]);
  });

  it('does not believe a listing that would remove very many at once', () => {
    expect(compareUids([], [[1, 1000]], 1, 1001).suspicious).toBe(true);
    expect(compareUids([[1, 990]], [[1, 1000]], 1, 1001).suspicious).toBe(false);
  });
});

it('a fresh cursor has nothing cached, and is complete only for an empty folder', () => {
  const selected = {
    uidValidity: 7,
    uidNext: 50,
    exists: 20,
    highestModseq: '9',
    readOnly: false,
    keywordsAllowed: true,
    permanentFlags: [],
  };
  expect(freshCursor(selected, 2)).toMatchObject({ gen: 2, lowUid: 50, modseqDone: '9', checkedAt: null });
  expect(freshCursor({ ...selected, exists: 0 }, 2).lowUid).toBe(1);
});
