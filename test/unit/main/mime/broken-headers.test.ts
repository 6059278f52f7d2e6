import { expect, test } from 'vitest';
import { DefectList } from '../../../../src-main/mime/read/defect-list.ts';
import { parseAddresses } from '../../../../src-main/mime/read/addresses.ts';
import { parseDate } from '../../../../src-main/mime/read/dates.ts';
import { decodeWords } from '../../../../src-main/mime/read/encoded-words.ts';
import { defaultLimits } from '../../../../src-main/mime/read/limits.ts';
import { readMail } from '../../../../src-main/mime/read/read-mail.ts';

/** RFC 2047 in the forms that its section 5 forbids and people send; right by what the bytes mean. */
test.each<[string, string]>([
  ['=?utf-8?Q?Are_you_here??=', 'Are you here?'],
  ['=?utf-8?Q?What?_Yes!?= end', 'What? Yes! end'],
  ['=?utf-8?B?SGVsbG8gd29ybGQ', 'Hello world'],
  ['=?utf-8?B?SGVsbG8gd29ybGQ=?', 'Hello world'],
  ['=?utf-8?B?SGVsbG8= and words behind', '=?utf-8?B?SGVsbG8= and words behind'],
  ['=?utf-8?Q?Hello_wor', 'Hello wor'],
  ['=?utf-8?Q?a?==?utf-8?Q?b?=', 'ab'],
  ['=?UTF-8?Q?=C3?= =?UTF-8?B?pA==?=', 'ä'],
  ['=?utf-8?B?w6TD?= =?utf-8?B?tg==?=', 'äö'],
  ['=?utf-8?Q?=E2=82?= =?utf-8?Q?=AC?=', '€'],
  ['=?utf-8?Q??=', ''],
  ['=?utf-8?X?abc?=', '=?utf-8?X?abc?='],
  ['=??Q?abc?=', '=??Q?abc?='],
  ['=?unknown?Q?abc=E4?=', 'abcä'],
  ['=?utf-8?q?a b c?=', 'a b c'],
  ['=?utf-8?b?SGVs bG8=?=', 'Hello'],
  ['a=?utf-8?Q?b?=c', 'abc'],
  ['=?iso-8859-1?Q?=C3=A4=C3=B6?=', 'äö'],
  ['=?us-ascii?Q?=C3=A4?=', 'ä'],
  ['=?utf-8*de?Q?=C3=A4?=', 'ä'],
  ['=?utf-8?Q?=3D=3Futf-8=3FQ=3Fx=3F=3D?=', '=?utf-8?Q?x?='],
  ['=?utf-8?Q?a?= b =?utf-8?Q?c?=', 'a b c'],
  ['=?utf-8?B?w6TDtg?=', 'äö'],
  ['=?utf-8?B?w6TDtg===?=', 'äö'],
  ['=?windows1252?Q?=80?=', '€'],
  ['=?iso-2022-jp?Q?=1B$B$3$s$K$A$O=1B(B?=', 'こんにちは'],
  ['=?utf-7?Q?+AOQ-?=', 'ä'],
  ['=?UTF-8?Q?a=20?= =?UTF-8?Q?=20b?=', 'a  b'],
  ['=?utf-16?B?/v8AYQBi?=', 'ab'],
  ['=?iso-8859-8-i?B?+ezl7Q==?=', 'שלום'],
  ['=?tis-620?B?ysfRyrTV?=', 'สวัสดี'],
  ['=?8859_1?Q?=E4?=', 'ä'],
  ['=?win-1251?Q?=CF=F0=E8?=', 'При'],
  ['=?"utf-8"?Q?=C3=A4?=', 'ä'],
  ['=?charset=utf-8?Q?=C3=A4?=', 'ä'],
  ['=?ms936?B?xOO6ww==?=', '你好'],
  ['=?cesu-8?Q?=ED=A0=BD=ED=B8=80?=', '😀'],
])('encoded word %s', (raw, text) => {
  expect(decodeWords(raw)).toBe(text);
});

const tenUtc = '2026-11-21T10:00:00.000Z';
test.each<[string, string | null]>([
  ['Sat, 21 Nov 2026 11:00:00 +0100', tenUtc],
  ['21 Nov 26 10:00 GMT', tenUtc],
  ['Sat,21 Nov 2026 11:00:00+0100', tenUtc],
  ['Sat, 21 Nov 2026 12:00:00 +02', tenUtc],
  ['2026-11-21T12:00:00+02', tenUtc],
  ['2026-11-21 12:00:00 +02:00', tenUtc],
  ['2026/11/21 10:00:00', tenUtc],
  ['2026/11/21 Sat 10:00:00 GMT', tenUtc],
  ['2026/11/21 Sat 05:00:00 EST', tenUtc],
  ['2026-11-21 10:00:00 PM', '2026-11-21T22:00:00.000Z'],
  ['2026-11-21T12:00:00.123+02:00', tenUtc],
  ['2026-11-21T02:00-0800', tenUtc],
  ['20261-11-21 10:00', null],
  ['2026-13-21 10:00', null],
  ['2026-11-211 10:00', null],
  ['2026 Nov 21 10:00:00', tenUtc],
  ['Sat Nov 21 10:00:00 2026', tenUtc],
  ['Sat Nov 21 11:00:00 CET 2026', tenUtc],
  ['Sat, Nov 21, 2026 at 10:00 AM', tenUtc],
  ['November 21, 2026 5:00 AM EST', tenUtc],
  ['21.Nov.2026 10:00', tenUtc],
  ['21. November 2026 10:00', tenUtc],
  ['Sat, 21-Nov-26 10:00:00 GMT', tenUtc],
  ['Sat, 21 Nov 2026 11:00:00 (CET) +0100', tenUtc],
  ['Sat, 21 Nov 2026 10:00:00 "GMT"', tenUtc],
  ['Sat, 21 Nov 2026 12:00:00 GMT+0200', tenUtc],
  ['Sat, 21 Nov 2026 12:00:00 UTC+2', tenUtc],
  ['Sat, 21 Nov 2026 15:30:00 0530', tenUtc],
  ['Sat Nov 21 10:00:00 2026 0000', tenUtc],
  ['Sat, 21 Nov 2026 05:00:00 - 0500', tenUtc],
  ['Sat, 21 Nov 2026 01:00:00 AKST', tenUtc],
  ['Sat, 21 Nov 2026 23:00:00 NZDT', tenUtc],
  ['Sat, 21 Nov 2026 10.00.00 +0000', tenUtc],
  ['Sat, 21 Nov 2026 10:00:00.000 +0000', tenUtc],
  ['Sam., 21 nov. 2026 11:00:00 +0100', tenUtc],
  ['mar. 21 nov. 2026 11:00:00 +0100', tenUtc],
  ['21 Nov 0026 10:00:00 +0000', tenUtc],
  ['Sat, 21 Nov 126 10:00:00 +0000', tenUtc],
  ['Sat, 21 Nov 2026 10:00:00 Pacific Standard Time', tenUtc],
  ['Mi, 21 Okt 2026 12:00:00 +0200', '2026-10-21T10:00:00.000Z'],
  ['Mo, 21 Dez 2026 11:00:00 +0100', '2026-12-21T10:00:00.000Z'],
  ['21 Mär 2026 11:00:00 +0100', '2026-03-21T10:00:00.000Z'],
  ['sam. 21 févr. 2026 11:00:00 +0100', '2026-02-21T10:00:00.000Z'],
  ['21 Sept 2026 10:00:00 +0000', '2026-09-21T10:00:00.000Z'],
  ['Sat, 21 Nov 2026 24:00:00 +0000', '2026-11-22T00:00:00.000Z'],
  ['Sat, 31 Feb 2026 10:00:00 +0000', null],
  ['Sat, 29 Feb 2025 10:00:00 +0000', null],
  ['Sat, 21 Nov 2026 24:30:00 +0000', null],
  ['Sat, 21 Nov 20026 10:00:00 +0000', null],
  ['Thu, 0 Jan 2020 00:00:00 GMT', null],
  ['11/21/2026 10:00:00 AM', tenUtc],
  ['21/11/2026 10:00', tenUtc],
  ['now', null],
])('date %s', (raw, iso) => {
  expect(parseDate(raw)).toBe(iso);
});

test('a date in an encoded word is read', () => {
  const mail = readMail(Buffer.from('Date: Sat, =?utf-8?Q?21_Nov_2026?= 10:00:00 +0000\r\n\r\nx'));
  expect(mail.date).toBe(tenUtc);
});

const ann = 'ann@example.org';
const bob = 'bob@example.net';
/** Each as "name|address"; what is an address stood outside of names, quotes and comments. */
test.each<[string, string[]]>([
  [`Ann ${ann}`, [`Ann|${ann}`]],
  [`Ann ${ann}>`, [`Ann|${ann}`]],
  [`Ann <${ann}`, [`Ann|${ann}`]],
  [`Ann <<${ann}>>`, [`Ann|${ann}`]],
  [`Ann <${ann}>; Bob <${bob}>`, [`Ann|${ann}`, `Bob|${bob}`]],
  [`${ann}; ${bob}`, [`|${ann}`, `|${bob}`]],
  [`${ann} ${bob}`, [`|${ann}`, `|${bob}`]],
  [`<${ann}><${bob}>`, [`|${ann}`, `|${bob}`]],
  [`Ann <${ann}> <${bob}>`, [`Ann|${ann}`, `|${bob}`]],
  [`Ann <${ann}, Bob <${bob}>`, [`Ann|${ann}`, `Bob|${bob}`]],
  [`,,${ann},,${bob},`, [`|${ann}`, `|${bob}`]],
  [`Ann <${ann}>,.`, [`Ann|${ann}`]],
  [`"Ann <${ann}>`, [`Ann|${ann}`]],
  [`Ann" <${ann}>`, [`Ann|${ann}`]],
  [`"Doe, Ann" <${ann}>, "Bob <${bob}>`, [`Doe, Ann|${ann}`, `Bob|${bob}`]],
  [`Ann \\"x\\" <${ann}>`, [`Ann x|${ann}`]],
  [`"Ann \\"x\\" Doe" <${ann}>`, [`Ann "x" Doe|${ann}`]],
  [`Doe, Ann <${ann}>`, [`Doe, Ann|${ann}`]],
  [`Ann <mailto:${ann}>`, [`Ann|${ann}`]],
  [`[${ann}]`, [`|${ann}`]],
  [`Ann [${ann}]`, [`Ann|${ann}`]],
  [`<${ann}> Ann`, [`Ann|${ann}`]],
  [`(Ann) ${ann}`, [`Ann|${ann}`]],
  [`Ann (at work <${ann}>`, [`Ann at work|${ann}`]],
  [`"Ann (x" (y <${ann}>, Bob <${bob}> (z)`, [`Ann (x y|${ann}`, `Bob|${bob}`]],
  [`Ann (a (nested) one) <${ann}>`, [`Ann|${ann}`]],
  [`"${bob}" <${ann}>`, [`${bob}|${ann}`]],
  [`${bob} <${ann}>`, [`${bob}|${ann}`]],
  [`=?utf-8?Q?bob=40example.net?= <${ann}>`, [`${bob}|${ann}`]],
  ['=?utf-8?B?YW5uQGV4YW1wbGUub3Jn?=', [`${ann}|`]],
  [`=?utf-8?Q?D=C3=B6e=2C_Ann?= <${ann}>`, [`Döe, Ann|${ann}`]],
  [`Ann @ Work <${ann}>`, [`Ann @ Work|${ann}`]],
  ['ann @ example . org', [`|${ann}`]],
  ['jdoe@test . example', ['|jdoe@test.example']],
  [`${ann}. Bob <${bob}>`, [`${ann}. Bob|${bob}`]],
  ['<@a.example,@b.example:ann@example.org>', [`|${ann}`]],
  [`Ann <@a.example:${ann}>`, [`Ann|${ann}`]],
  ['"ann smith"@example.org', ['|"ann smith"@example.org']],
  [`team: Ann <${ann}>, sub: ${bob};;`, [`Ann|${ann}`, `|${bob}`]],
  ['undisclosed-recipients:;', []],
  ['<Undisclosed-Recipient:;@mx.example.org>', []],
  ['undisclosed-recipients:@mx.example.org;', []],
  ['<undisclosed-recipients:@mx.example.org;>', []],
  ['undisclosed-recipients:;@mx.example.org', []],
  [`Hidden:;@mx.example.org, "a:;@b" <${ann}>`, [`a:;@b|${ann}`]],
  ['(Empty list)(start)Hidden recipients :(nobody(that I know)) ;', []],
  [`A Group(Some people):Chris <c@(her)example.org>, ${ann}; (the end)`, ['Chris|c@example.org', `|${ann}`]],
  ['MAILER-DAEMON', ['MAILER-DAEMON|']],
  ['<>', []],
  ['a@b@example.org', ['|a@b@example.org']],
  ['ann@[IPv6:2001:db8::1]', ['|ann@[IPv6:2001:db8::1]']],
])('addresses %s', (raw, expected) => {
  const found = parseAddresses(raw, defaultLimits, new DefectList(9));
  expect(found.map(({ name, address }) => `${name}|${address}`)).toEqual(expected);
});

/** The name of a file in all the ways in which Content-Disposition is written. */
test.each<[string, string]>([
  ['attachment; filename=a b.txt', 'a b.txt'],
  ['attachment; filename=a (1).txt', 'a (1).txt'],
  ['attachment; filename=a.txt (comment)', 'a.txt'],
  ['attachment; filename="a;b.txt"', 'a;b.txt'],
  ["attachment; filename='a.txt'", 'a.txt'],
  ['attachment filename="a.txt"', 'a.txt'],
  ['attachment, filename=a.txt', 'a.txt'],
  ['filename="a.txt"', 'a.txt'],
  ['attachment;; filename=a.txt', 'a.txt'],
  ['attachment; filename = "a.txt"', 'a.txt'],
  ['"attachment"; filename="a.txt"', 'a.txt'],
  ['attachment;filename=a.txt;filename=b.txt', 'a.txt'],
  ['attachment; filename="unclosed.txt', 'unclosed.txt'],
  ['attachment; filename="a.txt"garbage; x=y', 'a.txt'],
  ["attachment; filename*=utf-8'de'%C3%A4.txt; filename=x.txt", 'ä.txt'],
  ['attachment; filename*=%C3%A4.txt', 'ä.txt'],
  ["attachment; filename*=''a%20b.txt", 'a b.txt'],
  ["attachment; filename*=iso-8859-1''%E4.txt", 'ä.txt'],
  ["attachment; filename*=utf-8''%E4.txt", 'ä.txt'],
  ["attachment; filename*=bad''%C3%A4.txt", 'ä.txt'],
  ['attachment; filename*="utf-8\'\'%C3%A4.txt"', 'ä.txt'],
  ['attachment; filename*1=b.txt; filename*0=a', 'ab.txt'],
  ['attachment; filename*1=a; filename*2=b.txt', 'ab.txt'],
  ["attachment; filename*0*=utf-8''%C3; filename*1*=%A4.txt", 'ä.txt'],
  ["attachment; filename*0=utf-8''%C3%A4; filename*1=%C3%B6.txt", 'äö.txt'],
  ["attachment; filename*0*=utf-8''%C3%A4; filename*1=%C3%B6.txt", 'äö.txt'],
  ["attachment; filename*0*=utf-8''%C3%A4; filename*1=50%25.txt", 'ä50_25.txt'],
  ["attachment; filename*0=a; filename*1*=utf-8''%C3%A4; filename*2=.txt", 'aä.txt'],
  ["attachment; filename*0*=utf-8''%C3%A4; filename*2*=b.txt", 'äb.txt'],
  ["attachment; filename*2*=utf-8''%C3%A4; filename*3*=b.txt", 'äb.txt'],
  ['attachment; filename="UTF-8\'\'%C3%A4.txt"', 'ä.txt'],
  ['attachment; filename="it\'s\'100%25.txt"', "it's'100_25.txt"],
  ["attachment; filename=b.txt; filename*=utf-8''", 'b.txt'],
  ['attachment; filename*0="=?utf-8?Q?=C3=A4?="; filename*1=.txt', 'ä.txt'],
  ['attachment; filename==?utf-8?Q?=C3=A4.txt?=', 'ä.txt'],
  ['attachment; filename="=?utf-8?B?w6Q=?= =?utf-8?B?LnR4dA==?="', 'ä.txt'],
  ['attachment; filename="=?utf-8?B?w6Q=?=\r\n =?utf-8?B?LnR4dA==?="', 'ä.txt'],
  ['attachment; filename="\xc3\xa4.txt"', 'ä.txt'],
  ['attachment; filename="\xe4.txt"', 'ä.txt'],
  ["attachment; filename*=utf-8''..%2F..%2Fb.txt", 'b.txt'],
  ['attachment; filename="C:\\dir\\new.txt"', 'new.txt'],
])('name of a file %s', (raw, filename) => {
  const text = `From: ${ann}\r\nContent-Type: application/x\r\nContent-Disposition: ${raw}\r\n\r\nx`;
  const [file] = readMail(Buffer.from(text, 'latin1')).attachments;
  expect(file?.filename).toBe(filename);
});

test.each([
  ['"\u200b\u200d\u2060" <eve@evil.test>', 'blanks of no width'],
  ['"\u3164\u2800" <eve@evil.test>', 'letters that draw nothing'],
])('%j: a name that nobody would see is none, so that the address is shown (%s)', (header) => {
  const { from, subject } = readMail(Buffer.from(`From: ${header}\nSubject: \u3164\n\nx\n`));
  expect(from).toEqual([{ name: '', address: 'eve@evil.test' }]);
  expect(subject).toBe('');
});

test.each<[string, { name: string; address: string }[]]>([
  [
    '=?utf-8?q?Boss_<boss@good.example>?= <mal@evil.test>',
    [{ name: 'Boss <boss@good.example>', address: 'mal@evil.test' }],
  ],
  [
    '=?utf-8?q?"Boss"_<b@good.example>?=\r\n =?utf-8?q?_(x:?= <mal@evil.test>',
    [{ name: '"Boss" <b@good.example> (x:', address: 'mal@evil.test' }],
  ],
  ['=?utf-8?q?Ann_(Sales?= <ann@a.example>', [{ name: 'Ann (Sales', address: 'ann@a.example' }]],
  ['=?utf-8?q?Ann_<ann@a.example>?=', [{ name: 'Ann', address: 'ann@a.example' }]],
])('%j: what stands in an encoded word makes no address beside a true one', (header, from) => {
  expect(readMail(Buffer.from(`From: ${header}\r\n\r\nx`)).from).toEqual(from);
});

test.each<[string, boolean]>([
  ['From: "ann@example.org" <Ann@example.org>', false],
  [`From: Ann <${ann}>\nTo: "'bob@example.com'" <${bob}>`, false],
  [`From: "bob@example.com" <${ann}>`, true],
  [`From: Ann <${ann}>\nSender: "bob@example.com" <eve@example.net>`, true],
])('a sender whose name is another address is told of: %s, %s', (header, told) => {
  const { defects } = readMail(Buffer.from(`${header}\n\nx\n`));
  expect(defects.some(({ code }) => code === 'address-in-name')).toBe(told);
});
