import { expect, test } from 'vitest';
import { backoffMs, longestWaitMs } from '../../../../src-main/sync/backoff.ts';

test('R24: waits grow from seconds to half an hour and no further, and accounts do not knock together', () => {
  const plain = Array.from({ length: 40 }, (_, tries) => backoffMs(tries, () => 0.5));
  expect(plain.slice(0, 4)).toEqual([5_000, 10_000, 20_000, 40_000]);
  expect(plain.at(-1)).toBe(30 * 60_000);
  expect(plain).toEqual(plain.toSorted((a, b) => a - b));
  for (const tries of [0, 3, 39]) {
    const waits = Array.from({ length: 200 }, () => backoffMs(tries));
    expect(new Set(waits).size).toBeGreaterThan(50);
    for (const wait of waits) {
      expect(Math.abs(wait / (plain[tries] ?? 0) - 1)).toBeLessThanOrEqual(0.201);
      expect(wait).toBeLessThanOrEqual(longestWaitMs);
    }
  }
});
