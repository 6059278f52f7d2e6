import { textToHtml, type TextWords } from './text-to-html.ts';

/**
 * Elements of a message that are shown at first. Laying them out holds up the window as they share its thread: 5,000
 * take a tenth of a second, a table of 100,000 rows took the window away for eight. Letters are rare and large.
 */
const mostElements = 6_000;
/** Of markup, styles apart. */
const mostLetters = 600_000;
const mostText = 200_000;

/** What is shown of a message at first, and whether there is more. */
export interface Beginning {
  html: string;
  cut: boolean;
}

export function beginningOfHtml(html: string): Beginning {
  const clipped = clipHtml(html);
  return { html: clipped ?? html, cut: clipped !== null };
}

export function beginningOfText(text: string, words?: TextWords): Beginning {
  const clipped = clipText(text);
  const { html, cut } = beginningOfHtml(textToHtml(clipped ?? text, words));
  return { html, cut: cut || clipped !== null };
}

/**
 * The beginning of HTML that a browser has written (`sanitiseHtml`, `textToHtml`): whole tags and whole letters; the
 * parser closes what is open. Null: there is no more than that.
 */
export function clipHtml(
  html: string,
  { elements = mostElements, letters = mostLetters } = {},
): string | null {
  const begins = html.startsWith('<style>') ? html.indexOf('</style>') + '</style>'.length : 0;
  const room = begins + letters;
  let count = 0;
  for (let at = begins; ;) {
    const tag = html.indexOf('<', at);
    if ((tag === -1 ? html.length : tag) > room) return html.slice(0, wholeLetters(html, at, room));
    if (tag === -1) return null;
    if (/[a-z]/i.test(html[tag + 1] ?? '')) count += 1;
    at = tagEnd(html, tag);
    if (count > elements || at > room) return html.slice(0, tag);
  }
}

/** The first lines of a long plain text, each of which is an element; null: it is no longer than that. */
export function clipText(text: string): string | null {
  let end = -1;
  for (let lines = 0; lines < mostElements; lines += 1) {
    const next = text.indexOf('\n', end + 1);
    if (next === -1 || next > mostText) {
      if (text.length <= mostText) return null;
      return text.slice(0, end > mostText / 2 ? end : wholeLetters(text, 0, mostText));
    }
    end = next;
  }
  return end + 1 >= text.length ? null : text.slice(0, end);
}

/** Behind the ">" that is in no attribute's value. */
function tagEnd(html: string, tag: number): number {
  let quote = '';
  for (let at = tag + 1; at < html.length; at += 1) {
    const char = html[at] ?? '';
    if (quote !== '') quote = char === quote ? '' : quote;
    else if (char === '>') return at + 1;
    else if (char === '"' || char === "'") quote = char;
  }
  return html.length;
}

/** No half of a pair and no half of an entity stands at the end. */
function wholeLetters(html: string, from: number, to: number): number {
  const entity = html.lastIndexOf('&', to - 1);
  if (entity >= from && to - entity < 12 && !html.slice(entity, to).includes(';')) return entity;
  const last = html.charCodeAt(to - 1);
  return last >= 0xd800 && last < 0xdc00 ? to - 1 : to;
}
