import { describe, expect, test } from 'vitest';
import type { Clock } from '../../../../src-main/platform/clock.ts';
import { watchPower } from '../../../../src-main/platform/power-watch.ts';

function handClock() {
  let wall = 1_000_000;
  let due: (() => void) | undefined;
  const clock: Clock = {
    now: () => wall,
    monotonic: () => 0,
    setTimeout: (fn) => {
      due = fn;
      return { cancel: () => (due = undefined) };
    },
  };
  return {
    clock,
    /** The timer fires once; the wall clock moved by `ms` meanwhile. */
    beat: (ms: number) => {
      wall += ms;
      due?.();
    },
    isArmed: () => due !== undefined,
  };
}

describe('the power watch', () => {
  test('tells sleep by a wall clock far ahead, and nothing for small delays or a clock set back', () => {
    const { clock, beat, isArmed } = handClock();
    const events: string[] = [];
    const watch = watchPower(clock, () => '');
    watch.onEvent((event) => events.push(event));
    beat(5_000);
    beat(20_000);
    beat(-3_600_000);
    expect(events).toEqual([]);
    beat(60_000);
    expect(events).toEqual(['suspend', 'resume']);
    watch.stop();
    expect(isArmed()).toBe(false);
  });

  test('tells a change of addresses once', () => {
    const { clock, beat } = handClock();
    let addresses = '10.0.0.1';
    const events: string[] = [];
    watchPower(clock, () => addresses).onEvent((event) => events.push(event));
    beat(5_000);
    addresses = '';
    beat(5_000);
    beat(5_000);
    expect(events).toEqual(['network-changed']);
  });
});
