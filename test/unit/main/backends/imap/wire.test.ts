import { describe, expect, it } from 'vitest';
import { hasAttachments } from '../../../../../src-main/backends/imap/body-structure.ts';
import { decodeHeaderText } from '../../../../../src-main/backends/imap/decode-words.ts';
import { parseDate, readEnvelope } from '../../../../../src-main/backends/imap/envelope.ts';
import { fetchItems, toRow } from '../../../../../src-main/backends/imap/fetch-items.ts';
import {
  decodeMailboxName,
  encodeModifiedUtf7,
  mailboxArgument,
} from '../../../../../src-main/backends/imap/mailbox-name.ts';
import { parseResponse } from '../../../../../src-main/backends/imap/parse-response.ts';
import type { Untagged } from '../../../../../src-main/backends/imap/port.ts';
import { ResponseReader } from '../../../../../src-main/backends/imap/response-reader.ts';
import {
  expandSet,
  isUidSet,
  splitSet,
  toUidSet,
  uidSetChunks,
} from '../../../../../src-main/backends/imap/uid-set.ts';
import { lintCommand } from '../../../../../src-main/backends/imap/wire-lint.ts';

function untagged(line: string, encoding: 'utf8' | 'latin1' = 'utf8'): Untagged {
  const response = parseResponse(Buffer.from(line, encoding));
  if (response.kind !== 'untagged') throw new Error(`not untagged: ${line}`);
  return response.untagged;
}

describe('response reader', () => {
  const stream =
    '* 1 FETCH (BODY[] {5}\r\na\r\nb\n X {0}\r\n)\r\n* OK {3} is no literal\r\n+ go\r\nA1 OK done\r\n';
  it.each([1, 2, 3, 7, 1000])('cuts the same responses from pieces of %i bytes', (size) => {
    const reader = new ResponseReader();
    const out: string[] = [];
    const bytes = Buffer.from(stream);
    for (let i = 0; i < bytes.length; i += size) {
      reader.push(bytes.subarray(i, i + size));
      for (let r = reader.next(); r !== null; r = reader.next()) out.push(r.toString());
    }
    expect(out).toEqual([
      '* 1 FETCH (BODY[] {5}\r\na\r\nb\n X {0}\r\n)',
      '* OK {3} is no literal',
      '+ go',
      'A1 OK done',
    ]);
    expect(reader.empty).toBe(true);
  });

  it('refuses literals beyond the limit', () => {
    const reader = new ResponseReader();
    reader.push(Buffer.from('* 1 FETCH (BODY[] {4000000000}\r\n'));
    expect(() => reader.next()).toThrow(/literal/);
  });
});

describe('parser', () => {
  it('reads FETCH with quotes, NIL, literals and sections', () => {
    const { number, name, values } = untagged(
      '* 12 FETCH (UID 7 X "a \\"b\\"" Y NIL BODY[HEADER.FIELDS (TO "x")] {3}\r\nabc FLAGS (\\Seen))',
    );
    expect([number, name]).toEqual([12, 'FETCH']);
    expect(values).toEqual([
      [
        'UID',
        '7',
        'X',
        'a "b"',
        'Y',
        null,
        'BODY[HEADER.FIELDS (TO "x")]',
        Buffer.from('abc'),
        'FLAGS',
        ['\\Seen'],
      ],
    ]);
  });

  it('reads a keyword called NIL, and leaves \\Recent to the session', () => {
    expect(fetchItems(untagged('* 1 FETCH (UID 7 FLAGS (NIL \\Recent \\Seen))')).flags).toEqual([
      'NIL',
      '\\Seen',
    ]);
  });

  it('reads response codes, also with brackets in quotes and none at all', () => {
    expect(untagged('* OK [PERMANENTFLAGS (\\Seen \\*)] ok').code).toEqual({
      name: 'PERMANENTFLAGS',
      values: [['\\Seen', '\\*']],
    });
    expect(untagged('* NO [X "a]b"] words [here]')).toMatchObject({
      code: { name: 'X', values: ['a]b'] },
      text: 'words [here]',
    });
    expect(untagged('* BYE').text).toBe('');
    expect(parseResponse(Buffer.from('A1 NO [COPYUID 1 2:3 4:5] x'))).toMatchObject({
      kind: 'tagged',
      tagged: { status: 'NO', code: { name: 'COPYUID', values: ['1', '2:3', '4:5'] } },
    });
  });

  it('tolerates a parenthesis too many and missing blanks, and refuses what makes no sense', () => {
    expect(untagged('* 1 FETCH (UID 1))').values).toEqual([['UID', '1']]);
    expect(untagged('* 1 FETCH ((a)(b)(c)"d")').values).toEqual([[['a'], ['b'], ['c'], 'd']]);
    expect(() => parseResponse(Buffer.from('* 1 FETCH (X "never closed'))).toThrow();
    expect(() => parseResponse(Buffer.from('nonsense'))).toThrow();
    expect(() => parseResponse(Buffer.from(`* 1 FETCH ${'('.repeat(1000)}`))).toThrow(/nested/);
  });

  it('reads an envelope with a group, 8-bit, encoded words and gaps', () => {
    const { values } = untagged(
      '* 1 FETCH (ENVELOPE ("Fri, 21 Nov 1997 09:55:06 -0600" "=?iso-8859-1?q?caf=E9?= =?utf-8?b?w5w=?= x" (("J\u00f6rg" NIL "j" "x.test")) NIL NIL ((NIL NIL "team" NIL)(NIL NIL "a" "x.test")(NIL NIL NIL NIL)(NIL NIL "empty" NIL)(NIL NIL NIL NIL)) NIL NIL "<p@x>" "<1@x>"))',
    );
    const item = (values[0] as unknown[])[1] as Parameters<typeof readEnvelope>[0];
    expect(readEnvelope(item, [])).toMatchObject({
      subject: 'caféÜ x',
      from: [{ name: 'Jörg', address: 'j@x.test' }],
      to: [
        { name: '', address: 'a@x.test' },
        { name: 'empty', address: '' },
      ],
      inReplyTo: '<p@x>',
      messageIdHeader: '<1@x>',
      sentAt: Date.UTC(1997, 10, 21, 15, 55, 6),
    });
    expect(readEnvelope(null, [])).toMatchObject({ subject: '', from: [], sentAt: null });
  });
});

describe('header text and dates', () => {
  it.each([
    ['plain', 'plain'],
    ['=?utf-8?b?w6Q=?=\r\n =?utf-8?b?w7Y=?=', 'äö'],
    ['=?utf-8?q?=E2=82?= =?utf-8?q?=AC?=', '€'],
    ['=?nonsense?q?x?= y', 'x y'],
    ['a word that was cut off =?utf-8?Q?K=C3=B6ln?', 'a word that was cut off Köln?'],
    ['=?utf-8?q?Why? Now?=', 'Why? Now'],
    ['=?us-ascii?q?=C3=BC?= =?iso-8859-1?q?=FC?=', 'üü'],
    ['=?cp949?b?x9Gx2w==?=', '한글'],
    ['=?unknown-8bit?q?=F0=D2=C9=D7=C5=D4?=', 'Привет'],
    ['\xcf\xf0\xe8\xe2\xe5\xf2, \xe4\xf0\xf3\xe3', 'Привет, друг'],
    ['\xbb\xe1\xd2\xe9\xcd\xa8\xd6\xaa', '会议通知'],
    ['\xa1\xd2\xc3\xbb\xc3\xd0\xaa\xd8\xc1', 'การประชุม'],
    ['Gr\xf6\xdfe \xc4\xd6\xdc', 'Größe ÄÖÜ'],
    ['=?iso-2022-jp?b?GyRCJDMbKEI=?=', 'こ'],
    ['=?utf-8?q?support=E2=80=AEmoc.knab?=', 'supportmoc.knab'],
    [Buffer.from('a\u202egpj.exe\u2066').toString('latin1'), 'agpj.exe'],
    ['=?utf-8?q?=E2=80=8B=E3=85=A4?=', ''],
    ['a\r\n\tb', 'a b'],
    [Buffer.from('Übung').toString('latin1'), 'Übung'],
    ['caf\u00e9', 'café'],
  ])('%j is read as %j', (given, wanted) => expect(decodeHeaderText(given)).toBe(wanted));

  it('what nobody encoded is in the characters of the text, where those are not everybody’s', () => {
    const row = (charset: string): string => {
      const line = `* 1 FETCH (UID 1 ENVELOPE (NIL "Za\xbf\xf3\xb3\xe6" NIL NIL NIL NIL NIL NIL NIL NIL) BODYSTRUCTURE (("TEXT" "PLAIN" ("CHARSET" "${charset}") NIL NIL "8BIT" 1 1) "MIXED"))`;
      return toRow(fetchItems(untagged(line, 'latin1'))).envelope.subject;
    };
    expect(row('iso-8859-2')).toBe('Zażółć');
    expect(row('utf-8')).toBe('Za¿ó³æ');
    expect(row('x-nonsense')).toBe('Za¿ó³æ');
  });

  it('encoded words in an address stay as they are, and are a name where there is no address', () => {
    const from = (address: string): unknown => {
      const line = `* 1 FETCH (UID 1 ENVELOPE (NIL "s" (${address}) NIL NIL NIL NIL NIL NIL NIL))`;
      return toRow(fetchItems(untagged(line))).envelope.from;
    };
    expect(from('(NIL NIL "=?utf-8?Q?boss=40good.test?=" "evil.test")')).toEqual([
      { name: '', address: '=?utf-8?Q?boss=40good.test?=@evil.test' },
    ]);
    expect(from('(NIL NIL "=?utf-8?Q?boss=40good.test?=" "MISSING_DOMAIN")')).toEqual([
      { name: 'boss@good.test', address: '' },
    ]);
    expect(from('("Boss" NIL "boss" "SYNTAX_ERROR")')).toEqual([{ name: 'Boss', address: 'boss' }]);
  });

  it.each([
    ['17-Jul-1996 02:44:25 -0700', Date.UTC(1996, 6, 17, 9, 44, 25)],
    [' 1-Feb-2024 10:00:00 +0130', Date.UTC(2024, 1, 1, 8, 30)],
    ['Mon, 3 Mar 97 10:00 EST', Date.UTC(1997, 2, 3, 15)],
    ['tomorrow', null],
    ['', null],
  ])('%j is %j', (given, wanted) => expect(parseDate(given)).toBe(wanted));
});

describe('body structure', () => {
  const has = (structure: string): boolean =>
    hasAttachments((untagged(`* 1 FETCH (${structure})`).values[0] as never[])[0]);
  const plainText = '("text" "plain" ("charset" "utf-8") NIL NIL "7bit" 10 1 NIL NIL NIL NIL)';
  const picture =
    '("image" "png" ("name" "x.png") "<cid>" NIL "base64" 100 NIL ("inline" ("filename" "x.png")) NIL NIL)';
  it('knows attachments from what belongs to the text', () => {
    expect(has(plainText)).toBe(false);
    expect(has(`(${plainText}${plainText} "alternative" ("boundary" "x") NIL NIL NIL)`)).toBe(false);
    expect(has(`(${plainText}${picture} "related" NIL NIL NIL NIL)`)).toBe(false);
    expect(has(`(${plainText}${picture} "mixed" NIL NIL NIL NIL)`)).toBe(true);
    expect(
      has(
        `(${plainText}("application" "pgp-signature" NIL NIL NIL "7bit" 10 NIL NIL NIL NIL) "signed" NIL NIL NIL NIL)`,
      ),
    ).toBe(false);
    expect(has('("text" "plain" NIL NIL NIL "7bit" 10 1 NIL ("attachment" ("filename*" "x")) NIL NIL)')).toBe(
      true,
    );
    expect(has('NIL')).toBe(false);
  });
});

describe('names and sets', () => {
  it('names come back from the wire as they went', () => {
    const context = { utf8: false, rawNames: new Map<string, string>() };
    for (const name of [
      'Entwürfe',
      'R&D',
      '台北',
      'a "b" \\c',
      '😀 x',
      '~peter/mail',
      'trailing ',
      '&-',
      '&AOQ-',
    ]) {
      const wire = encodeModifiedUtf7(name);
      expect(wire).toMatch(/^[ -~]*$/);
      expect(decodeMailboxName(wire, context)).toBe(name);
    }
    expect(encodeModifiedUtf7('~peter/mail/台北/日本語')).toBe('~peter/mail/&U,BTFw-/&ZeVnLIqe-');
    expect(mailboxArgument('a"b', context)).toBe('"a\\"b"');
    expect(context.rawNames.size).toBe(0);
  });

  it('a name that is no valid modified UTF-7 can still be opened by its bytes', () => {
    const context = { utf8: false, rawNames: new Map<string, string>() };
    const name = decodeMailboxName('R&D', context);
    expect(mailboxArgument(name, context)).toBe('"R&D"');
    const eight = decodeMailboxName(Buffer.from('Übung').toString('latin1'), context);
    expect(eight).toBe('Übung');
    expect(mailboxArgument(eight, context)).toEqual(Buffer.from('Übung'));
  });

  it.each(['a\r\nb', 'a\0b', ''])('%j never reaches a server', (name) => {
    expect(() => mailboxArgument(name, { utf8: false, rawNames: new Map() })).toThrow(/folder name/);
  });

  it('sets', () => {
    expect(toUidSet([3, 1, 2, 7, 7, 0, -1])).toBe('1:3,7');
    expect(expandSet('4:2,9')).toEqual([2, 3, 4, 9]);
    expect(expandSet('1:*')).toBeNull();
    expect(expandSet('1:4294967295')).toBeNull();
    expect(isUidSet('1:*,5')).toBe(true);
    expect(['0', '1;2', '', '1:', 'x'].map(isUidSet)).toEqual([false, false, false, false, false]);
    const odd = Array.from({ length: 3000 }, (_, i) => 4_000_000_000 + i * 2);
    for (const chunk of uidSetChunks(odd)) {
      expect(chunk.length).toBeLessThan(8000);
      expect(expandSet(chunk)?.length).toBeLessThanOrEqual(500);
    }
    expect(splitSet(toUidSet(odd)).join(',')).toBe(toUidSet(odd));
  });
});

describe('wire lint', () => {
  const all = new Set(['UIDPLUS', 'MOVE', 'CONDSTORE', 'ESEARCH', 'IDLE']);
  it.each([
    'CLOSE',
    'EXPUNGE',
    'FETCH 1 (FLAGS)',
    'STORE 1 +FLAGS (x)',
    'UID STORE 1 FLAGS (\\Seen)',
    'UID STORE 1 FLAGS.SILENT ()',
    'UID STORE 0 +FLAGS (x)',
    'UID FETCH 0:5 (FLAGS)',
    'UID FETCH 1 (BODY[])',
    'UID COPY x "y"',
    'SELECT "a\r\nb"',
    'COPY 1 x',
  ])('stops %j', (line) => expect(lintCommand(line, all)).not.toBeNull());

  it('R11: lets a bare EXPUNGE pass only in its own operation, and only where single UIDs cannot be expunged', () => {
    const bare = new Set(['IMAP4REV1']);
    expect(lintCommand('EXPUNGE', bare, true)).toBeNull();
    expect(lintCommand('EXPUNGE', bare)).not.toBeNull();
    expect(lintCommand('EXPUNGE', new Set([...bare, 'UIDPLUS']), true)).not.toBeNull();
    expect(lintCommand('CLOSE', bare, true)).not.toBeNull();
  });
  it.each([
    'UID EXPUNGE 1',
    'UID MOVE 1 "x"',
    'IDLE',
    'UID FETCH 1 (FLAGS) (CHANGEDSINCE 4)',
    'UID SEARCH RETURN (ALL) ALL',
    'COMPRESS DEFLATE',
  ])('stops %j where it is not offered', (line) =>
    expect(lintCommand(line, new Set(['IMAP4REV1']))?.rule).toMatch(/not offered/),
  );
  it.each([
    'UID EXPUNGE 1:4',
    'UID STORE 1 +FLAGS.SILENT (\\Deleted)',
    'UID FETCH 1:* (FLAGS BODY.PEEK[])',
    'SELECT "CLOSE"',
    'LIST "" "*"',
    'CREATE "x RETURN ("',
  ])('lets %j pass', (line) => expect(lintCommand(line, all)).toBeNull());
});
