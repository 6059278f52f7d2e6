import { expect, test } from 'vitest';
import type { FullMessage } from '../../src-shared/ipc/areas/mail.ts';
import { pictures, rows, useFakeWindow } from './fake-window.ts';

const open = useFakeWindow();

test('a mail far wider than its pane is moved by a bar that stays in view; what nearly fits is made to fit', async () => {
  const page = await open({ accounts: 1, messages: 50 });
  const row = rows(page).filter({ hasText: 'Lunch?' }).first();
  await row.waitFor();
  const id = (await row.getAttribute('data-id')) ?? '';
  const lines = Array.from({ length: 80 }, (_, at) => `<p>Line ${at + 1} of it.</p>`).join('');
  const give = (wide: number): Promise<void> =>
    page.evaluate(([key, value]) => void window.fakeMain.mails.set(key, value), [
      id,
      {
        text: 'Prices',
        html: `<div class="mail-body"><div style="width:${wide}px">${lines}<p>End</p></div></div>`,
      } satisfies Partial<FullMessage>,
    ] as const);
  await give(3_000);
  await row.click();
  const frame = page.locator('iframe.mail-frame').last();
  await frame.contentFrame().getByText('Line 80 of it').waitFor();
  const bar = page.getByRole('group', { name: 'Left and right in a wide message' });
  await bar.waitFor();
  const pane = await page.locator('.reader-scroll').boundingBox();
  const place = await bar.boundingBox();
  expect((frame && (await frame.boundingBox())?.height) ?? 0).toBeGreaterThan(pane?.height ?? 0);
  expect((place?.y ?? 0) + (place?.height ?? 0)).toBeLessThanOrEqual(
    (pane?.y ?? 0) + (pane?.height ?? 0) + 1,
  );
  expect(place?.y ?? 0).toBeGreaterThan((pane?.y ?? 0) + (pane?.height ?? 0) - 60);
  const left = (): Promise<number> =>
    frame.evaluate(
      (element: HTMLIFrameElement) => element.contentDocument?.querySelector('.mail-body')?.scrollLeft ?? -1,
    );
  await bar.evaluate((element) => element.scrollTo({ left: element.scrollWidth }));
  await expect.poll(left).toBeGreaterThan(1_000);
  await frame.evaluate((element: HTMLIFrameElement) => {
    element.contentDocument?.querySelector('.mail-body')?.scrollTo({ left: 0 });
  });
  await expect.poll(() => bar.evaluate((element) => element.scrollLeft)).toBe(0);
  await page.screenshot({ path: `${pictures}/wide-mail.png` });

  await give(900);
  await rows(page).filter({ hasText: 'Klucze' }).first().click();
  await bar.waitFor({ state: 'detached' });
});

test('tables and drawings of a plain text keep their columns, wide, narrow and dark', async () => {
  const page = await open({ accounts: 1, messages: 50 });
  const row = rows(page).filter({ hasText: 'Lunch?' }).first();
  await row.waitFor();
  const id = (await row.getAttribute('data-id')) ?? '';
  const text = [
    'Dear Ina, this is what we have of it at the moment, and below is how it would stand on the quay.',
    '',
    'Item             Count     Price',
    '----             -----     -----',
    'Rope, 40 m           3     12.50',
    'Lamp                12      4.00',
    'Buoy, red            1    230.00',
    '',
    'Take what you like, and say so by Monday; the rest goes to the museum, and they will be glad of it.',
    '',
    '  +-------+      +-------+',
    '  | shed  |------| crane |',
    '  +-------+      +-------+',
    '',
    '> --- a/list.txt',
    '> +++ b/list.txt',
    '> @@ -1,2 +1,2 @@',
    '> -Rope, 30 m of it, in the shed behind the crane, where nobody looks',
    '> +Rope, 40 m of it, in the shed behind the crane, where nobody looks',
    '',
    '-- ',
    'Ben    Harbour',
  ].join('\n');
  await page.evaluate(([key, value]) => void window.fakeMain.mails.set(key, value), [
    id,
    { text, html: null } satisfies Partial<FullMessage>,
  ] as const);
  await row.click();
  const inner = page.locator('iframe.mail-frame').last().contentFrame();
  await inner.getByText('Buoy, red').waitFor();
  expect(await inner.locator('.columns').count()).toBe(3);
  const right = (name: string): Promise<number> =>
    inner.getByText(name).evaluate((line) => {
      const range = document.createRange.call(line.ownerDocument);
      range.selectNodeContents(line);
      return Math.round(range.getBoundingClientRect().right);
    });
  expect(await right('Lamp')).toBe(await right('Buoy, red'));
  await page.screenshot({ path: `${pictures}/columns.png` });
  await page.setViewportSize({ width: 420, height: 800 });
  const wide = (): Promise<boolean> =>
    inner.locator('.columns').evaluateAll((all) => all.some((one) => one.scrollWidth > one.clientWidth + 1));
  await expect.poll(wide).toBe(false);
  await page.screenshot({ path: `${pictures}/columns-narrow.png` });
  await page.setViewportSize({ width: 1280, height: 800 });
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.screenshot({ path: `${pictures}/columns-dark.png` });
});
