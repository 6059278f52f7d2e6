import { afterAll, beforeAll, expect, test } from 'vitest';
import { hasChromium, openTestBrowser, type TestBrowser } from './browser.ts';

if (!hasChromium) process.stdout.write('sheet-space: skipped, no Chromium\n');

let browser: TestBrowser;
beforeAll(async () => {
  if (hasChromium) browser = await openTestBrowser();
});
afterAll(() => browser?.close());

test.skipIf(!hasChromium).each([
  ['no colour', '<body><p id="words">Words</p></body>', 28],
  ['a colour, as Outlook Express gave one', '<body bgcolor="#ece9d8"><div id="words">Words</div></body>', 24],
  ['a colour and no margins', '<body style="margin:0;background:#eee"><div id="words">Words</div></body>', 0],
  [
    'a colour under tables',
    '<body bgcolor="#ffffff"><table cellpadding="0" cellspacing="0"><tr><td><div id="words">Words</div></td></tr></table></body>',
    0,
  ],
])('a sheet with %s has its words where they are read', async (_name, html, expected) => {
  const left = await browser.page.evaluate(async (given) => {
    const iframe = document.createElement('iframe');
    document.body.append(iframe);
    const frame = window.harness.prepareMailFrame(iframe, {
      onLink: () => undefined,
      onHeight: () => undefined,
    });
    const { html: safe } = window.harness.sanitiseHtml(given);
    await frame.show(
      window.harness.frameDocument({ html: safe, kind: 'html', theme: 'light', origin: location.origin }),
    );
    const found = [...(iframe.contentDocument?.querySelectorAll('.mail-body *') ?? [])].find(
      (one) => one.children.length === 0,
    );
    const place = found?.getBoundingClientRect().left;
    iframe.remove();
    return place;
  }, html);
  expect(left).toBe(expected);
});
