import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readMail } from '../../src-main/mime/read/read-mail.ts';
import { textLines } from '../../src-renderer/message-html/text-to-html.ts';
import { quoteStart } from '../../src-renderer/message-html/quote-start.ts';
import { corpora, corporaPresent, corpusFiles, inCorpus, readCorpus } from '../agreement/corpora.ts';
import { hasChromium, openTestBrowser, type TestBrowser } from '../unit/renderer/sanitise/browser.ts';

const missing = !corporaPresent ? `no corpora at ${corpora}` : hasChromium ? null : 'no Chromium';
if (missing !== null) process.stdout.write(`quote-agreement: skipped, ${missing}\n`);

interface Case {
  name: string;
  ours: string;
  golden: string;
}

const plain = (text: string): string => text.replace(/[\s\u200b\ufffc]+/g, '');

/** A different opinion, each for a reason. */
const differences: Readonly<Record<string, string>> = {
  'talon thunderbird.eml text': 'The answer stands below the quote: nothing is folded then.',
};

function answerOf(text: string): string {
  const lines = textLines(text);
  const start = quoteStart(lines);
  return lines
    .slice(0, start ?? lines.length)
    .map((line) => line.text)
    .join('\n');
}

describe.skipIf(missing !== null)('quotes of the corpora', () => {
  let browser: TestBrowser;
  beforeAll(async () => {
    browser = await openTestBrowser();
  });
  afterAll(() => browser.close());

  /** What is seen of the mail when its quote is folded; with `fold` false: all of it. */
  const seen = (html: string, fold: boolean): Promise<string> =>
    browser.page.evaluate(
      ([given, folds]) => {
        const { html: safe } = window.harness.sanitiseHtml(given);
        const body = new DOMParser().parseFromString(safe, 'text/html').querySelector('.mail-body');
        if (body === null) return '';
        if (folds) window.harness.foldQuotes(body, '');
        for (const gone of body.querySelectorAll('style, details.posthorn-fold')) gone.remove();
        return body.textContent;
      },
      [html, fold] as const,
    );

  it('agree in nine of ten', async () => {
    const cases: Case[] = [];
    const add = async (name: string, html: string, golden: string): Promise<void> => {
      cases.push({ name, ours: await seen(html, true), golden });
    };
    for (const { path } of corpusFiles('mailspring-html')) {
      const stripped = path.replace(/\.html$/, '_stripped.html');
      if (
        !path.endsWith('.html') ||
        path.endsWith('_stripped.html') ||
        !inCorpus(`mailspring-html/${stripped}`)
      )
        continue;
      const golden = await seen(readCorpus(`mailspring-html/${stripped}`).toString(), false);
      await add(
        `mailspring ${path.split('/').at(-1) ?? ''}`,
        readCorpus(`mailspring-html/${path}`).toString(),
        golden,
      );
    }
    for (const { path } of corpusFiles('talon')) {
      const name = `talon ${path.split('/').at(-1) ?? ''}`;
      const bytes = readCorpus(`talon/${path}`);
      if (path.startsWith('html_replies/')) await add(name, bytes.toString(), 'Hi. I am fine. Thanks, Alex');
      else if (path === 'reply-separated-by-hr.html') await add(name, bytes.toString(), 'Hi there Bob');
      else if (path === 'OLK_SRC_BODY_SECTION.html') await add(name, bytes.toString(), 'Reply');
      else if (/^standard_replies\/.*\.eml$/.test(path)) {
        const { text, html } = readMail(bytes);
        cases.push({ name: `${name} text`, ours: answerOf(text), golden: 'Hello' });
        if (html !== null) await add(`${name} html`, html, 'Hello');
      }
    }
    const apart = cases.filter(({ ours, golden }) => plain(ours) !== plain(golden));
    for (const { name, ours, golden } of apart)
      process.stdout.write(
        `quotes: ${name}: ${differences[name] ?? `${JSON.stringify(plain(ours).slice(-160))} ≠ ${JSON.stringify(plain(golden).slice(-160))}`}\n`,
      );
    const share = (cases.length - apart.length) / cases.length;
    process.stdout.write(
      `quotes: ${cases.length - apart.length} of ${cases.length} agree (${Math.round(share * 100)} %)\n`,
    );
    expect(cases.length).toBeGreaterThan(20);
    expect(share).toBeGreaterThanOrEqual(0.9);
  });
});
