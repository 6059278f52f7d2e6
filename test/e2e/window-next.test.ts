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

  // Two keys away it is read, and only has to be laid out.
  const further = await rows(page).evaluateAll((all) =>
    [all[2], all[6]].flatMap((row) =>
      row === undefined || row.classList.contains('is-away') ? [] : [row.getAttribute('data-id')],
    ),
  );
  expect(further.length).toBeGreaterThan(0);
  for (const messageId of further)
    await expect.poll(() => calls(page, 'message.get')).toContainEqual({ messageId });

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

test('going on writes only the rows that change, and has nothing laid out before the frame; a hand on the wheel counts too', async () => {
  const page = await open({ accounts: 1, messages: 200 });
  await rows(page).nth(4).click();
  const top = (): Promise<number> => page.locator('.list-scroll').evaluate((list) => list.scrollTop);
  // At the lower edge: from there on each key moves the list.
  await expect
    .poll(async () => {
      await page.keyboard.press('j');
      return top();
    })
    .toBeGreaterThan(0);
  await expect.poll(() => page.locator(ahead).count(), { timeout: 30_000 }).toBeGreaterThan(0);
  const drawn = await rows(page).count();
  await page.evaluate(() => {
    const list = document.querySelector('.list-scroll');
    if (list === null) throw new Error('there is no list');
    const written = new Set<Element>();
    const early: string[] = [];
    new MutationObserver((records) => {
      for (const { target } of records) {
        const row = target instanceof Element ? target.closest('[role=row]') : null;
        if (row !== null) written.add(row);
      }
    }).observe(list, { subtree: true, attributes: true });
    let pressed = false;
    const { focus } = HTMLElement.prototype;
    HTMLElement.prototype.focus = function (options) {
      if (pressed) early.push('focus');
      focus.call(this, options);
    };
    const place = Object.getOwnPropertyDescriptor(Element.prototype, 'scrollTop');
    Object.defineProperty(list, 'scrollTop', {
      configurable: true,
      get: () => {
        if (pressed) early.push('scrollTop');
        return Number(place?.get?.call(list));
      },
      set: (to: number) => {
        if (pressed) early.push('scrollTop');
        place?.set?.call(list, to);
      },
    });
    const moved = new Promise((resolve) => {
      addEventListener(
        'keydown',
        () => {
          pressed = true;
          // Asked for before anything that the key asks for.
          requestAnimationFrame(() => {
            pressed = false;
            requestAnimationFrame(() => requestAnimationFrame(() => resolve([written.size, early])));
          });
        },
        { once: true, capture: true },
      );
    });
    Object.assign(window, { moved });
  });
  const before = await top();
  await page.keyboard.press('j');
  const [written, early] = await page.evaluate(
    () => (window as unknown as { moved: Promise<[number, string[]]> }).moved,
  );
  expect(early).toEqual([]);
  expect(await top()).toBe(before + 64);
  expect(drawn).toBeGreaterThan(15);
  // The one that was read and the one that is.
  expect(written).toBeLessThan(5);

  // Scrolled in the moment between the key and its frame.
  await page.evaluate(() => {
    addEventListener(
      'keydown',
      () => {
        const list = document.querySelector('.list-scroll');
        if (list !== null) list.scrollTop += 40;
      },
      { once: true },
    );
  });
  await page.keyboard.press('j');
  await expect.poll(top).toBe(before + 2 * 64 + 40);
});
