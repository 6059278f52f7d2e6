import type { SeedMail } from '../../src-main/demo/maildir.ts';

const sentence =
  'The harbour office asks all skippers to give way to the ferry, to keep the slip free, and to say when they leave. ';

/**
 * `n` mails of 20 KB for reading one after the other, plain and HTML in turns, each with "mark-<number>-" in its
 * text. The last one is the newest; no two belong together.
 */
export function* readingMails(n: number): Generator<SeedMail, void, undefined> {
  const newest = Date.parse('2026-11-20T12:00:00Z');
  for (let number = 1; number <= n; number += 1) {
    const date = new Date(newest - (n - number) * 600_000);
    const isHtml = number % 2 === 0;
    const paragraphs = Array.from(
      { length: isHtml ? 28 : 30 },
      (_, at) => `${at + 1}. ${sentence.repeat(at % 3 === 0 ? 4 : 6)}`,
    );
    const body = isHtml
      ? `<html><head><style>p{margin:0 0 1em;font:15px/1.5 Georgia,serif}td{padding:4px 12px}</style></head><body><h1>mark-${number}-</h1><table width="600"><tr><td bgcolor="#eef2f7"><b>Harbour news</b></td><td><a href="https://example.org/${number}">Read on</a></td></tr></table>${paragraphs.map((text, at) => `<p style="color:#${at % 2 === 0 ? '223344' : '443322'}">${text}</p>\r\n`).join('')}</body></html>`
      : `mark-${number}-\r\n\r\n${paragraphs.join('\r\n\r\n')}\r\n\r\n> ${sentence}\r\n> ${sentence}\r\n-- \r\nHarbour office\r\n`;
    const head = [
      `Date: ${date.toUTCString().replace('GMT', '+0000')}`,
      `From: Harbour office ${number % 17} <harbour${number % 17}@example.org>`,
      'To: Ann <ann@example.test>',
      `Subject: Notice ${number} of the harbour office`,
      `Message-ID: <notice.${number}@example.org>`,
      'MIME-Version: 1.0',
      `Content-Type: text/${isHtml ? 'html' : 'plain'}; charset=utf-8`,
      'Content-Transfer-Encoding: 8bit',
    ];
    yield { bytes: `${head.join('\r\n')}\r\n\r\n${body}`, flags: ['\\Seen'], internalDate: date };
  }
}
