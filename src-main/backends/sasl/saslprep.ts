import { SaslError } from './mechanism.ts';

// RFC 4013 2.1: mapped to nothing (RFC 3454 B.1) and to a space (C.1.2).
const nothing = /[\u00ad\u034f\u1806\u180b-\u180d\u200b-\u200d\u2060\ufe00-\ufe0f\ufeff]/gu;
const spaces = /[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]/gu;
// RFC 4013 2.3: controls, private use, non-characters, surrogates, tagging and display-changing characters.
const prohibited =
  /[\u0000-\u001f\u007f-\u009f\u06dd\u070f\u180e\u2028\u2029\u2061-\u2063\u206a-\u206f\ufff9-\uffff\ue000-\uf8ff\ufdd0-\ufdef\u0340\u0341\u200e\u200f\u202a-\u202e\u2ff0-\u2ffb]|[\u{1d173}-\u{1d17a}]|[\u{e0001}-\u{e007f}]|[\u{f0000}-\u{10ffff}]|\p{Cs}/u;
const rightToLeft =
  /[\u0590\u05be-\u05ff\u0608\u060b\u060d\u061b-\u064a\u066d-\u066f\u0671-\u06d5\u06e5\u06e6\u06ee\u06ef\u06fa-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/u;
const leftToRight =
  /[A-Za-z\u00aa\u00b5\u00ba\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02b8\u0370-\u0373\u0376-\u0482\u048a-\u0589\u0903-\u0939]/u;

/**
 * SASLprep (RFC 4013) of a user name or password. Plain ASCII is returned as it is.
 * @throws SaslError `bad-characters` for what no server could have stored.
 */
export function saslprep(text: string): string {
  if (/^[\u0020-\u007e]*$/.test(text)) return text;
  const prepared = text.replace(spaces, ' ').replace(nothing, '').normalize('NFKC');
  if (prohibited.test(prepared)) {
    throw new SaslError(
      'bad-characters',
      'The name or password holds a character that no mail server accepts (a control character, for example).',
    );
  }
  if (rightToLeft.test(prepared)) {
    const characters = [...prepared];
    const edges = rightToLeft.test(characters[0] ?? '') && rightToLeft.test(characters.at(-1) ?? '');
    if (leftToRight.test(prepared) || !edges) {
      throw new SaslError(
        'bad-characters',
        'The name or password mixes writing directions in a way that no mail server accepts.',
      );
    }
  }
  return prepared;
}
