const longest = 200;
/** Of a text that is one line, padding included, no more is looked at. */
const longestLine = 4_000;

/** Where no padding is, so much of a line makes a preview. */
const enough = 400;

/**
 * The first words of a message for the list: quotes, rules and the invisible padding of newsletters
 * left out, blanks joined, at most 200 characters.
 */
export function previewOf(text: string): string {
  const lines: string[] = [];
  let length = 0;
  const end = Math.min(text.length, 20_000);
  for (let from = 0; from < end;) {
    const lineFeed = text.indexOf('\n', from);
    const line = text.slice(from, lineFeed < 0 ? end : Math.min(lineFeed, end));
    from += line.length + 1;
    if (line === '-- ' || line.startsWith('-----Original Message')) break;
    if (line.startsWith('>')) continue;
    let words = wordsOf(line.slice(0, enough));
    if (line.length > enough && words.length < longest) words = wordsOf(line.slice(0, longestLine));
    if (words === '') continue;
    lines.push(words);
    length += words.length + 1;
    if (length > longest) break;
  }
  const all = Array.from(lines.join(' '));
  return all.length <= longest
    ? all.join('')
    : `${all
        .slice(0, longest - 1)
        .join('')
        .trimEnd()}…`;
}

function wordsOf(line: string): string {
  return line
    .replace(
      /[\p{Cc}\u00ad\u034f\u061c\u115f\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\u2800\ufeff\u2007]+/gu,
      ' ',
    )
    .replace(/[-=_*~#]{4,}/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}
