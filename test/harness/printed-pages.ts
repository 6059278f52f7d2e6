import type { Page } from 'playwright-core';
import { getDocument } from 'pdfjs-dist/legacy/build/pdf.mjs';

/** 16 mm in points, the margin below. */
const margin = 45;

/** Words on paper, where they begin, in points from the left and the bottom. */
interface PrintedWords {
  text: string;
  left: number;
  right: number;
  bottom: number;
}
export interface PrintedPaper {
  width: number;
  words: PrintedWords[];
  text: string;
  /** What stands in the lower margin. */
  foot: string;
}

/**
 * What Chromium makes of the document in the window's print frame: a PDF, page by page. The frame alone cannot be
 * printed from outside, so its document, sheets and all, is put into a page of its own.
 */
export async function printedPages(page: Page): Promise<PrintedPaper[]> {
  const html = await page
    .locator('iframe.print-frame')
    .evaluate((frame: HTMLIFrameElement) =>
      frame.contentDocument?.documentElement.getHTML({ serializableShadowRoots: true }),
    );
  const browser = page.context().browser();
  if (browser === null) throw new Error('the window is not in a browser of the test');
  const paper = await browser.newPage();
  await paper.evaluate((whole) => document.documentElement.setHTMLUnsafe(whole), html ?? '');
  const data = new Uint8Array(await paper.pdf({ format: 'A4' }));
  await paper.close();
  const task = getDocument({ data, verbosity: 0 });
  const pdf = await task.promise;
  const papers: PrintedPaper[] = [];
  for (let number = 1; number <= pdf.numPages; number += 1) {
    const drawn = await pdf.getPage(number);
    const all = (await drawn.getTextContent()).items.flatMap((item) =>
      'str' in item && item.str.trim() !== ''
        ? [
            {
              text: item.str,
              left: Number(item.transform[4]),
              right: Number(item.transform[4]) + item.width,
              bottom: Number(item.transform[5]),
            },
          ]
        : [],
    );
    const words = all.filter(({ bottom }) => bottom >= margin);
    papers.push({
      width: drawn.view[2] ?? 0,
      words,
      text: words.map(({ text }) => text).join(' '),
      foot: all
        .filter((word) => !words.includes(word))
        .map(({ text }) => text)
        .join(''),
    });
  }
  await task.destroy();
  return papers;
}
