import { describe, expect, it } from 'vitest';
import { IndexQueue } from '../../../../src-main/search/index-queue.ts';
import type { Clock } from '../../../../src-main/platform/clock.ts';

function made(): { told: string[]; queue: IndexQueue<string>; pass(ms: number): void } {
  let now = 0;
  let timers: { at: number; fn: () => void }[] = [];
  const clock: Clock = {
    now: () => now,
    monotonic: () => now,
    setTimeout(fn, ms) {
      const timer = { at: now + ms, fn };
      timers.push(timer);
      return { cancel: () => (timers = timers.filter((other) => other !== timer)) };
    },
  };
  const told: string[] = [];
  const queue = new IndexQueue<string>((message) => told.push(message) > 0, clock);
  const pass = (ms: number): void => {
    now += ms;
    const due = timers.filter(({ at }) => at <= now);
    timers = timers.filter(({ at }) => at > now);
    for (const { fn } of due) fn();
  };
  return { told, queue, pass };
}

describe('what the search thread is told', () => {
  it('holds rows of a first sync until it is quiet, then tells them one message at a time, in order', () => {
    const { told, queue, pass } = made();
    queue.add('1', 1_500, true);
    pass(600);
    queue.add('2', 1_500, true);
    pass(600);
    expect(told).toEqual([]);
    pass(100);
    expect(told).toEqual(['1']);
    queue.add('text of 1', 1, false);
    queue.done();
    queue.done();
    expect(told).toEqual(['1', '2', 'text of 1']);
  });

  it('tells little before a question is asked, and of much one message', () => {
    const { told, queue } = made();
    queue.add('1', 1_000, true);
    queue.add('2', 1_000, true);
    queue.hurry();
    expect(told).toEqual(['1', '2']);
    queue.done();
    queue.done();
    for (const message of ['3', '4', '5']) queue.add(message, 1_000, true);
    queue.hurry();
    expect(told).toEqual(['1', '2', '3']);
    queue.done();
    expect(told).toEqual(['1', '2', '3', '4']);
  });

  it('holds no more than 100,000 rows, and tells new mail at once', () => {
    const { told, queue } = made();
    queue.add('new', 1, false);
    expect(told).toEqual(['new']);
    queue.done();
    for (let n = 0; n < 101; n += 1) queue.add(String(n), 1_000, true);
    expect(told).toEqual(['new', '0']);
  });
});
