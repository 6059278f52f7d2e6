import iconv from 'iconv-lite';
import libmime from 'libmime';

/** Labels that say nothing: text is read as UTF-8 when it is that, else guessed. */
export const silent = new Set([
  '',
  'us-ascii',
  'ascii',
  'ansi_x3.4-1968',
  '7bit',
  '8bit',
  'utf-8',
  'utf8',
  'unknown-8bit',
  'x-unknown',
  'unknown',
  'default',
  'default_charset',
  'none',
  'binary',
]);

/** As browsers read them (WHATWG encoding standard): the label's larger relative is what senders mean. */
const meant: Record<string, string> = {
  'iso-8859-1': 'windows-1252',
  'iso-8859-9': 'windows-1254',
  'iso-8859-11': 'windows-874',
  'tis-620': 'windows-874',
  gb2312: 'gb18030',
  gbk: 'gb18030',
  'gb_2312-80': 'gb18030',
  'x-gbk': 'gb18030',
  cp936: 'gb18030',
  'ks_c_5601-1987': 'cp949',
  ksc_5601: 'cp949',
  ks_c_5601: 'cp949',
  'euc-kr': 'cp949',
  'x-windows-949': 'cp949',
  big5: 'big5-hkscs',
  'x-x-big5': 'big5-hkscs',
  chinesebig5: 'big5-hkscs',
  'cn-big5': 'big5-hkscs',
  'cn-gb': 'gb18030',
  shift_jis: 'cp932',
  'shift-jis': 'cp932',
  sjis: 'cp932',
  'x-sjis': 'cp932',
  'iso-8859-8-i': 'iso-8859-8',
  'iso-8859-8-e': 'iso-8859-8',
  'iso-8859-6-i': 'iso-8859-6',
  'iso-8859-6-e': 'iso-8859-6',
  'unicode-1-1-utf-7': 'utf-7',
  utf7: 'utf-7',
  'x-unicode-2-0-utf-7': 'utf-7',
  unicode: 'utf-16',
  'ucs-2': 'utf-16',
  'iso-10646-ucs-2': 'utf-16',
  csunicode: 'utf-16',
  'sjis-win': 'cp932',
  ujis: 'euc-jp',
  cp50220: 'iso-2022-jp',
  cp50221: 'iso-2022-jp',
  'x-euc-cn': 'gb18030',
  'iso-latin-1': 'windows-1252',
  logical: 'iso-8859-8',
  csiso88598i: 'iso-8859-8',
  'x-viet-tcvn5712': 'tcvn',
  'x-mac-centraleurroman': 'maccenteuro',
  'x-mac-ce': 'maccenteuro',
  macintosh: 'macroman',
  'x-mac-roman': 'macroman',
};

/** The character set that a label means, under a name that can be decoded where there is one. */
export function charsetNamed(label: string): string {
  const canonical = libmime.normalizeCharset(label).toLowerCase();
  const name = meant[label] ?? meant[canonical] ?? canonical;
  return isText(name) ? name : (nearbyName(label) ?? name);
}

/** The decoder knows "base64" and "hex" as well. */
function isText(name: string): boolean {
  return iconv.encodingExists(name) && !/^(?:base64|hex|binary|internal)$/.test(name);
}

/** "iso-gb2312", "x-koi8-r", "1252", "dos-862", "8859-2", "iso-8859-15-windows": names that nobody registered. */
function nearbyName(given: string): string | null {
  const names = [
    given.replace(/^(?:x-mac-?)/, 'mac'),
    given.replace(/^(?:x-|iso-|windows-)+/, ''),
    given.replace(/^(?:x-)?(?:ms-|dos-|windows-)?(?:cp-?)?(?=\d{3,5}$)/, 'cp'),
    given.replace(/^(?:iso)?8859[-_]/, 'iso-8859-'),
    given.replace(/^((?:iso-8859-\d{1,2}|windows-\d{3,4}|gb18030))\D.*$/, '$1'),
  ];
  const found = names.map((name) => meant[name] ?? name).find((name) => isText(name));
  return found ?? null;
}
