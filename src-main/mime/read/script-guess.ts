/** Alphabets, each with the letters that make up half and more of what is written in it. */
const alphabets: readonly [charset: string, common: RegExp][] = [
  ...['windows-1251', 'koi8-u', 'iso-8859-5'].map((name) => [name, /[оеаинтсрвлкі]/gi] as [string, RegExp]),
  ['windows-1253', /[αοιετσνηρπκςάέίόή]/gi],
  ['windows-1255', /[יוהלארתמשנב]/g],
  ['windows-1256', /[اليمونرتبةأ]/g],
  ['iso-8859-6', /[اليمونرتبةأ]/g],
];
const decoders = new Map<string, InstanceType<typeof TextDecoder>>();

/** Lossy; the names are those of the WHATWG encoding standard. */
export function decodeAs(bytes: Uint8Array, charset: string): string {
  let decoder = decoders.get(charset);
  if (decoder === undefined) decoders.set(charset, (decoder = new TextDecoder(charset)));
  return decoder.decode(bytes);
}

/**
 * The character set of bytes that are not UTF-8, when they are in another script than the Latin one: by how the high
 * bytes stand (in words, in pairs), then by how often each letter comes. Null for Latin and for what is too short.
 */
export function guessByScript(sample: Uint8Array): string | null {
  const { high, runs } = shape(sample);
  // One accent in a word of Latin letters: nothing else looks like this.
  if (runs === 0 || high / runs < 1.6) return null;
  const alphabet = high >= 6 && high / runs >= 2.5 ? bestAlphabet(sample, high) : null;
  if (alphabet !== null) return alphabet;
  if (high < 4) return null;
  const fits = (charset: string): boolean => fitsDoubleByte(decodeAs(sample, charset), charset);
  // EUC-KR and GB 2312 both fit everything of the other: Hangul has its lead bytes from B0 to C8, Hanzi from B0 to F7.
  const syllables = ['shift_jis', 'euc-jp', 'euc-kr'].find(fits);
  if (syllables !== undefined) return syllables;
  if (isThai(decodeAs(sample, 'windows-874'))) return 'windows-874';
  return (lowTrails(sample) ? ['big5', 'gb18030'] : ['gb18030', 'big5']).find(fits) ?? null;
}

function shape(sample: Uint8Array): { high: number; runs: number } {
  let high = 0;
  let runs = 0;
  for (let i = 0; i < sample.length; i++) {
    if ((sample[i] ?? 0) < 128) continue;
    high++;
    if ((sample[i - 1] ?? 0) < 128) runs++;
  }
  return { high, runs };
}

function bestAlphabet(sample: Uint8Array, high: number): string | null {
  let best: string | null = null;
  let most = high < 30 ? 0.5 : 0.45;
  for (const [charset, common] of alphabets) {
    const text = decodeAs(sample, charset);
    // Capitals inside of words, and what is neither letter nor a mark of sentences.
    const odd = count(text, /\p{Ll}\p{Lu}|[^\x00-\x7f\p{L}\p{M}«»–—’“”…№،؛؟\u00a0-]/gu);
    const score = (count(text, common) - 3 * odd) / high;
    if (score <= most) continue;
    most = score;
    best = charset === 'koi8-u' && !/[іїєґ]/i.test(text) ? 'koi8-r' : charset;
  }
  return best;
}

/** Vowels and tones stand on a consonant: in a quarter of all letters, and nowhere else. */
function isThai(text: string): boolean {
  const letters = count(text, /[\u0e01-\u0e5b]/g);
  const marks = count(text, /[\u0e31\u0e34-\u0e3a\u0e47-\u0e4e]/g);
  const lost = count(
    text,
    /(?<![\u0e01-\u0e2e\u0e31\u0e34-\u0e3a\u0e47-\u0e4e])[\u0e31\u0e34-\u0e3a\u0e47-\u0e4e]/g,
  );
  const unfollowed = count(text, /[\u0e40-\u0e44](?![\u0e01-\u0e2e])/g);
  const others = count(text, /[^\x00-\x7f\u0e01-\u0e5b\u00a0\u2013\u2014\u2018-\u201d\u2026]/g);
  return letters >= 6 && (lost + unfollowed + others) * 20 <= letters && marks * 10 >= letters;
}

/** Big5 uses second bytes of ASCII's range in a third of its characters, GB 2312 never. */
function lowTrails(sample: Uint8Array): boolean {
  let pairs = 0;
  let low = 0;
  for (let i = 0; i < sample.length; i++) {
    if ((sample[i] ?? 0) < 0x81) continue;
    pairs++;
    if ((sample[++i] ?? 0) < 0xa1) low++;
  }
  return low * 10 > pairs;
}

function fitsDoubleByte(text: string, charset: string): boolean {
  const wide = count(text, /[\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7a3\uff01-\uff5e\u3000-\u303f]/g);
  const kana = count(text, /[\u3040-\u30ff]/g);
  const hangul = count(text, /[\uac00-\ud7a3]/g);
  const odd = count(
    text.slice(0, -1),
    /[\ufffd\ue000-\uf8ff\uff61-\uff9f]|[^\x00-\x7f\u3000-\u30ff\u4e00-\u9fff\uac00-\ud7a3\uff00-\uff60\u2000-\u26ff\u00a0-\u00ff]/g,
  );
  if (wide < 3 || odd * 10 > wide) return false;
  if (charset === 'shift_jis' || charset === 'euc-jp') return kana * 6 >= wide;
  if (charset === 'euc-kr') return hangul * 10 >= wide * 8;
  return true;
}

function count(text: string, pattern: RegExp): number {
  return text.match(pattern)?.length ?? 0;
}
