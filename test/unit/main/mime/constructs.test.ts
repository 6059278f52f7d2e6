import { describe, expect, test } from 'vitest';
import { readMail, readPart } from '../../../../src-main/mime/read/read-mail.ts';
import { base64Lines, everyByte, head, message } from '../../../fixtures/mime/message.ts';
import { appleHeader, binhex, compressRtf, uuencode, yencode } from '../../../fixtures/mime/packers.ts';
import { writeTnef } from '../../../fixtures/mime/tnef-writer.ts';

const files = (bytes: Buffer): [string, string, boolean][] =>
  readMail(bytes).attachments.map((one) => [
    one.filename,
    one.contentType,
    Buffer.from(readPart(bytes, one.partId) ?? []).equals(everyByte),
  ]);
const words = (bytes: Buffer): string => readMail(bytes).text.replace(/\s+/g, ' ').trim();
const codes = (bytes: Buffer): string[] => readMail(bytes).defects.map((one) => one.code);

describe('files that older programs wrote into a text', () => {
  test('uuencode, several in one text, with what stands around them', () => {
    const bytes = message([
      ...head,
      '',
      'one',
      ...uuencode('a b.bin', everyByte),
      'two',
      ...uuencode('c.bin', everyByte),
      'three',
    ]);
    expect(files(bytes)).toEqual([
      ['a b.bin', 'application/octet-stream', true],
      ['c.bin', 'application/octet-stream', true],
    ]);
    expect(words(bytes)).toBe('one two three');
  });

  test('uuencode cut off gives what there is and says so', () => {
    const bytes = message([...head, '', ...uuencode('cut.bin', everyByte).slice(0, 8)]);
    expect(readMail(bytes).attachments[0]?.size).toBe(7 * 45);
    expect(codes(bytes)).toContain('encoding-broken');
  });

  test('uuencode whose blanks at line ends were lost', () => {
    const lines = uuencode('a.bin', everyByte).map((line) => line.replaceAll('`', ' ').trimEnd());
    expect(files(message([...head, '', ...lines.map((line) => (line === '' ? '`' : line))]))[0]?.[2]).toBe(
      true,
    );
  });

  test('"begin" in a sentence is a word', () => {
    const bytes = message([...head, '', 'begin 644 reasons', 'to go home']);
    expect(words(bytes)).toBe('begin 644 reasons to go home');
    expect(files(bytes)).toEqual([]);
  });

  test('yEnc, checked by its sum', () => {
    const lines = yencode('y.bin', everyByte);
    expect(files(message([...head, '', 'see', ...lines]))).toEqual([
      ['y.bin', 'application/octet-stream', true],
    ]);
    const damaged = message([
      ...head,
      '',
      ...lines.map((line, index) => (index === 1 ? line.slice(0, -2) : line)),
    ]);
    expect(codes(damaged)).toContain('encoding-broken');
  });

  test('BinHex in a text and as a part of its own', () => {
    const lines = binhex('note.txt', 'TEXT', everyByte);
    expect(files(message([...head, '', 'see', ...lines, 'end']))).toEqual([['note.txt', 'text/plain', true]]);
    const part = message([...head, 'Content-Type: application/mac-binhex40; name="n.hqx"', '', ...lines]);
    expect(files(part)).toEqual([['note.txt', 'text/plain', true]]);
  });

  test('a part in x-uuencode and in x-yenc', () => {
    for (const [name, lines] of [
      ['x-uuencode', uuencode('in.bin', everyByte)],
      ['x-yenc', yencode('in.bin', everyByte)],
    ] as const) {
      const bytes = message([
        ...head,
        'Content-Type: application/x-y; name=out.bin',
        `Content-Transfer-Encoding: ${name}`,
        '',
        ...lines,
      ]);
      expect(files(bytes)).toEqual([['out.bin', 'application/x-y', true]]);
    }
  });
});

describe('Macintosh files', () => {
  test.each(['appledouble', 'x-appledouble'])('“%s” is one file with its real name', (name) => {
    const bytes = message([
      ...head,
      `Content-Type: multipart/${name}; boundary=d`,
      '',
      '--d',
      'Content-Type: application/applefile',
      'Content-Transfer-Encoding: base64',
      '',
      ...base64Lines(appleHeader('Übersicht.bin')),
      '--d',
      'Content-Type: application/octet-stream',
      'Content-Transfer-Encoding: base64',
      '',
      ...base64Lines(everyByte),
      '--d--',
    ]);
    expect(files(bytes)).toEqual([['Übersicht.bin', 'application/octet-stream', true]]);
  });

  test('AppleSingle holds the file', () => {
    const bytes = message([
      ...head,
      'Content-Type: application/applefile',
      'Content-Transfer-Encoding: base64',
      '',
      ...base64Lines(appleHeader('single.bin', everyByte)),
    ]);
    expect(files(bytes)).toEqual([['single.bin', 'application/octet-stream', true]]);
  });
});

describe('winmail.dat', () => {
  const winmail = (content: Buffer, text: string[] = []): Buffer =>
    message([
      ...head,
      'Content-Type: multipart/mixed; boundary=w',
      '',
      ...(text.length === 0 ? [] : ['--w', '', ...text]),
      '--w',
      'Content-Type: application/ms-tnef; name=winmail.dat',
      'Content-Transfer-Encoding: base64',
      '',
      ...base64Lines(content),
      '--w--',
    ]);
  const unicode = (text: string): [number, Buffer] => [0x1f, Buffer.from(`${text}\0`, 'utf16le')];

  test('its files by their long names, and the text of the mail stays', () => {
    const content = writeTnef({
      message: { 0x1000: unicode('inner') },
      files: [
        {
          title: 'LONGN~1.BIN',
          data: everyByte,
          props: { 0x3707: unicode('long näme.bin'), 0x370e: unicode('Image/PNG') },
        },
      ],
    });
    const bytes = winmail(content, ['outer']);
    expect(files(bytes)).toEqual([['long näme.bin', 'image/png', true]]);
    expect(words(bytes)).toBe('outer');
  });

  test('its text when the mail has none: HTML, compressed RTF made of HTML, RTF', () => {
    const html = writeTnef({ message: { 0x1013: [0x102, Buffer.from('<p>Grüße</p>')] }, files: [] });
    expect([readMail(winmail(html)).html, words(winmail(html))]).toEqual(['<p>Grüße</p>', 'Grüße']);
    const wrapped =
      "{\\rtf1\\ansi\\ansicpg1252\\fromhtml1 \\deff0{\\fonttbl{\\f0 Arial;}}{\\*\\htmltag64 <p>}\\htmlrtf {\\htmlrtf0 gr\\'fc\\'dfe \\u8364?{\\*\\htmltag84 <b>}x{\\*\\htmltag92 </b>}\\htmlrtf }\\htmlrtf0{\\*\\htmltag72 </p>}}";
    const rtf = winmail(writeTnef({ message: { 0x1009: [0x102, compressRtf(wrapped)] }, files: [] }));
    expect(readMail(rtf).html).toBe('<p>grüße €<b>x</b></p>');
    expect(files(rtf)).toEqual([]);
    const plain =
      '{\\rtf1\\ansi{\\fonttbl{\\f0 Arial;}}{\\info{\\title no}}One\\par Two {\\b bold}\\tab \\{x\\}}';
    expect(words(winmail(writeTnef({ message: { 0x1009: [0x102, compressRtf(plain)] }, files: [] })))).toBe(
      'One Two bold {x}',
    );
  });

  test('a message inside gives its files too', () => {
    const inner = writeTnef({
      message: { 0x1000: unicode('inner text') },
      files: [{ title: 'in.bin', data: everyByte }],
    });
    const object = Buffer.concat([Buffer.alloc(16), inner]);
    const content = writeTnef({
      message: {},
      files: [
        {
          title: 'x',
          data: Buffer.alloc(0),
          props: { 0x3001: unicode('Inner'), 0x3701: [0x0d, object], 0x3707: unicode('Inner') },
        },
      ],
    });
    expect(files(winmail(content)).map(([name]) => name)).toEqual(['Inner.txt', 'in.bin']);
  });

  test('cut anywhere it still opens', () => {
    const content = writeTnef({
      message: { 0x1000: unicode('inner') },
      files: [{ title: 'a.bin', data: everyByte }],
    });
    for (let length = 0; length < content.length; length += 7) {
      expect(codes(winmail(content.subarray(0, length)))).not.toContain('unreadable');
    }
  });
});

describe('messages in pieces and elsewhere', () => {
  test('the first piece shows the beginning of the whole, and says that it is one', () => {
    const bytes = message([
      ...head,
      'Content-Type: message/partial; id="x@example.org"; number=1; total=3',
      '',
      'Subject: whole',
      'Content-Type: text/plain',
      '',
      'the beginning',
    ]);
    expect(words(bytes)).toBe('the beginning');
    expect(
      readMail(bytes)
        .defects.map((one) => one.detail)
        .join(),
    ).toContain('(the 1st of 3 pieces)');
  });

  test('what lies elsewhere is named and not fetched', () => {
    const bytes = message([
      ...head,
      'Content-Type: message/external-body; access-type=anon-ftp; site=ftp.example.org; directory=pub; name=x.ps',
      '',
      'Content-Type: application/postscript',
      '',
      '',
    ]);
    expect(readMail(bytes).defects.find((one) => one.code === 'external-body')?.detail).toContain(
      'ftp.example.org pub x.ps',
    );
    expect(readMail(bytes).attachments.map((one) => one.filename)).toEqual(['x.ps']);
  });

  test('a digest lists its messages; parallel parts are all shown', () => {
    const digest = message([
      ...head,
      'Content-Type: multipart/digest; boundary=g',
      '',
      '--g',
      '',
      'Subject: one',
      '',
      'first',
      '--g',
      '',
      'Subject: two',
      '',
      'second',
      '--g--',
    ]);
    expect(readMail(digest).attachments.map((one) => [one.filename, one.contentType])).toEqual([
      ['one.eml', 'message/rfc822'],
      ['two.eml', 'message/rfc822'],
    ]);
    const parallel = message([
      ...head,
      'Content-Type: multipart/parallel; boundary=p',
      '',
      '--p',
      '',
      'left',
      '--p',
      '',
      'right',
      '--p--',
    ]);
    expect(words(parallel)).toBe('left right');
  });

  test("Sun's mailtool: its parts, unpacked", () => {
    const bytes = message([
      ...head,
      'Content-Type: X-sun-attachment',
      '',
      '----------',
      'X-Sun-Data-Type: text',
      'X-Sun-Data-Name: text',
      'X-Sun-Content-Lines: 1',
      '',
      'hello',
      '----------',
      'X-Sun-Data-Type: default',
      'X-Sun-Data-Name: d.bin',
      'X-Sun-Encoding-Info: uuencode',
      '',
      ...uuencode('d.bin', everyByte),
    ]);
    expect(words(bytes)).toBe('hello');
    expect(files(bytes)).toEqual([['d.bin', 'application/octet-stream', true]]);
  });

  test('words behind the end of base64 are no bytes', () => {
    const bytes = message([...head, 'Content-Transfer-Encoding: base64', '', 'aGVsbG8=', 'ignored']);
    expect([words(bytes), codes(bytes)]).toEqual(['hello', ['encoding-broken']]);
  });

  test('of several plain forms the last is the best', () => {
    const bytes = message([
      ...head,
      'Content-Type: multipart/alternative; boundary=a',
      '',
      '--a',
      '',
      'plain',
      '--a',
      'Content-Type: text/plain',
      '',
      'better',
      '--a',
      'Content-Type: text/plain',
      '',
      '',
      '--a--',
    ]);
    expect(words(bytes)).toBe('better');
  });
});

test.each([
  ['windows-1252', 'Die Hasen und die Fr\xf6sche klagten \xfcber ihre mi\xdfliche Lage', 'Frösche'],
  [
    'EUC-KR',
    '\xc0\xcc\xbf\xeb\xbe\xe0\xb0\xfc \xb9\xd7 \xbc\xad\xba\xf1\xbd\xba \xbe\xc8\xb3\xbb',
    '이용약관',
  ],
  ['windows-1251', '\xd7\xf2\xee \xeb\xf3\xf7\xf8\xe5: \xf1\xee\xee\xe1\xf9\xe5\xed\xe8\xe5', 'лучше'],
])('an unlabelled text and header in %s are told', (_name, raw, expected) => {
  const bytes = message(['From: Ann <ann@example.org>', `Subject: ${raw}`, '', raw]);
  expect([readMail(bytes).subject, readMail(bytes).text]).toEqual([
    expect.stringContaining(expected),
    expect.stringContaining(expected),
  ]);
});

test('UTF-8 under another label is read as UTF-8', () => {
  const bytes = Buffer.from('Вам выставлен счет', 'utf8').toString('latin1');
  const read = readMail(message([...head, 'Content-Type: text/plain; charset=windows-1251', '', bytes]));
  expect([read.text, read.defects.map((one) => one.code)]).toEqual([
    'Вам выставлен счет',
    ['charset-mislabelled'],
  ]);
});
