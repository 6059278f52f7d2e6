import { decodeText } from './charset.ts';
import { decodeWordsBy } from './word-runs.ts';

/** RFC 2047 words in an unstructured value or a name. */
export function decodeWords(value: string): string {
  return decodeWordsBy(value, (bytes, charset) => decodeText(bytes, charset).text);
}

const drawn = /[^\p{Cc}\p{Cf}\p{Cs}\p{Z}\p{M}\u115f\u1160\u2800\u3164\uffa0]/u;

/** Whether anything of it is drawn at all. */
export function isSeen(text: string): boolean {
  return drawn.test(text);
}

/**
 * Text for one line of the interface: no control characters, no changes of direction left open, and "" for what nobody
 * would see: a name of such letters would stand in place of the address.
 */
export function oneLine(text: string): string {
  const line = text
    .replace(/[\p{Cc}\u2028\u2029]+/gu, ' ')
    .replace(/[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, '')
    .trim();
  return isSeen(line) ? line : '';
}
