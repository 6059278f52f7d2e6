import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import type { RecordingTrap } from '../harness/recording-trap.ts';

/** Nobody was asked for anything, nothing opened, and no script of a mail ran. */
export async function nothingHappened(page: Page, trap: RecordingTrap, where: string): Promise<void> {
  const { reached, happened } = trap;
  expect({ where, reached, happened }).toEqual({ where, reached: [], happened: [] });
  const ran = await Promise.all(
    page.frames().map((frame) => frame.evaluate(() => '__xss' in window).catch(() => false)),
  );
  expect(ran, `${where}: a script of a mail ran`).not.toContain(true);
}

/** The message lies in its frame, and whatever lies around it is ours alone. */
export async function insideItsFrame(page: Page, where: string): Promise<void> {
  const looked = await page.waitForFunction(() => {
    // While two mails change places one of the frames may still be loading: looked at in one breath when none is.
    const settled =
      document.querySelector('.is-coming') === null &&
      [...document.querySelectorAll('iframe')].every(
        ({ contentDocument }) =>
          contentDocument?.readyState === 'complete' && contentDocument.documentElement !== null,
      );
    if (!settled) return null;
    const found: string[] = [];
    const place = document.querySelector('.reader-scroll')?.getBoundingClientRect();
    for (const frame of document.querySelectorAll('iframe')) {
      const box = frame.getBoundingClientRect();
      if (frame.getAttribute('sandbox') !== 'allow-same-origin') found.push('its sandbox');
      if (place === undefined || box.left < place.left || box.right > place.right) found.push('its width');
      const inner = frame.contentDocument;
      if (inner === null) found.push('no document');
      else if (
        inner.querySelector('script,svg,math,form,input,iframe,object,embed,base,link,dialog,video,audio') !==
        null
      )
        found.push('what it holds');
      if (inner?.defaultView?.getComputedStyle(inner.documentElement).display !== 'block')
        found.push('its root is hidden');
    }
    for (const selector of ['[data-pane=list] [role=grid]', '.reader-bar', '.status-line', '#subject']) {
      const box = document.querySelector(selector)?.getBoundingClientRect();
      if (box === undefined || box.bottom < (selector === '#subject' ? (place?.top ?? 0) + 20 : 0)) continue;
      const over = document.elementFromPoint(
        box.left + box.width / 2,
        Math.max(60, box.top + Math.min(box.height / 2, 20)),
      );
      if (over === null || over.closest('iframe, .message') !== null) found.push(`over ${selector}`);
    }
    return found;
  });
  expect(await looked.jsonValue(), where).toEqual([]);
}
