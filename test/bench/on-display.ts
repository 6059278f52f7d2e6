import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildPages } from '../harness/built-pages.ts';
import { findDisplay, RealWindow } from '../harness/real-window.ts';
import type { BenchContext } from './bench-line.ts';
import { type BenchWorld, passphrase } from './bench-world.ts';

/** Built pages and a display for `what`, or a line that says that there is none; `show` opens the window on a profile. */
export async function onDisplay(
  what: string,
  world: BenchWorld,
  add: BenchContext['add'],
  measure: (show: (profile: string) => Promise<RealWindow>) => Promise<void>,
): Promise<void> {
  const display = await findDisplay();
  if (display === null) {
    add({ what, skipped: 'there is no display, and Xvfb is not installed' });
    return;
  }
  const pages = mkdtempSync(join(tmpdir(), 'posthorn-bench-pages-'));
  const opened: RealWindow[] = [];
  try {
    await buildPages(pages);
    await measure(async (profile) => {
      const flags = ['--extra-ca', world.dovecot.ca];
      const window = await RealWindow.open({ profile, flags, passphrase, display: display.name, pages });
      opened.push(window);
      return window;
    });
  } finally {
    for (const window of opened) await window.quit();
    rmSync(pages, { recursive: true, force: true });
    await display.stop();
  }
}
