import { decodeText } from './charset.ts';
import { decodeWordsBy } from './word-runs.ts';

/** RFC 2047 words in an unstructured value or a name. */
export function decodeWords(value: string): string {
  return decodeWordsBy(value, (bytes, charset) => decodeText(bytes, charset).text);
}

/** Text for one line of the interface: no control characters, no changes of direction left open. */
export function oneLine(text: string): string {
  return text
    .replace(/[\p{Cc}\u2028\u2029]+/gu, ' ')
    .replace(/[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, '')
    .trim();
}
