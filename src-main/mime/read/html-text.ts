import { trimEndBy } from '../../../src-shared/text/trim-end.ts';
import { compile } from 'html-to-text';

/** A hostile table of this size takes half a second on the slowest machine measured. */
const longestHtml = 512 * 1024;

const convert = compile({
  wordwrap: false,
  decodeEntities: true,
  limits: {
    maxInputLength: longestHtml,
    maxDepth: 120,
    maxChildNodes: 20_000,
    maxBaseElements: 1,
    ellipsis: '…',
  },
  selectors: [
    { selector: 'a', options: { ignoreHref: true } },
    { selector: 'img', format: 'skip' },
    { selector: 'style', format: 'skip' },
    { selector: 'script', format: 'skip' },
    { selector: 'title', format: 'skip' },
    { selector: 'head', format: 'skip' },
    { selector: 'h1', options: { uppercase: false } },
    { selector: 'h2', options: { uppercase: false } },
    { selector: 'h3', options: { uppercase: false } },
    { selector: 'h4', options: { uppercase: false } },
    { selector: 'h5', options: { uppercase: false } },
    { selector: 'h6', options: { uppercase: false } },
    { selector: 'table', format: 'block' },
    { selector: 'tr', format: 'block' },
    { selector: 'td', format: 'block' },
    {
      selector: 'blockquote',
      options: { trimEmptyLines: true, leadingLineBreaks: 1, trailingLineBreaks: 1 },
    },
  ],
});

/** HTML as plain text for the list, search and quoting; null when the converter gave up. */
export function htmlToPlain(html: string): string | null {
  try {
    return convert(html.slice(0, longestHtml))
      .split('\n')
      .map((line) => trimEndBy(line, /[ \t\u00a0]/))
      .join('\n')
      .replace(/\n{3,}/g, '\n\n')
      .trim();
  } catch {
    return null;
  }
}

const marks: Readonly<Record<string, string>> = {
  nbsp: ' ',
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
};

/** What is left when the converter failed: tags cut out by one linear pass. */
export function crudeText(html: string): string {
  let out = '';
  let inTag = false;
  for (const char of html.slice(0, longestHtml)) {
    if (char === '<') inTag = true;
    else if (char === '>' && inTag) {
      inTag = false;
      out += ' ';
    } else if (!inTag) out += char;
  }
  return unescapeHtml(out)
    .replace(/[ \t\u00a0]+/g, ' ')
    .split('\n')
    .map((line) => line.trim())
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
}

/** The marks of HTML that attributes and plain words have most. */
export function unescapeHtml(text: string): string {
  return text.replace(
    /&(?:(nbsp|amp|lt|gt|quot|apos)|#(\d{1,7})|#x([\da-f]{1,6}));/gi,
    (whole, name?: string, ten?: string, hex?: string) => {
      if (name !== undefined) return marks[name.toLowerCase()] ?? whole;
      const code = ten === undefined ? Number.parseInt(hex ?? '', 16) : Number(ten);
      return code > 0 && code <= 0x10_ffff ? String.fromCodePoint(code) : whole;
    },
  );
}
