import type { MailAddress } from '../../../src-shared/model/message.ts';
import { needsUtf8 } from './address-list.ts';

/** RFC 5322 2.1.1: better not above 78. */
const width = 76;
/** Bytes in one encoded word: a line that holds one has 76 characters at most (RFC 2047 2), "Subject: " included. */
const wordBytes = 39;

/** `name: value`, folded. `pieces` may stand on lines of their own; each brings its own leading blank. */
export function headerLine(name: string, pieces: readonly string[]): string {
  let line = `${name}:`;
  const lines: string[] = [];
  for (const piece of pieces) {
    if (line.length + piece.length > width && line.trim() !== '' && line !== `${name}:`) {
      lines.push(line);
      line = piece;
    } else line += piece;
  }
  lines.push(line);
  return lines.join('\r\n');
}

/** An unstructured value (Subject): as it stands where that is safe, else in encoded words. */
export function textPieces(value: string): string[] {
  const plain =
    /^[\u0021-\u007e](?:[\u0020-\u007e]*[\u0021-\u007e])?$/.test(value) &&
    !value.includes('=?') &&
    !/[^ ]{200}/.test(value);
  if (!plain) return value === '' ? [''] : encodedWords(value).map((word) => ` ${word}`);
  return (` ${value}`.match(/ +[^ ]+/g) ?? []).map(String);
}

export function addressPieces(addresses: readonly MailAddress[]): string[] {
  return addresses.flatMap(({ name, address }, i) => {
    const comma = i === addresses.length - 1 ? '' : ',';
    if (name === '') return [` ${address}${comma}`];
    return [...phrase(name).map((word) => ` ${word}`), ` <${address}>${comma}`];
  });
}

/** A display name (RFC 5322 phrase). */
function phrase(name: string): string[] {
  if (/^[\u0020-\u007e]*$/.test(name) && !name.includes('=?') && name.length < 200) {
    if (/^[A-Za-z0-9!#$%&'*+\-/=?^_`{|}~]+(?: [A-Za-z0-9!#$%&'*+\-/=?^_`{|}~]+)*$/.test(name))
      return name.split(' ');
    return [`"${name.replace(/(["\\])/g, '\\$1')}"`];
  }
  return encodedWords(name);
}

/** Base64 words, never cut within a character (RFC 2047 5). */
function encodedWords(text: string): string[] {
  const words: string[] = [];
  let current = '';
  for (const character of text) {
    if (Buffer.byteLength(current + character) > wordBytes) {
      words.push(current);
      current = '';
    }
    current += character;
  }
  if (current !== '') words.push(current);
  return words.map((word) => `=?UTF-8?B?${Buffer.from(word, 'utf8').toString('base64')}?=`);
}

export function anyNeedsUtf8(addresses: readonly MailAddress[]): boolean {
  return addresses.some(({ address }) => needsUtf8(address));
}
