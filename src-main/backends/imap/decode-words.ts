/**
 * Header text for lists: RFC 2047 words decoded, raw 8-bit read as UTF-8 or else Windows-1252,
 * folding undone. Never throws. The fast path is printable ASCII without "=?".
 */
export function decodeHeaderText(raw: string): string {
  let text = raw;
  for (let i = 0; i < raw.length; i++) {
    const code = raw.charCodeAt(i);
    if (code > 0x7e || code < 0x20) {
      text = withoutControls(decodeEightBit(raw));
      break;
    }
  }
  return text.includes('=?') ? decodeKnownWords(text) : text;
}

/** The same people write again and again: what was decoded last is kept, up to so many texts of so many characters. */
const known = new Map<string, string>();
const mostKnown = 4000;
const longestKnown = 200;

function decodeKnownWords(text: string): string {
  const before = known.get(text);
  if (before !== undefined) return before;
  const decoded = decodeWords(text);
  if (text.length <= longestKnown) {
    if (known.size >= mostKnown) known.clear();
    known.set(text, decoded);
  }
  return decoded;
}

const utf8 = new TextDecoder('utf-8', { fatal: true });
const western = new TextDecoder('windows-1252');
const decoders = new Map<string, InstanceType<typeof TextDecoder> | null>();

function decodeEightBit(raw: string): string {
  const bytes = Buffer.from(raw, 'latin1');
  try {
    return utf8.decode(bytes);
  } catch {
    return western.decode(bytes);
  }
}

/** Null for a charset that nobody knows. RFC 2231 allows a language after "*". */
function decoderOf(charset: string): InstanceType<typeof TextDecoder> | null {
  const name = charset.split('*')[0]?.toLowerCase() ?? '';
  let decoder = decoders.get(name);
  if (decoder === undefined) {
    try {
      decoder = new TextDecoder(name);
    } catch {
      decoder = null;
    }
    if (decoders.size < 100) decoders.set(name, decoder);
  }
  return decoder;
}

interface Run {
  charset: string;
  bytes: Buffer[];
  raw: string;
}

/**
 * Blanks between two encoded words do not count (RFC 2047 6.2), and neighbours of one charset are
 * decoded as one run of bytes: many mailers cut multi-byte characters in two.
 */
function decodeWords(text: string): string {
  const word = /=\?([^?\s]{1,60})\?([BbQq])\?([^?]*)\?=/g;
  let out = '';
  let at = 0;
  // At most one: the words that still wait for a neighbour.
  const open: Run[] = [];
  const flush = (): void => {
    const run = open.pop();
    if (run === undefined) return;
    const decoder = decoderOf(run.charset);
    out += decoder === null ? run.raw : withoutControls(decoder.decode(Buffer.concat(run.bytes)));
  };
  for (const match of text.matchAll(word)) {
    const between = text.slice(at, match.index);
    const bytes = wordBytes(match[2] ?? '', match[3] ?? '');
    const charset = (match[1] ?? '').toLowerCase();
    const previous = open[0];
    if (previous !== undefined && /^\s*$/.test(between)) {
      if (previous.charset === charset) {
        previous.bytes.push(bytes);
        previous.raw += match[0];
      } else {
        flush();
        open.push({ charset, bytes: [bytes], raw: match[0] });
      }
    } else {
      flush();
      out += between;
      open.push({ charset, bytes: [bytes], raw: match[0] });
    }
    at = match.index + match[0].length;
  }
  flush();
  return out + text.slice(at);
}

function wordBytes(encoding: string, encoded: string): Buffer {
  if (encoding === 'B' || encoding === 'b') return Buffer.from(encoded, 'base64');
  const plain = encoded
    .replaceAll('_', ' ')
    .replace(/=([0-9A-Fa-f]{2})/g, (_whole, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return /[^\u0000-\u00ff]/.test(plain) ? Buffer.from(plain, 'utf8') : Buffer.from(plain, 'latin1');
}

function hasControls(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 0x20 || code === 0x7f) return true;
  }
  return false;
}

/** Line breaks and other controls become blanks; bidirectional overrides are left for the interface to isolate. */
function withoutControls(text: string): string {
  if (!hasControls(text)) return text;
  let out = '';
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 0x20 || code === 0x7f) {
      if (!out.endsWith(' ')) out += ' ';
    } else {
      out += text.charAt(i);
    }
  }
  return out.replace(/ {2,}/g, ' ').trim();
}
