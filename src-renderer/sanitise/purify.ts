import createPurifier from 'dompurify';
import { chooseSource } from './picture-source.ts';
import { purifierConfig } from './purifier-config.ts';
import { remoteUrl } from './remote-pictures.ts';

const purifier = createPurifier(window);
// The purifier takes out every style with "<!" or "<6" in it. Word wraps its styles in "<!-- -->", which CSS reads
// as blanks; the rules are parsed and written anew by the second pass in any case.
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

export interface Purified {
  root: HTMLElement;
  /** Where the mail says that its relative addresses begin. */
  base: string | null;
  /** Elements and attributes that were taken out. */
  removed: number;
}

/** The first pass, over the whole document: elements and attributes that a mail may have. Throws where it gives up. */
export function purify(html: string, pictures: ReadonlyMap<string, string>): Purified {
  base = null;
  enclosed = pictures;
  const root = purifier.sanitize(html, purifierConfig) as unknown as HTMLElement;
  return { root, base, removed: purifier.removed.length };
}
