import type { RealWindow } from '../harness/real-window.ts';
import { type BenchContext, percentile } from './bench-line.ts';
import { type BenchWorld, inboxOf, readingUser } from './bench-world.ts';
import { onDisplay } from './on-display.ts';
import { FrameTrace } from './painted-frames.ts';
import { readingMails } from './reading-mails.ts';

const what = 'Next message by its key, of 20 KB, from the cache, until its text is painted';

interface Opened {
  /** Until the frame with its text was on the screen. */
  ms: number;
  /** Of it the window's own: script, style, layout. The rest is the browser's drawing. */
  own: number;
}

/** From the key to the pixels of that very mail's text, in the real window; a person reads between two keys. */
export async function benchOpen(world: BenchWorld, { quick, add }: BenchContext): Promise<void> {
  const count = quick ? 40 : 200;
  await onDisplay(what, world, add, async (show) => {
    world.dovecot.seedMaildir(readingUser, 'INBOX', readingMails(count + 1));
    const profile = world.newProfile();
    const app = world.open(profile);
    await app.call('app.info');
    const accountId = await world.addAccount(app, readingUser, world.dovecot.imapPort, 'none');
    await app.call('sync.run', { accountId, bodies: 'all' }, 600_000);
    await inboxOf(app, accountId, count + 1);
    await app.quit();
    const window = await show(profile);
    const { page } = window;
    await page.locator('[role=row]:not(.skeleton)').nth(5).waitFor({ timeout: 30_000 });
    // The newest is on top, and the highest number.
    await page.locator('[role=row]:not(.skeleton)').first().click();
    await page.waitForFunction(shows, count + 1, { timeout: 30_000 });
    const { opened, blank } = await steps(window, count, count, quick ? 150 : 300);
    add(line(opened, blank));
  });
}

function line(opened: readonly Opened[], blank: number): Parameters<BenchContext['add']>[0] {
  const times = opened.map(({ ms }) => ms);
  const own = opened.map((one) => one.own);
  const drawing = opened.map((one) => one.ms - one.own);
  const p95 = percentile(times, 0.95);
  const both = (values: readonly number[]): string =>
    `p50 ${percentile(values, 0.5).toFixed(1)}, p95 ${percentile(values, 0.95).toFixed(1)} ms`;
  return {
    what: `${what}, p95`,
    value: p95,
    unit: 'ms',
    target: { words: '≤ 50 ms', met: p95 <= 50 },
    note: `${opened.length} messages; p50 ${percentile(times, 0.5).toFixed(1)} ms, longest ${Math.max(...times).toFixed(0)} ms; of it the window's own work ${both(own)}, the browser's drawing by the processor, up to the pixels, ${both(drawing)}; frames without any text: ${blank}`,
  };
}

async function steps(
  { page }: RealWindow,
  count: number,
  from: number,
  restMs: number,
): Promise<{ opened: Opened[]; blank: number }> {
  const browser = page.context().browser();
  if (browser === null) throw new Error('the window has no browser');
  const trace = await FrameTrace.start(browser);
  let blank = 0;
  for (let number = from; number > from - count; number -= 1) {
    await page.waitForTimeout(restMs);
    // Listens before the key is pressed, in the page: no time of the driver is counted.
    await page.evaluate(listen, number);
    await page.keyboard.press('j');
    blank += await page.evaluate(() => (globalThis as unknown as { opened: Promise<number> }).opened);
  }
  // The last one is drawn too before the account is closed.
  await page.waitForTimeout(restMs);
  const { marks, frames } = await trace.end();
  const opened = Array.from({ length: count }, (_, at): Opened => {
    const pressed = marks.get(`pressed ${from - at}`);
    const frame = frames.get(`shown ${from - at}`);
    if (pressed === undefined || frame === undefined)
      throw new Error(`the browser does not tell when message ${from - at} was on the screen`);
    return { ms: frame.presented - pressed, own: frame.committed - pressed };
  });
  return { opened, blank };
}

/** Runs in the page. */
function shows(number: number): boolean {
  return [...document.querySelectorAll<HTMLIFrameElement>('iframe.mail-frame')].some(
    (frame) =>
      frame.checkVisibility({ visibilityProperty: true }) &&
      frame.getBoundingClientRect().height > 100 &&
      frame.contentDocument?.body?.textContent.includes(`mark-${number}-`) === true,
  );
}

/** Runs in the page. Marks when the key came and the frame in which the text is laid out; tells how many had no text at all. */
function listen(number: number): void {
  const isShown = (mark: string): boolean =>
    [...document.querySelectorAll<HTMLIFrameElement>('iframe.mail-frame')].some(
      (frame) =>
        frame.checkVisibility({ visibilityProperty: true }) &&
        frame.getBoundingClientRect().height > 100 &&
        frame.contentDocument?.readyState === 'complete' &&
        frame.contentDocument.body.textContent.includes(mark),
    );
  (globalThis as unknown as { opened: Promise<number> }).opened = new Promise((resolve, reject) => {
    addEventListener(
      'keydown',
      ({ timeStamp }) => {
        performance.mark(`posthorn pressed ${number}`, { startTime: timeStamp });
        let blank = 0;
        const look = (): void => {
          if (isShown(`mark-${number}-`)) {
            performance.mark(`posthorn shown ${number}`);
            // The frame is drawn after this; the one after the next begins when it was.
            requestAnimationFrame(() => requestAnimationFrame(() => resolve(blank)));
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
