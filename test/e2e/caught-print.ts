import type { Locator, Page } from 'playwright-core';

/** From now on no dialog opens for printing, which would wait for somebody: the document stays as it would go to it. */
export function catchPrinting(page: Page): Promise<void> {
  return page.evaluate(() => {
    const instead = ({ target }: Event): void => {
      if (!(target instanceof HTMLIFrameElement) || target.contentWindow === null) return;
      target.contentWindow.print = () => {
        target.dataset['printed'] = '';
      };
    };
    document.addEventListener('load', instead, true);
  });
}

/** The frame that is printed, once all of it is there. */
export async function caughtPrint(page: Page): Promise<Locator> {
  const frame = page.locator('iframe.print-frame[data-printed]');
  await frame.waitFor({ state: 'attached' });
  return frame;
}

/** As if the dialog had been closed: the window takes the document away. */
export async function endPrint(page: Page): Promise<void> {
  await page
    .locator('iframe.print-frame')
    .evaluate((frame: HTMLIFrameElement) => frame.contentWindow?.dispatchEvent(new Event('afterprint')));
  await page.locator('iframe.print-frame').waitFor({ state: 'detached' });
}
