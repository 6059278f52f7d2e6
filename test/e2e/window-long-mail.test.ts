import { expect, test } from 'vitest';
import type { FullMessage } from '../../src-shared/ipc/areas/mail.ts';
import { pictures, rows, useFakeWindow } from './fake-window.ts';

const open = useFakeWindow();

test('a mail of 5,000 rows is shown from its beginning, says so, and is shown whole when asked', async () => {
  const page = await open({ accounts: 1, messages: 50 });
  const row = rows(page).filter({ hasText: 'Lunch?' }).first();
  await row.waitFor();
  const id = (await row.getAttribute('data-id')) ?? '';
  await page.evaluate((key) => {
    const lines = Array.from({ length: 5_000 }, (_, at) => `<tr><td>Row ${at + 1}.</td></tr>`).join('');
    window.fakeMain.mails.set(key, {
      text: 'Rows',
      html: `<div class="mail-body"><table><tbody>${lines}</tbody></table></div>`,
    } satisfies Partial<FullMessage>);
  }, id);
  await row.click();
  const frame = page.locator('.stage:not([inert]) iframe.mail-frame').last();
  const inside = frame.contentFrame();
  await inside.getByText('Row 2900.').waitFor();
  const note = page.locator('.stage:not([inert]) .is-cut');
  await note.waitFor();
  expect(await inside.locator('tr').count()).toBeLessThan(6_000);
  await note.scrollIntoViewIfNeeded();
  await page.screenshot({ path: `${pictures}/long-mail.png` });

  await page.keyboard.press('Control+f');
  await page.getByRole('textbox', { name: 'Find in this message' }).fill('Row 4999.');
  const told = page.locator('.find-count');
  await expect.poll(() => told.textContent()).toContain('the end of a very long message not searched');
  await note.getByRole('button', { name: 'Show all of it' }).click();
  await inside.getByText('Row 5000.').waitFor();
  await note.waitFor({ state: 'detached' });
  await expect.poll(() => told.textContent()).toBe('1 of 1');
});
