import { isSeen } from '../../mime/read/encoded-words.ts';
import { decodeAs, guessByScript } from '../../mime/read/script-guess.ts';
import { decodeWordsBy } from '../../mime/read/word-runs.ts';

/**
 * Header text for lists: RFC 2047 words decoded, raw 8-bit read as UTF-8, or else as the mail's text says (`charset`),
 * or by its script; folding undone. Never throws. The fast path is printable ASCII without "=?".
 */
export function decodeHeaderText(raw: string, charset: string | null = null): string {
  const text = plainHeaderText(raw, charset);
  return text.includes('=?') ? decodeKnownWords(text) : text;
}

/** As `decodeHeaderText`, with RFC 2047 words as they stand. */
export function plainHeaderText(raw: string, charset: string | null = null): string {
  for (let i = 0; i < raw.length; i++) {
    const code = raw.charCodeAt(i);
    if (code > 0x7e || code < 0x20)
      return withoutControls(decodeEightBit(Buffer.from(raw, 'latin1'), charset));
  }
  return raw;
}

/** The same people write again and again: what was decoded last is kept, up to so many texts of so many characters. */
const known = new Map<string, string>();
const mostKnown = 4000;
const longestKnown = 200;

function decodeKnownWords(text: string): string {
  const before = known.get(text);
  if (before !== undefined) return before;
  const decoded = withoutControls(decodeWordsBy(text, decodeWord));
  if (text.length <= longestKnown) {
    if (known.size >= mostKnown) known.clear();
    known.set(text, decoded);
  }
  return decoded;
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

function asUtf8(bytes: Buffer): string | null {
  try {
    return utf8.decode(bytes);
  } catch {
    return null;
  }
}

function decodeEightBit(bytes: Buffer, charset: string | null): string {
  const text = asUtf8(bytes);
  if (text !== null) return text;
  const named = charset === null ? null : knownName(charset);
  // A text in Latin-1 or UTF-8 says nothing of such a header, and nothing stands unencoded in the others.
  const said = named === null || /^(?:utf|iso-2022|windows-1252)/.test(named) ? null : named;
  return decodeAs(bytes, said ?? guessByScript(bytes) ?? 'windows-1252');
}

/** Names that the standard of encodings does not have. */
const otherNames: Record<string, string> = {
  cp932: 'shift_jis',
  cp936: 'gb18030',
  cp949: 'euc-kr',
  cp950: 'big5',
};
const names = new Map<string, string | null>();

/** As `TextDecoder` calls it; null for a character set that it does not know. */
function knownName(charset: string): string | null {
  const label = charset.toLowerCase();
  let name = names.get(label);
  if (name === undefined) {
    try {
      name = new TextDecoder(otherNames[label] ?? label).encoding;
    } catch {
      name = null;
    }
    if (names.size < 100) names.set(label, name);
  }
  return name;
}

/** As the reader of whole mails has it: what stands under a Western label and is well-formed UTF-8 is that. */
function decodeWord(bytes: Buffer, charset: string): string {
  const name = knownName(charset);
  if (name === null) return decodeEightBit(bytes, null);
  const text = name === 'windows-1252' ? asUtf8(bytes) : null;
  const enough = /ascii|^ansi/.test(charset) ? 1 : 2;
  return text !== null && (text.match(/[^\x00-\x7f]/g)?.length ?? 0) >= enough ? text : decodeAs(bytes, name);
}

/** Controls, and marks that change the direction of what follows them: "gpj.exe" would be read as "exe.jpg". */
function isControl(code: number): boolean {
  return (
    code < 0x20 ||
    code === 0x7f ||
    code === 0x061c ||
    code === 0x200e ||
    code === 0x200f ||
    (code >= 0x202a && code <= 0x202e) ||
    (code >= 0x2066 && code <= 0x2069)
  );
}

function hasControls(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (isControl(text.charCodeAt(i))) return true;
  return false;
}

/** Line breaks and other controls become blanks, changes of direction nothing; "" for what nobody would see. */
function withoutControls(text: string): string {
  if (!hasControls(text)) return isSeen(text) ? text : '';
  let out = '';
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (!isControl(code)) out += text.charAt(i);
    else if (code <= 0x7f && !out.endsWith(' ')) out += ' ';
  }
  return isSeen(out) ? out.replace(/ {2,}/g, ' ').trim() : '';
}
