import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildPages } from '../harness/built-pages.ts';
import { findDisplay, RealWindow } from '../harness/real-window.ts';
import { type BenchContext, percentile } from './bench-line.ts';
import { type BenchWorld, inboxOf, passphrase, readingUser } from './bench-world.ts';
import { readingMails } from './reading-mails.ts';

const what = 'Next message by its key, of 20 KB, from the cache, until its text is painted';

interface Opened {
  ms: number;
  /** Frames in which no text of any message was to be seen. */
  blank: number;
}

/** From the key to the frame behind the one that has the text laid out, in the real window; a person reads between two keys. */
export async function benchOpen(world: BenchWorld, { quick, add }: BenchContext): Promise<void> {
  const count = quick ? 40 : 200;
  const display = await findDisplay();
  if (display === null) {
    add({ what, skipped: 'there is no display, and Xvfb is not installed' });
    return;
  }
  const pages = mkdtempSync(join(tmpdir(), 'posthorn-bench-pages-'));
  try {
    await buildPages(pages);
    world.dovecot.seedMaildir(readingUser, 'INBOX', readingMails(count + 1));
    const profile = world.newProfile();
    const app = world.open(profile);
    await app.call('app.info');
    const accountId = await world.addAccount(app, readingUser, world.dovecot.imapPort, 'none');
    await app.call('sync.run', { accountId, bodies: 'all' }, 600_000);
    await inboxOf(app, accountId, count + 1);
    await app.quit();
    const window = await RealWindow.open({
      profile,
      flags: ['--extra-ca', world.dovecot.ca],
      passphrase,
      display: display.name,
      pages,
    });
    try {
      const { page } = window;
      await page.locator('[role=row]:not(.skeleton)').nth(5).waitFor({ timeout: 30_000 });
      // The newest is on top, and the highest number.
      await page.locator('[role=row]:not(.skeleton)').first().click();
      await page.waitForFunction(shows, count + 1, { timeout: 30_000 });
      const reading = await steps(window, count, count, quick ? 150 : 300);
      add(line(what, reading));
    } finally {
      await window.quit();
    }
  } finally {
    rmSync(pages, { recursive: true, force: true });
    await display.stop();
  }
}

function line(title: string, opened: readonly Opened[]): Parameters<BenchContext['add']>[0] {
  const times = opened.map(({ ms }) => ms);
  const p95 = percentile(times, 0.95);
  return {
    what: `${title}, p95`,
    value: p95,
    unit: 'ms',
    target: { words: '≤ 50 ms', met: p95 <= 50 },
    note: `${opened.length} messages; p50 ${percentile(times, 0.5).toFixed(1)} ms, longest ${Math.max(...times).toFixed(0)} ms; frames without any text: ${opened.reduce((sum, { blank }) => sum + blank, 0)}; drawn by the processor`,
  };
}

async function steps({ page }: RealWindow, count: number, from: number, restMs: number): Promise<Opened[]> {
  const opened: Opened[] = [];
  for (let number = from; number > from - count; number -= 1) {
    await page.waitForTimeout(restMs);
    // Listens before the key is pressed, in the page: no time of the driver is counted.
    await page.evaluate(listen, number);
    await page.keyboard.press('j');
    opened.push(await page.evaluate(() => (globalThis as unknown as { opened: Promise<Opened> }).opened));
  }
  return opened;
}

function shows(number: number): boolean {
  return [...document.querySelectorAll<HTMLIFrameElement>('iframe.mail-frame')].some(
    (frame) =>
      frame.checkVisibility({ visibilityProperty: true }) &&
      frame.getBoundingClientRect().height > 100 &&
      frame.contentDocument?.body?.textContent.includes(`mark-${number}-`) === true,
  );
}

/** Runs in the page. */
function listen(number: number): void {
  const isShown = (mark: string): boolean =>
    [...document.querySelectorAll<HTMLIFrameElement>('iframe.mail-frame')].some(
      (frame) =>
        frame.checkVisibility({ visibilityProperty: true }) &&
        frame.getBoundingClientRect().height > 100 &&
        frame.contentDocument?.readyState === 'complete' &&
        frame.contentDocument.body.textContent.includes(mark),
    );
  (globalThis as unknown as { opened: Promise<Opened> }).opened = new Promise((resolve, reject) => {
    addEventListener(
      'keydown',
      ({ timeStamp }) => {
        let blank = 0;
        const look = (): void => {
          if (isShown(`mark-${number}-`)) {
            // Laid out in this frame; the next one begins when it has been drawn.
            requestAnimationFrame((painted) => resolve({ ms: painted - timeStamp, blank }));
            return;
          }
          if (!isShown('mark-')) blank += 1;
          if (performance.now() - timeStamp > 20_000) reject(new Error(`message ${number} does not come`));
          else requestAnimationFrame(look);
        };
        requestAnimationFrame(look);
      },
      { capture: true, once: true },
    );
  });
}
