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

/** A boundary whose multipart is being read. */
export interface OpenBoundary {
  boundary: string;
  /** Its first separator had nothing behind it: lines of words that begin like it are words, where no header follows. */
  exact: boolean;
}

export interface Separator {
  level: number;
  closing: boolean;
  exact: boolean;
}

/**
 * Which of the open boundaries a line behind its two dashes is of, the innermost first; an exact one before others.
 * `headed`: the header of a part follows.
 */
export function separatorIn(
  line: string,
  open: readonly OpenBoundary[],
  headed: () => boolean,
): Separator | null {
  let nearly: Separator | null = null;
  for (let level = open.length - 1; level >= 0; level--) {
    const { boundary, exact: alone } = open[level] ?? { boundary: '', exact: true };
    if (!line.startsWith(boundary)) continue;
    if (line.length === boundary.length) return { level, closing: false, exact: true };
    const rest = line.slice(boundary.length);
    if (/^[ \t]+--$/.test(rest)) nearly ??= { level, closing: true, exact: false };
    // What stands behind a blank belongs to no longer boundary (RFC 2046 5.1.1: the beginning of the line counts).
    else if (/^[ \t]/.test(rest) && (!alone || headed())) nearly ??= { level, closing: false, exact: false };
    if (!rest.startsWith('--')) continue;
    if (rest.length === 2) return { level, closing: true, exact: true };
    nearly ??= { level, closing: true, exact: false };
  }
  return nearly;
}
