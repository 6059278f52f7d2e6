import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { hostileHtml } from '../../../fixtures/hostile-html.ts';
import { printedPages, type PrintedPaper } from '../../../harness/printed-pages.ts';
import { chromiumPath, hasChromium, openTestBrowser, type TestBrowser } from './browser.ts';

if (!hasChromium) process.stdout.write(`print-frame: skipped, no Chromium at ${chromiumPath}\n`);

describe.skipIf(!hasChromium)('what is printed', () => {
  let browser: TestBrowser;
  beforeAll(async () => {
    browser = await openTestBrowser();
  }, 60_000);
  afterAll(async () => {
    await browser.close();
  });

  /** Makes the print frame of one message with these pieces; `raw`: as if the sanitiser had let everything through. */
  const prepare = async (
    pieces: readonly string[],
    options: { raw?: boolean; subject?: string; to?: string; pictures?: Record<string, string> } = {},
  ): Promise<void> =>
    await browser.page.evaluate(
      async ({ pieces, options }) => {
        document.querySelector('iframe')?.remove();
        const { printDocument, preparePrintFrame, sanitiseHtml } = window.harness;
        const frame = await preparePrintFrame(
          printDocument({
            subject: options.subject ?? 'On printing',
            origin: 'https://app.invalid',
            messages: [
              {
                rows: [{ name: 'To', text: options.to ?? 'ann@example.test' }],
                notes: [],
                pieces: pieces.map(() => ({ caption: null })),
              },
            ],
          }),
          pieces.map((html) => ({
            html: options.raw === true ? html : sanitiseHtml(html).html,
            pictures: options.pictures ?? {},
          })),
        );
        // Handlers such as onerror and onload run after a task or two.
        await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve, 0)));
        const inner = frame.contentDocument;
        for (const sheet of inner?.querySelectorAll('.sheet') ?? [])
          for (const element of sheet.shadowRoot?.querySelectorAll('*') ?? [])
            for (const name of ['click', 'mouseover', 'focus', 'toggle', 'animationstart'])
              element.dispatchEvent(new Event(name, { bubbles: true }));
      },
      { pieces, options },
    );

  /** What is wrong with our own words and with the piece below the hostile one, as paper would show them. */
  const spoiled = async (): Promise<string[]> => {
    await browser.page.emulateMedia({ media: 'print', colorScheme: 'dark' });
    const faults = await browser.page.evaluate(() => {
      const found: string[] = [];
      const frame = document.querySelector<HTMLIFrameElement>('iframe.print-frame');
      const inner = frame?.contentDocument;
      const view = frame?.contentWindow;
      if (frame == null || inner == null || view == null) return ['no frame'];
      if (window.__xss !== undefined || view.__xss !== undefined) found.push('a script ran');
      if (inner.querySelectorAll('.piece').length !== 2) found.push('pieces');
      const [, second] = inner.querySelectorAll('.sheet');
      const neighbour = second?.shadowRoot?.querySelector('#neighbour');
      frame.inert = false;
      for (const element of [inner.querySelector('h1'), inner.querySelector('dd'), neighbour]) {
        if (element == null) {
          found.push('words are gone');
          continue;
        }
        const style = view.getComputedStyle(element);
        if (style.color !== 'rgb(0, 0, 0)' || style.position !== 'static' || style.display === 'none')
          found.push(`looks of ${element.localName}`);
        element.scrollIntoView({ block: 'center' });
        const box = element.getBoundingClientRect();
        const within = element === neighbour ? second?.shadowRoot : inner;
        if (within?.elementFromPoint(box.left + 5, box.top + box.height / 2) !== element)
          found.push(`something lies over ${element.localName}`);
      }
      return found;
    });
    await browser.page.emulateMedia({ media: null, colorScheme: null });
    return faults;
  };

  const neighbour = '<p id="neighbour">The neighbour</p>';
  const aimed = (html: string): string =>
    html.replaceAll('HOST', 'out.leak.test').replaceAll('RUN', 'top.__xss=1');

  for (const [name, html] of Object.entries(hostileHtml))
    test(`hostile, not even sanitised: ${name}`, async () => {
      await prepare([aimed(html), neighbour], { raw: true });
      expect(await spoiled()).toEqual([]);
      // A frame that the policy refused shows the browser's own page of that.
      expect(browser.incidents.filter((one) => one !== 'navigation chrome-error://chromewebdata/')).toEqual(
        [],
      );
      expect(browser.remote).toEqual([]);
    });

  test('hostile mail stays in its place on paper', async () => {
    await prepare(
      [
        `${aimed(hostileHtml['more than its place'] ?? '').replace(/<plaintext>.*/s, '')}${aimed(hostileHtml['styles that fetch'] ?? '')}<div style="position:absolute;top:-500px;left:-50px">OVER THE HEAD</div><div style="position:absolute;top:99999px">FAR BELOW</div>`,
        '<p>The neighbour</p>',
      ],
      { subject: 'Subject of ours' },
    );
    const pages = await printedPages(browser.page);
    const all = pages.map(({ text }) => text).join(' ');
    expect(pages[0]?.words[0]?.text).toBe('Subject of ours');
    expect(all).not.toContain('FAR BELOW');
    expect(all).not.toContain('OVER THE HEAD');
    expect(pages.at(-1)?.words.at(-1)?.text).toBe('The neighbour');
    // Nor does it push what follows away over empty pages.
    expect(pages).toHaveLength(1);
    expect(browser.incidents).toEqual([]);
  });

  beforeEach(() => {
    browser.incidents.length = 0;
  });

  /** How often a word is on paper; it may go on in the next line or on the next page. */
  const once = (pages: readonly PrintedPaper[], word: string): number =>
    pages
      .map(({ text }) => text)
      .join('')
      .replace(/\s/g, '')
      .split(word).length - 1;

  test('a long mail is there to its last line, on pages that cut no line, with its whole head', async () => {
    const lines = Array.from({ length: 300 }, (_, at) => `line-${at + 1}-end`);
    const people = Array.from(
      { length: 120 },
      (_, at) => `Person ${at + 1} <person-${at + 1}-@example.test>`,
    );
    await prepare(
      [
        `${lines.map((line) => `<p>${line}</p>`).join('')}<div style="height:40px;overflow:auto"><p>scroll-1-</p><p>scroll-2-</p><p>scroll-3-</p><p>scroll-4-</p></div><details><summary>More</summary>was-folded-</details><table width="1400"><tr><td>left-edge-</td><td align="right">right-edge-</td></tr></table><div style="overflow:hidden">${lines.map((line) => `inner-${line}`).join('<br>')}</div>`,
      ],
      { to: people.join(', ') },
    );
    const pages = await printedPages(browser.page);
    expect(pages.length).toBeGreaterThan(4);
    const wanted = [
      ...people.map((_, at) => `person-${at + 1}-@`),
      ...['scroll-1-', 'scroll-4-', 'was-folded-', 'left-edge-', 'right-edge-'],
      ...lines.map((line) => `inner-${line}`),
    ];
    expect(wanted.filter((word) => once(pages, word) !== 1)).toEqual([]);
    // Once in a paragraph of its own, once in the box below.
    expect(lines.filter((line) => once(pages, line) !== 2)).toEqual([]);
    expect(pages.map(({ foot }) => foot.replace(/\s/g, ''))).toEqual(
      pages.map((_, at) => `${at + 1}/${pages.length}`),
    );
    for (const { words, width } of pages)
      expect(words.filter(({ left, right }) => left < 0 || right > width)).toEqual([]);
  });

  test('cells keep their words whole, code is broken into lines, and light words stand on their dark ground', async () => {
    const words = ['Article', 'Price', 'Number', 'Sum'];
    const long = `<td>${'many words in a cell that is wide '.repeat(8)}</td>`;
    await prepare([
      `<table width="1000"><tr>${words.map((word) => `<td>${word}</td>`).join('')}${long}</tr></table><pre style="white-space:pre">${'compute(argument), '.repeat(40)}</pre><p id="dark" style="background:#0a2a5a;color:#fff">Light</p><p id="light" style="background:#eee">Dark</p>`,
    ]);
    const found = await browser.page.locator('iframe.print-frame').evaluate((frame: HTMLIFrameElement) => {
      const sheet = frame.contentDocument?.querySelector('.sheet')?.shadowRoot;
      const styleOf = (name: string): CSSStyleDeclaration | undefined => {
        const one = sheet?.querySelector(`[id$=${name}]`);
        return one == null ? undefined : frame.contentWindow?.getComputedStyle(one);
      };
      return {
        zoom: sheet?.querySelector<HTMLElement>('div')?.style.zoom,
        grounds: [styleOf('dark')?.printColorAdjust, styleOf('light')?.printColorAdjust],
      };
    });
    expect(found).toEqual({ zoom: '', grounds: ['exact', 'economy'] });
    const [paper] = await printedPages(browser.page);
    expect(words.filter((word) => paper?.words.every(({ text }) => !text.includes(word)))).toEqual([]);
  });

  test('enclosed pictures are drawn, remote ones that were not asked for are their words', async () => {
    const dot =
      'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
    await prepare(
      [
        '<img src="cid:one@x" alt="first"><img src="https://out.leak.test/2.png" alt="second picture" width="200">',
      ],
      { pictures: { 'one@x': dot } },
    );
    const pictures = await browser.page
      .locator('iframe.print-frame')
      .evaluate((frame: HTMLIFrameElement) =>
        [...(frame.contentDocument?.querySelector('.sheet')?.shadowRoot?.querySelectorAll('img') ?? [])].map(
          ({ naturalWidth }) => naturalWidth,
        ),
      );
    expect(pictures).toEqual([1, 0]);
    expect((await printedPages(browser.page)).map(({ text }) => text).join(' ')).toContain('second picture');
    expect(browser.incidents).toEqual([]);
    expect(browser.remote).toEqual([]);
  });
});
