import { decodeTransfer } from './transfer.ts';

// The text may hold blanks: RFC 2047 forbids them, senders write them. The language tag is of RFC 2231.
// So may a word in Q hold question marks, and the last one of a value may be cut off.
const word =
  /=\?([^?\s*]{1,40})(?:\*[^?\s]{0,20})?\?(?:([bB])\?([^?\r\n]*(?=\?=)|[A-Za-z0-9+/]*={0,2}(?=\??$))|([qQ])\?([^?\r\n]*(?:\?(?!=)[^?\r\n]{0,200}){0,20}))(?:\?=|\??$)/g;

interface Run {
  charset: string;
  pieces: Buffer[];
  end: number;
}

/**
 * RFC 2047 words in an unstructured value or a name. Blanks between adjacent words vanish; words of
 * the same set are joined as bytes first, for senders cut inside of a character.
 */
export function decodeWordsBy(value: string, decode: (bytes: Buffer, charset: string) => string): string {
  if (!value.includes('=?')) return value;
  const state: { out: string; done: number; run: Run | null } = { out: '', done: 0, run: null };
  const flush = (): void => {
    if (state.run === null) return;
    const bytes = Buffer.concat(state.run.pieces);
    state.out += decode(/^utf-?8$/.test(state.run.charset) ? wholeUtf8(bytes) : bytes, state.run.charset);
    state.done = state.run.end;
    state.run = null;
  };
  for (const match of value.matchAll(word)) {
    // Bytes that stood unencoded inside of a word were decoded with the header line: UTF-8 here.
    const inBase64 = match[2] !== undefined;
    const content = match[3] ?? match[5] ?? '';
    const charset = isAscii(content) ? (match[1] ?? '').toLowerCase() : 'utf-8';
    const bytes = wordBytes(inBase64, content);
    const end = match.index + match[0].length;
    const gap = value.slice(state.run?.end ?? state.done, match.index);
    const adjacent = state.run !== null && /^\s*$/.test(gap);
    if (state.run !== null && adjacent && state.run.charset === charset) {
      state.run.pieces.push(bytes);
      state.run.end = end;
      continue;
    }
    flush();
    if (!adjacent) state.out += gap;
    state.run = { charset, pieces: [bytes], end };
    state.done = end;
  }
  flush();
  return state.out + value.slice(state.done);
}

/** Senders that cut a long subject cut inside of a character, too: the rest of it would make the whole no UTF-8. */
function wholeUtf8(bytes: Buffer): Buffer {
  let start = bytes.length - 1;
  while (start > 0 && start > bytes.length - 4 && ((bytes[start] ?? 0) & 0xc0) === 0x80) start -= 1;
  const lead = bytes[start] ?? 0;
  const length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc2 ? 2 : 1;
  return lead < 0xf8 && start + length > bytes.length ? bytes.subarray(0, start) : bytes;
}

function isAscii(text: string): boolean {
  return /^[\x20-\x7e\t]*$/.test(text);
}

function wordBytes(inBase64: boolean, text: string): Buffer {
  if (inBase64) {
    // The alphabet for addresses of the web (RFC 4648 5), which some programs take for all base64.
    const usual = /[-_]/.test(text) && !/[+/]/.test(text) ? text.replace(/-/g, '+').replace(/_/g, '/') : text;
    return decodeTransfer(Buffer.from(usual, 'utf8'), 'base64').bytes;
  }
  // "_" is a blank (RFC 2047 4.2); a blank at the end must survive the quoted-printable rule for line ends.
  const prepared = text.replace(/[_ ]/g, '=20');
  return decodeTransfer(Buffer.from(prepared, 'utf8'), 'quoted-printable').bytes;
}
