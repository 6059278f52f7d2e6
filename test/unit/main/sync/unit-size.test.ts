import { expect, test } from 'vitest';
import { AdvanceableClock } from '../../../../src-main/platform/clock.ts';
import { createUnitSize } from '../../../../src-main/sync/unit-size.ts';

const limits = { least: 100, first: 250, most: 1_000 };

/** Units on a connection that brings so many a second, one after the other. */
async function units(perSecond: () => number, count: number): Promise<{ size: number; ms: number }[]> {
  let now = 0;
  const unit = createUnitSize(limits, { monotonic: () => now });
  const done: { size: number; ms: number }[] = [];
  for (let i = 0; i < count; i += 1) {
    const size = unit.now();
    const ms = (size * 1_000) / perSecond();
    await unit.measure(size, () => Promise.resolve((now += ms)));
    done.push({ size, ms });
  }
  return done;
}

test('a fast connection gets full units within a few, and keeps them', async () => {
  const sizes = (await units(() => 30_000, 6)).map(({ size }) => size);
  expect(sizes).toEqual([250, 500, 1_000, 1_000, 1_000, 1_000]);
});

test('on a middling one no unit after the first takes 250 ms, also when it becomes half as fast', async () => {
  let rate = 4_000;
  let n = 0;
  const done = await units(() => ((n += 1) > 10 ? (rate = 2_000) : rate), 20);
  expect(Math.max(...done.map(({ ms }) => ms))).toBeLessThanOrEqual(250);
});

test('on a slow one a unit is the least there is, about 100 KB', async () => {
  const done = await units(() => 50, 5);
  expect(done.slice(1).map(({ size }) => size)).toEqual([100, 100, 100, 100]);
});

test('a moment of standstill is forgotten soon', async () => {
  let n = 0;
  const done = await units(() => ((n += 1) === 5 ? 100 : 30_000), 12);
  expect(done.slice(5).map(({ size }) => size)).toEqual([100, 200, 400, 800, 1_000, 1_000, 1_000]);
});

test('a clock that jumps (the machine slept within a unit) only makes the next unit small', async () => {
  const clock = new AdvanceableClock();
  const unit = createUnitSize(limits, clock);
  await unit.measure(250, () => Promise.resolve(clock.advance(8 * 3_600_000)));
  expect(unit.now()).toBe(100);
});
