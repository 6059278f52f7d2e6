import { afterAll, beforeAll, expect, test } from 'vitest';
import { hasChromium, openTestBrowser, type TestBrowser } from './browser.ts';

if (!hasChromium) process.stdout.write('pointed-link: skipped, no Chromium\n');

let browser: TestBrowser;
beforeAll(async () => {
  if (hasChromium) browser = await openTestBrowser();
});
afterAll(() => browser?.close());

test.skipIf(!hasChromium)(
  'where a link leads is told, and no more once another message is shown',
  async () => {
    const told = await browser.page.evaluate(async () => {
      const iframe = document.createElement('iframe');
      document.body.append(iframe);
      const heard: (string | null)[] = [];
      const frame = window.harness.prepareMailFrame(iframe, {
        onLink: () => undefined,
        onHeight: () => undefined,
        onHover: (url) => heard.push(url),
      });
      const page = (html: string): string =>
        window.harness.frameDocument({
          html: window.harness.sanitiseHtml(html).html,
          kind: 'html',
          theme: 'light',
          origin: location.origin,
        });
      const link = page('<p><a href="https://example.test/">there</a></p>');
      for (const next of [page('<p>Nothing to point at</p>'), null]) {
        await frame.show(link);
        iframe.contentDocument
          ?.querySelector('a')
          ?.dispatchEvent(new MouseEvent('mouseover', { bubbles: true }));
        heard.push('-');
        if (next === null) frame.destroy();
        else await frame.show(next);
      }
      iframe.remove();
      return heard;
    });
    const pointed = ['https://example.test/', '-', null];
    expect(told.slice(-3)).toEqual(pointed);
    expect(told.join(' ')).toContain('https://example.test/ -  ');
  },
);
