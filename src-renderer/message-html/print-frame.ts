import { fillPictures } from './enclosed-places.ts';
import { boxHeldPictures } from './held-pictures.ts';
import { printFrameSandbox, sheetStyle } from './print-document.ts';

/** Sanitised HTML, or what `textToHtml` made, and the pictures that it encloses: Content-ID → data: address. */
export interface PrintedPiece {
  html: string;
  pictures?: Readonly<Record<string, string>>;
}

/** Width of the paper's text in CSS pixels, a little less than A4 and Letter with our margins leave. */
const paperWidth = 660;
/** A wider sheet is drawn smaller, but never so that it cannot be read. */
const smallest = 0.4;
/** So many elements of a sheet are looked at for their ground. */
const mostGrounds = 6_000;
/** Pictures that have not come after so many milliseconds are left white. */
const patience = 10_000;

/**
 * Puts `document` (made by `printDocument`) into a frame out of sight, each piece into a sheet of its own: a shadow
 * tree, so that no style or name of one reaches another or the head. Resolves when all of it, pictures too, is there.
 */
export async function preparePrintFrame(
  document: string,
  pieces: readonly PrintedPiece[],
): Promise<HTMLIFrameElement> {
  const iframe = globalThis.document.createElement('iframe');
  iframe.className = 'print-frame';
  iframe.setAttribute('sandbox', printFrameSandbox);
  iframe.setAttribute('referrerpolicy', 'no-referrer');
  iframe.setAttribute('aria-hidden', 'true');
  iframe.inert = true;
  // Laid out, or there would be nothing to measure; out of sight and out of the way.
  iframe.style.cssText = `position: fixed; inset: 0 auto auto -10000px; inline-size: ${paperWidth}px; block-size: 900px; border: 0; color-scheme: light;`;
  await new Promise<void>((resolve) => {
    iframe.addEventListener('load', () => resolve(), { once: true });
    iframe.srcdoc = document;
    globalThis.document.body.append(iframe);
  });
  const sheets = [...(iframe.contentDocument?.querySelectorAll<HTMLElement>('.sheet') ?? [])];
  const filled = sheets.map((sheet, at) => fillSheet(sheet, pieces[at] ?? { html: '' }));
  const late = new Promise((resolve) => setTimeout(resolve, patience));
  await Promise.race([Promise.all(filled.flatMap(({ images }) => images)), late]);
  for (const { page } of filled) {
    fit(page);
    crop(page);
  }
  return iframe;
}

function fillSheet(
  sheet: HTMLElement,
  { html, pictures = {} }: PrintedPiece,
): { page: HTMLElement; images: Promise<unknown>[] } {
  const shadow = sheet.attachShadow({ mode: 'open', serializable: true });
  const style = sheet.ownerDocument.createElement('style');
  style.textContent = sheetStyle;
  const page = sheet.ownerDocument.createElement('div');
  page.dir = 'auto';
  page.innerHTML = html;
  shadow.append(style, page);
  fillPictures(page, pictures);
  // Paper has nothing to press: what is folded lies open, what scrolls is shown whole.
  for (const folded of page.querySelectorAll('details')) folded.open = true;
  unroll(page);
  keepDarkGrounds(page);
  boxHeldPictures(shadow);
  const images = [...page.querySelectorAll<HTMLImageElement>('img[src]')].map((image) =>
    // One that cannot be drawn is a quiet box by then.
    image.decode().catch(() => undefined),
  );
  return { page, images };
}

function unroll(page: HTMLElement): void {
  const view = page.ownerDocument.defaultView;
  if (view === null) return;
  const scrolling = [...page.querySelectorAll<HTMLElement>('*')].filter((element) =>
    /auto|scroll/.test(view.getComputedStyle(element).overflow),
  );
  for (const { style } of scrolling) {
    style.setProperty('overflow', 'visible', 'important');
    style.setProperty('height', 'auto', 'important');
    style.setProperty('max-height', 'none', 'important');
  }
}

/** Light words on nothing could hardly be read: a dark ground that the sender gave them is printed with them. */
function keepDarkGrounds(page: HTMLElement): void {
  const view = page.ownerDocument.defaultView;
  for (const element of Array.from(page.querySelectorAll<HTMLElement>('*')).slice(0, mostGrounds)) {
    const { backgroundColor } = (view as Window).getComputedStyle(element);
    const [red = 255, green = 255, blue = 255, alpha = 1] = (backgroundColor.match(/[\d.]+/g) ?? []).map(
      Number,
    );
    if (
      backgroundColor.startsWith('rgb') &&
      alpha >= 0.5 &&
      0.2126 * red + 0.7152 * green + 0.0722 * blue < 140
    )
      element.style.setProperty('print-color-adjust', 'exact');
  }
}

/** What is wider than the paper is made smaller, as a whole: its right side would be cut off. */
function fit(page: HTMLElement): void {
  const { clientWidth, scrollWidth } = page;
  if (clientWidth > 0 && scrollWidth > clientWidth + 1)
    page.style.setProperty('zoom', String(Math.max(smallest, clientWidth / scrollWidth)));
}

/**
 * What is placed below the end of the sheet: the box cuts it off, in the reader as here, but each page that it would
 * have taken would come out empty.
 */
function crop(page: HTMLElement): void {
  const view = page.ownerDocument.defaultView;
  if (view === null) return;
  const end = page.getBoundingClientRect().bottom;
  const placed = [...page.querySelectorAll<HTMLElement>('*')].filter(
    (element) => view.getComputedStyle(element).position === 'absolute',
  );
  for (const element of placed) {
    const { top, bottom } = element.getBoundingClientRect();
    if (top >= end) element.style.setProperty('display', 'none', 'important');
    else if (bottom > end) {
      element.style.setProperty('box-sizing', 'border-box', 'important');
      element.style.setProperty('max-height', `${(end - top) / element.currentCSSZoom}px`, 'important');
      element.style.setProperty('overflow', 'clip', 'important');
    }
  }
}
