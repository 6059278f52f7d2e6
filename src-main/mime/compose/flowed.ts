/** Visible width of a flowed line, its trailing blank included; RFC 3676 4.2 says at most 78. */
const width = 72;

/**
 * format=flowed (RFC 3676) of a text whose lines end in "\n": paragraphs are broken at blanks and flow
 * together again at the reader; lines of a quote keep their depth; lines that would be mistaken are
 * space-stuffed; "-- " stays what it is. Blanks at the end of a line are taken off, for they mean
 * "goes on". The result has CRLF line ends.
 */
export function toFlowed(text: string): string {
  const lines = text.replace(/\r\n?/g, '\n').split('\n');
  return lines.flatMap(flowLine).join('\r\n');
}

function flowLine(line: string): string[] {
  const depth = /^>*/.exec(line)?.[0].length ?? 0;
  const rest = line.slice(depth);
  const content = depth > 0 && rest.startsWith(' ') ? rest.slice(1) : rest;
  const prefix = '>'.repeat(depth);
  if (content === '-- ') return [prefix === '' ? '-- ' : `${prefix} -- `];
  const trimmed = content.replace(/ +$/, '');
  const out: string[] = [];
  let current = '';
  for (const token of trimmed.match(/[^ ]* +|[^ ]+/g) ?? ['']) {
    // A line of just "-- " would become a signature mark.
    if (current !== '' && current !== '-- ' && prefix.length + 1 + current.length + token.length > width) {
      out.push(current);
      current = '';
    }
    current += token;
  }
  out.push(current);
  return out.map((part) => stuff(prefix, part));
}

function stuff(prefix: string, content: string): string {
  if (prefix !== '') return content === '' ? prefix : `${prefix} ${content}`;
  return /^(?:[ >]|From )/.test(content) ? ` ${content}` : content;
}
