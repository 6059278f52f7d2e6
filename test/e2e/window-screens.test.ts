import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import type { FakeWorld } from '../fakes/fake-main/fake-world.ts';
import { pictures, rows, useFakeWindow, type WindowOptions } from './fake-window.ts';
import { axeFaults } from './screen-checks.ts';

const open = useFakeWindow();

/** Opens messages from the top until one has such a line under its sender, and unfolds what is behind it. */
async function unfoldTrust(page: Page, line: RegExp): Promise<void> {
  await rows(page).first().click();
  for (let at = 0; at < 20; at += 1) {
    const mark = page.locator('.stage:not([inert]) .trust').last();
    await mark.waitFor();
    if (line.test((await mark.textContent()) ?? '')) {
      await mark.click();
      await page.getByRole('region', { name: 'Who sent this' }).waitFor();
      return;
    }
    const before = await page.locator('#subject').textContent();
    await page.keyboard.press('j');
    await expect.poll(() => page.locator('#subject').textContent()).not.toBe(before);
  }
  throw new Error(`no message says ${line.source}`);
}

const states: [string, FakeWorld, WindowOptions, ((page: Page) => Promise<void>)?][] = [
  ['main-light', {}, { colorScheme: 'light' }, (page) => rows(page).nth(5).click()],
  ['main-dark', {}, { colorScheme: 'dark' }, (page) => rows(page).first().click()],
  ['compact', { settings: { density: 'compact', theme: 'dark' } }, {}, (page) => rows(page).nth(3).click()],
  ['first-sync', { accounts: 1, firstSync: true, messages: 12_431 }, {}],
  ['empty', { messages: 0 }, {}],
  ['list-failed', { storeFails: 'The cache could not be read.' }, {}],
  [
    'password-refused',
    {
      authFailed: true,
      notices: ['The list of drafts was damaged and was read from its copy; nothing is missing.'],
    },
    {},
  ],
  ['offline', { offline: true, waiting: true }, {}, (page) => page.locator('.status-line').click()],
  [
    'selected',
    {},
    {},
    async (page) => {
      await rows(page).nth(1).click();
      await rows(page)
        .nth(3)
        .click({ modifiers: ['Control'] });
    },
  ],
  [
    'search',
    {},
    {},
    async (page) => {
      await page.keyboard.press('/');
      await page.keyboard.type('proof');
      await page.locator('mark').first().waitFor();
    },
  ],
  [
    'palette',
    {},
    {},
    async (page) => {
      await page.keyboard.press('Control+k');
      await page.getByRole('combobox').waitFor();
    },
  ],
  [
    'keys',
    {},
    {},
    async (page) => {
      await page.keyboard.press('?');
      await page.getByRole('dialog').waitFor();
    },
  ],
  ['1024', {}, { viewport: { width: 1024, height: 700 } }, (page) => rows(page).first().click()],
  [
    '900',
    {},
    { viewport: { width: 900, height: 700 } },
    (page) => page.getByRole('button', { name: 'Folders' }).click(),
  ],
  ['640', {}, { viewport: { width: 640, height: 900 } }, (page) => rows(page).first().click()],
  ['trust', {}, {}, async (page) => unfoldTrust(page, /^Really from/)],
  [
    'trust-failed-narrow-dark',
    { settings: { theme: 'dark' } },
    { viewport: { width: 640, height: 900 } },
    async (page) => {
      await unfoldTrust(page, /^Claims to be from/);
      // The note below says it; the panel does not say it again.
      expect(await page.getByText('but is not proven to be.').count()).toBe(1);
    },
  ],
  [
    'preview',
    {},
    {},
    async (page) => {
      await rows(page).nth(1).click();
      await page.getByRole('button', { name: /^Paper\.csv, .*, view$/ }).click();
      await page.getByRole('dialog').frameLocator('iframe').getByText('uncoated <b>135 g</b>').waitFor();
    },
  ],
  [
    'fetching',
    { settings: { theme: 'dark' } },
    { viewport: { width: 640, height: 900 } },
    async (page) => {
      const row = rows(page).nth(1);
      const messageId = (await row.getAttribute('data-id')) ?? '';
      await row.click();
      await page.locator('.stage:not([inert]) .files').waitFor();
      await page.evaluate(
        (id) =>
          window.fakeMain.emit('message.progress', { messageId: id, done: 3_100_000, total: 28_000_000 }),
        messageId,
      );
      await page.getByText('3.1 MB of 28.0 MB are here').scrollIntoViewIfNeeded();
      await page.getByRole('button', { name: 'Stop' }).waitFor();
    },
  ],
  [
    'settings-pictures',
    { settings: { remoteImagesFrom: ['news@canal.example', 'ada@example.org'] } },
    {},
    async (page) => {
      await rows(page).first().waitFor();
      await page.getByRole('button', { name: 'Settings' }).click();
      await page.getByRole('button', { name: 'Images in mail' }).click();
      const kept = page.getByRole('list', { name: 'Always shown' }).getByRole('listitem');
      await page.getByRole('button', { name: 'Remove ada@example.org' }).click();
      await expect.poll(() => kept.locator('bdi').allTextContents()).toEqual(['news@canal.example']);
    },
  ],
  ['200-percent', {}, { viewport: { width: 720, height: 450 }, deviceScaleFactor: 2 }],
  ['100000', { accounts: 1, messages: 100_000 }, {}, (page) => rows(page).nth(2).click()],
  ['forced-colours', {}, { forcedColors: 'active' }, (page) => rows(page).first().click()],
];
test.each(states)('%s: nothing that keeps people out', async (name, world, options, act) => {
  const page = await open(world, options);
  if (world.messages !== 0 && world.storeFails === undefined) await rows(page).first().waitFor();
  await act?.(page);
  await page.evaluate(() => document.fonts.ready);
  await expect
    .poll(() =>
      page.evaluate(() => document.getAnimations().every((animation) => animation.playState === 'finished')),
    )
    .toBe(true);
  await page.screenshot({ path: `${pictures}/${name}.png` });
  // Forced colours are the system's; axe reads the ones that the page asked for.
  if (name !== 'forced-colours') expect(await axeFaults(page, name, false)).toEqual([]);
  expect(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth)).toBe(true);
});
