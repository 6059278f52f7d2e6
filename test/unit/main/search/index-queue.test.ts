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
  const queue = new IndexQueue<string>((message) => told.push(message) > 0, 'index some texts', clock);
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
    queue.done(0);
    queue.done(0);
    expect(told).toEqual(['1', '2', 'text of 1']);
  });

  it('tells little before a question is asked, and of much one message', () => {
    const { told, queue } = made();
    queue.add('1', 1_000, true);
    queue.add('2', 1_000, true);
    queue.hurry();
    expect(told).toEqual(['1', '2']);
    queue.done(0);
    queue.done(0);
    for (const message of ['3', '4', '5']) queue.add(message, 1_000, true);
    queue.hurry();
    expect(told).toEqual(['1', '2', '3']);
    queue.done(0);
    expect(told).toEqual(['1', '2', '3', '4']);
  });

  it('holds no more than 100,000 rows, and tells new mail at once', () => {
    const { told, queue } = made();
    queue.add('new', 1, false);
    expect(told).toEqual(['new']);
    queue.done(0);
    for (let n = 0; n < 101; n += 1) queue.add(String(n), 1_000, true);
    expect(told).toEqual(['new', '0']);
  });

  it('lets the thread keep texts at once, and index them when it is quiet and all rows are told', () => {
    const { told, queue, pass } = made();
    queue.add('rows', 1_500, true);
    queue.addTexts('texts', 100);
    queue.addTexts('more texts', 100);
    expect(told).toEqual(['texts', 'more texts']);
    queue.done(100);
    queue.done(200);
    pass(700);
    expect(told.splice(0)).toEqual(['texts', 'more texts', 'rows']);
    queue.done(200);
    expect(told.splice(0)).toEqual(['index some texts']);
    queue.done(100);
    expect(told.splice(0)).toEqual(['index some texts']);
    queue.done(0);
    expect(told).toEqual([]);
  });

  it('lets texts pass rows, but nothing that drops any', () => {
    const { told, queue, pass } = made();
    queue.add('rows', 1_500, true);
    queue.addInOrder('drop');
    queue.addTexts('texts', 100);
    expect(told).toEqual([]);
    pass(700);
    for (let n = 0; n < 3; n += 1) queue.done(0);
    expect(told.slice(0, 3)).toEqual(['rows', 'drop', 'texts']);
  });

  it('keeps no more than 20,000 texts waiting, and indexes what an earlier run left', () => {
    const { told, queue } = made();
    queue.addTexts('texts', 20_001);
    queue.done(20_001);
    expect(told).toEqual(['texts', 'index some texts']);
    const after = made();
    after.queue.began(3);
    expect(after.told).toEqual(['index some texts']);
  });

  it('asks for no more rows while 100,000 wait, and for more as soon as one message less does', async () => {
    const { queue } = made();
    for (let n = 0; n < 3; n += 1) queue.add(`rows ${n}`, 40_000, true);
    // Above 50,000 the first was told at once; two wait.
    await queue.room();
    queue.add('rows 3', 40_000, true);
    let hasRoom = false;
    const room = queue.room().then(() => (hasRoom = true));
    await Promise.resolve();
    expect(hasRoom).toBe(false);
    queue.done(0);
    await room;
    expect(hasRoom).toBe(true);
  });
});
