/**
 * A host's name as a person may see it: in its own letters where nobody can be fooled by them, else in the
 * ASCII form ("xn--…") that names it without doubt.
 */
export function shownHost(ascii: string): string {
  const labels = ascii.toLowerCase().split('.');
  const read = labels.map((label) => (label.startsWith('xn--') ? decodePunycode(label.slice(4)) : label));
  const cyrillicEnd = /\p{Script=Cyrillic}/u.test(read.at(-1) ?? '');
  return read
    .map((label, at) => (label === null || !plainlyRead(label, cyrillicEnd) ? (labels[at] ?? '') : label))
    .join('.');
}

/** True when `host` (in ASCII) has letters that could be taken for others. */
export function hasOddLetters(ascii: string): boolean {
  return shownHost(ascii)
    .split('.')
    .some((label) => label.startsWith('xn--'));
}

/** Sets of scripts that one language writes together (UTS 39, "highly restrictive"). */
const together = [
  /^[\p{Script=Latin}\p{Script=Common}]*$/u,
  /^[\p{Script=Latin}\p{Script=Common}\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]*$/u,
  /^[\p{Script=Latin}\p{Script=Common}\p{Script=Han}\p{Script=Bopomofo}]*$/u,
  /^[\p{Script=Latin}\p{Script=Common}\p{Script=Han}\p{Script=Hangul}]*$/u,
  ...[
    'Greek',
    'Cyrillic',
    'Armenian',
    'Hebrew',
    'Arabic',
    'Devanagari',
    'Bengali',
    'Tamil',
    'Telugu',
    'Thai',
    'Georgian',
    'Khmer',
    'Lao',
    'Sinhala',
    'Gujarati',
    'Kannada',
    'Malayalam',
    'Ethiopic',
    'Myanmar',
    'Gurmukhi',
  ].map((script) => new RegExp(`^[\\p{Script=${script}}\\p{Script=Common}\\p{Script=Inherited}]*$`, 'u')),
];
/** Cyrillic and Greek letters that look like Latin ones: a word of these alone reads as another word. */
const latinLike = /^[аеіјорсухѕһԁԛԝӏѵгпькЬмтвнαοικνρτυχγη0-9-]+$/u;

function plainlyRead(label: string, cyrillicEnd: boolean): boolean {
  if (/^[\x21-\x7e]*$/.test(label)) return true;
  if (
    /[\p{C}\p{Z}\p{M}/?#@:\u02bb\u02bc\u2010-\u2015\u2044\u2215\u3002\uff0e\u00b7\u0138\u0131\u01c0-\u01c3\u0251\u0261]/u.test(
      label,
    ) &&
    !/^[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Devanagari}\p{Script=Bengali}\p{Script=Tamil}\p{Script=Telugu}\p{Script=Thai}\p{Script=Khmer}\p{Script=Lao}\p{Script=Myanmar}\p{Script=Kannada}\p{Script=Malayalam}\p{Script=Gujarati}\p{Script=Gurmukhi}\p{Script=Sinhala}0-9-]*$/u.test(
      label,
    )
  )
    return false;
  if (latinLike.test(label) && !cyrillicEnd) return false;
  return together.some((set) => set.test(label));
}

/** RFC 3492; null for what is no Punycode. */
export function decodePunycode(text: string): string | null {
  const dash = text.lastIndexOf('-');
  const out = dash > 0 ? Array.from(text.slice(0, dash), (char) => char.codePointAt(0) ?? 0) : [];
  let at = dash > 0 ? dash + 1 : 0;
  let code = 128;
  let index = 0;
  let bias = 72;
  while (at < text.length) {
    const before = index;
    for (let weight = 1, k = 36; ; k += 36) {
      const digit = parseInt(text[at++] ?? '', 36);
      if (Number.isNaN(digit)) return null;
      // a–z are 0–25 and 0–9 are 26–35; in base 36 it is the other way round.
      const value = digit < 10 ? digit + 26 : digit - 10;
      index += value * weight;
      if (index > 0x7fffffff) return null;
      const threshold = Math.min(26, Math.max(1, k - bias));
      if (value < threshold) break;
      weight *= 36 - threshold;
    }
    const length = out.length + 1;
    let delta = Math.floor((index - before) / (before === 0 ? 700 : 2));
    delta += Math.floor(delta / length);
    let k = 0;
    for (; delta > 455; k += 36) delta = Math.floor(delta / 35);
    bias = k + Math.floor((36 * delta) / (delta + 38));
    code += Math.floor(index / length);
    index %= length;
    if (code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) return null;
    out.splice(index++, 0, code);
  }
  return String.fromCodePoint(...out);
}
