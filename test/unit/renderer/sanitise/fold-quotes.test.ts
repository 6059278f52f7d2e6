import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasChromium, openTestBrowser, type TestBrowser } from './browser.ts';

if (!hasChromium) process.stdout.write('fold-quotes: skipped, no Chromium\n');

describe.skipIf(!hasChromium)('quoted HTML', () => {
  let browser: TestBrowser;
  beforeAll(async () => {
    browser = await openTestBrowser();
  });
  afterAll(() => browser.close());

  /** What is seen, and what is in the fold; null: there is none. */
  const folded = (html: string): Promise<{ seen: string; fold: string | null }> =>
    browser.page.evaluate((given) => {
      const { html: safe } = window.harness.sanitiseHtml(given);
      const body = new DOMParser().parseFromString(safe, 'text/html').querySelector('.mail-body');
      if (body === null) throw new Error('no body');
      window.harness.foldQuotes(body, 'More');
      const words = (node: Node): string => (node.textContent ?? '').replace(/\s+/g, ' ').trim();
      const fold = body.querySelector('details.posthorn-fold');
      const inner = fold === null ? null : words(fold);
      fold?.remove();
      return { seen: words(body), fold: inner };
    }, html);

  const quote = '<blockquote type="cite">May I?</blockquote>';
  test.each([
    [
      'Gmail',
      `<div dir="ltr">Yes.</div><br><div class="gmail_quote"><div class="gmail_attr">On Mon, 3 Apr 2023, Ann wrote:</div><blockquote class="gmail_quote">May I?</blockquote></div>`,
    ],
    [
      'Apple',
      `<div>Yes.</div><div><br><div>On 3 Apr 2023, at 10:11, Ann &lt;ann@x&gt; wrote:</div><br>${quote}</div>`,
    ],
    [
      'Thunderbird',
      `<p>Yes.</p><div class="moz-cite-prefix">Am 03.04.2023 um 10:11 schrieb Ann:</div>${quote}`,
    ],
    [
      'Yahoo',
      `<div>Yes.</div><div id="yahoo_quoted_1" class="yahoo_quoted"><div>On Monday, 3 April 2023, Ann wrote:</div><div>May I?</div></div>`,
    ],
    [
      'Outlook',
      `<div class="WordSection1"><p>Yes.</p><div><div style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3pt 0 0 0"><p><b>From:</b> Ann<br><b>Sent:</b> Monday<br><b>To:</b> Bob<br><b>Subject:</b> May I</p></div></div><p>May I?</p></div>`,
    ],
    [
      'Outlook on the web',
      `<div>Yes.</div><div id="appendonsend"></div><hr><div id="divRplyFwdMsg"><b>Von:</b> Ann<br><b>Gesendet:</b> Montag<br><b>An:</b> Bob<br><b>Betreff:</b> x</div><div>May I?</div>`,
    ],
    ['a pre', `<pre>Yes.\n\nOn 3 Apr 2023, Ann wrote:\n&gt; May I?</pre>`],
    ['marks in lines', `Yes.<br><br>&gt; May I?<br>&gt; Ann`],
  ])('of %s is folded, and the answer is seen', async (_name, html) => {
    const { seen, fold } = await folded(`<html><body>${html}</body></html>`);
    expect(seen).toBe('Yes.');
    expect(fold).toMatch(/^More.*May I\?/);
  });

  test('empty lines and rules between the answer and the quote are folded too', async () => {
    const left = await browser.page.evaluate((given) => {
      const { html: safe } = window.harness.sanitiseHtml(given);
      const body = new DOMParser().parseFromString(safe, 'text/html').querySelector('.mail-body');
      if (body === null) throw new Error('no body');
      window.harness.foldQuotes(body, 'More');
      body.querySelector('details')?.remove();
      return [body.querySelectorAll('br, hr, p, img').length, body.querySelector('p')?.textContent];
    }, `<div><p>Yes.</p><p>&nbsp;</p><div><br></div>\n<br><hr></div><br>${quote}`);
    expect(left).toEqual([1, 'Yes.']);
    const kept = await folded(`<p>Yes.</p><div><img src="cid:a" width="300" alt="Ann"><br></div>${quote}`);
    expect(kept.seen).toMatch(/^Yes\./);
  });

  test.each([
    ['it is all there is', quote],
    ['there is only white space besides', `<div><br>\u00a0\u200b</div>${quote}`],
    ['the answer stands between', `<p>Hi</p>${quote}<p>Yes.</p>${quote}<p>No.</p>`],
    ['the answer stands below', `<p>On 3 Apr 2023, Ann wrote:</p>${quote}<p>Yes.</p>`],
    ['a picture answers below', `<p>Hi</p>${quote}<img src="cid:a" width="300">`],
    [
      'a notification cites it in its table',
      '<table><tr><td><p>Ann closed this.</p><blockquote style="color:#666">Done.</blockquote></td></tr></table>',
    ],
    [
      'the mail is handed on',
      `<p>See.</p><div class="gmail_quote">---------- Forwarded message ---------<br>From: Ann<br>Date: x<br>Subject: x<br>To: Bob<br><br>May I?</div>`,
    ],
  ])('stays where %s', async (_name, html) => {
    expect((await folded(html)).fold).toBe(null);
  });

  test('opens by a press and by keys, without a script, and the frame grows with it', async () => {
    const heights = await browser.page.evaluate(
      async (given) => {
        const iframe = document.body.appendChild(document.createElement('iframe'));
        const seen: number[] = [];
        const frame = window.harness.prepareMailFrame(iframe, {
          quoteLabel: 'More',
          onLink: () => undefined,
          onHeight: (height) => {
            seen.push(height);
          },
        });
        const { html } = window.harness.sanitiseHtml(given);
        await frame.show(
          window.harness.frameDocument({ html, kind: 'html', theme: 'light', origin: 'https://app.invalid' }),
        );
        const before = seen.at(-1) ?? 0;
        iframe.contentDocument?.querySelector<HTMLElement>('details.posthorn-fold > summary')?.click();
        const until = performance.now() + 60_000;
        while ((seen.at(-1) ?? 0) <= before && performance.now() < until)
          await new Promise(requestAnimationFrame);
        const after = seen.at(-1) ?? 0;
        frame.destroy();
        iframe.remove();
        return { before, after };
      },
      `<p>Yes.</p><blockquote>${'<p>May I?</p>'.repeat(20)}</blockquote>`,
    );
    expect(heights.after).toBeGreaterThan(heights.before + 400);
  });
});
