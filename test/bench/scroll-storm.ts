import { type BenchContext, percentile } from './bench-line.ts';
import type { BenchWorld } from './bench-world.ts';
import { changingMailbox, otherClient } from './changing-mailbox.ts';
import { onDisplay } from './on-display.ts';
import { frames, pointAtList } from './scroll.ts';

/** R34: another client marks every message of a large inbox while its list is scrolled in the real window. */
export async function benchScrollStorm(world: BenchWorld, { quick, add }: BenchContext): Promise<void> {
  const size = quick ? 5_000 : 50_000;
  const n = size.toLocaleString('en');
  const what = `The longest frame while the list is scrolled and another client marks ${n} messages`;
  await onDisplay(what, world, add, async (show) => {
    const { profile } = await changingMailbox(world, 'scrolled', size, 1);
    const other = await otherClient(world, 'scrolled');
    try {
      const window = await show(profile);
      await pointAtList(window);
      const { page } = window;
      const scrolled = (ms: number, by: number): Promise<number[]> =>
        frames(window, ms, () => page.mouse.wheel(0, by));
      const calm = await scrolled(quick ? 2_000 : 5_000, 300);
      const inbox = page.locator('[role=treeitem]', { hasText: 'Inbox' }).first();
      if (!/\d/.test((await inbox.textContent()) ?? ''))
        throw new Error('nothing is unread before the marks');
      await other.command('SELECT INBOX');
      const start = performance.now();
      let marked = false;
      const marking = other
        .ok('UID STORE', '1:*', 'FLAGS.SILENT', '(\\Flagged \\Seen)')
        .then(() => (marked = true));
      const stormy: number[] = [];
      // None is unread any more: then all marks have come.
      for (let at = 0; !marked || /\d/.test((await inbox.textContent()) ?? ''); at += 1) {
        if (performance.now() - start > 300_000) throw new Error('the marks were never shown');
        stormy.push(...(await scrolled(2_000, at % 4 < 2 ? 300 : -300)));
      }
      await marking;
      const longest = Math.max(...stormy);
      add({
        what,
        value: longest,
        unit: 'ms',
        beside: { what: 'the same when it is calm', value: Math.max(...calm) },
        target: { words: '≤ 200 ms', met: longest <= 200 },
        note: `p95 ${percentile(stormy, 0.95).toFixed(0)} ms, all shown after ${((performance.now() - start) / 1_000).toFixed(1)} s, drawn by the processor`,
      });
    } finally {
      await other.close();
    }
  });
}
