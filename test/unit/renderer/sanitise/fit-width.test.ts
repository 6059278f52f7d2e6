import { afterAll, beforeAll, expect, test } from 'vitest';
import { hasChromium, openTestBrowser, type TestBrowser } from './browser.ts';

if (!hasChromium) process.stdout.write('fit-width: skipped, no Chromium\n');

let browser: TestBrowser;
beforeAll(async () => {
  if (hasChromium) browser = await openTestBrowser();
}, 60_000);
afterAll(() => browser?.close());

interface Shown {
  kind?: 'html' | 'text';
  given: string;
  width: number;
  zoom?: number;
  /** Afterwards, at the same frame. */
  thenWidth?: number;
}

/** What the frame told of its width at the end, how large its letters are, and whether all of it is in the frame. */
const shown = (how: Shown): Promise<{ across: boolean; share: number; inside: boolean; moved: number }> =>
  browser.page.evaluate(async ({ kind = 'html', given, width, zoom = 1, thenWidth }) => {
    const iframe = document.createElement('iframe');
    iframe.style.width = `${width}px`;
    iframe.style.border = '0';
    document.body.append(iframe);
    let across = false;
    let moved = 0;
    const frame = window.harness.prepareMailFrame(iframe, {
      onLink: () => undefined,
      onHeight: (height) => {
        iframe.style.height = `${height}px`;
      },
      onAcross: (found) => {
        across = found !== null;
      },
      onMoved: (share) => {
        moved = share;
      },
    });
    const html = kind === 'html' ? window.harness.sanitiseHtml(given).html : window.harness.textToHtml(given);
    await frame.show(
      window.harness.frameDocument({ html, kind, theme: 'light', origin: location.origin, zoom }),
    );
    const painted = (): Promise<unknown> =>
      new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    if (thenWidth !== undefined) iframe.style.width = `${thenWidth}px`;
    await painted();
    await painted();
    const inner = iframe.contentDocument;
    const box = inner?.querySelector(kind === 'html' ? '.mail-body' : '.columns');
    const measure = inner?.createElement('div');
    measure?.setAttribute('style', 'width:100px;height:1px');
    if (measure !== undefined) box?.append(measure);
    const share = (measure?.getBoundingClientRect().width ?? 0) / 100;
    measure?.remove();
    const inside = (box?.scrollWidth ?? 0) <= (box?.clientWidth ?? 0) + 1;
    frame.moveTo(0.2);
    await painted();
    iframe.remove();
    return { across, share: Math.round(share * 100) / 100, inside, moved: Math.round(moved * 10) / 10 };
  }, how);

const letter = (wide: number): string =>
  `<table cellpadding="0" cellspacing="0"><tr><td><div style="width:${wide}px">Words of a letter of news.</div></td></tr></table>`;

test.skipIf(!hasChromium)('a mail that fits is as large as it was sent', async () => {
  expect(await shown({ given: letter(500), width: 700 })).toEqual({
    across: false,
    share: 1,
    inside: true,
    moved: 0,
  });
});

test.skipIf(!hasChromium)('one that is wider than the pane becomes smaller until it fits', async () => {
  const found = await shown({ given: letter(800), width: 700 });
  expect(found).toMatchObject({ across: false, inside: true });
  expect(found.share).toBeGreaterThan(0.75);
  expect(found.share).toBeLessThan(0.85);
});

test.skipIf(!hasChromium)('the usual letter of news fits a narrow pane', async () => {
  expect(await shown({ given: letter(600), width: 378 })).toMatchObject({ across: false, inside: true });
});

test.skipIf(!hasChromium)('and is as it was sent again when the pane is wide enough', async () => {
  expect(await shown({ given: letter(800), width: 700, thenWidth: 890 })).toMatchObject({
    share: 1,
    inside: true,
  });
  expect(await shown({ given: letter(700), width: 890, thenWidth: 600 })).toMatchObject({
    across: false,
    inside: true,
  });
});

test.skipIf(!hasChromium)('who wants larger letters gets them, and moves through the mail', async () => {
  const found = await shown({ given: letter(640), width: 700, zoom: 1.5 });
  expect(found).toMatchObject({ across: true, inside: false, moved: 0.2 });
  expect(found.share).toBeGreaterThan(1.4);
});

test.skipIf(!hasChromium)(
  'what would be too small to read stays large, and can be moved from outside',
  async () => {
    expect(await shown({ given: letter(2000), width: 700 })).toEqual({
      across: true,
      share: 1,
      inside: false,
      moved: 0.2,
    });
    // Whatever the mail says of its own edges.
    expect(
      await shown({
        given: `<style>body{overflow:hidden!important;scrollbar-width:none}</style><body style="overflow:visible!important">${letter(2000)}`,
        width: 700,
      }),
    ).toMatchObject({ across: true, moved: 0.2 });
  },
);

test.skipIf(!hasChromium)(
  'a table in plain text stays whole in a narrow pane, its words beside it as large as ever',
  async () => {
    const rows = Array.from({ length: 5 }, (_, at) => `Rope ${at}${' '.repeat(40)}3${' '.repeat(14)}12.50`);
    const found = await shown({ kind: 'text', given: `Hello\n\n${rows.join('\n')}\n`, width: 420 });
    expect(found.inside).toBe(true);
    expect(found.share).toBeGreaterThan(0.55);
    expect(found.share).toBeLessThan(1);
  },
);
