const deepest = 1_000;
const mostOpenFormats = 100;
const mostAttributes = 300;

/** Elements whose end HTML lets one leave out: unclosed they nest nothing. */
const selfEnding = new Set([
  'p',
  'li',
  'td',
  'th',
  'tr',
  'dt',
  'dd',
  'tbody',
  'thead',
  'tfoot',
  'br',
  'hr',
  'img',
  'input',
  'meta',
  'link',
  'col',
  'colgroup',
  'wbr',
  'base',
  'area',
  'option',
  'html',
  'head',
  'body',
  'embed',
  'param',
  'source',
  'track',
  'o:p',
]);
/** Elements that the parser opens again in each block that follows; and pictures, each of which asks all within it anew. */
const formats = new Set([
  'a',
  'b',
  'big',
  'code',
  'em',
  'font',
  'i',
  'nobr',
  'picture',
  's',
  'small',
  'strike',
  'strong',
  'tt',
  'u',
]);

/**
 * Cuts HTML off where it becomes a weapon against the parser, and leaves out tags with hundreds of
 * attributes: Chromium's parser takes quadratic time on both (40,000 open elements 4 s, 200,000
 * minutes; 40,000 attributes 7 s in all). One linear pass; letters people write are not touched.
 */
export function tameHtml(html: string): { html: string; cut: boolean } {
  const kept: string[] = [];
  let from = 0;
  let depth = 0;
  let open = 0;
  for (let at = html.indexOf('<'); at >= 0; at = html.indexOf('<', at + 1)) {
    const code = html.charCodeAt(at + 1) | 32;
    const closing = html[at + 1] === '/';
    if (!closing && (code < 97 || code > 122)) continue;
    const name = /^[a-z][^\s/>]{0,40}/i.exec(html.slice(at + (closing ? 2 : 1), at + 45))?.[0].toLowerCase();
    if (name === undefined) continue;
    if (closing) {
      if (!selfEnding.has(name)) depth = Math.max(0, depth - 1);
      if (formats.has(name)) open = Math.max(0, open - 1);
      continue;
    }
    const tag = scanTag(html, at);
    if (tag.attributes > mostAttributes) {
      kept.push(html.slice(from, at));
      from = tag.end;
      at = tag.end - 1;
      continue;
    }
    if (!selfEnding.has(name) && html[tag.end - 2] !== '/') depth++;
    if (formats.has(name)) open++;
    if (depth > deepest || open > mostOpenFormats)
      return { html: kept.join('') + html.slice(from, at), cut: true };
    at = tag.end - 1;
  }
  return { html: kept.join('') + html.slice(from), cut: kept.length > 0 };
}

/** Where the tag at `at` ends (after its ">") and how many attributes it has. */
function scanTag(html: string, at: number): { end: number; attributes: number } {
  let attributes = 0;
  let quote = '';
  let blank = false;
  let valueBegins = false;
  for (let i = at + 1; i < html.length; i++) {
    const char = html[i] ?? '';
    if (quote !== '') {
      if (char === quote) quote = '';
    } else if (char === '>') return { end: i + 1, attributes };
    else if (char === '=') valueBegins = true;
    else if (/\s/.test(char) || char === '/') blank = true;
    else {
      if (valueBegins && (char === '"' || char === "'")) quote = char;
      else if (blank && !valueBegins) attributes++;
      blank = false;
      valueBegins = false;
    }
  }
  return { end: html.length, attributes };
}
