/** What the browser side of the sanitiser's tests can call; bundled and served by browser.ts. */
import { frameDocument } from '../../../../src-renderer/message-html/frame-document.ts';
import { prepareMailFrame } from '../../../../src-renderer/message-html/mail-frame.ts';
import { printDocument } from '../../../../src-renderer/message-html/print-document.ts';
import { preparePrintFrame } from '../../../../src-renderer/message-html/print-frame.ts';
import { textToHtml } from '../../../../src-renderer/message-html/text-to-html.ts';
import { sanitiseHtml } from '../../../../src-renderer/sanitise/sanitise-html.ts';

import { foldQuotes } from '../../../../src-renderer/message-html/fold-quotes.ts';

const harness = {
  foldQuotes,
  frameDocument,
  prepareMailFrame,
  preparePrintFrame,
  printDocument,
  textToHtml,
  sanitiseHtml,
};
export type Harness = typeof harness;
Object.assign(window, { harness });
