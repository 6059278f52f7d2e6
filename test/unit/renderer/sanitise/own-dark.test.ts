import { afterAll, beforeAll, expect, test } from 'vitest';
import { hasChromium, openTestBrowser, type TestBrowser } from './browser.ts';

if (!hasChromium) process.stdout.write('own-dark: skipped, no Chromium\n');

let browser: TestBrowser;
beforeAll(async () => {
  if (hasChromium) browser = await openTestBrowser();
}, 60_000);
afterAll(() => browser?.close());

/** Whether the mail is darkened as a whole, and what lies under its words before that. */
const drawn = (
  given: string,
  theme: 'light' | 'dark',
): Promise<{
  darkened: boolean;
  told: boolean;
  ground: string;
  sheet: string;
  turns: Record<string, number>;
}> =>
  browser.page.evaluate(
    async ({ html, light }) => {
      let told = false;
      const iframe = document.createElement('iframe');
      document.body.append(iframe);
      const frame = window.harness.prepareMailFrame(iframe, {
        onLink: () => undefined,
        onHeight: () => undefined,
        onDarkened: (is) => {
          told = is;
        },
      });
      await frame.show(
        window.harness.frameDocument({
          html: window.harness.sanitiseHtml(html).html,
          kind: 'html',
          theme: light ? 'light' : 'dark',
          origin: location.origin,
        }),
      );
      const inner = iframe.contentDocument as Document;
      const styleOf = (element: Element): CSSStyleDeclaration =>
        (inner.defaultView as Window).getComputedStyle(element);
      /** How many times the colours of what has a title are turned around. */
      const turns: Record<string, number> = {};
      for (const one of inner.querySelectorAll('[title]')) {
        let times = 0;
        for (let at: Element | null = one; at !== null; at = at.parentElement)
          if (styleOf(at).filter !== 'none') times += 1;
        turns[one.getAttribute('title') ?? ''] = times;
      }
      const found = {
        turns,
        darkened: styleOf(inner.documentElement).filter !== 'none',
        told,
        ground: styleOf(inner.querySelector('td') ?? inner.body).backgroundColor,
        sheet: styleOf(inner.querySelector('.mail-body') ?? inner.body).backgroundColor,
      };
      iframe.remove();
      return found;
    },
    { html: given, light: theme === 'light' },
  );

const black = 'rgb(0, 0, 0)';
const white = 'rgb(255, 255, 255)';
const table = '<table><tr><td class="c">Ropes for the winter, and a longer word on each.</td></tr></table>';
const ownRules = `<style>td { background: #fff; color: #111 } @media (prefers-color-scheme: dark) { td { background: #000; color: #eee } }</style>${table}`;
const halfRules = `<style>td { background: #fff; color: #111 } @media screen and (prefers-color-scheme:dark) { td { color: #eee } }</style>${table}`;

test.skipIf(!hasChromium).each([
  ['a mail without colours', true, '<p>Words</p>'],
  ['a white mail', true, '<body bgcolor="#ffffff"><p>Words</p></body>'],
  ['a black mail', false, '<body bgcolor="#000000" text="#ffffff"><p>Words</p></body>'],
  ['a dark card on a light sheet', true, '<p>Words</p><p style="background:#000;color:#fff">More</p>'],
  [
    'a light mail with most of its few words in a dark box',
    true,
    '<body bgcolor="#ffffff"><p style="font-size:60px">HAM AMS</p><p style="background:#000;color:#fff">Gate B12, seat 14C, boarding at ten</p><p style="height:200px"></p></body>',
  ],
  [
    'a black mail with a light button',
    false,
    '<body bgcolor="#000000" text="#ffffff"><p>Words that go on and on and on</p><p><b style="background:#fff;color:#000">Buy</b></p></body>',
  ],
  ['a mail with dark rules of its own', false, ownRules],
  ['a mail whose dark rules colour letters alone', true, halfRules],
])('in the dark, %s: darkened is %s', async (_name, darkened, html) => {
  const found = await drawn(html, 'dark');
  expect([found.darkened, found.told]).toEqual([darkened, darkened]);
});

test.skipIf(!hasChromium)(
  'in the dark, the white page around a black mail is dark where no words stand on it',
  async () => {
    const black = '<td style="background:#000;color:#fff">Words that go on for a while</td>';
    const page = (rest: string): string =>
      `<body bgcolor="#ffffff"><table width="100%"><tr>${black}</tr></table>${rest}</body>`;
    expect((await drawn(page(''), 'dark')).sheet).toBe('rgba(0, 0, 0, 0)');
    expect((await drawn(page('<p>More</p>'), 'dark')).sheet).toBe(white);
    expect((await drawn(page(''), 'light')).sheet).toBe(white);
  },
);

test.skipIf(!hasChromium)(
  'dark rules of a mail follow the theme of the window, not of the system',
  async () => {
    await browser.page.emulateMedia({ colorScheme: 'light' });
    expect((await drawn(ownRules, 'dark')).ground).toBe(black);
    await browser.page.emulateMedia({ colorScheme: 'dark' });
    expect(await drawn(ownRules, 'light')).toMatchObject({ darkened: false, told: false, ground: white });
    await browser.page.emulateMedia({ colorScheme: null });
  },
);

test.skipIf(!hasChromium)(
  'a dark head in a light mail keeps its colours when the mail is darkened',
  async () => {
    const navy = 'background:#111133;color:#fff';
    const light = 'background:#fff;color:#000';
    const picture = (title: string): string =>
      `<img title="${title}" src="data:image/gif;base64,R0lGODlhAQABAIAAAP8AAP///ywAAAAAAQABAAACAkQBADs=">`;
    const given = `<p title="words">A light mail with words enough to be one.</p>${picture('photo')}
    <table title="head" style="${navy}"><tr><td>Total <b title="deep" style="${navy}">14</b>${picture('logo')}</td></tr></table>
    <div title="around" style="${navy}">Words <p title="card" style="${light}">on a card <a title="button" style="${navy}">Pay</a></p></div>`;
    const even = { head: 2, deep: 2, logo: 2, photo: 2, button: 2 };
    expect((await drawn(given, 'dark')).turns).toEqual({ ...even, words: 1, around: 1, card: 1 });
    expect(Object.values((await drawn(given, 'light')).turns).every((times) => times === 0)).toBe(true);
  },
);

test.skipIf(!hasChromium).each([
  ['letters taller than their line', '<p style="font-size:40px;line-height:1">Large words</p>'],
  ['a box lower than its words', '<div style="height:10px"><p>One</p><p>Two</p><p>Three</p></div>'],
])('%s bring no bar of their own', async (_name, given) => {
  const fits = await browser.page.evaluate(async (html) => {
    const iframe = document.createElement('iframe');
    document.body.append(iframe);
    const frame = window.harness.prepareMailFrame(iframe, {
      onLink: () => undefined,
      onHeight: (height) => {
        iframe.style.height = `${height}px`;
      },
    });
    await frame.show(
      window.harness.frameDocument({
        html: window.harness.sanitiseHtml(html).html,
        kind: 'html',
        theme: 'light',
        origin: location.origin,
      }),
    );
    const mail = iframe.contentDocument?.querySelector('.mail-body') as HTMLElement;
    const { overflowY } = (iframe.contentWindow as Window).getComputedStyle(mail);
    const found = [
      overflowY,
      mail.scrollHeight <= mail.clientHeight,
      iframe.clientHeight > mail.clientHeight,
    ];
    iframe.remove();
    return found;
  }, given);
  expect(fits).toEqual(['hidden', true, true]);
});

test.skipIf(!hasChromium)(
  'a wide dark border does not shine in a darkened mail, lines and logos stay',
  async () => {
    const navy = 'rgb(0, 0, 51)';
    const page = (inner: string, padding: number): string =>
      `<body bgcolor="#000033" style="padding:${padding}px"><div style="background:#fff">Words on a card</div>${inner}</body>`;
    expect((await drawn(page('', 40), 'dark')).sheet).toBe('rgba(0, 0, 0, 0)');
    expect((await drawn(page('', 40), 'light')).sheet).toBe(navy);
    const nested = `<body bgcolor="#000033"><table bgcolor="#000033" width="100%"><tr><td style="padding:40px"><table bgcolor="#fff"><tr><td>Words on a card</td></tr></table></td></tr></table></body>`;
    expect((await drawn(nested, 'dark')).sheet).toBe('rgba(0, 0, 0, 0)');
    expect((await drawn(page('', 1), 'dark')).sheet).toBe(navy);
    expect((await drawn(page('<img alt="Logo">', 40), 'dark')).sheet).toBe(navy);
    expect((await drawn(page('<p style="color:#fff">More</p>', 40), 'dark')).sheet).toBe(navy);
  },
);

test.skipIf(!hasChromium)(
  'light grounds by the thousand in dark ones by the hundred take no time',
  async () => {
    const light = '<span style="background:#fff">a</span> '.repeat(1_400);
    const dark = `${'<div style="background:#000">'.repeat(400)}${light}${'</div>'.repeat(400)}`;
    const began = performance.now();
    expect(await drawn(`<body bgcolor="#ffffff"><p>Words</p>${dark}</body>`, 'dark')).toMatchObject({
      darkened: true,
    });
    // It was 14 s.
    expect(performance.now() - began).toBeLessThan(5_000);
  },
);
