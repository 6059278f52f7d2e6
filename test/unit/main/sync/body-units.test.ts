import { expect, test } from 'vitest';
import { nextUnit, weightOf, type WantedBody } from '../../../../src-main/sync/bodies.ts';

const bodies = (...sizes: number[]): WantedBody[] =>
  sizes.map((size, at) => ({ messageId: `m${at}`, uid: at + 1, size }));
const kilobyte = 1024;

test('a unit of bodies holds what a unit may weigh, and a larger message is one of its own', () => {
  const wanted = bodies(100 * kilobyte, 100 * kilobyte, 100 * kilobyte, 900 * kilobyte, 1, 1);
  const units: number[][] = [];
  for (let at = 0; at < wanted.length;) {
    const unit = nextUnit(wanted, at, 256 * kilobyte);
    units.push(unit.map(({ uid }) => uid));
    at += unit.length;
  }
  expect(units).toEqual([[1, 2], [3], [4], [5, 6]]);
});

test('small messages weigh more than their bytes, and one line of a command names no more than 500', () => {
  const small = bodies(...Array.from({ length: 3_000 }, () => 100));
  const unit = nextUnit(small, 0, 256 * kilobyte);
  expect(unit.length).toBeLessThanOrEqual(64);
  expect(weightOf(unit)).toBeLessThanOrEqual(256 * kilobyte);
  expect(nextUnit(small, 0, 64 * 1024 * kilobyte)).toHaveLength(500);
});
