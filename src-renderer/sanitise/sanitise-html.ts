import createPurifier from 'dompurify';
import type { Tracker } from '../../src-shared/text/trackers.ts';
import { filterDeclarations, filterStyleSheet } from './css-filter.ts';
import { OwnValues } from './own-values.ts';
import { chooseSource } from './picture-source.ts';
import { purifierConfig } from './purifier-config.ts';
import { remoteUrl, RemotePictures } from './remote-pictures.ts';
import { safeLink } from './safe-link.ts';
import { tameHtml } from './tame-html.ts';

export interface SanitiseOptions {
  /** Remote address → our token address ("/remote/<token>"). Pictures that are not named here are held back. */
  remote?: Readonly<Record<string, string>>;
  /** Address as the mail writes it → `pictureName` of a part that comes with it. */
  enclosed?: Readonly<Record<string, string>>;
}

export interface SanitisedHtml {
  /** Style blocks and one `<div class="mail-body">`; pictures held back have `data-remote-src`, enclosed ones `data-cid` (`data-cid-background` behind words). */
  html: string;
  /** Remote pictures that can be shown on request. */
  remoteImages: string[];
  remoteHosts: string[];
  /** Pictures that only count readers: taken out, never fetched. */
  trackers: Tracker[];
  /** Elements, attributes and remote content that were taken out and cannot be shown. */
  blocked: number;
}

const idPrefix = 'user-content-';

const longestHtml = 4 * 1024 * 1024;
/** Style blocks together; a newsletter has 20–60 KB. */
const longestCss = 300 * 1024;

const purifier = createPurifier(window);
// The purifier takes out every style with "<!" or "<6" in it. Word wraps its styles in "<!-- -->", which CSS reads
// as blanks; the rules are parsed and written anew below in any case.
purifier.addHook('beforeSanitizeElements', (node) => {
  if (node instanceof HTMLStyleElement)
    node.textContent = node.textContent.replace(/<!--|-->/g, ' ').replace(/<(?=\d)/g, '< ');
});

/** Where the mail says that its relative addresses begin; the element itself goes. */
let base: string | null = null;
purifier.addHook('uponSanitizeElement', (node, { tagName }) => {
  if (tagName === 'base' && base === null && node instanceof Element)
    base = remoteUrl(node.getAttribute('href') ?? '');
  if ((tagName === 'img' || tagName === 'picture') && node instanceof Element) chooseSource(node);
  // A list of tasks without its boxes does not say what is done.
  if (node instanceof HTMLInputElement && /^(?:checkbox|radio)$/.test(node.type))
    node.before(node.type === 'radio' ? (node.checked ? '◉' : '○') : node.checked ? '☑' : '☐');
});

/** What the mail writes of the pictures that come with it: "cid:…", but also whole addresses of the web or of a disk. */
let enclosed: ReadonlyMap<string, string> = new Map();
purifier.addHook('uponSanitizeAttribute', (_node, attribute) => {
  if (attribute.attrName !== 'src' && attribute.attrName !== 'background') return;
  const name = enclosed.get(attribute.attrValue.trim());
  if (name !== undefined) attribute.attrValue = `cid:${encodeURIComponent(name)}`;
});

/**
 * HTML from a stranger as HTML that can do nothing: no script, no request, no form, no way out of its
 * frame. Needs a document (a browser), runs no part of the mail, loads nothing. Never throws.
 */
export function sanitiseHtml(html: string, options: SanitiseOptions = {}): SanitisedHtml {
  const pictures = new RemotePictures(options.remote ?? {});
  const tame = tameHtml(html.slice(0, longestHtml));
  let root: HTMLElement;
  base = null;
  enclosed = new Map(Object.entries(options.enclosed ?? {}));
  try {
    root = purifier.sanitize(tame.html, purifierConfig) as unknown as HTMLElement;
  } catch {
    return {
      html: '<div class="mail-body"></div>',
      remoteImages: [],
      remoteHosts: [],
      trackers: [],
      blocked: 1,
    };
  }
  const cleaner = new Cleaner(root.ownerDocument, pictures, base);
  const out = cleaner.clean(root);
  return {
    html: out,
    remoteImages: [...pictures.urls],
    remoteHosts: pictures.hosts(),
    trackers: [...pictures.trackers.values()],
    blocked: purifier.removed.length + cleaner.removed + pictures.refused + (tame.cut ? 1 : 0),
  };
}

class Cleaner {
  removed = 0;
  /** Filtered style attributes by what they were: mails repeat a few styles hundreds of times. */
  readonly #styles = new Map<string, string>();
  readonly #values = new OwnValues();
  readonly #document: Document;
  readonly #pictures: RemotePictures;
  readonly #base: string | null;

  readonly #rule: CSSStyleRule;

  constructor(document: Document, pictures: RemotePictures, base: string | null) {
    this.#document = document;
    this.#base = base;
    this.#pictures = pictures;
    const sheet = new CSSStyleSheet();
    sheet.insertRule('x {}');
    this.#rule = sheet.cssRules[0] as CSSStyleRule;
  }

  clean(root: HTMLElement): string {
    const styles: string[] = [];
    let room = longestCss;
    const sheets = Array.from(root.querySelectorAll('style'));
    for (const { textContent } of sheets) this.#values.collect(textContent.slice(0, longestCss));
    for (const style of sheets) {
      const css = filterStyleSheet(
        this.#values.putIn(style.textContent.slice(0, room)),
        this.#pictures,
        idPrefix,
      );
      room = Math.max(0, room - style.textContent.length);
      style.remove();
      if (css !== '') styles.push(css);
    }
    const body = root.querySelector('body') ?? root;
    // On a dark ground of the sender's, links in our blue could not be read.
    const links = this.#scratch('');
    links.color = colour(body.getAttribute('link') ?? '');
    if (links.color !== '') styles.unshift(`:where(.mail-body) a { color: ${links.color}; }`);
    for (const element of Array.from(body.querySelectorAll<HTMLElement>('*'))) this.#element(element);
    const wrapper = this.#wrap(body);
    const sheet = styles.length === 0 ? '' : `<style>${styles.join('\n')}</style>`;
    return `${sheet}${wrapper.outerHTML}`;
  }

  /** The body's own look goes to a `div`, for the frame's body is ours. */
  #wrap(body: HTMLElement): HTMLElement {
    const wrapper = this.#document.createElement('div');
    wrapper.className = `mail-body ${body.className}`.trim();
    for (const name of ['dir', 'lang', 'style', 'background']) {
      const value =
        body.getAttribute(name) ??
        (name === 'dir' || name === 'lang' ? body.parentElement?.getAttribute(name) : null);
      if (value !== null && value !== undefined && value !== '') wrapper.setAttribute(name, value);
    }
    this.#element(wrapper);
    const style = this.#scratch(wrapper.getAttribute('style') ?? '');
    const background = body.getAttribute('bgcolor');
    if (background !== null && style.backgroundColor === '') style.backgroundColor = colour(background);
    const text = body.getAttribute('text');
    if (text !== null && style.color === '') style.color = colour(text);
    if (style.cssText !== '') wrapper.setAttribute('style', style.cssText);
    while (body.firstChild !== null) wrapper.append(body.firstChild);
    return wrapper;
  }

  #element(element: HTMLElement): void {
    element.removeAttribute('link');
    const style = element.getAttribute('style');
    const behind = style === null ? null : this.#enclosedBehind(style);
    if (behind !== null) element.dataset['cidBackground'] = behind;
    let kept = style === null ? '' : (this.#styles.get(style) ?? this.#filterStyle(style));
    const background = element.getAttribute('background');
    if (background !== null) {
      element.removeAttribute('background');
      if (/^\s*cid:/i.test(background)) element.dataset['cidBackground'] ??= idOf(background);
      const shown = this.#pictures.resolve(background);
      if (shown !== null) {
        const declarations = this.#scratch(kept);
        declarations.backgroundImage = `url("${shown}")`;
        kept = declarations.cssText;
      }
    }
    // Always written again: what the browser did not understand must not stay in the attribute.
    if (kept !== '') element.setAttribute('style', kept);
    else if (style !== null) element.removeAttribute('style');
    const isPicture = element.localName === 'img';
    const isLink = element.localName === 'a' || element.localName === 'area';
    for (const name of ['src', 'href']) {
      if (element.hasAttribute(name) && !(name === 'src' ? isPicture : isLink)) this.#drop(element, name);
    }
    if (isPicture) this.#picture(element);
    else if (element.hasAttribute('usemap')) this.#drop(element, 'usemap');
    if (isLink) this.#link(element);
  }

  /** A style's picture that comes with the mail: the window puts it there, as into an image. */
  #enclosedBehind(style: string): string | null {
    if (!/url\(/i.test(style)) return null;
    const written = /^url\("([^"\\]+)"\)$/.exec(this.#scratch(style).backgroundImage)?.[1] ?? '';
    return enclosed.get(written) ?? (/^cid:/i.test(written) ? idOf(written) : null);
  }

  #filterStyle(style: string): string {
    const declarations = this.#scratch(this.#values.putIn(style));
    filterDeclarations(declarations, this.#pictures);
    const kept = declarations.cssText;
    this.#styles.set(style, kept);
    return kept;
  }

  /**
   * Declarations to read or change. Not `element.style`: the policy of the page that cleans mail has no
   * inline styles, and Chromium applies it to parsed documents too, so that would be empty.
   */
  #scratch(style: string): CSSStyleDeclaration {
    this.#rule.style.cssText = style;
    return this.#rule.style;
  }

  #drop(element: HTMLElement, name: string): void {
    element.removeAttribute(name);
    this.removed++;
  }

  #picture(image: HTMLElement): void {
    const source = (image.getAttribute('src') ?? '').trim();
    // Its map, too, has got the prefix in its name.
    const map = image.getAttribute('usemap');
    if (map !== null) image.setAttribute('usemap', `#${idPrefix}${map.replace(/^#/, '')}`);
    if (/^data:/i.test(source) && this.#pictures.isDrawable(source)) return;
    image.removeAttribute('src');
    if (/^cid:/i.test(source)) {
      image.dataset['cid'] = idOf(source);
      return;
    }
    const whole = this.#absolute(source);
    const url = remoteUrl(whole);
    if (url === null) {
      if (source !== '') this.removed++;
      return;
    }
    if (this.#pictures.isTracker(url, this.#unseen(image))) {
      image.remove();
      return;
    }
    const shown = this.#pictures.resolve(whole);
    if (shown === null) image.dataset['remoteSrc'] = url;
    else {
      image.setAttribute('src', shown);
      image.setAttribute('referrerpolicy', 'no-referrer');
    }
  }

  /** A relative address behind the base of its mail; any other as it is. */
  #absolute(address: string): string {
    if (this.#base === null || address === '' || /^\s*(?:[a-z][a-z0-9+.-]*:|\/\/)/i.test(address))
      return address;
    return URL.parse(address, this.#base)?.href ?? address;
  }

  /** Drawn as a point or not at all. A line of one pixel across the mail is a picture. */
  #unseen(image: HTMLElement): boolean {
    const style = this.#scratch(image.getAttribute('style') ?? '');
    if (style.display === 'none' || style.visibility === 'hidden' || style.opacity === '0') return true;
    const sides = [
      [style.width, style.maxWidth, image.getAttribute('width')],
      [style.height, style.maxHeight, image.getAttribute('height')],
    ].map((values) => values.find((value) => value !== null && value !== '')?.trim());
    const point = (size: string | undefined): boolean =>
      size !== undefined && /^0*[01](?:\.\d+)?(?:px)?$/.test(size);
    return sides.some(point) && sides.every((size) => size === undefined || point(size));
  }

  #link(link: HTMLElement): void {
    const target = link.getAttribute('href');
    if (target === null) return;
    if (target.startsWith('#')) {
      // A place in the same message, whose name got the prefix.
      link.setAttribute('href', `#${idPrefix}${target.slice(1).replace(idPrefix, '')}`);
      return;
    }
    const safe = safeLink(this.#absolute(target));
    if (safe === null) {
      this.#drop(link, 'href');
      return;
    }
    link.setAttribute('href', safe);
    link.setAttribute('rel', 'noreferrer noopener nofollow');
  }
}

function idOf(address: string): string {
  const id = address.trim().slice('cid:'.length);
  try {
    return decodeURIComponent(id).replace(/^<|>$/g, '');
  } catch {
    return id.replace(/^<|>$/g, '');
  }
}

/** HTML 4 wrote colours without "#". */
function colour(text: string): string {
  return /^[0-9a-f]{6}$/i.test(text.trim()) ? `#${text.trim()}` : text.trim();
}
