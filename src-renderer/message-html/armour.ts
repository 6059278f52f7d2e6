/** What the letters between two markers of OpenPGP are. */
export type Armour = 'message' | 'signature' | 'key';

interface ArmouredLines {
  begin: number;
  /** Behind the last line. */
  end: number;
  kind: Armour;
}

const marker = /^-----BEGIN PGP (MESSAGE|SIGNATURE|(?:PUBLIC|PRIVATE) KEY BLOCK)-----\s*$/;
const header = /^(?:Version|Comment|MessageID|Hash|Charset): .{0,100}$/;
const letters = /^[A-Za-z0-9+/=]{1,100}\s*$/;

/** Runs of lines that only another program reads. One that holds anything else is none: it may be words. */
export function armoured(lines: readonly string[]): ArmouredLines[] {
  const found: ArmouredLines[] = [];
  let begun: { begin: number; what: string } | null = null;
  for (const [at, line] of lines.entries()) {
    const what = marker.exec(line)?.[1];
    if (what !== undefined) begun = { begin: at, what };
    else if (begun !== null && line.trimEnd() === `-----END PGP ${begun.what}-----`) {
      const kind = begun.what === 'MESSAGE' ? 'message' : begun.what === 'SIGNATURE' ? 'signature' : 'key';
      found.push({ begin: begun.begin, end: at + 1, kind });
      begun = null;
    } else if (line.trim() !== '' && !header.test(line) && !letters.test(line)) begun = null;
  }
  return found;
}
