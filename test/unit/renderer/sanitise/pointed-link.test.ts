import { afterAll, beforeAll, expect, test } from 'vitest';
import { smallPng } from '../../../fixtures/small-media.ts';
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

test.skipIf(!hasChromium)(
  'a place in a picture is a link as any other: told, clicked with each button, and never followed',
  async () => {
    const { page, incidents } = browser;
    const place = await page.evaluate(
      async (png) => {
        const iframe = document.createElement('iframe');
        iframe.style.cssText = 'position: fixed; inset: 0; width: 400px; height: 300px; border: 0';
        document.body.append(iframe);
        const heard: string[] = [];
        Object.assign(window, { heard });
        const frame = window.harness.prepareMailFrame(iframe, {
          onLink: (url, words) => heard.push(`${url} ${words}`),
          onHeight: () => undefined,
          onHover: (url) => (url === null ? undefined : heard.push(`over ${url}`)),
        });
        const { html } = window.harness.sanitiseHtml(
          `<map name="m"><area shape="rect" coords="0,0,100,100" href="https://shop.example/x" ping="https://leak.test/" alt="Shop"><area shape="rect" coords="100,0,200,100" href="javascript:top.__xss=1"></map><img usemap="#m" width="200" height="100" src="${png}"><p usemap="#m">x</p>`,
        );
        await frame.show(
          window.harness.frameDocument({ html, kind: 'html', theme: 'light', origin: location.origin }),
        );
        const box = iframe.contentDocument?.querySelector('img')?.getBoundingClientRect();
        return { x: box?.x ?? 0, y: box?.y ?? 0, html };
      },
      `data:image/png;base64,${smallPng(200, 100, [0, 90, 0]).toString('base64')}`,
    );
    expect(place.html).not.toMatch(/ping|javascript|<p usemap/);
    for (const [x, button] of [
      [20, 'left'],
      [30, 'middle'],
      [150, 'left'],
    ] as const)
      await page.mouse.click(place.x + x, place.y + 50, { button });
    const heard = await page.evaluate(() => (window as unknown as { heard: string[] }).heard);
    expect(heard.filter((one) => !one.startsWith('over'))).toEqual([
      'https://shop.example/x Shop',
      'https://shop.example/x Shop',
    ]);
    expect(heard).toContain('over https://shop.example/x');
    expect(incidents).toEqual([]);
  },
);

test.skipIf(!hasChromium)(
  'what stands in place of a film is shown, and lists and borders in the forms of old',
  async () => {
    const html = await browser.page.evaluate(
      () =>
        window.harness.sanitiseHtml(
          '<video poster="https://a.leak.test/p" autoplay><source src="https://a.leak.test/v"><a href="https://a.test/v"><img src="https://a.test/still.jpg" alt="Watch"></a></video><menu><li>one</menu><table border=1 bordercolor="red"><tr><td>x</table>',
        ).html,
    );
    expect(html).toContain('<img alt="Watch" data-remote-src="https://a.test/still.jpg">');
    expect(html).toContain('<menu><li>one</li></menu>');
    expect(html).toContain('bordercolor="red"');
    expect(html).not.toContain('leak.test');
  },
);
