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
    'a colour from its styles',
    '<style>body{margin:0;background:#f2f4f6}</style><table cellpadding="0" cellspacing="0"><tr><td><div id="words">Words</div></td></tr></table>',
    0,
  ],
  ['white from its styles', '<style>body{background:#fff}</style><p id="words">Words</p>', 28],
  ['styles without a colour', '<style>body{font-size:12px}</style><p id="words">Words</p>', 28],
  [
    'a colour under tables',
    '<body bgcolor="#ffffff"><table cellpadding="0" cellspacing="0"><tr><td><div id="words">Words</div></td></tr></table></body>',
    0,
  ],
])('a sheet with %s has its words where they are read', async (_name, html, expected) => {
  const left = await browser.page.evaluate(async (given) => {
    const iframe = document.createElement('iframe');
    iframe.style.width = '700px';
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

test.skipIf(!hasChromium).each([
  ['<p>Words</p><p>&nbsp;</p><div><br><br></div><br>\n', '<p>Words</p>'],
  ['<div>Words<br><br><span><br></span></div><br>', '<div>Words</div>'],
  ['<div><p>One</p><br></div>', '<div><p>One</p></div>'],
  ['<p>Words</p><br><hr>', '<p>Words</p><br><hr>'],
  ['<p>Words</p><br><div style="border-top:1px solid #000"></div>', null],
  ['<p>Words</p><br><table><tr><td></td></tr></table>', null],
])('the empty end of a mail is not drawn: %s', async (html, expected) => {
  const [shown, whole] = await browser.page.evaluate(async (given) => {
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
    const found = iframe.contentDocument?.querySelector('.mail-body')?.innerHTML;
    iframe.remove();
    return [found, new DOMParser().parseFromString(safe, 'text/html').querySelector('.mail-body')?.innerHTML];
  }, html);
  expect(shown).toBe(expected ?? whole);
});
