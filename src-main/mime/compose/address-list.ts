import { domainToASCII } from 'node:url';
import type { MailAddress } from '../../../src-shared/model/message.ts';
import { badField, guardField } from './field-guard.ts';

export type AddressInput = string | readonly (string | { name?: string | undefined; address: string })[];

// RFC 5322 3.2.3 with RFC 6532: everything above ASCII is atext.
const atext = "[A-Za-z0-9!#$%&'*+\\-/=?^_`{|}~\\u0080-\\u{10FFFF}]";
const dotAtom = new RegExp(`^${atext}+(?:\\.${atext}+)*$`, 'u');
const quotedLocal = /^"(?:[^"\\\u0000-\u001f\u007f]|\\[\u0020-\u007e])*"$/u;
const literal = /^\[(?:\d{1,3}(?:\.\d{1,3}){3}|IPv6:[0-9A-Fa-f:.]{2,45})\]$/;
const asciiDomain =
  /^(?=.{1,253}$)[a-z0-9](?:[a-z0-9_-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9_-]{0,61}[a-z0-9])?)*$/i;

/**
 * The addresses of a field exactly as written, domains in ASCII (IDNA). A quoted local part stays one:
 * `"eve@evil.test x"@internal.example` goes to internal.example. What is no address is refused, by name.
 * @throws AppError `bad-params`
 */
export function parseAddressField(field: string, input: AddressInput | undefined): MailAddress[] {
  if (input === undefined) return [];
  if (typeof input === 'string') return parseList(field, guardField(field, input));
  return input.flatMap((entry) => {
    if (typeof entry === 'string') return parseList(field, guardField(field, entry));
    const name = guardField(field, entry.name ?? '').trim();
    return [{ name, address: checkAddress(field, guardField(field, entry.address).trim()) }];
  });
}

/** One address without a name, its domain in ASCII. @throws AppError `bad-params` */
export function checkAddress(field: string, text: string): string {
  const at = text.lastIndexOf('@');
  const local = text.slice(0, at);
  const domain = text.slice(at + 1);
  if (at < 1 || !(dotAtom.test(local) || quotedLocal.test(local)))
    throw badField(field, `“${text.slice(0, 80)}” is not a mail address.`);
  if (Buffer.byteLength(local) > 128)
    throw badField(field, `“${text.slice(0, 80)}…” is longer than a mail address may be.`);
  if (literal.test(domain)) return `${local}@${domain}`;
  const ascii = /^[\u0020-\u007e]*$/.test(domain) ? domain : domainToASCII(domain);
  if (!asciiDomain.test(ascii))
    throw badField(
      field,
      `“${text.slice(0, 80)}” is not a mail address: after the @ there is no valid domain.`,
    );
  return `${local}@${ascii}`;
}

/** As a person writes it; parseAddressField reads it back to the same. */
export function formatAddress({ name, address }: MailAddress): string {
  if (name === '') return address;
  const plain = /^[\p{L}\p{N}!#$%&'*+\-/=?^_`{|}~ ]+$/u.test(name);
  return `${plain ? name : `"${name.replace(/(["\\])/g, '\\$1')}"`} <${address}>`;
}

/** A local part beyond ASCII can only travel with SMTPUTF8 (RFC 6531). */
export function needsUtf8(address: string): boolean {
  return /[^\u0000-\u007f]/.test(address);
}

interface Word {
  kind: 'text' | 'quoted' | 'angle';
  text: string;
}
type Token = Word | { kind: 'separator' } | { kind: 'colon' };

function parseList(field: string, text: string): MailAddress[] {
  const out: MailAddress[] = [];
  let words: Word[] = [];
  const finish = (): void => {
    const entry = readOne(field, words, text);
    if (entry !== null) out.push(entry);
    words = [];
  };
  for (const token of tokenize(field, text)) {
    if (token.kind === 'separator') finish();
    else if (token.kind === 'colon') {
      // The name of a group ("Team: a@x, b@y;"): its members are what counts. An address is no such name:
      // dropping it, or what hides behind it ("bob@x Bcc: eve@y"), would send elsewhere than was meant.
      if (words.some((word) => word.kind !== 'quoted' && word.text.includes('@')))
        throw badField(field, `“${text.slice(0, 80)}” cannot be read: a colon follows an address.`);
      words = [];
    } else words.push(token);
  }
  finish();
  return out;
}

function readOne(field: string, parts: readonly Word[], whole: string): MailAddress | null {
  if (parts.length === 0) return null;
  const last = parts.at(-1);
  const angles = parts.filter((part) => part.kind === 'angle');
  if (angles.length > 0) {
    if (angles.length > 1 || last?.kind !== 'angle')
      throw badField(
        field,
        `“${whole.slice(0, 80)}” cannot be read as a list of addresses; put commas between them.`,
      );
    const name = parts
      .slice(0, -1)
      .map((part) => (part.kind === 'quoted' ? unquote(part.text) : part.text.trim()))
      .filter((part) => part !== '')
      .join(' ');
    return { name, address: checkAddress(field, last.text.trim()) };
  }
  // No angle brackets: the words, glued, are the address itself.
  return {
    name: '',
    address: checkAddress(
      field,
      parts
        .map((part) => part.text)
        .join('')
        .trim(),
    ),
  };
}

function unquote(text: string): string {
  return text.slice(1, -1).replace(/\\(.)/gsu, '$1');
}

function* tokenize(field: string, text: string): Generator<Token> {
  let plain = '';
  let at = 0;
  const unclosed = (what: string): Error =>
    badField(field, `“${text.slice(0, 80)}” cannot be read: ${what} is not closed.`);
  while (at < text.length) {
    const char = text[at] ?? '';
    if (char === '"' || char === '<' || char === '(' || char === ',' || char === ';' || char === ':') {
      // "[IPv6:…]" holds colons of its own.
      if (char === ':' && /\[[^\]]*$/.test(plain)) {
        plain += char;
        at += 1;
        continue;
      }
      if (plain.trim() !== '') yield { kind: 'text', text: plain };
      plain = '';
    }
    if (char === '"') {
      const end = endOfQuoted(text, at);
      if (end === -1) throw unclosed('a quotation mark');
      yield { kind: 'quoted', text: text.slice(at, end + 1) };
      at = end + 1;
    } else if (char === '<') {
      const end = endOfAngle(text, at);
      if (end === -1) throw unclosed('an angle bracket');
      yield { kind: 'angle', text: text.slice(at + 1, end) };
      at = end + 1;
    } else if (char === '(') {
      const end = endOfComment(text, at);
      if (end === -1) throw unclosed('a bracket');
      at = end + 1;
    } else {
      if (char === ',' || char === ';') yield { kind: 'separator' };
      else if (char === ':') yield { kind: 'colon' };
      else plain += char;
      at += 1;
    }
  }
  if (plain.trim() !== '') yield { kind: 'text', text: plain };
}

function endOfQuoted(text: string, start: number): number {
  for (let i = start + 1; i < text.length; i += 1) {
    if (text[i] === '\\') i += 1;
    else if (text[i] === '"') return i;
  }
  return -1;
}

function endOfAngle(text: string, start: number): number {
  for (let i = start + 1; i < text.length; i += 1) {
    if (text[i] === '"') {
      i = endOfQuoted(text, i);
      if (i === -1) return -1;
    } else if (text[i] === '>') return i;
  }
  return -1;
}

function endOfComment(text: string, start: number): number {
  let depth = 0;
  for (let i = start; i < text.length; i += 1) {
    if (text[i] === '\\') i += 1;
    else if (text[i] === '(') depth += 1;
    else if (text[i] === ')') {
      depth -= 1;
      if (depth === 0) return i;
    }
  }
  return -1;
}
