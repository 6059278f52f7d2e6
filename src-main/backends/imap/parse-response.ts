import type { ResponseCode, Tagged, Untagged, Value } from './port.ts';

export class UnreadableResponse extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'UnreadableResponse';
  }
}

export type Response =
  | { kind: 'untagged'; untagged: Untagged }
  | { kind: 'tagged'; tag: string; tagged: Tagged }
  | { kind: 'continue'; text: string };

const deepest = 200;
const withText = new Set(['OK', 'NO', 'BAD', 'BYE', 'PREAUTH']);

/**
 * Parses one response (its literals inside). Tolerant: stray blanks, missing blanks between lists,
 * 8-bit bytes and unknown items are read as far as they make sense.
 * @throws UnreadableResponse when nothing sensible can be made of it.
 */
export function parseResponse(bytes: Buffer): Response {
  const text = bytes.toString('latin1');
  if (text.charCodeAt(0) === 43)
    return { kind: 'continue', text: text.slice(text.charCodeAt(1) === 32 ? 2 : 1) };
  const space = text.indexOf(' ');
  if (space <= 0) throw new UnreadableResponse('no tag');
  const tag = text.slice(0, space);
  const scanner = new Scanner(text, bytes, space + 1);
  if (tag !== '*') return parseTagged(tag, scanner);

  let number: number | null = null;
  let name = scanner.atom();
  if (name.length < 16 && /^\d+$/.test(name)) {
    number = Number(name);
    name = scanner.atom();
  }
  name = name.toUpperCase();
  if (name === '') throw new UnreadableResponse('no response name');
  if (number === null && withText.has(name)) {
    const code = scanner.code();
    return { kind: 'untagged', untagged: { number, name, values: [], code, text: scanner.rest() } };
  }
  return { kind: 'untagged', untagged: { number, name, values: scanner.values(), code: null, text: '' } };
}

function parseTagged(tag: string, scanner: Scanner): Response {
  const status = scanner.atom().toUpperCase();
  if (status !== 'OK' && status !== 'NO' && status !== 'BAD')
    throw new UnreadableResponse(`a tagged ${status.slice(0, 20)}`);
  const code = scanner.code();
  return { kind: 'tagged', tag, tagged: { status, code, text: scanner.rest() } };
}

class Scanner {
  readonly #text: string;
  readonly #bytes: Buffer;
  #at: number;

  constructor(text: string, bytes: Buffer, at: number) {
    this.#text = text;
    this.#bytes = bytes;
    this.#at = at;
  }

  rest(): string {
    const rest = this.#text.slice(this.#at);
    this.#at = this.#text.length;
    return Buffer.from(rest, 'latin1').toString('utf8');
  }

  /** A run of atom characters; section brackets belong to it ("BODY[HEADER.FIELDS (TO)]<0>"). */
  atom(): string {
    this.#blanks();
    const text = this.#text;
    const from = this.#at;
    let i = from;
    for (; i < text.length; i++) {
      const c = text.charCodeAt(i);
      if (c === 32 || c === 40 || c === 41 || c === 34) break;
      if (c === 91) {
        const close = text.indexOf(']', i);
        if (close === -1) break;
        i = close;
      }
    }
    this.#at = i;
    return text.slice(from, i);
  }

  code(): ResponseCode | null {
    this.#blanks();
    if (this.#text.charCodeAt(this.#at) !== 91) return null;
    const close = this.#codeEnd();
    const inner = new Scanner(
      this.#text.slice(this.#at + 1, close),
      this.#bytes.subarray(this.#at + 1, close),
      0,
    );
    this.#at = close + 1;
    this.#blanks();
    const name = inner.atom().toUpperCase();
    if (name === '') return null;
    try {
      return { name, values: inner.values() };
    } catch {
      // Codes like [UNKNOWN-CTE] or [REFERRAL imap://…] may hold free text.
      return { name, values: [] };
    }
  }

  /** The "]" that ends the code: not one inside a quoted string. */
  #codeEnd(): number {
    let quoted = false;
    for (let i = this.#at + 1; i < this.#text.length; i++) {
      const c = this.#text.charCodeAt(i);
      if (quoted && c === 92) i++;
      else if (c === 34) quoted = !quoted;
      else if (c === 93 && !quoted) return i;
    }
    const plain = this.#text.indexOf(']', this.#at);
    return plain === -1 ? this.#text.length : plain;
  }

  values(): Value[] {
    const values: Value[] = [];
    for (;;) {
      this.#blanks();
      if (this.#at >= this.#text.length) return values;
      if (this.#text.charCodeAt(this.#at) === 41) {
        // One parenthesis too many: leave it out.
        this.#at++;
        continue;
      }
      values.push(this.#value(0));
    }
  }

  #blanks(): void {
    while (this.#text.charCodeAt(this.#at) === 32) this.#at++;
  }

  #value(depth: number): Value {
    const c = this.#text.charCodeAt(this.#at);
    if (c === 40) return this.#list(depth + 1);
    if (c === 34) return this.#quoted();
    if (c === 123) return this.#literal(this.#at);
    if (c === 126 && this.#text.charCodeAt(this.#at + 1) === 123) return this.#literal(this.#at + 1);
    const before = this.#at;
    const atom = this.atom();
    if (this.#at === before) throw new UnreadableResponse(`an unexpected character at ${before}`);
    return atom.length === 3 && (atom === 'NIL' || atom.toUpperCase() === 'NIL') ? null : atom;
  }

  #list(depth: number): Value[] {
    if (depth > deepest) throw new UnreadableResponse('lists nested too deep');
    this.#at++;
    const values: Value[] = [];
    for (;;) {
      this.#blanks();
      const c = this.#text.charCodeAt(this.#at);
      if (Number.isNaN(c)) return values;
      if (c === 41) {
        this.#at++;
        return values;
      }
      values.push(this.#value(depth));
    }
  }

  #quoted(): string {
    const text = this.#text;
    const from = this.#at + 1;
    let escaped = false;
    for (let i = from; i < text.length; i++) {
      const c = text.charCodeAt(i);
      if (c === 92) {
        escaped = true;
        i++;
      } else if (c === 34) {
        this.#at = i + 1;
        const inner = text.slice(from, i);
        return escaped ? inner.replace(/\\(.)/gs, '$1') : inner;
      }
    }
    throw new UnreadableResponse('a quoted string without an end');
  }

  #literal(brace: number): Value {
    const close = this.#text.indexOf('}', brace);
    const size = Number.parseInt(this.#text.slice(brace + 1, close), 10);
    const lineEnd = this.#text.indexOf('\n', close);
    if (close === -1 || lineEnd === -1 || lineEnd - close > 2 || Number.isNaN(size)) {
      // Not a literal after all but an atom that begins with a brace.
      return this.atom();
    }
    this.#at = lineEnd + 1 + size;
    return this.#bytes.subarray(lineEnd + 1, lineEnd + 1 + size);
  }
}
