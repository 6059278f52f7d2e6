import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Headless } from '../harness/headless.ts';
import { DemoWindow, findStage } from './demo-window.ts';

const { display, reason, skipped } = await findStage('closed-window');

describe.skipIf(reason !== null)(`C06: the window that is closed over an open composer${skipped}`, () => {
  let opened: DemoWindow;

  beforeAll(async () => {
    opened = await DemoWindow.open({ display, count: 3 });
    await opened.addFirstAccount();
  });
  afterAll(async () => {
    await opened?.close();
    await display?.stop();
  });

  test('keeps the last words, typed just before, in a draft', async () => {
    const { page } = opened;
    await page.keyboard.press('c');
    await page.locator('#compose-to:focus').waitFor();
    await page.keyboard.type('bob@example.test,');
    await page.locator('#compose-subject').fill('Closed in the middle');
    const text = page.locator('.composer .rich-text, .composer textarea').last();
    await text.click();
    await page.keyboard.type('These are the very last words');
    // As its button in the title bar does: the page hears of it, and may not ask.
    await page.close({ runBeforeUnload: true });
    expect(await opened.posthorn.ended()).toBe(0);
    const after = new Headless({
      profile: opened.profile,
      passphrase: 'kade, sluis en vuurtoren',
      flags: opened.world.flags,
    });
    try {
      expect(await after.call('draft.list')).toMatchObject([
        {
          to: ['bob@example.test'],
          subject: 'Closed in the middle',
          text: expect.stringContaining('These are the very last words') as string,
        },
      ]);
    } finally {
      await after.quit();
    }
  });
});
