import { mailFrameSandbox } from './frame-document.ts';
import { keepDrawings } from './dark-drawings.ts';
import { fitHeight } from './fit-height.ts';
import { fitWidth, type Across } from './fit-width.ts';
import { foldQuotes } from './fold-quotes.ts';
import { fillPictures } from './enclosed-places.ts';
import { boxHeldPictures } from './held-pictures.ts';
import { settleColours } from './own-dark.ts';
import { settleSpace } from './sheet-space.ts';

/** Bubbles from a frame whose document stands, folded and measured. */
export const frameShown = 'posthorn-frame-shown';
/** Bubbles from a frame in which somebody uses a wheel, a pointer or a finger: such events end at the frame itself. */
export const frameTouched = 'posthorn-frame-touched';

export interface MailFrameCallbacks {
  /** Quoted text below an answer is folded under these words; left out: it stays as it is. */
  quoteLabel?: string;
  /** A link was used: its target (http, https or mailto) and the words it shows. Nothing has been opened. */
  onLink(url: string, text: string): void;
  /** Height of the content in CSS pixels, whenever it changes. */
  onHeight(height: number): void;
  /** The mail is wider than its frame, and does not fit when it is made smaller; null: it is all there. */
  onAcross?(across: Across | null): void;
  /** A wide mail was moved to this place, a share of its width; below 0 from right to left. */
  onMoved?(share: number): void;
  /** Whether its colours were turned into dark ones; a mail that is dark of itself keeps them. */
  onDarkened?(darkened: boolean): void;
  /** The link under the pointer or with the focus; null when none. */
  onHover?(url: string | null): void;
}

export interface MailFrame {
  /** Shows a document made by `frameDocument`. Resolves when it is parsed and measured. */
  show(srcdoc: string): Promise<void>;
  /** Puts pictures in place: Content-ID → data: or blob: address. */
  fillEnclosed(pictures: Readonly<Record<string, string>>): void;
  /** Size of the text, 1 = 100 %. */
  setZoom(zoom: number): void;
  /** Moves a mail that is wider than the frame to this share of its width. */
  moveTo(share: number): void;
  destroy(): void;
}

/**
 * Makes a message frame of an `iframe` of ours. The frame runs no script; everything here is done from
 * outside. Keys pressed in it go on to the window, as if the message were part of it.
 */
export function prepareMailFrame(iframe: HTMLIFrameElement, callbacks: MailFrameCallbacks): MailFrame {
  iframe.setAttribute('sandbox', mailFrameSandbox);
  iframe.setAttribute('referrerpolicy', 'no-referrer');
  let observer: ResizeObserver | null = null;
  let lastHeight = -1;
  let lastWidth = -1;
  let across = false;
  let zoom: number | null = null;

  const fit = (): void => {
    const document = iframe.contentDocument;
    if (document?.body === null || document === null) return;
    const found = fitWidth(document);
    document.documentElement.toggleAttribute(
      'data-across',
      found !== null && callbacks.onAcross !== undefined,
    );
    if (found !== null || across) callbacks.onAcross?.(found);
    across = found !== null;
  };

  const wideMail = (): HTMLElement | null =>
    across ? (iframe.contentDocument?.querySelector<HTMLElement>('.mail-body') ?? null) : null;

  const applyZoom = (): void => {
    // Null while the document is being read, whatever the types say; it may have been made for another zoom.
    const root = iframe.contentDocument?.documentElement as HTMLElement | null | undefined;
    if (zoom !== null) root?.style.setProperty('--zoom', String(zoom));
  };

  const onScroll = (event: Event): void => {
    const mail = wideMail();
    if (mail !== null && event.target === mail) callbacks.onMoved?.(mail.scrollLeft / mail.scrollWidth);
  };

  const measure = (): void => {
    const body = iframe.contentDocument?.body;
    if (body === null || body === undefined) return;
    if (iframe.clientWidth !== lastWidth) {
      lastWidth = iframe.clientWidth;
      fit();
    }
    fitHeight(body.ownerDocument);
    const height = Math.ceil(body.getBoundingClientRect().height);
    if (height === lastHeight) return;
    lastHeight = height;
    callbacks.onHeight(height);
  };

  const linkOf = (event: Event): HTMLAnchorElement | HTMLAreaElement | null => {
    const target = event.target;
    // The frame's elements are of its own realm: no instanceof.
    const element = target !== null && 'closest' in target ? (target as Element) : null;
    return element?.closest<HTMLAnchorElement | HTMLAreaElement>('a[href], area[href]') ?? null;
  };

  const onClick = (event: Event): void => {
    const link = linkOf(event);
    if (link === null) return;
    event.preventDefault();
    const href = link.getAttribute('href') ?? '';
    if (href.startsWith('#')) {
      link.ownerDocument
        .getElementById(decodeURIComponentSafe(href.slice(1)))
        ?.scrollIntoView({ block: 'start' });
      return;
    }
    const words = 'alt' in link ? link.alt : link.textContent;
    callbacks.onLink(href, words.replace(/\s+/g, ' ').trim());
  };

  const onKey = (event: KeyboardEvent): void => {
    const { type, key, code, location, repeat, ctrlKey, shiftKey, altKey, metaKey } = event;
    // Enter on a link and Space on a fold are theirs.
    if (
      (key === 'Enter' && linkOf(event) !== null) ||
      ((key === 'Enter' || key === ' ') && (event.target as Element | null)?.localName === 'summary')
    )
      return;
    const copy = new KeyboardEvent(type, {
      key,
      code,
      location,
      repeat,
      ctrlKey,
      shiftKey,
      altKey,
      metaKey,
      bubbles: true,
      cancelable: true,
    });
    if (!iframe.dispatchEvent(copy)) event.preventDefault();
  };

  const onPoint = (event: Event): void => callbacks.onHover?.(linkOf(event)?.getAttribute('href') ?? null);
  const onTouch = (): void => void iframe.dispatchEvent(new Event(frameTouched, { bubbles: true }));
  const refuse = (event: Event): void => event.preventDefault();

  function wire(): void {
    observer?.disconnect();
    const document = iframe.contentDocument;
    if (document?.body === null || document === null) return;
    applyZoom();
    const darkened = settleColours(document);
    callbacks.onDarkened?.(darkened);
    if (darkened) keepDrawings(document);
    boxHeldPictures(document);
    settleSpace(document);
    const mail = callbacks.quoteLabel === undefined ? null : document.querySelector('.mail-body');
    if (mail !== null) foldQuotes(mail, callbacks.quoteLabel ?? '');
    document.addEventListener('click', onClick, true);
    document.addEventListener('auxclick', onClick, true);
    document.addEventListener('submit', refuse, true);
    document.addEventListener('drop', refuse, true);
    document.addEventListener('dragover', refuse, true);
    document.addEventListener('keydown', onKey, true);
    document.addEventListener('keyup', onKey, true);
    for (const name of ['mouseover', 'focusin'] as const) document.addEventListener(name, onPoint, true);
    for (const name of ['wheel', 'pointerdown', 'touchstart'] as const)
      document.addEventListener(name, onTouch, { capture: true, passive: true });
    document.addEventListener('mouseleave', () => callbacks.onHover?.(null));
    observer = new ResizeObserver(measure);
    observer.observe(document.body);
    // A picture that arrives, or a quote that is unfolded, changes the size after layout only.
    for (const name of ['load', 'toggle'] as const)
      document.addEventListener(
        name,
        () => {
          fit();
          measure();
        },
        true,
      );
    document.addEventListener('scroll', onScroll, true);
    lastHeight = -1;
    lastWidth = -1;
    measure();
  }

  return {
    show(srcdoc) {
      // What the pointer was over goes, and no event tells of it.
      callbacks.onHover?.(null);
      return new Promise((resolve) => {
        iframe.addEventListener(
          'load',
          () => {
            wire();
            // `load` is heard around the frame before quotes are folded: what is found then would lose its place.
            iframe.dispatchEvent(new Event(frameShown, { bubbles: true }));
            resolve();
          },
          { once: true },
        );
        iframe.srcdoc = srcdoc;
      });
    },
    fillEnclosed(pictures) {
      const document = iframe.contentDocument;
      if (document?.body !== null && document !== null) fillPictures(document.body, pictures);
    },
    setZoom(wanted) {
      zoom = wanted;
      // An empty frame is not laid out for it; the document that comes takes it.
      if (observer === null) return;
      applyZoom();
      fit();
    },
    moveTo(share) {
      const mail = wideMail();
      if (mail !== null) mail.scrollLeft = share * mail.scrollWidth;
    },
    destroy() {
      observer?.disconnect();
      observer = null;
      callbacks.onHover?.(null);
      callbacks.onAcross?.(null);
      iframe.removeAttribute('srcdoc');
    },
  };
}

function decodeURIComponentSafe(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
