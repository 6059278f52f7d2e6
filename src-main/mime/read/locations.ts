import { decodeWords } from './encoded-words.ts';
import type { Part } from './part.ts';

/** Where a mail's relative addresses begin when nothing says more (RFC 2557 5). */
const ofMail = 'thismessage:/';
/** No address of a page or picture: each that stands behind it would be as long. */
const longestAddress = 2_000;

export interface Locations {
  /** Address (as written, and whole) → part number. */
  parts: Map<string, string>;
  /** Where relative addresses in the HTML parts begin. */
  bases: Set<string>;
}

/** The addresses under which parts say that they would be found (Content-Location, RFC 2557 4.2). Nothing is fetched from there. */
export function locationsIn(root: Part): Locations {
  const found: Locations = { parts: new Map(), bases: new Set() };
  const note = (address: string, partId: string): void => {
    if (!found.parts.has(address)) found.parts.set(address, partId);
  };
  const walk = (part: Part, around: string): void => {
    const given = addressIn(part, 'content-base');
    const location = addressIn(part, 'content-location');
    const before = given === null ? around : wholeAddress(given, around);
    const own = location === null ? before : wholeAddress(location, before);
    if (part.children.length > 0) {
      for (const child of part.children) walk(child, given === null ? own : before);
      return;
    }
    if (part.type.value === 'text/html') found.bases.add(given === null ? own : before);
    if (location === null) return;
    note(own, part.partId);
    note(location, part.partId);
  };
  walk(root, ofMail);
  return found;
}

/** `address` behind `base`; as it is where the two make none. */
export function wholeAddress(address: string, base: string): string {
  const whole = URL.parse(address, base)?.href ?? address;
  return whole.length > longestAddress ? address : whole;
}

/** Long addresses are folded over lines: blanks are none of theirs (RFC 2557 4.4.2). */
function addressIn(part: Part, name: string): string | null {
  const raw = part.fields.find((field) => field.name.toLowerCase() === name)?.raw;
  const address = raw === undefined ? '' : decodeWords(raw).replace(/\s+|^\s*["<]|[">]\s*$/g, '');
  return address === '' || address.length > longestAddress ? null : address;
}
