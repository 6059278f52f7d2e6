import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { calls, pictures, rows, useFakeWindow } from './fake-window.ts';

const open = useFakeWindow();
const length = 200;

/** Tasks of the page that took longer than 50 ms, from now on. */
async function watchLongTasks(page: Page): Promise<() => Promise<number[]>> {
  await page.evaluate(() => {
    const seen: number[] = [];
    Object.assign(window, { longTasks: seen });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) seen.push(Math.round(entry.duration));
    }).observe({ type: 'longtask' });
  });
  return () => page.evaluate(() => (window as unknown as { longTasks: number[] }).longTasks);
}

const frames = (page: Page): Promise<number> => page.locator('.reader iframe.mail-frame').count();
const places = (page: Page): ReturnType<Page['locator']> => page.locator('.reader [data-message]');

test('a conversation of 200 mails: few frames however much is unfolded, keys, order', async () => {
  const page = await open({ accounts: 1, messages: 500, conversation: length });
  const row = rows(page)
    .filter({ hasText: String(length) })
    .first();
  await row.waitFor();
  const longTasks = await watchLongTasks(page);
  const box = await row.boundingBox();
  // From the press to two frames after the text is in its frame. The listener must stand before the press.
  await page.evaluate(() => {
    const painted = new Promise<number>((resolve) => {
      const look = (pressed: number): void => {
        const frame = document.querySelector<HTMLIFrameElement>('.reader iframe.mail-frame');
        if ((frame?.contentDocument?.body?.textContent ?? '') !== '' && (frame?.clientHeight ?? 0) > 0)
          requestAnimationFrame(() => requestAnimationFrame(() => resolve(performance.now() - pressed)));
        else requestAnimationFrame(() => look(pressed));
      };
      addEventListener('pointerdown', () => look(performance.now()), { once: true, capture: true });
    });
    Object.assign(window, { painted });
  });
  await page.mouse.click((box?.x ?? 0) + 120, (box?.y ?? 0) + 20);
  const firstPaint = await page.evaluate(() => (window as unknown as { painted: Promise<number> }).painted);
  await page.getByText(`${length} messages`).waitFor();
  expect(await frames(page)).toBe(1);
  await page.screenshot({ path: `${pictures}/conversation-folded.png` });
  const opening = await longTasks();

  await page.keyboard.press(';');
  await expect.poll(() => places(page).count()).toBe(length);
  await expect.poll(() => frames(page)).toBeGreaterThan(1);
  expect(await frames(page)).toBeLessThan(20);
  const order = await page
    .locator('.reader [data-message] time')
    .evaluateAll((all) => all.map((time) => Date.parse(time.getAttribute('datetime') ?? '')));
  expect(order).toEqual(order.toSorted((a, b) => a - b));

  // Through all of it, a page at a time: the number of frames stays, and mails are asked for once they are near.
  const scroll = page.locator('.reader-scroll');
  const unfolding = (await longTasks()).slice(opening.length);
  await scroll.evaluate((element) => element.scrollTo({ top: 0 }));
  await expect.poll(() => places(page).first().locator('iframe').count()).toBe(1);
  let most = 0;
  for (let part = 1; part <= 20; part += 1) {
    await scroll.evaluate((element, at) => element.scrollTo({ top: (element.scrollHeight * at) / 20 }), part);
    await page.evaluate(
      () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))),
    );
    most = Math.max(most, await frames(page));
  }
  expect(most).toBeLessThan(20);
  expect((await calls(page, 'message.get')).length).toBeLessThan(length);
  await page.screenshot({ path: `${pictures}/conversation-unfolded.png` });

  // n and p go from mail to mail with the focus; what is gone to is drawn.
  await page.keyboard.press(':');
  await expect.poll(() => places(page).count()).toBe(1);
  const focused = (): Promise<string | undefined> =>
    page.evaluate(() => document.activeElement?.closest<HTMLElement>('[data-message]')?.dataset['message']);
  const last = await places(page).last().getAttribute('data-message');
  await page.keyboard.press('p');
  await expect.poll(focused).toBe(`${last}.${length - 1}`);
  await page.keyboard.press('p');
  await expect.poll(focused).toBe(`${last}.${length - 2}`);
  await page.locator(`[data-message="${last}.${length - 2}"] iframe`).waitFor();
  await page.keyboard.press('n');
  await page.keyboard.press('n');
  await expect.poll(focused).toBe(last);
  await page.screenshot({ path: `${pictures}/conversation-keys.png` });

  const scrolling = (await longTasks()).slice(opening.length + unfolding.length);
  process.stdout.write(
    `conversation of ${length}: text painted ${Math.round(firstPaint)} ms after the press; most frames ${most}; tasks over 50 ms: opening ${JSON.stringify(opening)}, unfolding ${JSON.stringify(unfolding)}, reading ${JSON.stringify(scrolling)}\n`,
  );
});

test('each list has its own choice of conversations or single messages', async () => {
  const page = await open({ accounts: 1, messages: 50 });
  await rows(page).first().waitFor();
  const button = page.locator('.day-tools').getByRole('button', { name: 'Conversations' });
  await expect.poll(() => button.getAttribute('aria-pressed')).toBe('true');
  await button.click();
  await expect.poll(() => button.getAttribute('aria-pressed')).toBe('false');
  expect(await calls(page, 'settings.set')).toEqual([
    { settings: { threadedIn: { 'unified:inbox': false } } },
  ]);
  // A single message is read alone, until its conversation is asked for.
  await rows(page).first().click();
  const whole = page.getByRole('button', { name: 'Show the conversation of 3 messages' });
  await whole.waitFor();
  expect(await page.locator('.stage:not([inert]) .earlier').count()).toBe(0);
  await whole.click();
  await page.locator('.stage:not([inert]) .earlier').first().waitFor();
  await page
    .getByRole('treeitem', { name: /Archive/ })
    .first()
    .click();
  await expect.poll(() => button.getAttribute('aria-pressed')).toBe('true');
});

test('what is found in a conversation: all of it, also far away, and scrolling on is not called back', async () => {
  const page = await open({ accounts: 1, messages: 500, conversation: length });
  const row = rows(page)
    .filter({ hasText: String(length) })
    .first();
  await row.waitFor();
  const id = (await row.getAttribute('data-id')) ?? '';
  await page.evaluate(
    ([key, far]) => {
      const quote =
        '<blockquote type="cite"><p>Older words.</p><p>And more.</p><p>And more.</p><p>And more.</p></blockquote>';
      for (const [at, n] of far.entries())
        window.fakeMain.mails.set(`${key}.${n}`, {
          text: 'The sandbank has grown.',
          html:
            at === 0
              ? null
              : `<div class="mail-body"><p>The sandbank has grown.</p><p>On Monday Ann wrote:</p>${quote}</div>`,
        });
    },
    [id, [length - 3, length - 90, length - 150]] as const,
  );
  await row.click();
  await page.getByText(`${length} messages`).waitFor();
  await page.keyboard.press(';');
  await expect.poll(() => places(page).count()).toBe(length);
  await page.keyboard.press('Control+f');
  await page.getByRole('textbox', { name: 'Find in this message' }).fill('sandbank');
  const told = page.locator('.find-count');
  await expect.poll(() => told.textContent(), { timeout: 60_000 }).toMatch(/^[123] of 3$/);
  const marked = (): Promise<string[]> =>
    page.evaluate(() =>
      [...document.querySelectorAll<HTMLIFrameElement>('.reader iframe.mail-frame')].flatMap((frame) =>
        [
          ...((frame.contentWindow as (Window & typeof globalThis) | null)?.CSS.highlights.get(
            'posthorn-found',
          ) ?? []),
        ].map(String),
      ),
    );
  expect(await marked()).toEqual(['sandbank', 'sandbank', 'sandbank']);
  const scroll = page.locator('.reader-scroll');
  // Where it was found it stays in view, also when what lies above it is drawn later.
  const seen = (): Promise<boolean> =>
    page.evaluate(() =>
      [...document.querySelectorAll<HTMLIFrameElement>('.reader iframe.mail-frame')].some((frame) =>
        [
          ...((frame.contentWindow as (Window & typeof globalThis) | null)?.CSS.highlights.get(
            'posthorn-found-now',
          ) ?? []),
        ].some((hit) => {
          const top = frame.getBoundingClientRect().top + (hit as Range).getBoundingClientRect().top;
          return top > 0 && top < innerHeight;
        }),
      ),
    );
  await expect.poll(seen).toBe(true);
  await page.locator('.stage:not([inert])').evaluate((element: HTMLElement) => {
    element.style.paddingBlockStart = '3000px';
  });
  await expect.poll(seen).toBe(true);
  const found = await scroll.evaluate((element) => element.scrollTop);
  await scroll.hover();
  await page.mouse.wheel(0, 10);
  await expect.poll(() => scroll.evaluate((element) => element.scrollTop)).not.toBe(found);
  // Far from where it was found, or being called back would look like staying.
  await scroll.evaluate((element, at) => {
    const { scrollHeight } = element;
    element.scrollTo({ top: at < scrollHeight / 2 ? scrollHeight * 0.8 : scrollHeight * 0.2 });
  }, found);
  const before = await scroll.evaluate((element) => element.scrollTop);
  expect(Math.abs(before - found), `${before} and ${found}`).toBeGreaterThan(10_000);
  // Until mails that were not drawn before stand there.
  await expect
    .poll(() =>
      scroll.evaluate(
        (element) =>
          [...element.querySelectorAll('iframe.mail-frame')].filter((frame) => {
            const { top, bottom } = frame.getBoundingClientRect();
            return bottom > 0 && top < innerHeight;
          }).length,
      ),
    )
    .toBeGreaterThan(0);
  // What is drawn above it may shift it by some of its heights.
  const now = await scroll.evaluate((element) => element.scrollTop);
  expect(Math.abs(now - before)).toBeLessThan(Math.abs(now - found) / 2);
  expect(await seen()).toBe(false);
});
