/** The header of a message as text, at most 64 KB: enough for what is looked for here. */
export function headerText(bytes: Uint8Array): string {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, 65_536)).toString(
    'latin1',
  );
  const end = /\r?\n\r?\n/.exec(head);
  return end === null ? head : head.slice(0, end.index);
}

/** The first field of this name, unfolded; null when there is none. */
export function fieldOf(header: string, name: string): string | null {
  const found = new RegExp(`(?:^|\\n)${name}[ \\t]*:([^\\n]*(?:\\n[ \\t][^\\n]*)*)`, 'i').exec(header);
  return found?.[1] === undefined ? null : found[1].replace(/\r?\n/g, '').trim();
}

/** It begins as mails do: with a header field, or an empty line. */
export function beginsLikeMail(bytes: Uint8Array): boolean {
  return /^(?:\r?\n)?[!-9;-~]{1,200}[ \t]*:/.test(headerText(bytes));
}

/** A date is shorter; comments that are never closed must not be looked through again for each. */
const longestDate = 500;

/** When the message came, as its newest Received line or else its Date tells; null: neither can be read. */
export function timeInHeader(header: string): number | null {
  for (const words of [fieldOf(header, 'Received')?.split(';').at(-1), fieldOf(header, 'Date')]) {
    const at =
      words === undefined || words === null
        ? Number.NaN
        : Date.parse(
            words
              .slice(0, longestDate)
              .replace(/\([^)]*\)/g, ' ')
              .trim(),
          );
    // An INTERNALDATE has four digits of year and is a moment that mail can have come at.
    if (!Number.isNaN(at) && at > 0 && at < 4_102_444_800_000) return at;
  }
  return null;
}

/** Flags that mail programs keep in the header of an mbox message: Status, X-Status, X-Keywords, X-Mozilla-Status. */
export function flagsInHeader(header: string): string[] {
  const flags = new Set<string>();
  const letters = `${fieldOf(header, 'Status') ?? ''}`.toUpperCase();
  if (/^[RO ]+$/.test(letters) && letters.includes('R')) flags.add('\\Seen');
  const more = fieldOf(header, 'X-Status') ?? '';
  if (/^[AFTD ]+$/i.test(more)) {
    if (/A/i.test(more)) flags.add('\\Answered');
    if (/F/i.test(more)) flags.add('\\Flagged');
    if (/T/i.test(more)) flags.add('\\Draft');
  }
  const mozilla = /^[0-9a-f]{4}$/i.exec(fieldOf(header, 'X-Mozilla-Status') ?? '');
  if (mozilla !== null) {
    const bits = Number.parseInt(mozilla[0], 16);
    if ((bits & 0x0001) !== 0) flags.add('\\Seen');
    if ((bits & 0x0002) !== 0) flags.add('\\Answered');
    if ((bits & 0x0004) !== 0) flags.add('\\Flagged');
    if ((bits & 0x1000) !== 0) flags.add('$Forwarded');
  }
  for (const word of (fieldOf(header, 'X-Keywords') ?? '').split(/[\s,]+/))
    if (/^[!#$&'+\-.\w]{1,60}$/.test(word)) flags.add(word);
  return [...flags];
}
