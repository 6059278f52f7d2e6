/** The line break before a delimiter belongs to the delimiter (RFC 2046 5.1.1). */
export function beforeDelimiter(bytes: Buffer, start: number, at: number): number {
  if (at >= bytes.length) return at;
  let end = at;
  if (end > start && bytes[end - 1] === 10) end--;
  if (end > start && bytes[end - 1] === 13) end--;
  return end;
}

/** The first line "--something" that a header line or an empty line follows, of a part where it is short. Looks at 64 KB. */
export function sniffBoundary(bytes: Buffer, from: number): string | null {
  const text = bytes.toString('latin1', from, Math.min(bytes.length, from + 65_536));
  const match =
    /(?:^|\n)--(?:([!-~]{4,200}(?: [!-~]{1,100})?)[ \t]*\r?\n(?=\r?\n|[A-Za-z][A-Za-z-]{2,40}[ \t]*:)|([!-~]{1,3})[ \t]*\r?\n(?=Content-))/.exec(
      text,
    );
  const found = match?.[1] ?? match?.[2];
  return found === undefined || /^-+$/.test(found) ? null : found;
}

/** Which of the open boundaries a line behind its two dashes is of, the innermost first; an exact one before others. */
export function separatorIn(
  line: string,
  open: readonly string[],
): { level: number; closing: boolean } | null {
  let nearly: { level: number; closing: boolean } | null = null;
  for (let level = open.length - 1; level >= 0; level--) {
    const boundary = open[level] ?? '';
    if (!line.startsWith(boundary)) continue;
    if (line.length === boundary.length) return { level, closing: false };
    // What stands behind a blank belongs to no longer boundary (RFC 2046 5.1.1: the beginning of the line counts).
    if (line[boundary.length] === ' ' || line[boundary.length] === '\t')
      nearly ??= { level, closing: /^[ \t]+--$/.test(line.slice(boundary.length)) };
    if (!line.startsWith('--', boundary.length)) continue;
    if (line.length === boundary.length + 2) return { level, closing: true };
    nearly ??= { level, closing: true };
  }
  return nearly;
}
