type Letters = (letters: string) => number;

/** Symbols of Latin-1 in the midst of a word are letters of Latin-2: "us³ugi" is "usługi". */
const inWords =
  /(?<=[A-Za-z\xe0-\xff]{2}|[A-Za-z\xe0-\xff][\xb1\xb3\xb6\xb9\xbc\xbe\xbf])[\xb1\xb3\xb6\xb9\xbc\xbe\xbf](?=[A-Za-z\xe0-\xff\xb1\xb3])|(?<=[A-Za-z\xe0-\xff])[\xb1\xb3\xb6\xb9\xbc\xbe\xbf](?=[A-Za-z\xe0-\xff\xb1\xb3\xb6\xb9][A-Za-z\xe0-\xff])/g;

/**
 * The character set of text in the Latin letters of the east under a label of the west, or under none: where letters
 * stand together that no western language has together. Null for all else: a wrong guess is worse than a wrong letter.
 */
export function guessEasternLatin(bytes: Uint8Array): string | null {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  const counts = new Map<string, number>();
  for (const letter of text.match(/[\x80-\xff]/g) ?? []) counts.set(letter, (counts.get(letter) ?? 0) + 1);
  const n: Letters = (letters) => [...letters].reduce((sum, letter) => sum + (counts.get(letter) ?? 0), 0);
  const symbols = text.match(inWords) ?? [];
  const all = [...counts.values()].reduce((sum, count) => sum + count, 0);
  // Old programs of the Macintosh wrote ¹ for the apostrophe: "don¹t", "l¹aide".
  const apostrophes = symbols.every((one) => one === '\xb9') && n('\xbe\xe6') === 0 && n('ì') * n('ø') === 0;
  // Databases write ¿ for what they do not know ("don¿t", "l¿homme"), and hurried Spaniards no blank before it.
  const unknown =
    symbols.every((one) => one === '\xbf') &&
    n('\xb1\xb3\xb6\xb9\xbc\xe6') === 0 &&
    (n('ê') === 0 || n('éèàçùîôûâñáíú') > 0);
  if (symbols.length >= 2 && symbols.length * 12 >= all && !apostrophes && !unknown) return latin2(n);
  if (isCzech(n) || isSlovene(n) || isHungarian(n) || isRomanian(n, text)) return latin2(n);
  if (isTurkish(n)) return 'windows-1254';
  return isBaltic(n) ? 'windows-1257' : null;
}

/** The two of them differ in ą ś ź š ž ť and marks; b9 is ą of the one beside ł and ż, and š of the other. */
function latin2(n: Letters): string {
  const marks = String.fromCharCode(...Array.from({ length: 32 }, (_, at) => 0x80 + at));
  if (n(marks) > 0) return 'windows-1250';
  return n('\xb1\xb6\xbc') === 0 && n('\xb9') > 0 && n('\xb3\xbf') > 0 ? 'windows-1250' : 'iso-8859-2';
}

/** "pøí¹tí mìsíc": ø with ì, è or ù. */
function isCzech(n: Letters): boolean {
  return n('ø') >= 1 && n('ì') >= 1 && n('øìèù') >= 4 && n('áíéý') >= 2 && n('åæäöñãõò') === 0;
}

/** "pošiljam raèun": š and ž of windows-1252 with è, and none of the letters that stand beside è in French and Italian. */
function isSlovene(n: Letters): boolean {
  return n('\x9a\x9e\x8a\x8e') >= 2 && n('è') >= 2 && n('éàùçêì') === 0;
}

/** "Gyõr, köszönjük": õ with ö or ü and with á and é; Portuguese and Estonian have the one or the other. */
function isHungarian(n: Letters): boolean {
  return n('õ') >= 1 && n('õû') >= 2 && n('öü') >= 1 && n('á') >= 1 && n('é') >= 1 && n('ãçâêàèñäë') === 0;
}

/** "informaþii, aceºti": þ with ã or î, and º in a word. */
function isRomanian(n: Letters, text: string): boolean {
  return n('þ') >= 1 && n('ãîâ') >= 2 && /[a-z]\xba[a-z]/.test(text) && n('ðýæéõç') === 0;
}

/** "çalýþma, doðru": Icelandic has ý, ð and þ, but neither ç nor ü. */
function isTurkish(n: Letters): boolean {
  return n('ý') >= 2 && n('ðþ') >= 2 && n('çü') >= 1 && n('æáéíóú') === 0;
}

/** "praðome, bûsimø": ð and û with ë, è, à or vowels under a roof; Icelandic and Faroese have ó, ú and ý. */
function isBaltic(n: Letters): boolean {
  return n('ð') >= 2 && n('û') >= 1 && n('ëâîçèøàþ') >= 4 && n('äöåñýóõéú') === 0;
}
