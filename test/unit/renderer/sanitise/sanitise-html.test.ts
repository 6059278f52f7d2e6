import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readMail } from '../../../../src-main/mime/read/read-mail.ts';
import { smallPng } from '../../../fixtures/small-media.ts';
import { chromiumPath, hasChromium, openTestBrowser, show, type TestBrowser } from './browser.ts';

const corpora = `${resolve(import.meta.dirname, '../../../../../shared/corpora')}/`;
const hasCorpora = existsSync(`${corpora}MANIFEST.tsv`);
if (!hasChromium) process.stdout.write(`sanitise-html: skipped, no Chromium at ${chromiumPath}\n`);
if (!hasCorpora) process.stdout.write(`sanitise-html: corpora skipped, none at ${corpora}\n`);

const asData = (png: Buffer): string => `data:image/png;base64,${png.toString('base64')}`;

describe.skipIf(!hasChromium)('the sanitiser in a browser', () => {
  let browser: TestBrowser;
  beforeAll(async () => {
    browser = await openTestBrowser();
  }, 60_000);
  afterAll(async () => {
    await browser.close();
  });

  const clean = async (html: string, remote?: Record<string, string>): Promise<string> =>
    (await show(browser, html, remote === undefined ? {} : { remote })).html;

  test('keeps what a letter needs', async () => {
    const html = await clean(
      '<html><body bgcolor="ffeedd"><h1 dir="rtl" lang="ar">x</h1><table width="600" cellpadding=0><tr><td align=center style="padding:4px;color:red">a <b>b</b></td></tr></table><ul><li>1</ul><blockquote type=cite>q</blockquote></body></html>',
    );
    expect(html).toContain('<h1 dir="rtl" lang="ar">x</h1>');
    expect(html).toContain('padding: 4px; color: red');
    expect(html).toContain('width="600"');
    expect(html).toContain('background-color: rgb(255, 238, 221)');
    expect(html).toContain('<blockquote');
  });

  test('links have the colour that the body gives them, unless its styles give another', async () => {
    const html = await clean('<body bgcolor="black" link="ffcc00"><a href="https://a.example/">x</a></body>');
    expect(html).toMatch(/^<style>:where\(\.mail-body\) a \{ color: rgb\(255, 204, 0\); \}<\/style>/);
    expect(await clean('<body link="red} * {color: green"><a>x</a></body>')).not.toContain('<style>');
    expect(await clean('<p link="red">x</p>')).toBe('<div class="mail-body"><p>x</p></div>');
  });

  test('no margin draws words over the edge, and what a mail asks of the browser is answered', async () => {
    const html = await clean(
      '<style>@supports (display: flex) { p { color: red } @media (min-width: 10px) { p { margin: 4px -9px } } } @supports (made: up) { p { color: blue } }</style><p style="margin: -3px 5px 2px -80px">x</p>',
    );
    expect(html).toContain('margin-right: 5px; margin-bottom: 2px');
    expect(html).toContain('color: red');
    expect(html).toContain('@media (min-width: 10px)');
    expect(html).not.toMatch(/-\d|blue|@supports/);
  });

  test('puts in the values that a mail names, and no others', async () => {
    const html = await clean(
      `<style>@layer theme { :root { --brand: red; --none-yet: 7px } } :root { --brand: #123456; --card: var(--brand); --far: url(https://a.example/far) } .part { --own: red } @media print { :root { --brand: red } }
        p { background: var(--card); border: 1px solid var(--none, rgb(9, 8, 7)); margin: var(--none) }</style><p style="color: var( --brand ); padding: var(--own); list-style: var(--far); border-width: var(--none-yet)">x</p>`,
    );
    expect(html).toContain('background: rgb(18, 52, 86)');
    expect(html).toContain('border: 1px solid rgb(9, 8, 7)');
    expect(html).toContain('style="color: rgb(18, 52, 86);');
    expect(html).toContain('border-width: 7px');
    expect(html).not.toMatch(/var\(|--|margin|padding|red|https/);
  });

  test('values of values end before they fill the memory', async () => {
    const values = Array.from({ length: 40 }, (_, at) => `--v${at + 1}: var(--v${at}) var(--v${at})`);
    const html = await clean(
      `<style>:root { --v0: 'x'; --a: var(--b); --b: var(--a); ${values.join(';')} } p::after { content: var(--v40) } a { color: var(--a) } b { color: blue }</style>${'<p style="color: var(--v30, red)">x</p>'.repeat(200)}${'var('.repeat(9_000)}`,
    );
    expect(html.length).toBeLessThan(60_000);
    expect(html).toContain('b { color: blue');
  });

  test('says in letters which boxes of a form are ticked', async () => {
    const html = await clean(
      '<ul><li><input type=checkbox checked disabled> done<li><input type="checkbox" onfocus=x()> open<li><input type=radio checked><input type=radio><input value=x></ul>',
    );
    expect(html).toBe('<div class="mail-body"><ul><li>☑ done</li><li>☐ open</li><li>◉○</li></ul></div>');
  });

  test('keeps styles under the policy of the hidden page', async () => {
    const hidden = await openTestBrowser({ policy: 'hidden page' });
    const html = await hidden.page.evaluate(
      () =>
        window.harness.sanitiseHtml(
          '<style>p { color: red; position: fixed }</style><body bgcolor="red" style="margin: 0"><p style="color: blue; position: fixed">x</p><table style="color: green" background="https://a.example/b"><tr><td>y',
          { remote: { 'https://a.example/b': '/remote/t' } },
        ).html,
    );
    await hidden.close();
    expect(html).toBe(
      '<style>@scope (.mail-body) {\np { color: red; }\n}</style><div class="mail-body" style="margin: 0px; background-color: red;"><p style="color: blue;">x</p><table style="color: green; background-image: url(&quot;/remote/t&quot;);"><tbody><tr><td>y</td></tr></tbody></table></div>',
    );
  });

  test('links: http, https and mailto alone, with no way back', async () => {
    const html = await clean(
      '<a href="HTTPS://Example.org/a" target=_top ping="https://p.leak.test" onclick="x()">1</a><a href="javascript:alert(1)">2</a><a href="//x.example/">3</a><a href="file:///etc/passwd">4</a><a href="mailto:x@example.com?attach=/etc/passwd&subject=hi">5</a><a href="#top">6</a><a name="top" id="top">7</a><a href="/relative">8</a>',
    );
    expect(html).toContain('<a href="https://example.org/a" rel="noreferrer noopener nofollow">1</a>');
    expect(html).toContain('<a>2</a>');
    expect(html).toContain('href="https://x.example/"');
    expect(html).toContain('<a>4</a>');
    expect(html).toContain('href="mailto:x@example.com?subject=hi"');
    expect(html).toContain('href="#user-content-top"');
    expect(html).toContain('id="user-content-top"');
    expect(html).toContain('<a>8</a>');
  });

  test('relative addresses begin where the mail says, when that is a place on the web', async () => {
    const page =
      '<a href="news/1?a=b">1</a><a href="#top">2</a><a href="/x">3</a><a href="https://b.example/">4</a>';
    const html = await clean(`<base href="https://a.example/dir/"><base href="https://evil.test/">${page}`);
    expect(html).not.toContain('<base');
    expect([...html.matchAll(/href="([^"]*)"/g)].map((match) => match[1])).toEqual([
      'https://a.example/dir/news/1?a=b',
      '#user-content-top',
      'https://a.example/x',
      'https://b.example/',
    ]);
    for (const base of [
      'javascript:alert(1)//',
      'file:///etc/',
      'data:text/html,',
      'blob:https://a.example/',
    ])
      expect(await clean(`<base href="${base}"><a href="x">1</a>`), base).toContain('<a>1</a>');
    expect(await clean('<a href="x">1</a>')).toContain('<a>1</a>');
    const pictures = await show(
      browser,
      '<base href="http://a.example/"><img src="p.png"><img src="cid:a"><img src="data:x">',
    );
    expect(pictures.remoteImages).toEqual(['http://a.example/p.png']);
  });

  test('pictures: remote ones wait, enclosed ones are named, data is raster only', async () => {
    const result = await show(
      browser,
      `<img src="https://a.leak.test/1.png" srcset="https://a.leak.test/2.png 2x" width=10><img src="cid:logo%40x"><img src="${asData(smallPng(1, 1, [0, 0, 0]))}"><img src="data:image/svg+xml,<svg onload=alert(1)>"><table background="http://b.leak.test/4.png"><tr><td style="background:url(https://c.leak.test/5.png)">x</table>`,
    );
    expect(result.html).toContain('data-remote-src="https://a.leak.test/1.png"');
    expect(result.html).toContain('data-cid="logo@x"');
    expect(result.html).toContain(`src="${asData(smallPng(1, 1, [0, 0, 0]))}"`);
    expect(result.html).not.toContain('svg');
    expect(result.html).not.toMatch(/srcset|background="|[cb]\.leak/);
    expect(result.remoteImages).toContain('http://b.leak.test/4.png');
    expect(result.remoteImages).toContain('https://c.leak.test/5.png');
    expect(result.remoteHosts).toEqual(['a.leak.test', 'b.leak.test', 'c.leak.test']);
    expect(browser.incidents).toEqual([]);
  });

  test('pictures that come with the mail are shown in the words and behind them, whatever address the mail gives them', async () => {
    const found = await browser.page.evaluate(
      async ({ picture }) => {
        document.querySelector('iframe')?.remove();
        const iframe = document.createElement('iframe');
        document.body.append(iframe);
        const frame = window.harness.prepareMailFrame(iframe, {
          onLink: () => undefined,
          onHeight: () => undefined,
        });
        const clean = window.harness.sanitiseHtml(
          '<body background="https://a.leak.test/bg.gif"><img src=" https://a.leak.test/p.gif "><img src="file:///C:/p.gif"><img src="CID:%3Clogo@x%3E"><p style="color: red; background-image: url(cid:td@x)">x</p><b background="cid:b@x">x</b><img src="https://b.leak.test/p.gif"><img src="cid:none">',
          {
            enclosed: {
              'https://a.leak.test/bg.gif': 'part:2',
              'https://a.leak.test/p.gif': 'part:3',
              'file:///C:/p.gif': 'a"><b>&',
              'CID:%3Clogo@x%3E': 'logo@x',
            },
          },
        );
        await frame.show(
          window.harness.frameDocument({
            html: clean.html,
            kind: 'html',
            theme: 'light',
            origin: 'https://app.invalid',
          }),
        );
        const names = ['part:2', 'part:3', 'a"><b>&', 'logo@x', 'td@x', 'b@x'];
        frame.fillEnclosed(Object.fromEntries(names.map((name) => [name, picture])));
        const body = iframe.contentDocument?.body;
        const drawn = [...(body?.querySelectorAll('img') ?? [])].map((image) => image.src === picture);
        const behind = ['.mail-body', 'p', '.mail-body > b'].map((selector) => {
          const element = body?.querySelector<HTMLElement>(selector);
          return element?.style.backgroundImage === `url("${picture}")`;
        });
        return { drawn, behind, bold: body?.querySelectorAll('b').length, urls: clean.remoteImages };
      },
      { picture: asData(smallPng(1, 1, [0, 0, 0])) },
    );
    expect(found).toEqual({
      drawn: [true, true, true, false, false],
      behind: [true, true, true],
      bold: 1,
      urls: ['https://b.leak.test/p.gif'],
    });
    expect(browser.incidents).toEqual([]);
  });

  test('pictures of more pixels than the memory has room for are left out, one or many', async () => {
    const claiming = (width: number, height: number): string =>
      asData(smallPng(1, 1, [0, 0, 0], { width, height }));
    const one = await show(
      browser,
      `<img src="${claiming(30_000, 30_000)}"><p style="background-image:url(${claiming(30_000, 30_001)})">x</p><img src="data:image/png,no picture">`,
    );
    expect(one.html).not.toContain('data:image');
    expect(one.blocked).toBeGreaterThan(2);
    const many = Array.from({ length: 20 }, (_, at) => `<img src="${claiming(6_000, 6_000 + at)}">`).join('');
    const { html } = await show(browser, many);
    expect(html.split('data:image').length - 1).toBe(13);
    // The same one over and over is decoded once.
    const again = await show(browser, `<img src="${claiming(6_000, 6_000)}">`.repeat(20));
    expect(again.html.split('data:image').length - 1).toBe(20);
  });

  test('pictures that main hands out are shown from our own address only', async () => {
    browser.remote.length = 0;
    const html = await clean(
      '<img src="https://a.leak.test/1.png"><p style="background-image: url(https://a.leak.test/2.png)">x</p><img src="https://a.leak.test/3.png"><img src="https://a.leak.test/4.png">',
      {
        'https://a.leak.test/1.png': '/remote/t1',
        'https://a.leak.test/2.png': 'https://app.invalid/remote/t2',
        'https://a.leak.test/3.png': 'https://evil.test/x',
      },
    );
    expect(html).toContain('src="/remote/t1"');
    expect(html).toContain('url(&quot;https://app.invalid/remote/t2&quot;)');
    expect(html).toContain('data-remote-src="https://a.leak.test/3.png"');
    expect(html).toContain('data-remote-src="https://a.leak.test/4.png"');
    await expect.poll(() => [...browser.remote].sort()).toEqual(['t1', 't2']);
    expect(browser.incidents).toEqual([]);
  });

  test('trackers are named and taken out, not fetched even when pictures are', async () => {
    browser.remote.length = 0;
    const mail =
      '<img src="https://a.example/logo.png" width=600 height=1><img src="https://a.example/1" width=1 height=1><img src="https://b.example/2" style="display:none"><img src="https://us1.list-manage.com/track/open.php?u=1"><img src="https://c.example/e/open.gif?id=3" width=20><table background="https://www.google-analytics.com/collect?v=1"><tr><td>x</table>';
    const result = await show(browser, mail);
    expect(result.trackers).toEqual([
      { host: 'a.example', service: null },
      { host: 'b.example', service: null },
      { host: 'us1.list-manage.com', service: 'Mailchimp' },
      { host: 'c.example', service: null },
      { host: 'www.google-analytics.com', service: 'Google Analytics' },
    ]);
    expect(result.remoteImages).toEqual(['https://a.example/logo.png']);
    expect(result.html).not.toMatch(/a\.example\/1|b\.example|list-manage|c\.example|google/);
    const all = (mail.match(/https:[^"]+/g) ?? []).map((url, at): [string, string] => [
      url,
      `/remote/t${at}`,
    ]);
    await show(browser, mail, { remote: Object.fromEntries(all) });
    await expect.poll(() => browser.remote).toEqual(['t0']);
  });

  test('a style block reaches the inside of the mail and nothing of its frame', async () => {
    await show(
      browser,
      '<style>body.x, body > p { color: rgb(1, 2, 3) } html, :root, * { overflow: visible !important; background: rgb(9, 9, 9) !important } .body, [class=body], #body { color: rgb(4, 5, 6) } *, html, body { display: none !important }</style><body class=x><p>x</p><b class=body>y</b><i id=body>z</i></body>',
    );
    const seen = await browser.page.evaluate(() => {
      const inner = document.querySelector('iframe')?.contentDocument;
      const look = (selector: string) => {
        const element = inner?.querySelector(selector);
        return element == null ? null : getComputedStyle(element);
      };
      return {
        root: [look('html')?.display, look('html')?.backgroundColor, look('html')?.overflow],
        frame: look('body')?.display,
        mail: [look('.mail-body')?.color, look('.mail-body')?.display],
        colours: [look('p')?.color, look('b')?.color, look('i')?.color],
      };
    });
    expect(seen).toEqual({
      root: ['block', 'rgb(255, 255, 255)', 'hidden'],
      frame: 'block',
      mail: ['rgb(1, 2, 3)', 'none'],
      colours: ['rgb(1, 2, 3)', 'rgb(4, 5, 6)', 'rgb(4, 5, 6)'],
    });
  });

  test('styles: only what is known is written again', async () => {
    const result = await show(
      browser,
      `<html><head><style>
      @import url(https://i.leak.test/a.css); @import "https://i.leak.test/b.css";
      @font-face { font-family: x; src: url(https://f.leak.test/x.woff) }
      body { color: green; background: \\75rl(https://e.leak.test/1.png) }
      #outlook a, .x[title="#y"] { padding: 0; --evil: url(https://v.leak.test/2.png); background: var(--evil) }
      p { position: fixed; top: 0; z-index: 99; width: expression(alert(1)); cursor: url(https://u.leak.test/c.cur), auto }
      div { background-image: image-set("https://s.leak.test/1.png" 1x); mask: url(https://m.leak.test/1.svg#a); filter: url(https://m.leak.test/2.svg#a); height: 100vh }
      q::before { content: url(https://o.leak.test/1.png) } q::after { content: "</style><img src=x onerror=parent.__xss=1>" }
      @media (max-width: 500px) { .col { display: block !important } }
    </style></head><body><p style="position:sticky;color:blue;behavior:url(x.htc);background:url('https://w.leak.test/1.png')">x</p></body></html>`,
    );
    expect(result.html).toContain('color: green');
    expect(result.html).toContain('#user-content-outlook a, .x[title="#y"] { padding: 0px; }');
    expect(result.html).toContain('@media (max-width: 500px)');
    expect(result.html).toContain('display: block !important');
    expect(result.html).not.toMatch(
      /leak\.test|fixed|sticky|expression|behavior|var\(|--evil|100vh|font-face|@import/,
    );
    expect(result.html).not.toContain('</style><img');
    expect(result.remoteImages.sort()).toEqual(['https://e.leak.test/1.png', 'https://w.leak.test/1.png']);
    expect(result.xss).toBe(false);
    expect(browser.incidents).toEqual([]);
  });

  test.skipIf(!hasCorpora)(
    'hostile payloads do nothing, without sandbox and policy too',
    async () => {
      const open = await openTestBrowser({ policy: 'none' });
      const payloads = (
        JSON.parse(readFileSync(`${corpora}sec-dompurify/payloads.json`, 'utf8')) as {
          n: number;
          payload: string;
        }[]
      ).map(({ n, payload }) => ({
        name: `dompurify ${n}`,
        html: String(payload).replace(/alert\s*\(/g, 'top.__xss=('),
      }));
      for (const dir of ['sec-own/active', 'sec-own/leak']) {
        for (const name of readdirSync(`${corpora}${dir}`)) {
          const mail = readMail(readFileSync(`${corpora}${dir}/${name}`));
          payloads.push({ name: `${dir}/${name}`, html: mail.html ?? mail.text });
        }
      }
      const failed: string[] = [];
      for (const { name, html } of payloads) {
        const [shown, bare] = await Promise.all([show(browser, html), show(open, html, { bare: true })]);
        for (const [result, how] of [
          [shown, ''],
          [bare, ' (bare)'],
        ] as const)
          if (result.xss || hasActiveMarkup(result.html))
            failed.push(`${name}${how}: ${result.html.slice(0, 200)}`);
      }
      // The trap works: the same frame with the HTML as it came does set it off.
      const control = await open.page.evaluate(async () => {
        const iframe = document.querySelector('iframe') ?? document.createElement('iframe');
        const loaded = new Promise((resolve) => iframe.addEventListener('load', resolve, { once: true }));
        iframe.srcdoc = '<img src="data:," onerror="top.__xss=1">';
        await loaded;
        await new Promise((resolve) => setTimeout(resolve, 50));
        const set = window.__xss !== undefined;
        iframe.remove();
        return set;
      });
      expect(control).toBe(true);
      expect(failed).toEqual([]);
      expect([...browser.incidents, ...open.incidents]).toEqual([]);
      expect(open.page.url()).toBe('https://app.invalid/');
      await open.close();
      process.stdout.write(`sanitise-html: ${payloads.length} hostile payloads did nothing\n`);
    },
    180_000,
  );

  test.skipIf(!hasCorpora)(
    'HTTPLeaks: no request, also bare, and after pictures are shown',
    async () => {
      const open = await openTestBrowser({ policy: 'none' });
      const html = readMail(readFileSync(`${corpora}sec-httpleaks/leak.eml`)).html ?? '';
      const result = await show(open, html, { bare: true });
      await show(browser, html);
      expect(result.html).not.toMatch(/(?<!remote-)(?:src|style|background)="[^"]*httpleaks\.leak\.test/i);
      const remote = Object.fromEntries(result.remoteImages.map((url, i) => [url, `/remote/leak${i}`]));
      browser.remote.length = 0;
      const shown = await show(browser, html, { remote });
      await expect.poll(() => browser.remote.length).toBeGreaterThan(0);
      expect([...browser.incidents, ...open.incidents]).toEqual([]);
      await open.close();
      process.stdout.write(
        `sanitise-html: HTTPLeaks 0 requests; ${result.remoteImages.length} pictures can be shown, ${shown.blocked} things never\n`,
      );
    },
    60_000,
  );

  test('HTML made to keep the parser busy is cut off, not followed', async () => {
    const bombs = {
      depth: `<p>first</p>${'<div>'.repeat(200_000)}`,
      attributes: `<p>first</p><b ${Array.from({ length: 50_000 }, (_, i) => `a${i}=1`).join(' ')}>x</b>`,
      formats: `<p>first</p>${Array.from({ length: 5_000 }, (_, i) => `<b c=${i}>`).join('')}${'<p>x'.repeat(5_000)}`,
      rules: `<p>first</p><style>${'a{color:red}'.repeat(200_000)}</style>`,
      ends: `<p>first</p>${'<table><tr><td>x'.repeat(20_000)}`,
    };
    for (const [name, html] of Object.entries(bombs)) {
      const { ms, first } = await browser.page.evaluate((html) => {
        const begin = performance.now();
        const first = window.harness.sanitiseHtml(html).html.includes('<p>first</p>');
        return { ms: performance.now() - begin, first };
      }, html);
      expect(ms, name).toBeLessThan(4_000);
      expect(first, name).toBe(true);
    }
    const letter = '<ul><li>a<li>b</ul><p>one<p>two<table><tr><td>x<td>y</table>';
    expect(
      await browser.page.evaluate(
        (html) => window.harness.sanitiseHtml(html.repeat(500)).html.split('two').length,
        letter,
      ),
    ).toBe(501);
  }, 60_000);

  test('the frame: no scripts, its height is its content, links and keys come out', async () => {
    const seen = await browser.page.evaluate(async () => {
      document.querySelector('iframe')?.remove();
      const iframe = document.createElement('iframe');
      iframe.style.cssText = 'width: 800px; border: 0';
      document.body.append(iframe);
      const links: string[] = [];
      const keys: string[] = [];
      let height = 0;
      document.addEventListener('keydown', (event) => keys.push(event.key));
      const frame = window.harness.prepareMailFrame(iframe, {
        onLink: (url, text) => links.push(`${url} ${text}`),
        onHeight: (value) => {
          height = value;
        },
      });
      await frame.show(
        window.harness.frameDocument({
          html: window.harness.textToHtml(
            'Hello, see https://example.org/a_(b). Or ann@example.org!\n<script>\n\nOn Monday you wrote:\n> one\n>> two\n> three\n> four\n> five\n\n-- \nAnn',
          ),
          kind: 'text',
          theme: 'dark',
          origin: 'https://app.invalid',
        }),
      );
      const inner = iframe.contentDocument;
      for (const link of Array.from(inner?.querySelectorAll('a') ?? [])) link.click();
      inner?.body.dispatchEvent(new KeyboardEvent('keydown', { key: 'j', bubbles: true, cancelable: true }));
      const before = height;
      const block = inner?.createElement('div');
      if (block !== undefined) {
        block.style.height = '500px';
        inner?.body.append(block);
      }
      await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
      return {
        links,
        keys,
        before,
        after: height,
        sandbox: iframe.getAttribute('sandbox'),
        html: inner?.body.innerHTML ?? '',
        scripts: inner?.scripts.length,
      };
    });
    expect(seen.sandbox).toBe('allow-same-origin');
    expect(seen.links).toEqual([
      'https://example.org/a_(b) https://example.org/a_(b)',
      'mailto:ann@example.org ann@example.org',
    ]);
    expect(seen.keys).toEqual(['j']);
    expect(seen.before).toBeGreaterThan(50);
    expect(seen.after).toBe(seen.before + 500);
    expect(seen.html).toContain('&lt;script&gt;');
    expect(seen.html).toContain('<details>');
    expect(seen.html).toContain('class="signature"');
    expect(seen.scripts).toBe(0);
    expect(browser.incidents).toEqual([]);
  });
});

/** Payloads may stand as text and in harmless attributes, not as anything that acts. */
function hasActiveMarkup(html: string): boolean {
  const tags = html.match(/<[a-z!/](?:"[^"]*"|'[^']*'|[^>"'])*>/gi) ?? [];
  return tags.some((tag) => {
    if (
      /^<\/?(?:script|iframe|object|embed|form|svg|math|link|meta|base|input|button|video|audio)\b/i.test(tag)
    )
      return true;
    const names = tag.replace(/"[^"]*"/g, '""');
    const href = /\shref="([^"]*)"/i.exec(tag)?.[1];
    return /\son\w+=/i.test(names) || (href !== undefined && !/^(?:https?:|mailto:|#)/i.test(href));
  });
}
