import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chromiumPath, hasChromium, openTestBrowser, show, type TestBrowser } from './browser.ts';

if (!hasChromium) process.stdout.write(`styles-and-sources: skipped, no Chromium at ${chromiumPath}\n`);

describe.skipIf(!hasChromium)('newer forms of styles and pictures', () => {
  let browser: TestBrowser;
  beforeAll(async () => {
    browser = await openTestBrowser();
  }, 60_000);
  afterAll(async () => {
    await browser.close();
  });

  test('layers stand in front of what stands in none, and get nothing past the lists', async () => {
    const { html } = await show(
      browser,
      `<style>
      p { color: green }
      @layer low { p { color: red; position: fixed; background: url(https://v.leak.test/1.png) } @layer lower { p { margin: 1px -9px } } }
      @layer low, high; @layer { b { color: blue } @media (min-height: 1px) { b { color: black } } }
      </style><p>x</p>`,
    );
    expect(html).toMatch(
      /p \{ margin-top: .*\}\np \{ color: red;.*\}\nb \{ color: blue; \}\np \{ color: green; \}/,
    );
    expect(html).not.toMatch(/leak\.test|fixed|-9|black|@layer/);
    expect(browser.incidents).toEqual([]);
  });

  test('a picture that has only a set of addresses is offered under one of them, and asked for by none', async () => {
    const result = await show(
      browser,
      `<img srcset="https://a.leak.test/1.png 2x, https://a.leak.test/2.png"><img src="" srcset="https://b.leak.test/400.png 400w,https://b.leak.test/1200.png 1200w, https://b.leak.test/900.png 900w">
      <picture><source media="(max-width: 9px)" srcset="https://c.leak.test/small.png"><source srcset="https://c.leak.test/1,2.png, https://c.leak.test/3.png 3x"><img alt="x"></picture>
      <picture><source srcset="https://d.leak.test/no.webp"><img src="https://d.leak.test/yes.png"></picture>
      <img srcset="javascript:alert(1) 1x"><img srcset="data:image/svg+xml,<svg/onload=alert(1)>"><img srcset="${',x'.repeat(30_000)}"><img srcset="${'x '.repeat(30_000)}">`,
    );
    expect(result.remoteImages).toEqual([
      'https://a.leak.test/2.png',
      'https://b.leak.test/900.png',
      'https://c.leak.test/1,2.png',
      'https://d.leak.test/yes.png',
    ]);
    expect(result.html).not.toMatch(/srcset|source|picture|javascript|svg/);
    expect(browser.incidents).toEqual([]);
  });

  test('values that say nothing, or do not fit, grow without end neither in letters nor in time', async () => {
    const many = (name: string): string => `var(--${name})`.repeat(30);
    const began = performance.now();
    const { html } = await show(
      browser,
      `<style>p { color: var(--ok) } :root { --a: ; --b: ${many('a')}; --c: ${many('b')}; --d: ${many('c')}; --e: ${many('d')}; --f: ${many('e')}; --ok: green }
      b { color: ${many('f')} red }</style><p>x</p><b style="color:${'var(--x,'.repeat(60)}${')'.repeat(60)}">y</b>`,
    );
    expect(html).toContain('p { color: green; }');
    expect(html).toContain('y</b>');
    expect(performance.now() - began).toBeLessThan(4_000);
  });

  test('pictures in pictures by the thousand take no time', async () => {
    const began = performance.now();
    const { html } = await show(
      browser,
      `<p>x</p>${'<picture><img src="https://a.leak.test/1.png">'.repeat(1_000)}`,
    );
    expect(html).toContain('<p>x</p>');
    expect(performance.now() - began).toBeLessThan(3_000);
  });
});
