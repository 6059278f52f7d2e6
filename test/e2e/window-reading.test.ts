import { describe, expect, test } from 'vitest';
import { calls, pictures, rows, useFakeWindow } from './fake-window.ts';

const open = useFakeWindow();

describe('reading a message', () => {
  test('finds words in it, also folded ones, shows each in turn, and gives the focus back', async () => {
    const page = await open({ accounts: 1, messages: 50 });
    await rows(page).filter({ hasText: 'Lunch?' }).first().click();
    const frame = page.locator('iframe.mail-frame').last();
    await frame.waitFor();
    await frame.contentFrame().getByText('the third proof is').waitFor();
    await page.keyboard.press('Control+f');
    const field = page.getByRole('textbox', { name: 'Find in this message' });
    await expect.poll(() => field.evaluate((input) => input === document.activeElement)).toBe(true);
    await field.fill('THIRD  proof');
    const told = page.locator('.find-count');
    await expect.poll(() => told.textContent()).toMatch(/^1 of [2-9]/);
    const marked = (name: string): Promise<string[]> =>
      frame.evaluate((element: HTMLIFrameElement, wanted) => {
        const view = element.contentWindow as (Window & typeof globalThis) | null;
        return [...(view?.CSS.highlights.get(wanted) ?? [])].map(String);
      }, name);
    expect((await marked('posthorn-found')).every((words) => words === 'third proof')).toBe(true);
    expect(await marked('posthorn-found-now')).toEqual(['third proof']);
    await page.screenshot({ path: `${pictures}/find.png` });
    await page.keyboard.press('Shift+Enter');
    await expect.poll(() => frame.contentFrame().locator('details[open]').count()).toBe(1);
    await expect.poll(() => told.textContent()).toMatch(/^(\d) of \1$/);
    await field.fill('no such words');
    await expect.poll(() => told.textContent()).toBe('Not found');
    await page.keyboard.press('Escape');
    expect(await field.count()).toBe(0);
    expect(await marked('posthorn-found')).toEqual([]);
  });

  test('is larger and smaller by key, and stays so for the next', async () => {
    const page = await open({ accounts: 1, messages: 50 });
    await rows(page).filter({ hasText: 'Lunch?' }).first().click();
    const frame = page.locator('iframe.mail-frame').last();
    await frame.contentFrame().getByText('the third proof is').waitFor();
    const height = async (): Promise<number> => (await frame.boundingBox())?.height ?? 0;
    const before = await height();
    for (let turn = 0; turn < 3; turn += 1) await page.keyboard.press('Control+=');
    await expect.poll(height).toBeGreaterThan(before * 1.3);
    expect((await calls(page, 'settings.set')).at(-1)).toEqual({ settings: { messageZoom: 1.5 } });
    await page.screenshot({ path: `${pictures}/zoom.png` });
    await rows(page).filter({ hasText: 'Klucze' }).first().click();
    await expect
      .poll(() =>
        page
          .locator('iframe.mail-frame')
          .last()
          .evaluate((element: HTMLIFrameElement) =>
            element.contentDocument?.documentElement.computedStyleMap().get('--zoom')?.toString(),
          ),
      )
      .toBe('1.5');
    await page.keyboard.press('Control+0');
    await expect
      .poll(async () => (await calls(page, 'settings.set')).at(-1))
      .toEqual({ settings: { messageZoom: 1 } });
  });

  test('copies as quoted text and saves the message as it is', async () => {
    const page = await open({ accounts: 1, messages: 50 });
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await rows(page).filter({ hasText: 'Lunch?' }).first().click();
    await page.locator('iframe.mail-frame').last().contentFrame().getByText('the third proof is').waitFor();
    await page.getByRole('toolbar', { name: 'Message' }).getByRole('button', { name: 'More' }).click();
    await page.getByRole('menuitem', { name: 'Copy as quoted text' }).click();
    await page.locator('.toast', { hasText: 'Copied as quoted text' }).waitFor();
    const copied = await page.evaluate(() => navigator.clipboard.readText());
    expect(copied).toMatch(/wrote:\n> Good afternoon Ina,\n>\n> the third proof/);
    expect(copied).toContain('\n>> Lovely.');
    await page.keyboard.press('Control+s');
    await expect.poll(() => calls(page, 'message.save')).toHaveLength(1);
  });

  test('of a whole folder: export is offered in its menu, and says how far it is and how it ended', async () => {
    const page = await open({ accounts: 1, messages: 50 });
    await page.getByRole('treeitem', { name: /^Archive/ }).click({ button: 'right' });
    await page.getByRole('menuitem', { name: 'Export…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Export “Archive”' });
    await dialog.getByRole('radio', { name: /Maildir/ }).click();
    await page.screenshot({ path: `${pictures}/export-ask.png` });
    await dialog.getByRole('button', { name: 'Choose a place…' }).click();
    await dialog.getByText('1,240 of 8,020').waitFor();
    expect(await calls(page, 'transfer.exportTo')).toMatchObject([{ format: 'maildir' }]);
    await page.screenshot({ path: `${pictures}/export-runs.png` });
    await dialog.getByRole('button', { name: 'Stop' }).click();
    await dialog.getByText('The export was cancelled').waitFor();
  });
});
