import { expect, test } from 'vitest';
import { readMail, readPart } from '../../../../src-main/mime/read/read-mail.ts';
import { smallPng } from '../../../fixtures/small-media.ts';

const png = Buffer.concat([smallPng(2, 2, [0, 0, 0]), Buffer.alloc(4_000, 7)]);
const coded = png.toString('base64').replace(/.{76}/g, '$&\r\n');
const base64 = 'Content-Transfer-Encoding: base64';

function read(lines: readonly string[]): { text: string; files: string[]; bytes: Buffer } {
  const source = Buffer.from(['From: ann@example.test', ...lines].join('\r\n'), 'latin1');
  const { text, attachments } = readMail(source);
  return {
    text,
    files: attachments.map(({ filename, contentType }) => `${filename} ${contentType}`),
    bytes: Buffer.from(readPart(source, attachments[0]?.partId ?? '') ?? []),
  };
}

const behindWords = (...part: string[]): string[] => [
  'Content-Type: multipart/mixed; boundary=b',
  '',
  '--b',
  '',
  'words',
  '--b',
  ...part,
  '--b--',
];

test.each<[string, string[], string, string]>([
  ['with a name', ['Content-Type: text/plain; name="a.png"', base64, '', coded], '', 'a.png text/plain'],
  ['without one', ['Content-Type: text/plain', base64, '', coded], '', 'image.png text/plain'],
  ['called HTML', ['Content-Type: text/html', base64, '', coded], '', 'image.png text/html'],
  [
    'behind words',
    behindWords('Content-Type: text/plain', base64, '', coded),
    'words',
    'image.png text/plain',
  ],
  ['not said to be encoded', behindWords('', coded), 'words', 'image.png text/plain'],
  ['without any label', ['', coded], '', 'image.png text/plain'],
  ['as bytes', ['', png.toString('latin1')], '', 'image.png text/plain'],
])('a picture that is called text is a file: %s', (_how, lines, text, file) => {
  const found = read(lines);
  expect({ text: found.text, files: found.files }).toEqual({ text, files: [file] });
  expect(found.bytes.subarray(0, png.length).equals(png)).toBe(true);
});

test('so are documents, and bytes that nobody knows', () => {
  expect(read(['', `%PDF-1.4\n%\xe2\xe3\n${'x\x01'.repeat(50)}`]).files).toEqual([
    'attachment.pdf text/plain',
  ]);
  const bytes = Buffer.from(Array.from({ length: 2_000 }, (_, at) => (at * 7919) % 251));
  expect(read([base64, '', bytes.toString('base64')]).files).toEqual(['attachment text/plain']);
});

test.each([
  'GIF89a is a form of pictures.',
  '%PDF-1.4 is what such a file begins with.',
  'iVBORw0KGgo is what base64 of a picture begins with.',
  `${'iVBORw0KGgo'.repeat(6)}\nand a second line\nand a third`,
  'Words\x07 with a bell and a form feed\f.',
])('words stay words: %s', (text) => {
  expect(read(['', text])).toMatchObject({ text: text.trim(), files: [] });
});

test('text in two bytes a letter, and in Japanese escapes, stays text', () => {
  const wide = Buffer.from('Grüße aus Prag', 'utf16le').toString('base64');
  expect(read(['Content-Type: text/plain; charset=utf-16le', base64, '', wide])).toMatchObject({
    text: 'Grüße aus Prag',
    files: [],
  });
  // Without a label, and in letters whose bytes are odd: its mark of order says what it is.
  for (const [wide, text] of [
    [Buffer.from('\ufeffПривет, как дела?', 'utf16le'), 'Привет, как дела?'],
    [Buffer.from('\ufeffПривет, как дела?', 'utf16le').swap16(), 'Привет, как дела?'],
  ] as const)
    expect(
      read(['Content-Type: text/plain; charset=utf-8', base64, '', wide.toString('base64')]),
    ).toMatchObject({
      text,
      files: [],
    });
  // Pages of a manual are bold by steps back.
  expect(read(['', 'N\bNA\bAM\bME\bE '.repeat(10)]).files).toEqual([]);
  expect(read(['', '\x1b$B$3$s$K$A$O\x1b(B '.repeat(10)]).files).toEqual([]);
});
