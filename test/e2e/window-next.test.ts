import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { calls, rows, useFakeWindow } from './fake-window.ts';
import { axeInBothThemes } from './screen-checks.ts';

const open = useFakeWindow();
const ahead = '.stage.is-ahead iframe';

/** The text of each neighbour stands in a frame out of sight. */
async function laidOut(page: Page): Promise<void> {
  await expect.poll(() => page.locator(ahead).count(), { timeout: 30_000 }).toBe(2);
  await page.waitForFunction(
    (frames) =>
      [...document.querySelectorAll<HTMLIFrameElement>(frames)].every(
        (frame) => frame.clientHeight > 0 && (frame.contentDocument?.body.textContent ?? '') !== '',
      ),
    ahead,
  );
}

test('the mails above and below are laid out while one is read: opening one loads nothing, and nobody knew of it', async () => {
  const page = await open({ accounts: 1, messages: 50 });
  await rows(page).nth(4).click();
  await laidOut(page);
  const shown = await page.locator('#subject').textContent();

  // Not opened: no check of their senders, no picture, no mark; neither reader of screens nor keyboard comes there.
  expect(await calls(page, 'message.trust')).toHaveLength(1);
  expect(await calls(page, 'message.loadRemote')).toEqual([]);
  expect(await page.locator('.stage:not([inert])').count()).toBe(1);
  expect(await page.locator('.reader').getByRole('heading', { level: 2 }).allTextContents()).toEqual([shown]);
  const seen = await page.evaluate(
    (frames) =>
      [...document.querySelectorAll(frames)].filter((frame) =>
        frame.checkVisibility({ visibilityProperty: true }),
      ).length,
    ahead,
  );
  expect(seen).toBe(0);
  expect(await axeInBothThemes(page, 'beside mails that are laid out')).toEqual([]);
  await page.locator('.reader-scroll').focus();
  for (let tab = 0; tab < 30; tab += 1) {
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.closest('.is-ahead') ?? null)).toBeNull();
  }

  // Found is only what can be seen.
  await page.keyboard.press('Control+f');
  await page.locator('.find-bar input').fill('the');
  const told = page.locator('.find-count');
  await expect.poll(() => told.textContent()).toMatch(/^1 of \d+$/);
  const inAll = await page.evaluate(() =>
    [...document.querySelectorAll<HTMLIFrameElement>('.reader iframe')].map(
      ({ contentWindow }) =>
        (contentWindow as (Window & typeof globalThis) | null)?.CSS.highlights.has('posthorn-found') === true,
    ),
  );
  expect(inAll.filter((found) => found)).toHaveLength(1);
  await page.keyboard.press('Escape');

  // The very document comes into view, and the one that was read waits for the way back.
  await page.evaluate(() => {
    for (const { contentDocument } of document.querySelectorAll<HTMLIFrameElement>('.reader iframe'))
      contentDocument?.documentElement.setAttribute('data-known', '');
  });
  await rows(page).nth(4).focus();
  for (const key of ['j', 'k']) {
    const before = await page.locator('#subject').textContent();
    // The listener stands before the key comes.
    await page.evaluate(() => {
      const known = new Promise((resolve) => {
        const look = (): void => {
          const seen = document.querySelectorAll<HTMLIFrameElement>('.stage:not([inert]) iframe.mail-frame');
          resolve(
            [...seen].map(({ contentDocument }) =>
              contentDocument?.documentElement.hasAttribute('data-known'),
            ),
          );
        };
        // In the first frame after the key it is there, and nothing else is.
        addEventListener('keydown', () => requestAnimationFrame(look), { once: true, capture: true });
      });
      Object.assign(window, { known });
    });
    await page.keyboard.press(key);
    const known = await page.evaluate(() => (window as unknown as { known: Promise<boolean[]> }).known);
    expect(known, key).toEqual([true]);
    expect(await page.locator('#subject').textContent()).not.toBe(before);
  }
  expect(await calls(page, 'message.trust')).toHaveLength(2);
});
