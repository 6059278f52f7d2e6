import { decodeText } from './charset.ts';
import { decodeWords } from './encoded-words.ts';

export interface ParameterValue {
  /** Lower case, without parameters. */
  value: string;
  params: Map<string, string>;
}

/**
 * "text/plain; charset=x; name*0*=utf-8''…" (RFC 2045 5.1, RFC 2231), tolerant: unquoted values
 * with blanks, missing semicolons after quotes, encoded words in values (forbidden and usual).
 */
export function parseParameters(raw: string): ParameterValue {
  const text = raw.length > 16_384 ? raw.slice(0, 16_384) : raw;
  const pieces = withFirstParameter(splitPieces(text));
  const value = stripComments(pieces[0] ?? '')
    .trim()
    .toLowerCase()
    .replace(/\s*\/\s*/, '/')
    .replace(/^"|"$/g, '');
  const plain = new Map<string, string>();
  const extended = new Map<string, { text: string; encoded: boolean }[]>();
  for (const piece of pieces.slice(1)) {
    const equals = piece.indexOf('=');
    if (equals <= 0) continue;
    const key = stripComments(piece.slice(0, equals)).trim().toLowerCase();
    const content = unquote(piece.slice(equals + 1).trim());
    const continuation = /^([^*]{1,60})\*(?:(\d{1,3})(\*)?)?$/.exec(key);
    if (continuation === null) {
      // The first of two wins: a second "filename" or "boundary" is a trick or a mistake.
      if (!plain.has(key)) plain.set(key, content);
      continue;
    }
    const name = continuation[1] ?? '';
    const index = Number(continuation[2] ?? 0);
    const list = extended.get(name) ?? [];
    if (list[index] === undefined)
      list[index] = { text: content, encoded: continuation[2] === undefined || continuation[3] === '*' };
    extended.set(name, list);
  }
  const params = new Map<string, string>();
  for (const [name, content] of plain)
    params.set(
      name,
      charsetMark.test(content) ? joinExtended([{ text: content, encoded: false }]) : decodeWords(content),
    );
  for (const [name, list] of extended) {
    const joined = joinExtended(list);
    if (joined.trim() !== '' || !params.has(name)) params.set(name, joined);
  }
  return { value, params };
}

/** "attachment filename=x" and "filename=x": the semicolon, or the value itself, was forgotten. */
function withFirstParameter(pieces: string[]): string[] {
  const [first = '', ...others] = pieces;
  const match = /^\s*(?:([\w./+-]{1,100})[\s,]{1,20})?((?:file)?name\*?=.*|(?:charset|boundary)=.*)$/is.exec(
    first,
  );
  return match === null ? pieces : [match[1] ?? '', match[2] ?? '', ...others];
}

/** What begins an encoded value (RFC 2231 4); with a percent sign it is one, also where the asterisk was forgotten. */
const charsetMark =
  /^(utf-?8|us-ascii|iso-[\w-]{4,20}|windows-\d{3,4}|cp\d{3,4}|koi8-\w|gb\w{1,6}|big5|shift_jis|euc-\w\w)'[\w-]{0,40}'(?=[^']*%[0-9a-f]{2})/i;

/** Tolerates sections that are missing, count from 1, name the set later than the first, or forget the asterisk. */
function joinExtended(list: readonly ({ text: string; encoded: boolean } | undefined)[]): string {
  const pieces: Buffer[] = [];
  let charset: string | null = null;
  let percent = false;
  for (const piece of list) {
    if (piece === undefined) continue;
    let { text } = piece;
    const head: RegExpExecArray | null =
      charset === null ? (piece.encoded ? /^([^']{0,40})'[^']{0,40}'/ : charsetMark).exec(text) : null;
    if (head !== null) {
      charset = head[1] ?? '';
      percent = !piece.encoded;
      text = text.slice(head[0].length);
    }
    // Letters beyond ASCII in a section without its asterisk, after one that has it.
    const forgotten = percent || (charset !== null && /%[89a-f][0-9a-f]/i.test(text));
    pieces.push(piece.encoded || forgotten ? percentBytes(text) : Buffer.from(text, 'utf8'));
  }
  const bytes = Buffer.concat(pieces);
  return decodeWords(decodeText(bytes, charset === '' ? null : charset).text);
}

function percentBytes(text: string): Buffer {
  const source = Buffer.from(text, 'utf8');
  const out = Buffer.alloc(source.length);
  let length = 0;
  for (let i = 0; i < source.length; i++) {
    const code = source[i] === 37 ? source.toString('latin1', i + 1, i + 3) : '';
    if (/^[0-9a-fA-F]{2}$/.test(code)) {
      out[length++] = Number.parseInt(code, 16);
      i += 2;
    } else out[length++] = source[i] ?? 0;
  }
  return out.subarray(0, length);
}

/** At semicolons outside of quotes; also after a closing quote where the next name begins (a forgotten semicolon). */
function splitPieces(text: string): string[] {
  const pieces: string[] = [];
  let from = 0;
  let quoted = false;
  let depth = 0;
  for (let i = 0; i < text.length && pieces.length < 200; i++) {
    const char = text[i];
    if (char === '\\' && (quoted || depth > 0)) i++;
    else if (char === '"' && depth === 0) {
      quoted = !quoted;
      if (!quoted && /^\s+[\w*-]{1,40}\s*=/.test(text.slice(i + 1, i + 80))) {
        pieces.push(text.slice(from, i + 1));
        from = i + 1;
      }
    } else if (!quoted && char === '(') depth++;
    else if (!quoted && char === ')' && depth > 0) depth--;
    else if (!quoted && depth === 0 && char === ';') {
      pieces.push(text.slice(from, i));
      from = i + 1;
    }
  }
  const rest = text.slice(from);
  // A quote or bracket that never closes: split plainly rather than lose the rest.
  if ((quoted || depth > 0) && rest.includes(';')) pieces.push(...rest.split(';').slice(0, 200));
  else pieces.push(rest);
  return pieces;
}

function unquote(text: string): string {
  if (!text.startsWith('"'))
    // "report (1).pdf" without quotes: no comment stands inside of a word.
    return (/\)[^\s;]/.test(text) ? text : stripComments(text)).trim().replace(/^'(.*)'$/, '$1');
  let out = '';
  for (let i = 1; i < text.length; i++) {
    const char = text[i] ?? '';
    if (char === '"') return out;
    // Windows paths stand unescaped in file names: only a quote or backslash is escaped.
    if (char === '\\' && (text[i + 1] === '"' || text[i + 1] === '\\')) {
      out += text[i + 1] ?? '';
      i++;
    } else out += char;
  }
  return out;
}

function stripComments(text: string): string {
  if (!text.includes('(')) return text;
  let out = '';
  let depth = 0;
  for (const char of text) {
    if (char === '(') depth++;
    else if (char === ')' && depth > 0) depth--;
    else if (depth === 0) out += char;
  }
  // A bracket that never closes is no comment.
  return depth > 0 ? text : out;
}
