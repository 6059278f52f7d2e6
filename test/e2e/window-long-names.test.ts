import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import type { MessageRow } from '../../src-shared/model/message.ts';
import { rows, useFakeWindow } from './fake-window.ts';

const open = useFakeWindow();

/** Opens the second mail of a window that shows it so. */
async function openRow(page: Page, row: Partial<MessageRow>): Promise<void> {
  const second = rows(page).nth(1);
  await second.waitFor();
  const id = (await second.getAttribute('data-id')) ?? '';
  await page.evaluate(([key, value]) => void window.fakeMain.store.rows.set(key, value), [id, row] as const);
  await page.evaluate(() => window.fakeMain.store.arrive('personal/INBOX', 1));
  await page.locator(`[role=row][data-id="${id}"]`, { hasText: row.subject ?? '' }).click();
  await page.locator('.stage:not([inert]) .message-head').waitFor();
}

/** Whatever of these is cut off, or stands outside the column. */
const cut = (page: Page, selector: string): Promise<string[]> =>
  page.locator(`.stage:not([inert]) ${selector}`).evaluateAll((found) =>
    found
      .filter((element) => {
        const column = element.closest('.column')?.getBoundingClientRect().right ?? 0;
        return (
          element.getBoundingClientRect().right > column + 1 || element.scrollWidth > element.clientWidth + 1
        );
      })
      .map((element) => element.textContent),
  );

test('a long name never hides the address, and a subject without a gap is shown whole', async () => {
  const page = await open({ accounts: 1, messages: 50 });
  await openRow(page, {
    subject: `https://example.org/${'withoutanygap'.repeat(20)}`,
    from: [{ name: 'Harbour Bank, service@bank.example '.repeat(6), address: 'somebody.else@evil.example' }],
  });
  expect(await cut(page, ':is(.subject, .message-head .address)')).toEqual([]);
  const [address, head] = await Promise.all(
    ['.address', 'h3'].map((part) => page.locator(`.stage:not([inert]) .message-head ${part}`).boundingBox()),
  );
  expect(await page.locator('.stage:not([inert]) .address').textContent()).toBe(
    '<somebody.else@evil.example>',
  );
  expect((address?.x ?? 0) + (address?.width ?? 0)).toBeLessThanOrEqual((head?.x ?? 0) + (head?.width ?? 0));
  const field = await page.locator('.stage:not([inert]) .reply-field').boundingBox();
  const box = await page.locator('.stage:not([inert]) .reply').boundingBox();
  expect(field?.width ?? 0).toBeLessThanOrEqual(box?.width ?? 0);
  expect(field?.height ?? 0).toBeLessThan(48);
});

test('an answer to a mail without a sender is not promised to nobody', async () => {
  const page = await open({ accounts: 1, messages: 50 });
  await openRow(page, { subject: 'From nobody', from: [] });
  await page.locator('.stage:not([inert])').getByRole('button', { name: 'Write a reply…' }).waitFor();
  await page.locator('.stage:not([inert]) .trust').click();
  const panel = page.getByRole('region', { name: 'Who sent this' });
  await panel.waitFor();
  expect(await panel.getByText('From', { exact: true }).count()).toBe(0);
});
