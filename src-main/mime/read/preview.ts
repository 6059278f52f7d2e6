const longest = 200;
/** Of a text that is one line, padding included, no more is looked at. */
const longestLine = 4_000;

/**
 * The first words of a message for the list: quotes, rules and the invisible padding of newsletters
 * left out, blanks joined, at most 200 characters.
 */
export function previewOf(text: string): string {
  const lines: string[] = [];
  let length = 0;
  for (const line of text.slice(0, 20_000).split('\n')) {
    if (line === '-- ' || line.startsWith('-----Original Message')) break;
    if (line.startsWith('>')) continue;
    const words = line
      .slice(0, longestLine)
      .replace(
        /[\p{Cc}\u00ad\u034f\u061c\u115f\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\u2800\ufeff\u2007]+/gu,
        ' ',
      )
      .replace(/[-=_*~#]{4,}/g, ' ')
      .replace(/\s+/g, ' ')
      .trim();
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
