import { afterAll, beforeAll, expect, test } from 'vitest';
import { hasChromium, openTestBrowser, type TestBrowser } from './browser.ts';

if (!hasChromium) process.stdout.write('dark-drawings: skipped, no Chromium\n');

let browser: TestBrowser;
beforeAll(async () => {
  if (hasChromium) browser = await openTestBrowser();
}, 60_000);
afterAll(() => browser?.close());

/** Which of the pictures and emoji of a mail are turned back to their own colours. */
const turnedBack = (given: { ground: string; ink: string; theme: 'light' | 'dark' }): Promise<boolean[]> =>
  browser.page.evaluate(async ({ ground, ink, theme }) => {
    const canvas = document.createElement('canvas');
    canvas.width = canvas.height = 60;
    const context = canvas.getContext('2d') as CanvasRenderingContext2D;
    context.fillStyle = ground;
    context.fillRect(0, 0, 60, 60);
    context.fillStyle = ink;
    context.fillRect(10, 20, 40, 20);
    const iframe = document.body.appendChild(document.createElement('iframe'));
    const frame = window.harness.prepareMailFrame(iframe, {
      onLink: () => undefined,
      onHeight: () => undefined,
    });
    const mail = `<p><img src="${canvas.toDataURL()}"><img src="cid:a"></p><p>Yes 🥟👍, ✈ and © 1</p>`;
    await frame.show(
      window.harness.frameDocument({
        html: window.harness.sanitiseHtml(mail).html,
        kind: 'html',
        theme,
        origin: location.origin,
      }),
    );
    const inner = iframe.contentDocument as Document;
    const late = inner.querySelector('img[data-cid]') as HTMLImageElement;
    const loaded = new Promise((done) => late.addEventListener('load', done, { once: true }));
    frame.fillEnclosed({ a: canvas.toDataURL() });
    await loaded;
    const seen = [...inner.querySelectorAll('img, .posthorn-emoji')].map(
      (one) => (inner.defaultView as Window).getComputedStyle(one).filter !== 'none',
    );
    const words = inner.querySelector('p + p')?.textContent;
    if (words !== 'Yes 🥟👍, ✈ and © 1') throw new Error(`other words: ${words}`);
    iframe.remove();
    return seen;
  }, given);

const clear = 'rgb(0 0 0 / 0)';

test.skipIf(!hasChromium).each([
  ['a black logo on see-through ground', { ground: clear, ink: '#000' }, false],
  ['a navy one', { ground: clear, ink: '#0a2540' }, false],
  ['a white one', { ground: clear, ink: '#fff' }, false],
  ['a red one', { ground: clear, ink: '#d22' }, true],
  ['a photo', { ground: '#fff', ink: '#000' }, true],
])('in a darkened mail, %s: turned back, %s', async (_name, picture, back) => {
  expect(await turnedBack({ ...picture, theme: 'dark' })).toEqual([back, back, true]);
});

test.skipIf(!hasChromium)('in the light nothing is', async () => {
  expect(await turnedBack({ ground: clear, ink: '#000', theme: 'light' })).toEqual([false, false]);
});

test.skipIf(!hasChromium)('pictures and emoji without number do not stop the window', async () => {
  const took = await browser.page.evaluate(async () => {
    const iframe = document.body.appendChild(document.createElement('iframe'));
    const frame = window.harness.prepareMailFrame(iframe, {
      onLink: () => undefined,
      onHeight: () => undefined,
    });
    const html = window.harness.sanitiseHtml(`<p>${'a👍'.repeat(5_000)}</p>`).html;
    const shown = frame.show(
      window.harness.frameDocument({ html, kind: 'html', theme: 'dark', origin: location.origin }),
    );
    await shown;
    const apart = iframe.contentDocument?.querySelectorAll('.posthorn-emoji').length;
    iframe.remove();
    return apart;
  });
  expect(took).toBe(500);
});

test.skipIf(!hasChromium)(
  'a picture of many megapixels counts as a photo, and is not decoded to be looked at',
  async () => {
    const drawing = await browser.page.evaluate(async () => {
      const marks: (boolean | undefined)[] = [];
      for (const side of [200, 2_100]) {
        const canvas = document.createElement('canvas');
        canvas.width = canvas.height = side;
        canvas.getContext('2d')?.fillRect(side / 3, side / 3, side / 3, side / 3);
        const iframe = document.body.appendChild(document.createElement('iframe'));
        const frame = window.harness.prepareMailFrame(iframe, {
          onLink: () => undefined,
          onHeight: () => undefined,
        });
        const html = window.harness.sanitiseHtml(`<p>x<img src="cid:a"></p>`).html;
        await frame.show(
          window.harness.frameDocument({ html, kind: 'html', theme: 'dark', origin: location.origin }),
        );
        const image = iframe.contentDocument?.querySelector('img') as HTMLImageElement;
        const loaded = new Promise((done) => image.addEventListener('load', done, { once: true }));
        frame.fillEnclosed({ a: canvas.toDataURL() });
        await loaded;
        marks.push(image.hasAttribute('data-drawing'));
        iframe.remove();
      }
      return marks;
    });
    expect(drawing).toEqual([true, false]);
  },
);
