import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  countUids,
  formatUidSet,
  maxUid,
  parseUidSet,
  subtract,
  takeHighest,
  uidSetOf,
  within,
} from '../../../src-shared/uid-set.ts';

const uids = fc.array(fc.integer({ min: 1, max: 60 }), { maxLength: 40 });
const expand = (set: readonly (readonly [number, number])[]): number[] =>
  set.flatMap(([first, last]) => Array.from({ length: last - first + 1 }, (_, i) => first + i));

describe('a set of UIDs', () => {
  it('reads what servers write and refuses what is no set', () => {
    expect(parseUidSet('3,7:9,8:12,1')).toEqual([
      [1, 1],
      [3, 3],
      [7, 12],
    ]);
    expect(parseUidSet('9:7')).toEqual([[7, 9]]);
    expect(parseUidSet('5:*')).toEqual([[5, maxUid]]);
    expect(parseUidSet('')).toEqual([]);
    for (const odd of ['0', '1:', 'a', '1,,2', '4294967296', '-1', '1 2'])
      expect(parseUidSet(odd)).toBeNull();
  });

  it('holds four thousand million UIDs as one range', () => {
    const all = parseUidSet('1:4294967295') ?? [];
    expect(all).toHaveLength(1);
    expect(countUids(subtract(all, [[5, 10]]))).toBe(maxUid - 6);
  });

  it('does what plain sets do', () => {
    fc.assert(
      fc.property(uids, uids, fc.integer({ min: 0, max: 70 }), (a, b, n) => {
        const sorted = [...new Set(a)].sort((x, y) => x - y);
        const inB = new Set(b);
        expect(expand(uidSetOf(a))).toEqual(sorted);
        expect(parseUidSet(formatUidSet(uidSetOf(a)))).toEqual(uidSetOf(a));
        expect(expand(subtract(uidSetOf(a), uidSetOf(b)))).toEqual(sorted.filter((uid) => !inB.has(uid)));
        expect(expand(takeHighest(uidSetOf(a), n))).toEqual(n === 0 ? [] : sorted.slice(-n));
        expect(expand(within(uidSetOf(a), 10, 30))).toEqual(sorted.filter((uid) => uid >= 10 && uid <= 30));
      }),
    );
  });
});
