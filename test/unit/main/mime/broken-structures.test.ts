import { expect, test } from 'vitest';
import { readMail, readPart } from '../../../../src-main/mime/read/read-mail.ts';
import { head, message } from '../../../fixtures/mime/message.ts';

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const parted = (type: string, lines: string[]): string[] => [`Content-Type: ${type}`, '', ...lines];
const one = ['--abc', '', 'x', '--abc--'];

/** Text, or HTML where that stands second, of mails whose structure is broken in ways that are met. */
test.each<[string, string[], string, string?]>([
  ['a boundary of special characters without quotes', parted('multipart/mixed; boundary=a:b=c?', ['--a:b=c?', '', 'x', '--a:b=c?--']), 'x'],
  ['a boundary folded within its quotes', parted('multipart/mixed; boundary="a\r\n\tb"', ['words', '--ab', '', 'x', '--ab--']), 'x'],
  ['a boundary with a blank, folded at it', parted('multipart/mixed; boundary="a\r\n b"', ['--a b', '', 'x', '--a b--']), 'x'],
  ['a boundary in single quotes', parted("multipart/mixed; boundary='abc'", one), 'x'],
  ['a boundary with a comment', parted('multipart/mixed (x); boundary=abc (y)', one), 'x'],
  ['a boundary in pieces', parted('multipart/mixed; boundary*0=ab;\r\n\tboundary*1=c', one), 'x'],
  ['a boundary behind a forgotten semicolon', parted('multipart/mixed boundary=abc', one), 'x'],
  ['the end comes first', parted('multipart/mixed; boundary=abc', ['--abc--', '', 'x']), 'x'],
  ['what follows the end', parted('multipart/mixed; boundary=abc', [...one, '--abc', '', 'y', '--abc--']), 'x'],
  ['no subtype', parted('multipart/; boundary=abc', one), 'x'],
  ['no slash', parted('multipart; boundary=abc', one), 'x'],
  ['an unknown subtype', parted('multipart/foo; boundary=abc', one), 'x'],
  ['quoted-printable said of a multipart', ['Content-Transfer-Encoding: quoted-printable', ...parted('multipart/mixed; boundary="=_abc"', ['--=_abc', '', '=41', '--=_abc--'])], '=41'],
  ['a multipart in base64', ['Content-Transfer-Encoding: base64', ...parted('multipart/mixed; boundary=abc', [base64(one.join('\r\n'))])], 'x'],
  ['a multipart in quoted-printable', ['Content-Transfer-Encoding: quoted-printable', ...parted('multipart/mixed; boundary="=_abc"', ['--=3D_abc', '', 'x', '--=3D_abc--'])], 'x'],
  ['a message in base64', ['Content-Transfer-Encoding: base64', ...parted('message/rfc822', [base64('Subject: in\r\n\r\ninner')])], 'inner'],
  ['a message in quoted-printable', ['Content-Transfer-Encoding: quoted-printable', ...parted('message/rfc822', ['Subject: in', '', 'inner =41'])], 'inner A'],
  ['"text" alone', parted('text', ['x']), 'x'],
  ['"html" alone', parted('html', ['<p>x']), 'x', '<p>x'],
  ['"plain/text"', parted('plain/text', ['x']), 'x'],
  ['an empty type', parted('', ['x']), 'x'],
  ['two slashes', parted('foo/bar/baz', ['x']), 'x'],
  ['a type in quotes', parted('"text/html"', ['<p>x']), 'x', '<p>x'],
  ['a comma for the semicolon', parted('text/html, charset=utf-8', ['<p>\xc3\xa4']), 'ä', '<p>ä'],
  ['no semicolon', parted('text/html charset=utf-8', ['<p>\xc3\xa4']), 'ä', '<p>ä'],
  ['blanks at the slash', parted('text / html', ['<p>x']), 'x', '<p>x'],
  ['an encoding in quotes', ['Content-Transfer-Encoding: "base64"', '', 'QUJD'], 'ABC'],
  ['an encoding with a comment', ['Content-Transfer-Encoding: BASE64 (x)', '', 'QUJD'], 'ABC'],
  ['an encoding with a blank', ['Content-Transfer-Encoding: quoted printable', '', '=41'], 'A'],
  ['an encoding with a semicolon', ['Content-Transfer-Encoding: quoted-printable;', '', '=41'], 'A'],
  ['an encoding that nobody knows', ['Content-Transfer-Encoding: utf-8', '', 'a'], 'a'],
  ['quoted-printable in lower case', ['Content-Transfer-Encoding: quoted-printable', '', '=c3=a4'], 'ä'],
  ['quoted-printable that ends in "="', ['Content-Transfer-Encoding: quoted-printable', '', 'abc='], 'abc'],
  ['"=" before blanks at a line end', ['Content-Transfer-Encoding: quoted-printable', '', 'abc=  ', 'def'], 'abcdef'],
  ['"=" that begins nothing', ['Content-Transfer-Encoding: quoted-printable', '', 'a=XYb =4 c'], 'a=XYb =4 c'],
  ['raw UTF-8 in quoted-printable', ['Content-Transfer-Encoding: quoted-printable', 'Content-Type: text/plain; charset=utf-8', '', '\xc3\xa4=C3=A4'], 'ää'],
  ['base64 cut off', ['Content-Transfer-Encoding: base64', '', 'SGVsbG8gd29ybG'], 'Hello worl'],
  ['base64 with foreign characters', ['Content-Transfer-Encoding: base64', '', 'SGVs!bG8*gd29ybGQ='], 'Hello world'],
  ['base64 with the footer of a list', ['Content-Transfer-Encoding: base64', '', 'SGVsbG8=', '', '-- ', 'list'], 'Hello'],
  ['two pieces of base64', ['Content-Transfer-Encoding: base64', '', 'SGVsbG8=IHdvcmxk'], 'Hello world'],
  ['words that nobody encoded', ['Content-Transfer-Encoding: base64', '', 'This is not base64 at all, my friend.'], 'This is not base64 at all, my friend.'],
  ['CR CR LF', ['Subject: s\r', '\r', 'x\r', 'y'], 'x\ny'],
  ['no empty line', ['Subject: s', 'Hello there', 'more'], 'Hello there\nmore'],
  ['ASCII under UTF-16', parted('text/plain; charset=utf-16', ['plain ascii text']), 'plain ascii text'],
  ['UTF-16 without a mark', ['Content-Transfer-Encoding: base64', ...parted('text/plain; charset=utf-16', ['AGEAYg=='])], 'ab'],
  ['windows-1252 under Latin-1', parted('text/plain; charset=iso-8859-1', ['\x93a\x94 \x80']), '“a” €'],
  ['two character sets', parted('text/plain; charset=utf-8; charset=latin1', ['\xc3\xa4']), 'ä'],
  ['an unknown character set', parted('text/plain; charset=foo-8', ['\xc3\xa4']), 'ä'],
  ['flowed, with deleted blanks', parted('text/plain; format="flowed"; delsp="Yes"', ['a ', 'b', '  c']), 'ab\n c'],
  ['flowed in quoted-printable', ['Content-Transfer-Encoding: quoted-printable', ...parted('text/plain; format=flowed', ['a=20', 'b'])], 'a b'],
  ['flowed quotes and signature', parted('text/plain; format=flowed', ['> c ', '> d', '>> e ', '> f', '-- ', 'sig']), '> c d\n>> e \n> f\n-- \nsig'],
  ['the plain form behind the HTML', parted('multipart/alternative; boundary=b', ['--b', 'Content-Type: text/html', '', '<p>y', '--b', '', 'x', '--b--']), 'x', '<p>y'],
  ['a form for watches', parted('multipart/alternative; boundary=b', ['--b', '', 'x', '--b', 'Content-Type: text/watch-html', '', '<b>w', '--b', 'Content-Type: text/html', '', '<p>y', '--b--']), 'x', '<p>y'],
  ['a form that is not known behind the plain one', parted('multipart/alternative; boundary=b', ['--b', '', 'x', '--b', 'Content-Type: text/x-own', '', 'y', '--b--']), 'x'],
  ['forms that are not known alone', parted('multipart/alternative; boundary=b', ['--b', 'Content-Type: text/x-own', '', 'y', '--b--']), 'y'],
  ['parts whose first separator stands where the empty line should', ['Content-Type: multipart/alternative; boundary ="b"', 'X-Y: z', '--b', 'Content-Type: text/plain', '', 'x', '--b', 'Content-Type: text/html', '', '<p>y', '--b--'], 'x', '<p>y'],
  ['a short separator that the header does not name', parted('multipart/mixed; boundary=other', ['--foo', 'Content-Type: text/plain', '', 'x', '--foo--']), 'x'],
  ['a part without its separator', parted('multipart/alternative; boundary=bound', ['Content-Type: text/html', '', '<p>x', '--bound--', '']), 'x', '<p>x'],
  ['words that begin as a field does, and no separator', parted('multipart/mixed; boundary=bound', ['Content-management: a talk', '', 'x']), 'Content-management: a talk\n\nx'],
  ['the end of the parts alone', parted('multipart/mixed; boundary=bound', ['x', '--bound--', '']), 'x'],
  ...['multipart/multipart/alternative', 'multipart alternative', 'multipart/alternative/mixed'].map((type): [string, string[], string, string] => [`a type “${type}”`, parted(`${type}; boundary=b`, ['--b', '', 'x', '--b', 'Content-Type: text/html', '', '<p>y', '--b--']), 'x', '<p>y']),
  ['HTML of blanks alone', parted('text/html', ['<p>&nbsp; &#160;</p>']), '', '<p>&nbsp; &#160;</p>'],
  ['words in the head of HTML', parted('text/html', ['<head>a &amp; &#98;</head>']), 'a & b', '<head>a &amp; &#98;</head>'],
  ['words behind the separators', parted('multipart/mixed; boundary=b', ['--b and more', '', 'x', '--b-- the end', 'y']), 'x'],
  ['a line of words that begins like a separator', parted('multipart/mixed; boundary=b', ['--b', '', 'x', '--b is the separator', '', 'Dear: y', '--b', '', 'z', '--b--']), 'x\n--b is the separator\n\nDear: y\n\nz'],
  ['words behind a later separator, and a header below it', parted('multipart/mixed; boundary=b', ['--b', '', 'x', '--b (the second)', 'Content-Type: text/html', '', '<p>y', '--b--']), 'x\n\ny', '<div style="white-space: pre-wrap">x</div>\n<p>y'],
  ['a boundary that ends in blanks', parted('multipart/mixed; boundary="b  "', ['--b  ', '', 'x', '--b  --', 'y']), 'x'],
  ['an empty HTML form', parted('multipart/alternative; boundary=b', ['--b', '', 'x', '--b', 'Content-Type: text/html', '', '', '--b--']), 'x'],
])('%s', (_, lines, text, html) => {
  const mail = readMail(message([...head, ...lines]));
  expect(mail.text).toBe(text);
  expect(mail.html).toBe(html ?? null);
  expect(mail.from[0]?.address).toBe('ann@example.org');
}); // prettier-ignore

test('the mark of UTF-8 before the header is none of its words', () => {
  const mail = readMail(Buffer.from('\ufeffFrom: ann@example.org\r\nSubject: s\r\n\r\nx'));
  expect([mail.from[0]?.address, mail.subject, mail.text]).toEqual(['ann@example.org', 's', 'x']);
});

test('an attachment in a multipart that is encoded as a whole is found by its number', () => {
  const inner = ['--abc', '', 'x', '--abc', 'Content-Type: image/png; name=i.png', '', 'PNG', '--abc--'];
  const bytes = message([
    ...head,
    'Content-Transfer-Encoding: base64',
    ...parted('multipart/mixed; boundary=abc', [base64(inner.join('\r\n'))]),
  ]);
  const [file] = readMail(bytes).attachments;
  expect(file?.filename).toBe('i.png');
  expect(Buffer.from(readPart(bytes, file?.partId ?? '') ?? []).toString()).toBe('PNG');
});

test.each([
  ['begin 100644 a.txt', 'a.txt'],
  ['begin 0644 b c.txt', 'b c.txt'],
])('uuencode with the mode of other systems: %s', (line, name) => {
  const mail = readMail(message([...head, '', 'before', line, '#0V%T', '`', 'end', 'after']));
  expect(mail.attachments.map(({ filename, size }) => [filename, size])).toEqual([[name, 3]]);
  expect(mail.text.replace(/\s+/g, ' ')).toBe('before after');
});

test.each(['application-x-gzip', 'image', 'PDF', 'image/svg/xml'])('what “%s” names is no text', (type) => {
  const bytes = message([
    ...head,
    'Content-Type: multipart/mixed; boundary=b',
    '',
    '--b',
    '',
    'x',
    '--b',
    `Content-Type: ${type}`,
    'Content-Transfer-Encoding: base64',
    '',
    'AAEC',
    '--b--',
  ]);
  const { text, attachments } = readMail(bytes);
  expect([text, attachments.map(({ contentType }) => contentType)]).toEqual([
    'x',
    ['application/octet-stream'],
  ]);
});

test('words in the hundred and fifth multipart are shown', () => {
  let deep = '\r\nat the bottom';
  for (let i = 0; i < 105; i++)
    deep = `Content-Type: multipart/mixed; boundary=b${i}\r\n\r\n--b${i}\r\n${deep}\r\n--b${i}--\r\n`;
  expect(readMail(Buffer.from(`From: a@b.c\r\n${deep}`)).text).toBe('at the bottom');
});

test.each([
  ['application/vnd.openxmlformats-officedocument.wordprocessingml.document', 'attachment.docx'],
  ['application/msword', 'attachment.doc'],
  ['image/pjpeg', 'image.jpg'],
  ['audio/mp4', 'sound.m4a'],
])('a file without a name has the extension of %s', (type, name) => {
  const bytes = message([...head, `Content-Type: ${type}`, '', 'x']);
  expect(readMail(bytes).attachments[0]?.filename).toBe(name);
});
