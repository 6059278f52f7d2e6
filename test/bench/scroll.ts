import type { Locator } from 'playwright-core';
import type { RealWindow } from '../harness/real-window.ts';
import { type BenchContext, percentile } from './bench-line.ts';
import type { BenchWorld, Size } from './bench-world.ts';
import { onDisplay } from './on-display.ts';

const what = "Frames of the real window's list while it is scrolled";

/** Frames while the wheel turns in the real window, on the display there is or a virtual one without a graphics card. */
export async function benchScroll(world: BenchWorld, { quick, add }: BenchContext): Promise<void> {
  const size: Size = quick ? 5_000 : 100_000;
  await onDisplay(what, world, add, async (show) => {
    const { profile } = await world.synced(size);
    const window = await show(profile);
    const list = await pointAtList(window);
    const idle = await frames(window, quick ? 1_000 : 3_000, () => Promise.resolve());
    const turning = await frames(window, quick ? 2_000 : 6_000, () => window.page.mouse.wheel(0, 300));
    const top = Number(await list.locator('[role=row]').first().getAttribute('aria-rowindex'));
    if (!(top > 20)) throw new Error(`the wheel did not scroll the list (its first row is ${top})`);
    const n = size.toLocaleString('en');
    const p95 = percentile(turning, 0.95);
    add({
      what: `${what}, ${n} messages, p95`,
      value: p95,
      unit: 'ms',
      beside: { what: 'frames of the same window at rest', value: percentile(idle, 0.95) },
      target: { words: '≤ 22 ms', met: p95 <= 22 },
      note: `p50 ${percentile(turning, 0.5).toFixed(1)} ms, longest ${Math.max(...turning).toFixed(0)} ms, drawn by the processor`,
    });
  });
}

/** The list, drawn, with the pointer over it: there the wheel turns. */
export async function pointAtList({ page }: RealWindow): Promise<Locator> {
  const list = page.locator('[role=grid], [role=treegrid]').first();
  await list.locator('[role=row]:not(.skeleton)').nth(5).waitFor({ timeout: 30_000 });
  // The grid is as high as all its rows: the place that shows some of them is around it.
  const box = await page.locator('.list-scroll').first().boundingBox();
  if (box === null) throw new Error('the list cannot be seen');
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  return list;
}

/** Times between frames while `turn` is done again and again. */
export async function frames(
  window: RealWindow,
  ms: number,
  turn: () => Promise<unknown>,
): Promise<number[]> {
  const measured = window.page.evaluate(
    (duration) =>
      new Promise<number[]>((resolve) => {
        const times: number[] = [];
        const start = performance.now();
        let last = start;
        const frame = (now: number): void => {
          times.push(now - last);
          last = now;
          if (now - start < duration) requestAnimationFrame(frame);
          else resolve(times.slice(2));
        };
        requestAnimationFrame(frame);
      }),
    ms,
  );
  let done = false;
  const ended = measured.finally(() => (done = true));
  while (!done) {
    await turn();
    // Ten to twenty turns of a wheel a second, as a hand gives them.
    await Promise.race([ended, window.page.waitForTimeout(50)]);
  }
  return await measured;
}
