import type { Check } from './comparison.ts';

/** Where the reader stays with what it does, and why. `where` is matched with "path field". */
const known: readonly { where: RegExp; reason: string }[] = [
  {
    where: /^stalwart\/legacy\/0(?:35|39)\..*attachment names$/,
    reason:
      'The name is a Windows path written without escapes (“C:\\TEMP\\nsmail39.png”). By RFC 2045 the backslashes vanish; everybody means the last component, which is what Posthorn takes.',
  },
  {
    where: /^stalwart\/legacy\/016\..*attachment (?:types|sizes)/,
    reason:
      'Two BinHex files (RFC 1741): Posthorn unpacks them and gives the types of the files, the golden has the encoded lines.',
  },
  {
    where: /^mimekit\/tnef\/winmail\.tnef bytes/,
    reason:
      'An object of OLE in a winmail.dat: the golden keeps the sixteen bytes that say of which kind it is ([MS-OXTNEF] 2.1.3.4) before the file, Posthorn gives the file.',
  },
  {
    where: /^stalwart\/malformed\/0(?:01|03|06|09|11)\./,
    reason:
      'A multipart inside a multipart with the same, a nested or a missing separator. The golden makes an attachment “text/plain” of the lines that belong to nobody; Posthorn shows them as text or leaves an epilogue out (RFC 2046 5.1.1).',
  },
  {
    where: /^stalwart\/malformed\/016\./,
    reason:
      'Three separators that are prefixes of each other; the outer one ends the inner ones (RFC 2046 5.1.2), so their later lines are text. The golden goes back into parts that have ended.',
  },
  {
    where: /^stalwart\/malformed\/020\./,
    reason:
      'The empty line and the first separator of multipart/alternative are missing. The golden shows everything as source; Posthorn shows the HTML part.',
  },
  {
    where: /^stalwart\/rfc\/00[03]\.|^stalwart\/thirdparty\/012\./,
    reason:
      'text/enriched and unknown text types are text (RFC 2046 4.1.4): Posthorn shows them, the golden lists them as attachments.',
  },
  {
    where: /^stalwart\/thirdparty\/001\./,
    reason:
      'multipart/alternative of three plain texts: the last is the best form of the same (RFC 2046 5.1.4); the golden shows all three.',
  },
  {
    where: /^stalwart\/thirdparty\/002\./,
    reason:
      'Base64 with blanks and words behind its end, in a text part: Posthorn shows what can be read and lists a defect; the golden makes an attachment of the undecoded lines.',
  },
  {
    where: /^stalwart\/thirdparty\/005\./,
    reason: 'The last separator does not begin a line: by RFC 2046 5.1.1 it is text.',
  },
  {
    where: /^stalwart\/thirdparty\/007\./,
    reason:
      'A digest without text of its own: Posthorn shows the first message of it rather than nothing, and lists all.',
  },
  {
    where: /^stalwart\/thirdparty\/015\./,
    reason:
      'Three forwarded mails whose own multiparts have no end: the outer separator ends each of them. The golden takes the three for one.',
  },
  {
    where: /jwz\/11[67] part/,
    reason:
      'The forwarded mail begins with the “>From ” line of an mbox. Posthorn passes over it and finds the encrypted part; the golden takes the header for text.',
  },
  {
    where: /jwz\/(?:28|43|125) date$/,
    reason: 'Zones by name (JST, cst): Posthorn knows them, the golden takes them for UTC.',
  },
  {
    where: /jwz\/(?:132|22|41) part/,
    reason:
      'The separator is missing in the header or its parameter is written “;; Boundary”: Posthorn finds the parts all the same, the golden has none.',
  },
  {
    where: /jwz\/13[45] part /,
    reason:
      'Sun’s mailtool (X-Sun-Attachment): Posthorn takes its parts apart, the golden shows one part of unknown type.',
  },
  {
    where: /jwz\/(?:40|5) part/,
    reason:
      'A message in a digest whose header holds “Content-Type”, and one that begins with a line of junk: Posthorn reads both as messages.',
  },
  {
    where: /summary\/input\/6144-russian\.eml subject$/,
    reason:
      'The subject is KOI8-R without a label: Posthorn reads it as the text’s character set, the golden as Latin-1.',
  },
  {
    where: /summary\/input\/(?:3424|4489|6144|965)-.* text$/,
    reason:
      'The golden is the text of the HTML form with its links and attachments written out; Posthorn’s text is the plain form, or its HTML as text without links.',
  },
  {
    where: /hdr-fakeout|bad-header-separator/,
    reason:
      'The empty line after the header holds a blank: Posthorn ends the header there, the golden reads the text as header.',
  },
  {
    where: /malformedHeader/,
    reason: 'A message without a header: all of it is text; the golden drops its first lines.',
  },
  {
    where: /mime4j\/.*missing-(?:inner-start-)?boundary/,
    reason: 'A multipart without separators: Posthorn shows its lines as text rather than nothing.',
  },
  {
    where: /(?:very-long|very-very-long|weird)-boundary/,
    reason:
      'A separator that ends in blanks, and a line that has fewer of them. Blanks at line ends are changed on the way (RFC 2046 5.1.1 allows padding), so Posthorn takes both for the separator.',
  },
  {
    where: /comm-central\/.*multipart-complex2/,
    reason:
      'Four separators that are prefixes of each other; the line “--bou” is the outermost one and ends all others (RFC 2046 5.1.2). Thunderbird looks only for the innermost.',
  },
  {
    where: /ponymail\/corpus\/maven_duplicates_2017_listsao_2\.mbox#10 text$/,
    reason: 'The hash of one mail of 963 differs; what Pony Mail hashed is not known.',
  },
];

/** Null: nobody has looked at it yet. */
export function reasonOf(check: Check): string | null {
  const place = `${check.path} ${check.field}`;
  return known.find(({ where }) => where.test(place))?.reason ?? null;
}
