import { filterDeclarations, filterStyleSheet } from './css-filter.ts';
import { OwnValues } from './own-values.ts';
import { remoteUrl, type RemotePictures } from './remote-pictures.ts';
import { safeLink } from './safe-link.ts';
import { isUnseen } from './unseen-picture.ts';

const idPrefix = 'user-content-';

/** Style blocks together; a newsletter has 20–60 KB. */
const longestCss = 300 * 1024;

/** The second pass over what the first one left: each style, picture and link is judged and written anew. */
export class Cleaner {
  removed = 0;
  /** Filtered style attributes by what they were: mails repeat a few styles hundreds of times. */
  readonly #styles = new Map<string, string>();
  readonly #values = new OwnValues();
  readonly #document: Document;
  readonly #pictures: RemotePictures;
  readonly #base: string | null;
  readonly #enclosed: ReadonlyMap<string, string>;

  readonly #rule: CSSStyleRule;

  constructor(
    document: Document,
    pictures: RemotePictures,
    base: string | null,
    enclosed: ReadonlyMap<string, string>,
  ) {
    this.#document = document;
    this.#base = base;
    this.#enclosed = enclosed;
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
    return this.#enclosed.get(written) ?? (/^cid:/i.test(written) ? idOf(written) : null);
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
    if (this.#pictures.isTracker(url, isUnseen(image, this.#scratch(image.getAttribute('style') ?? '')))) {
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
