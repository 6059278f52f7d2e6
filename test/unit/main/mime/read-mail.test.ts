import { describe, expect, test } from 'vitest';
import { readMail, readPart } from '../../../../src-main/mime/read/read-mail.ts';
import { decodeWords } from '../../../../src-main/mime/read/encoded-words.ts';
import { parseDate } from '../../../../src-main/mime/read/dates.ts';
import { parseParameters } from '../../../../src-main/mime/read/header-params.ts';
import { unflow } from '../../../../src-main/mime/read/flowed.ts';
import { decodeText } from '../../../../src-main/mime/read/charset.ts';
import { uuFiles } from '../../../../src-main/mime/read/packed/uuencode.ts';
import type { DefectCode, MailPart, ReadMail } from '../../../../src-shared/model/mail.ts';

const mail = (lines: string[], eol = '\r\n'): Buffer => Buffer.from(lines.join(eol), 'latin1');
const head = ['From: Ann <ann@example.org>', 'Date: Fri, 20 Nov 2026 10:00:00 +0100', 'Subject: s'];
const codes = (read: ReadMail): DefectCode[] => read.defects.map((defect) => defect.code);

describe('the tree', () => {
  const nested = mail([
    ...head,
    'Content-Type: multipart/mixed; boundary="a"',
    '',
    'preamble',
    '--a',
    'Content-Type: multipart/alternative; boundary=b',
    '',
    '--b',
    '',
    'plain',
    '--b',
    'Content-Type: text/html',
    '',
    '<p>html</p>',
    '--b--',
    '',
    '--a',
    'Content-Type: message/rfc822',
    '',
    'Subject: inner',
    'Content-Type: multipart/mixed; boundary=c',
    '',
    '--c',
    '',
    'inner text',
    '--c',
    'Content-Type: image/png; name=p.png',
    'Content-Transfer-Encoding: base64',
    '',
    'AAEC',
    '--c--',
    '--a',
    'Content-Type: message/rfc822',
    '',
    'Subject: leaf',
    '',
    'x',
    '--a--',
    'epilogue',
  ]);
  const read = readMail(nested);

  test('numbers parts as IMAP does, with their places in the bytes', () => {
    const ids: string[] = [];
    const walk = (part: MailPart): void => {
      ids.push(`${part.partId} ${part.contentType}`);
      part.children.forEach(walk);
    };
    walk(read.tree);
    expect(ids).toEqual([
      ' multipart/mixed',
      '1 multipart/alternative',
      '1.1 text/plain',
      '1.2 text/html',
      '2 message/rfc822',
      '2.TEXT multipart/mixed',
      '2.1 text/plain',
      '2.2 image/png',
      '3 message/rfc822',
      '3.1 text/plain',
    ]);
    const plain = read.tree.children[0]?.children[0];
    expect(nested.subarray(plain?.bodyStart, plain?.bodyEnd).toString()).toBe('plain');
  });

  test('shows both forms of the text and lists what is enclosed', () => {
    expect(read.text).toBe('plain');
    expect(read.html).toBe('<p>html</p>');
    expect(read.attachments.map((a) => [a.partId, a.filename])).toEqual([
      ['2', 'inner.eml'],
      ['3', 'leaf.eml'],
    ]);
    expect(Buffer.from(readPart(nested, '2.2') ?? [])).toEqual(Buffer.from([0, 1, 2]));
    expect(readPart(nested, '9')).toBeNull();
    expect(Buffer.from(readPart(nested, '3') ?? []).toString()).toBe('Subject: leaf\r\n\r\nx');
    expect(codes(read)).toEqual([]);
  });

  test('reads on where separators are missing, cut off or not announced', () => {
    const cut = readMail(
      mail([
        ...head,
        'Content-Type: multipart/mixed; boundary=a',
        '',
        '--a',
        '',
        'one',
        '--a',
        'Content-Type: application/pdf',
        '',
        'x',
      ]),
    );
    expect([cut.text, cut.attachments.length, codes(cut)]).toEqual(['one', 1, ['multipart-unterminated']]);
    const unannounced = readMail(
      mail([
        ...head,
        'Content-Type: multipart/mixed',
        '',
        '--abcdef',
        'Content-Type: text/plain',
        '',
        'one',
        '--abcdef--',
      ]),
    );
    expect([unannounced.text, codes(unannounced)]).toEqual(['one', ['boundary-missing']]);
    const wrong = readMail(mail([...head, 'Content-Type: multipart/mixed; boundary=zzz', '', 'just text']));
    expect([wrong.text, codes(wrong)]).toEqual(['just text', ['boundary-unused']]);
    const outer = readMail(
      mail([
        ...head,
        'Content-Type: multipart/mixed; boundary=a',
        '',
        '--a',
        'Content-Type: multipart/mixed; boundary=b',
        '',
        '--b',
        '',
        'in',
        '--a',
        '',
        'out',
        '--a--',
      ]),
    );
    expect(outer.text.replace(/\s+/g, ' ')).toBe('in out');
  });

  test('follows nesting and many parts no further than its limits', () => {
    let deep = 'x';
    for (let i = 0; i < 400; i++)
      deep = `Content-Type: multipart/mixed; boundary=b${i}\n\n--b${i}\n${deep}\n--b${i}--\n`;
    expect(codes(readMail(Buffer.from(`From: a@b.c\n${deep}`)))).toContain('too-deep');
    const many = readMail(
      mail([
        ...head,
        'Content-Type: multipart/mixed; boundary=a',
        '',
        ...Array.from({ length: 5_000 }, () => '--a\r\n\r\nx'),
        '--a--',
      ]),
    );
    expect(codes(many)).toContain('too-many-parts');
    const header = readMail(Buffer.from(`From: a@b.c\n${'X-A: b\n'.repeat(50_000)}Subject: late\n\nbody`));
    expect([header.text, codes(header).includes('header-too-large')]).toEqual(['body', true]);
  });
});

describe('headers', () => {
  test('no date, no sender and a second From are said, never filled in', () => {
    const read = readMail(
      mail(['From: a@example.org', 'From: b@evil.test', 'Subject: x', 'Date: yesterday', '', 'b']),
    );
    expect(read.from).toEqual([{ name: '', address: 'a@example.org' }]);
    expect(read.date).toBeNull();
    expect(codes(read)).toEqual(['header-duplicate', 'bad-date']);
    expect(read.defects[0]?.detail).toContain('(From: “b@evil.test”)');
    const spoofed = readMail(
      mail(['Subject: x', `Subject: y"" (proved by your server) ${'z'.repeat(99)}`, '', 'b']),
    );
    expect(spoofed.defects[0]?.detail).toMatch(/\(Subject: “y'' \(proved by your server\) z{20,}…”\)$/);
    const same = readMail(mail(['From: a@b.c', 'Subject: x', 'Subject: x', '', 'b']));
    expect(same.defects.map(({ detail }) => detail).join()).not.toContain(': x');
    expect(codes(readMail(mail(['Subject: x', '', 'b'])))).toEqual(['no-from', 'no-date']);
  });

  test('folding, raw UTF-8 and Latin-1, missing empty line, mbox line', () => {
    const read = readMail(
      Buffer.concat([
        Buffer.from(
          'From ann Fri Nov 20\nFrom: J\u00fcrgen <j@example.org>\nSubject: Gr\u00fc\u00dfe\n aus\tK\u00f6ln\nX-L: ',
        ),
        Buffer.from([0xfc, 0x62, 0x65, 0x72]),
        Buffer.from('\nthis is no header\nnor this'),
      ]),
    );
    expect(read.from[0]?.name).toBe('J\u00fcrgen');
    expect(read.subject).toBe('Gr\u00fc\u00dfe aus K\u00f6ln');
    expect(read.headers.at(-1)).toEqual({ name: 'X-L', value: '\u00fcber' });
    expect(read.text).toBe('this is no header\nnor this');
  });

  test('addresses: groups, comments, quotes; a quoted "@" and an encoded word make none', () => {
    const read = readMail(
      mail([
        'From: "eve@evil.test x"@internal.example',
        'To: Team: a@b.example, "D, E" <d@e.example>;, x@y.example (note), =?utf-8?Q?Ren=C3=A9=2C_X?= <r@example.org>',
        'Cc: =?utf-8?b?cG90dXNAd2hpdGVob3VzZS5nb3Y=?=@evil.test',
        'Date: 1 Jan 2026 00:00 GMT',
        '',
        '',
      ]),
    );
    expect(read.from).toEqual([{ name: '', address: '"eve@evil.test x"@internal.example' }]);
    expect(read.to).toEqual([
      { name: '', address: 'a@b.example' },
      { name: 'D, E', address: 'd@e.example' },
      { name: 'note', address: 'x@y.example' },
      { name: 'Ren\u00e9, X', address: 'r@example.org' },
    ]);
    expect(read.cc[0]?.address.endsWith('@evil.test')).toBe(true);
  });

  test('message ids keep their brackets, oldest first', () => {
    const read = readMail(
      mail([...head, 'Message-ID: <1@a>', 'In-Reply-To: <0@a> (note)', 'References: <x@a>\t<y@a>', '', '']),
    );
    expect([read.messageId, read.inReplyTo, read.references]).toEqual(['<1@a>', '<0@a>', ['<x@a>', '<y@a>']]);
  });

  test.each([
    ['=?utf-8?Q?a_b?= =?utf-8?Q?c?=', 'a bc'],
    ['x =?iso-8859-1?q?=E9?= y', 'x \u00e9 y'],
    ['=?utf-8?B?4oI=?= =?utf-8?B?rA==?=', '\u20ac'],
    ['=?iso-2022-jp?B?GyRCRnxLXBsoQg==?=', '\u65e5\u672c'],
    ['=?utf-8?Q?blank inside?=', 'blank inside'],
    ['=?nonsense-9?Q?a=C3=A9?=', 'a\u00e9'],
    ['=?utf-8?X?a?= =?', '=?utf-8?X?a?= =?'],
  ])('words %s', (raw, expected) => {
    expect(decodeWords(raw)).toBe(expected);
  });

  test.each([
    ['Fri, 20 Nov 2026 10:00:00 +0100', '2026-11-20T09:00:00.000Z'],
    ['20 Nov 26 10:00 EST', '2026-11-20T15:00:00.000Z'],
    ['Wed May 17 19:35:05 2000', '2000-05-17T19:35:05.000Z'],
    ['Wed, 17-May-00 07:35:05 PM GMT', '2000-05-17T19:35:05.000Z'],
    ['2026-11-20T10:00:00+05:30', '2026-11-20T04:30:00.000Z'],
    ['Thu, 22 Aug 0102 12:07:35 +0800', '2002-08-22T04:07:35.000Z'],
    ['Fri, 23 Aug 2002 22:46:34 GMT+1', '2002-08-23T21:46:34.000Z'],
    ['Fri, 20 Nov 2026', '2026-11-20T00:00:00.000Z'],
    ['17-6-2008 17:10:08', '2008-06-17T17:10:08.000Z'],
    ['06-17-2008 17:10:08', '2008-06-17T17:10:08.000Z'],
    ['06-05-2008 17:10:08', null],
    ['Do, 11.09.2025 14:22 +0200', '2025-09-11T12:22:00.000Z'],
    ['Thu, 11 9 2025 14:22:03 +0900', '2025-09-11T05:22:03.000Z'],
    ['2025年9月11日 14:22', '2025-09-11T14:22:00.000Z'],
    ['11/09/2025 14:22', null],
    ['13/09/2025 14:22', '2025-09-13T14:22:00.000Z'],
    ['soon', null],
    ['99 Nov 2026 10:00:00', null],
    ['', null],
  ])('date %s', (raw, expected) => {
    expect(parseDate(raw)).toBe(expected);
  });

  test('parameters: RFC 2231 pieces, broken quotes, encoded words', () => {
    const name = (raw: string): string | undefined => parseParameters(raw).params.get('name');
    expect(name('a/b; name*0*=utf-8\'\'%E2%82%AC; name*1*=%20x; name*2="y z"')).toBe('\u20ac xy z');
    expect(name("a/b; name*=iso-8859-1'en'%E9.txt; name=plain")).toBe('\u00e9.txt');
    expect(name('a/b; name="=?utf-8?Q?=C3=A9?="')).toBe('\u00e9');
    expect(name('a/b; name="with ; in it" charset=x')).toBe('with ; in it');
    expect(parseParameters('a/b; name="x" charset=x').params.get('charset')).toBe('x');
    expect(name('a/b; name="never closed; charset=x')).toBe('never closed');
    expect(parseParameters('TEXT/Plain (comment); charset="utf-8" (c)').value).toBe('text/plain');
  });
});

describe('texts', () => {
  test('format=flowed joins what belongs together', () => {
    expect(unflow('one \ntwo\n> q \n> r\n>> deeper\n-- \nsig', false)).toBe(
      'one two\n> q r\n>> deeper\n-- \nsig',
    );
    expect(unflow('\u65e5 \n\u672c', true)).toBe('\u65e5\u672c');
    expect(unflow('> one \n> \n>\n> two\nthree \n\nfour', false)).toBe(
      '> one \n> \n> \n> two\nthree \n\nfour',
    );
    expect(unflow('> one\n>  \n>\n>> two', false)).toBe('> one\n>  \n>> two');
    expect(unflow(' From here\n >no quote', false)).toBe('From here\n>no quote');
  });

  test.each([
    ['windows-1252 called ASCII', Buffer.from([0x93, 0x48, 0x69, 0x94]), 'us-ascii', '\u201cHi\u201d'],
    ['UTF-8 called Latin-1', Buffer.from('gr\u00fc\u00dfe'), 'iso-8859-1', 'gr\u00fc\u00dfe'],
    [
      'unlabelled Cyrillic',
      Buffer.from([
        0xcf, 0xf0, 0xe8, 0xe2, 0xe5, 0xf2, 0x20, 0xe2, 0xf1, 0xe5, 0xec, 0x20, 0xe4, 0xf0, 0xf3, 0xe7, 0xfc,
        0xff, 0xec,
      ]),
      null,
      '\u041f\u0440\u0438\u0432\u0435\u0442 \u0432\u0441\u0435\u043c \u0434\u0440\u0443\u0437\u044c\u044f\u043c',
    ],
    ['gb18030 called gb2312', Buffer.from([0x96, 0xc9, 0xc4, 0xe3]), 'gb2312', '\u67f9\u4f60'],
    ['UTF-7', Buffer.from('a +ZeVnLA-'), 'utf-7', 'a \u65e5\u672c'],
    ['ISO-2022-JP unlabelled', Buffer.from('\x1b$BF|K\\\x1b(B'), null, '\u65e5\u672c'],
    ['a set nobody knows', Buffer.from('caf\u00e9'), 'x-martian', 'caf\u00e9'],
    ['Big5 as old mailers call it', Buffer.from([0xc1, 0xd9]), 'CHINESEBIG5', '還'],
    ['UTF-16 by its mark', Buffer.from([0xff, 0xfe, 0x41, 0x00]), 'utf-8', 'A'],
  ])('character sets: %s', (_name, bytes, label, expected) => {
    expect(decodeText(bytes, label).text).toBe(expected);
  });

  test('HTML alone gives text, preview and no blank view', () => {
    const read = readMail(
      mail([
        ...head,
        'Content-Type: text/html; charset=utf-8',
        '',
        '<html><head><style>x{}</style><title>t</title></head><body><p>Hello <b>you</b></p><p>&zwnj;&nbsp;two</p><script>no</script></body></html>',
      ]),
    );
    expect(read.text.replace(/\s+/g, ' ')).toContain('Hello you');
    expect(read.text).not.toMatch(/x\{\}|no|<p>/);
    expect(read.preview).toBe('Hello you two');
  });

  test('pictures in the HTML are embedded, others are attachments', () => {
    const read = readMail(
      mail([
        ...head,
        'Content-Type: multipart/related; boundary=a',
        '',
        '--a',
        'Content-Type: text/html',
        '',
        '<img src="cid:one@x"><img src="cid:three@x">',
        '--a',
        'Content-Type: image/png',
        'Content-ID: <one@x>',
        '',
        'x',
        '--a',
        'Content-Type: image/png',
        'Content-ID: <two@x>',
        '',
        'x',
        '--a',
        'Content-Type: image/svg+xml',
        'Content-ID: <three@x>',
        '',
        '<svg/>',
        '--a--',
      ]),
    );
    expect(read.inlineImages).toEqual({ 'one@x': '2', 'two@x': '3' });
    expect(read.attachments.map((a) => a.embedded)).toEqual([true, false, false]);
    expect(read.hasAttachments).toBe(true);
  });

  test('files that uuencode wrote into the text', () => {
    const bytes = mail([...head, '', 'before', 'begin 644 cat.txt', '#0V%T', '`', 'end', 'after']);
    const read = readMail(bytes);
    expect(read.text.replace(/\s+/g, ' ')).toBe('before after');
    expect(read.attachments[0]).toMatchObject({ partId: '1.uu1', filename: 'cat.txt', size: 3 });
    expect(Buffer.from(readPart(bytes, '1.uu1') ?? []).toString()).toBe('Cat');
    expect(uuFiles('begin 644 x\nnot uu at all\n')).toEqual([]);
  });

  test('a bare forward shows what it carries', () => {
    const read = readMail(mail([...head, 'Content-Type: message/rfc822', '', 'Subject: in', '', 'inside']));
    expect([read.text, read.attachments[0]?.filename]).toEqual(['inside', 'in.eml']);
  });
});

test('anything at all can be read, and quickly', () => {
  let seed = 7;
  const random = (): number => (seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648) / 2_147_483_648;
  const pieces = [
    '--a\r\n',
    '--a--\r\n',
    'Content-Type: multipart/mixed; boundary=a\r\n',
    'Content-Type: message/rfc822\r\n',
    '\r\n',
    '\n\n',
    'From: =?utf-8?Q?',
    '"',
    '(',
    '<',
    '\0',
    '\x80\xff',
    'Content-Transfer-Encoding: base64\r\n',
    ';',
    'begin 644 x\n',
    ' \t',
    '=?',
    'text/html',
  ];
  for (let i = 0; i < 400; i++) {
    const bytes = Buffer.from(
      Array.from({ length: 40 }, () => pieces[Math.floor(random() * pieces.length)]).join(''),
      'latin1',
    );
    const read = readMail(bytes);
    expect(codes(read)).not.toContain('unreadable');
    for (const attachment of read.attachments) expect(readPart(bytes, attachment.partId)).not.toBeNull();
  }
  for (const hostile of ['=?utf-8?Q?', '(', '"', '<', ',', '>', ':', ';', '@', '\\']) {
    const begin = performance.now();
    readMail(
      Buffer.from(
        `From: ${hostile.repeat(60_000)}\nTo: ${hostile.repeat(60_000)}\nSubject: ${hostile.repeat(60_000)}\nDate: ${hostile.repeat(60_000)}\nContent-Type: ${hostile.repeat(60_000)}\n\nx`,
      ),
    );
    expect(performance.now() - begin, hostile).toBeLessThan(10_000);
  }
});
