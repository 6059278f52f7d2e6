import { analyse } from 'chardet';
import iconv from 'iconv-lite';

/** Names of chardet to ours (WHATWG's larger relatives), those that mail is written in. */
const known: Record<string, string> = {
  'ISO-8859-1': 'windows-1252',
  'ISO-8859-2': 'iso-8859-2',
  'ISO-8859-5': 'iso-8859-5',
  'ISO-8859-6': 'windows-1256',
  'ISO-8859-7': 'windows-1253',
  'ISO-8859-8': 'windows-1255',
  'ISO-8859-9': 'windows-1254',
  'windows-1250': 'windows-1250',
  'windows-1251': 'windows-1251',
  'windows-1252': 'windows-1252',
  'windows-1253': 'windows-1253',
  'windows-1254': 'windows-1254',
  'windows-1255': 'windows-1255',
  'windows-1256': 'windows-1256',
  'KOI8-R': 'koi8-r',
};
const latin = new Set(['windows-1252', 'iso-8859-2', 'windows-1250', 'windows-1254']);

/**
 * The character set of bytes that are not UTF-8 and do not say what they are: by how the high bytes
 * stand (alone between Latin letters, in pairs, in words), then by the frequency of letters.
 */
export function guessCharset(bytes: Buffer): string {
  const sample = highSample(bytes);
  const { high, runs, paired } = shape(sample);
  // One accent in a word of Latin letters: no East Asian or Cyrillic text looks like this.
  const lonely = runs > 0 && high / runs < 1.6;
  if (!lonely) {
    const wide = paired ? doubleByte(sample) : null;
    if (wide !== null) return wide;
    const cyrillic = guessCyrillic(sample);
    if (cyrillic !== null) return cyrillic;
  }
  if (high < 8) return 'windows-1252';
  for (const { name, confidence } of analyse(sample)) {
    const charset = known[name];
    if (charset === undefined || confidence < 12) continue;
    if (latin.has(charset) === lonely) return charset;
  }
  return 'windows-1252';
}

/** 16 KB from where the first high byte stands: a long English head says nothing. */
function highSample(bytes: Buffer): Buffer {
  const first = Math.max(0, bytes.findIndex((byte) => byte > 127) - 64);
  return bytes.subarray(first, first + 16 * 1024);
}

function shape(sample: Buffer): { high: number; runs: number; paired: boolean } {
  let high = 0;
  let runs = 0;
  for (let i = 0; i < sample.length; i++) {
    if ((sample[i] ?? 0) < 128) continue;
    high++;
    if ((sample[i - 1] ?? 0) < 128) runs++;
  }
  return { high, runs, paired: high >= 4 };
}

function doubleByte(sample: Buffer): string | null {
  // EUC-KR and GB 2312 both fit everything of the other: Hangul has its lead bytes from B0 to C8, Hanzi from B0 to F7.
  for (const charset of [
    'cp932',
    'euc-jp',
    'cp949',
    ...(lowTrails(sample) ? ['big5', 'gb18030'] : ['gb18030', 'big5']),
  ]) {
    if (fitsDoubleByte(sample, charset)) return charset;
  }
  return null;
}

/** Big5 uses second bytes of ASCII's range in a third of its characters, GB 2312 never. */
function lowTrails(sample: Buffer): boolean {
  let pairs = 0;
  let low = 0;
  for (let i = 0; i < sample.length; i++) {
    if ((sample[i] ?? 0) < 0x81) continue;
    pairs++;
    if ((sample[++i] ?? 0) < 0xa1) low++;
  }
  return low * 10 > pairs;
}

/** Western text has single high bytes between ASCII letters; Cyrillic text has words of them, mostly of one case. */
function guessCyrillic(sample: Buffer): 'windows-1251' | 'koi8-r' | null {
  let high = 0;
  let runs = 0;
  let letters = 0;
  let upperHalf = 0;
  for (let i = 0; i < sample.length; i++) {
    const byte = sample[i] ?? 0;
    if (byte < 128) continue;
    high++;
    if ((sample[i - 1] ?? 0) < 128) runs++;
    if (byte >= 0xc0) letters++;
    if (byte >= 0xe0) upperHalf++;
  }
  if (high < 6 || high / runs < 2.5 || letters < high * 0.95) return null;
  // Greek, Hebrew and Arabic are words of high bytes too; the frequency of letters tells them from Cyrillic.
  const best = analyse(sample).find(({ name }) => known[name] !== undefined);
  const found = best === undefined || best.confidence < 20 ? undefined : known[best.name];
  const other = found !== undefined && !latin.has(found) && !/1251|koi8|8859-5/.test(found);
  if (other && !iconv.decode(sample, found).includes('\ufffd')) return null;
  // Text is mostly lower case: 0xE0–0xFF in windows-1251, 0xC0–0xDF in KOI8-R.
  return upperHalf * 2 >= letters ? 'windows-1251' : 'koi8-r';
}

function fitsDoubleByte(sample: Buffer, charset: string): boolean {
  const text = iconv.decode(sample, charset);
  const wide = count(text, /[\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7a3\uff01-\uff5e\u3000-\u303f]/g);
  const kana = count(text, /[\u3040-\u30ff]/g);
  const hangul = count(text, /[\uac00-\ud7a3]/g);
  const odd = count(
    text.slice(0, -1),
    /[\ufffd\ue000-\uf8ff\uff61-\uff9f]|[^\x00-\x7f\u3000-\u30ff\u4e00-\u9fff\uac00-\ud7a3\uff00-\uff60\u2000-\u26ff\u00a0-\u00ff]/g,
  );
  if (wide < 3 || odd * 10 > wide) return false;
  if (charset === 'cp932' || charset === 'euc-jp') return kana * 6 >= wide;
  if (charset === 'cp949') return hangul * 10 >= wide * 8;
  return true;
}

function count(text: string, pattern: RegExp): number {
  let n = 0;
  for (const match of text.matchAll(pattern)) n += match[0].length > 0 ? 1 : 0;
  return n;
}
