import { trimEndBy } from './trim-end.ts';

/** Marks and overrides of direction, invisible characters, line and paragraph separators. */
const invisible =
  /[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\uffff]/gu;
const control = /[\p{Cc}\p{Cs}]/gu;
const windowsDevice = /^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$|clock\$)(?:\.|$)/iu;
const longest = 150;
/** File systems take 255 bytes; a number before it, " (2)" or ".part" behind it must still fit. */
const longestBytes = 200;

/**
 * A name for a file that a stranger chose, safe to show and to suggest in a save dialog: one path
 * component, no control or invisible characters, no changes of direction (so the last extension
 * shown is the true one), none that Windows reserves. Never empty; at most 150 characters, cut in
 * the middle so that the extension stays.
 */
export function safeFilename(raw: string, fallback = 'attachment'): string {
  let name = raw.normalize('NFC').replace(control, '').replace(invisible, '');
  // Both separators on every system, and what looks like them: a mail may be read elsewhere.
  const parts = name
    .split(/[/\\\u2044\u2215\u29f8\u2571\uff0f\uff3c\u2216\u29f5]/u)
    .map((part) => part.trim());
  name = parts.filter((part) => part !== '' && part !== '.' && part !== '..').at(-1) ?? '';
  // ":" also hides an NTFS stream; a full stop that only looks like one hides the extension.
  name = name.replace(/[<>:"|?*%~`$]/gu, '_').replace(/[\u2024\ufe52\uff0e]/gu, '_');
  name = name.replace(/\s+/gu, ' ');
  // Spaces before an extension push it out of sight ("photo.jpg      .exe"); Windows drops dots and blanks at the end.
  name = name.replace(/ +\./gu, '.').replace(/^[\s.-]+/u, '');
  name = trimEndBy(name, /[\s.]/u);
  if (name === '') return fallback;
  // ".eml" is an extension to which no name was found.
  if (/^\s*\.[a-z\d]{2,4}\s*$/i.test(parts.at(-1) ?? '')) name = `${fallback}.${name}`;
  if (windowsDevice.test(name)) name = `_${name}`;
  return Array.from(name).length <= longest ? name : shorten(name);
}

/** As `safeFilename`, short enough for the disk: at most 200 bytes (UTF-8), cut in the middle so that the extension stays. */
export function diskFilename(raw: string, fallback?: string): string {
  const name = safeFilename(raw, fallback);
  return bytesOf(Array.from(name)) <= longestBytes ? name : shorten(name, longestBytes);
}

/** To `longest` characters and so many bytes. */
function shorten(name: string, most = Number.POSITIVE_INFINITY): string {
  const characters = Array.from(name);
  const extension = fileExtension(name);
  const tail = Array.from(extension === '' ? '…' : `….${extension}`);
  const head: string[] = [];
  let left = most - bytesOf(tail);
  for (const character of characters.slice(0, longest - tail.length)) {
    left -= bytesOf([character]);
    if (left < 0) break;
    head.push(character);
  }
  return [...head, ...tail].join('');
}

/** In UTF-8. */
function bytesOf(characters: readonly string[]): number {
  return characters.reduce((sum, character) => {
    const code = character.codePointAt(0) ?? 0;
    return sum + (code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4);
  }, 0);
}

/** The last extension without its dot, lower case, "" when there is none (or none a system would use). */
export function fileExtension(name: string): string {
  const match = /\.([^.\s]{1,20})$/u.exec(name);
  return match?.[1]?.toLowerCase() ?? '';
}
