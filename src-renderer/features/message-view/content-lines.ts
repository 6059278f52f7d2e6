const longest = 2_000;
/** The letters of a portrait. */
const longestPhoto = 700_000;

/** One field of a vCard or calendar file. */
export interface ContentLine {
  name: string;
  /** ";TZID=Europe/Berlin", as it stands. */
  parameters: string;
  value: string;
  /** The value at its unescaped semicolons. */
  structured: string[];
}

/** The fields of a vCard or calendar file (RFC 6350 3.2, RFC 5545 3.1), unfolded; lines that are none are left out. */
export function* contentLines(text: string): Generator<ContentLine> {
  const lines = text.split(/\r\n|\n|\r/);
  for (let at = 0; at < lines.length; at += 1) {
    let line = lines[at] ?? '';
    while (/^[ \t]/.test(lines[at + 1] ?? '')) line += (lines[(at += 1)] ?? '').slice(1);
    const found = /^(?:[\w-]+\.)?([\w-]+)((?:;(?:"[^"]*"|[^:";])*)*):(.*)$/s.exec(line);
    if (found === null) continue;
    const parameters = found[2] ?? '';
    let value = found[3] ?? '';
    // 2.1 goes on in the next line with a "=" at the end of this one.
    const quoted = /;(?:encoding=)?quoted-printable/i.test(parameters);
    if (quoted) {
      // Put together once: a file of a million such lines would be copied at each.
      const pieces = [value];
      while (pieces.at(-1)?.endsWith('=') === true && at + 1 < lines.length) {
        pieces.push((pieces.pop() ?? '').slice(0, -1), lines[(at += 1)] ?? '');
      }
      value = pieces.join('');
    }
    if (quoted) value = fromQuotedPrintable(value, /;charset=([\w-]+)/i.exec(parameters)?.[1] ?? 'utf-8');
    const name = (found[1] ?? '').toUpperCase();
    value = value.slice(0, name === 'PHOTO' ? longestPhoto : longest);
    yield {
      name,
      parameters,
      value: unescape(value),
      structured: value.split(/(?<!\\);/).map(unescape),
    };
  }
}

function unescape(value: string): string {
  return value
    .replace(/\\n/gi, '\n')
    .replace(/\\([,;:\\])/g, '$1')
    .trim();
}

function fromQuotedPrintable(value: string, charset: string): string {
  const bytes = Uint8Array.from(
    value.replace(/=([0-9A-F]{2})/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16))),
    (character) => character.charCodeAt(0) & 0xff,
  );
  try {
    return new TextDecoder(charset).decode(bytes);
  } catch {
    return new TextDecoder('windows-1252').decode(bytes);
  }
}
