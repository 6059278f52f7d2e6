import type { RemotePictures } from './remote-pictures.ts';

/**
 * Styles of strangers, read by the browser's own parser and written again from what it understood:
 * escapes, comments and broken rules are gone before anything is judged. What is not on a list here
 * is dropped: properties, functions, at-rules, custom properties, addresses that are no pictures.
 */

const properties =
  /^(?:aspect-ratio|background-(?:attachment|blend-mode|clip|color|image|origin|position(?:-[xy])?|repeat(?:-[xy])?|size)|block-size|border(?:-[a-z-]+)?|bottom|box-(?:decoration-break|shadow|sizing)|break-[a-z]+|caption-side|clear|clip|color|column-[a-z-]+|columns|content|counter-[a-z]+|cursor|direction|display|empty-cells|flex(?:-[a-z]+)?|float|font(?:-[a-z-]+)?|gap|grid(?:-[a-z-]+)?|height|hyphens|inline-size|inset(?:-[a-z-]+)?|justify-[a-z]+|align-[a-z]+|place-[a-z]+|left|letter-spacing|line-break|line-height|list-style-(?:image|position|type)|margin(?:-[a-z-]+)?|(?:max|min)-(?:width|height|block-size|inline-size)|object-(?:fit|position)|opacity|order|orphans|outline(?:-[a-z]+)?|overflow(?:-[a-z]+)?|padding(?:-[a-z-]+)?|page-break-[a-z]+|position|quotes|right|row-gap|tab-size|table-layout|text-[a-z-]+|top|unicode-bidi|vertical-align|visibility|white-space(?:-[a-z]+)?|widows|width|word-(?:break|spacing)|writing-mode|z-index|zoom)$/;

const functions = new Set([
  'rgb',
  'rgba',
  'hsl',
  'hsla',
  'hwb',
  'lab',
  'lch',
  'oklab',
  'oklch',
  'color',
  'color-mix',
  'light-dark',
  'calc',
  'min',
  'max',
  'clamp',
  'rect',
  'minmax',
  'repeat',
  'fit-content',
  'linear-gradient',
  'radial-gradient',
  'conic-gradient',
  'repeating-linear-gradient',
  'repeating-radial-gradient',
  'repeating-conic-gradient',
  'url',
]);

/** Properties in which a picture may stand. */
const pictured = new Set(['background-image', 'list-style-image', 'border-image-source']);

// Heights in shares of the frame would grow with the frame, which grows with its content. Without a container
// (there are none here) cq* means the frame as well, and in vertical writing vi and cqi are heights too.
const frameHeight = /\d(?:[sdl]?v|cq)(?:h|b|i|min|max)\b/i;
// Rules that hold for some heights of the frame alone: a mail that is high in a low frame and low in a high one
// would never come to rest.
const asksFrameHeight = /(?<!device-)(?:height|aspect-ratio)|orientation/i;

/** Drops from `style` what is not allowed and replaces its pictures. */
export function filterDeclarations(style: CSSStyleDeclaration, pictures: RemotePictures): void {
  for (const name of Array.from(style)) {
    const value = style.getPropertyValue(name);
    const kept = allowedValue(name, value, pictures);
    if (kept === null) style.removeProperty(name);
    else if (kept !== value) style.setProperty(name, kept, style.getPropertyPriority(name));
  }
}

function allowedValue(name: string, value: string, pictures: RemotePictures): string | null {
  // A shorthand with var() has no longhand values.
  if (value === '' || !properties.test(name)) return refuse(value, pictures);
  if (name === 'position' && !/^(?:static|relative|absolute|inherit|initial|unset)$/.test(value)) return null;
  // A hidden pointer, or one that looks like work, is a trick.
  if (name === 'cursor' && !/^(?:auto|default|pointer|text|help|inherit|initial|unset)$/.test(value))
    return refuse(value, pictures);
  if (frameHeight.test(value)) return null;
  // Out over the edge of the frame, where nobody can read it; others drop these too.
  if (name.startsWith('margin') && /^-[\d.]/.test(value)) return null;
  const bare = withoutStrings(value);
  for (const match of bare.matchAll(/([-\w\\]+)\(/g))
    if (!functions.has((match[1] ?? '').toLowerCase())) return refuse(value, pictures);
  if (!/url\(/i.test(bare)) return value;
  return pictured.has(name) ? withPictures(value, pictures) : refuse(value, pictures);
}

/** A picture that cannot be shown even when asked for (a cursor, a filter, image-set) still counts as one that was held back. */
function refuse(value: string, pictures: RemotePictures): null {
  if (/(?:https?:)?\/\/[^\s"']/i.test(value) && /\(/.test(value)) pictures.refused++;
  return null;
}

/** The browser writes every address as url("…") with its quotes escaped. */
const address = /url\("((?:[^"\\]|\\.)*)"\)/g;

function withPictures(value: string, pictures: RemotePictures): string | null {
  let understood = true;
  const out = value.replace(address, (_whole, escaped: string) => {
    const url = unescapeCss(escaped).trim();
    if (/^data:/i.test(url) && pictures.isDrawable(url))
      return `url("${url.replace(/["\\\n\r<]/g, (char) => encodeURIComponent(char))}")`;
    const shown = pictures.resolve(url);
    return shown === null ? 'none' : `url("${shown}")`;
  });
  if (/url\((?!")/i.test(out)) understood = false;
  return understood ? out : null;
}

function unescapeCss(text: string): string {
  return text.replace(
    /\\(?:([0-9a-f]{1,6})\s?|(.))/gi,
    (_whole, hex: string | undefined, char: string | undefined) => {
      if (hex === undefined) return char ?? '';
      const code = Number.parseInt(hex, 16);
      return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : '';
    },
  );
}

function withoutStrings(value: string): string {
  return value.replace(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/g, '""');
}

/**
 * A style block, written again for the inside of `.mail-body` alone: the frame around it, its page and its
 * policy for dark colours are ours. "" when nothing of it is allowed.
 */
export function filterStyleSheet(css: string, pictures: RemotePictures, idPrefix: string): string {
  const sheet = new CSSStyleSheet();
  try {
    // Constructed sheets load nothing and refuse @import.
    sheet.replaceSync(css.replace(/^\s*<!--|-->\s*$/g, ''));
  } catch {
    return '';
  }
  const rules = filterRules(sheet.cssRules, pictures, idPrefix, 0);
  // In strings and selectors "<" is written as an escape, so that it cannot end the style element; before a blank or
  // "=" it compares, in a media query.
  return rules === '' ? '' : `@scope (.mail-body) {\n${rules.replace(/<(?! |=)/g, '\\3c ')}\n}`;
}

function filterRules(rules: CSSRuleList, pictures: RemotePictures, idPrefix: string, depth: number): string {
  const out: string[] = [];
  // Whatever its selectors weigh, what stands in no layer counts more.
  const layered: string[] = [];
  if (depth > 4) return '';
  for (const rule of Array.from(rules)) {
    if (rule instanceof CSSStyleRule) {
      filterDeclarations(rule.style, pictures);
      if (rule.style.length > 0)
        out.push(`${ownSelector(rule.selectorText, idPrefix)} { ${rule.style.cssText} }`);
    } else if (rule instanceof CSSMediaRule) {
      const asked = Array.from(rule.media);
      const media = asked.filter((query) => !asksFrameHeight.test(query));
      if (media.length === 0 && asked.length > 0) continue;
      const inner = filterRules(rule.cssRules, pictures, idPrefix, depth + 1);
      if (inner !== '') out.push(`@media ${media.join(', ')} {\n${inner}\n}`);
    } else if (rule instanceof CSSSupportsRule && CSS.supports(rule.conditionText)) {
      // Asked and answered: its rules stand where it stood.
      const inner = filterRules(rule.cssRules, pictures, idPrefix, depth + 1);
      if (inner !== '') out.push(inner);
    } else if (rule instanceof CSSLayerBlockRule) {
      const inner = filterRules(rule.cssRules, pictures, idPrefix, depth + 1);
      if (inner !== '') layered.push(inner);
    }
  }
  return [...layered, ...out].join('\n');
}

/**
 * Ids in the HTML get a prefix (nothing in it may be named like something of ours): selectors follow. The
 * mail's body has become a `div`, of the same weight in the cascade.
 */
function ownSelector(selector: string, idPrefix: string): string {
  let depth = 0;
  let quote = '';
  let out = '';
  for (let i = 0; i < selector.length; i++) {
    const char = selector[i] ?? '';
    if (char === '\\') {
      out += char + (selector[++i] ?? '');
      continue;
    }
    if (quote !== '') quote = char === quote ? '' : quote;
    else if (char === '"' || char === "'") quote = char;
    else if (char === '[') depth++;
    else if (char === ']') depth--;
    const free = quote === '' && depth === 0;
    if (
      free &&
      /^body(?![\w\\-]|[^\0-\x7f])/i.test(selector.slice(i, i + 5)) &&
      !/[\w.#:\\-]|[^\0-\x7f]/.test(selector[i - 1] ?? ' ')
    ) {
      out += 'div:where(:scope)';
      i += 3;
    } else out += char === '#' && free ? `#${idPrefix}` : char;
  }
  return out;
}
