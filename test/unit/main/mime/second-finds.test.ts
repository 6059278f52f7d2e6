import { describe, expect, test } from 'vitest';
import { readMail, readPart } from '../../../../src-main/mime/read/read-mail.ts';
import { uuencode } from '../../../fixtures/mime/packers.ts';

const head = 'From: Bob <bob@example.org>\r\nDate: Fri, 20 Nov 2026 10:00:00 +0000\r\n';
const withSubject = (subject: string | Buffer): string =>
  readMail(Buffer.concat([Buffer.from(`${head}Subject: `), Buffer.from(subject), Buffer.from('\r\n\r\nx')]))
    .subject;

describe('headers', () => {
  test.each([
    ['a word cut inside of a character', '=?utf-8?Q?K=C3=B6ln_gr=C3?=', 'Köln gr'],
    ['one of three bytes', '=?UTF-8?B?5L2g5aU=?=', '你'],
    ['a whole one stays', '=?utf-8?Q?K=C3=B6?=', 'Kö'],
    ['the base64 of addresses of the web', '=?utf-8?B?w7_DvsK_w5_DvD8=?=', 'ÿþ¿ßü?'],
    ['Japanese that nobody encoded', '\x1b$BF|K\\8l\x1b(B', '日本語'],
  ])('%s', (_name, subject, expected) => {
    expect(withSubject(subject)).toBe(expected);
  });
});

test('Russian under the label of Latin-1 is read; French, German and Polish stay as they are labelled', () => {
  const text = (bytes: Buffer): string =>
    readMail(
      Buffer.concat([
        Buffer.from(
          `${head}Content-Type: text/plain; charset=iso-8859-1\r\nContent-Transfer-Encoding: 8bit\r\n\r\n`,
        ),
        bytes,
      ]),
    ).text;
  // "Привет, это длинное письмо на русском" in KOI8-R.
  const koi8 = 'f0d2c9d7c5d42c20dcd4cf20c4ccc9cececfc520d0c9d3d8cdcf20cec120d2d5d3d3cbcfcd';
  expect(text(Buffer.from(koi8, 'hex'))).toBe('Привет, это длинное письмо на русском');
  for (const words of ['À été où l’île', 'Größe übt Äpfel öde Öl', 'ÀÉÈÊ ÄÖÜÄ ÇÀÉÈ'])
    expect(text(Buffer.from(words.replace('’', "'"), 'latin1'))).toBe(words.replace('’', "'"));
});

test.each([
  [
    'a rule of the server',
    '5.7.26',
    'smtp; 550-5.7.26 Unauthenticated email from example.test is not accepted due to its policy.',
    'the server rejected the message',
  ],
  [
    'what Exchange means by 5.1.10',
    '5.1.10',
    'smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found',
    'there is no such mailbox',
  ],
])('a bounce says %s in its sentence', (_name, status, diagnostic, reason) => {
  const { report } = readMail(
    Buffer.from(
      `Return-Path: <>\r\n${head}Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n--b\r\n\r\nx\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; x\r\n\r\nFinal-Recipient: rfc822; ann@example.test\r\nAction: failed\r\nStatus: ${status}\r\nDiagnostic-Code: ${diagnostic}\r\n--b--\r\n`,
    ),
  );
  expect(report?.recipients[0]?.sentence).toContain(`because ${reason}. `);
});

describe('encrypted mail without its types', () => {
  const armour = '-----BEGIN PGP MESSAGE-----\r\n\r\nhQEMA+/=\r\n-----END PGP MESSAGE-----';
  test('both halves sent as mere bytes', () => {
    const { protection } = readMail(
      Buffer.from(
        `${head}Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: application/octet-stream; name="PGPMIME version identification.txt"\r\n\r\nVersion: 1\r\n--b\r\nContent-Type: application/octet-stream; name="encrypted.asc"\r\n\r\n${armour}\r\n--b--\r\n`,
      ),
    );
    expect(protection).toMatchObject([{ what: 'encrypted', by: 'openpgp', form: 'multipart' }]);
  });
  test('armour that a program moved in', () => {
    const { protection } = readMail(Buffer.from(`${head}\r\n  ${armour.replaceAll('\n', '\n  ')}\r\n`));
    expect(protection).toMatchObject([{ what: 'encrypted', form: 'inline' }]);
  });
});

describe('an invitation', () => {
  const zone = (name: string, more = ''): string =>
    `BEGIN:VTIMEZONE\r\nTZID:${name}\r\nBEGIN:STANDARD\r\nDTSTART:16010101T030000\r\nTZOFFSETFROM:+0200\r\nTZOFFSETTO:+0100\r\nRRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10\r\nEND:STANDARD\r\nBEGIN:DAYLIGHT\r\nDTSTART:16010101T020000\r\nTZOFFSETFROM:+0100\r\nTZOFFSETTO:+0200\r\nRRULE:${more === '' ? 'FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3' : more}\r\nEND:DAYLIGHT\r\nEND:VTIMEZONE\r\n`;
  const start = (line: string, zones = ''): unknown =>
    readMail(
      Buffer.from(
        `${head}Content-Type: text/calendar; method=REQUEST\r\n\r\nBEGIN:VCALENDAR\r\nVERSION:2.0\r\n${zones}BEGIN:VEVENT\r\nUID:u\r\nDTSTAMP:20261101T000000Z\r\n${line}\r\nSUMMARY:Tea\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n`,
      ),
    ).invitation?.start;
  test.each([
    ['winter', '20261124T150000', '2026-11-24T14:00:00.000Z'],
    ['summer', '20260724T150000', '2026-07-24T13:00:00.000Z'],
    ['the new year', '20270101T000000', '2026-12-31T23:00:00.000Z'],
    ['the last day of summer', '20261024T235900', '2026-10-24T21:59:00.000Z'],
  ])('in a zone that only the file knows: %s', (_name, time, at) => {
    for (const [written, name] of [
      ['Customized Time Zone', 'Customized Time Zone'],
      ['tzone://Microsoft/Custom', 'tzone://Microsoft/Custom'],
      ['"(UTC+01:00) Harbour, Quay"', '(UTC+01:00) Harbour, Quay'],
    ] as const)
      expect(start(`DTSTART;TZID=${written}:${time}`, zone(name))).toMatchObject({ at, zone: name });
  });
  test.each([
    ['DTSTART;TZID=tzone://Microsoft/Utc:20261124T150000', '2026-11-24T15:00:00.000Z'],
    ['DTSTART;TZID=UTC+05:30:20261124T150000', '2026-11-24T09:30:00.000Z'],
    ['DTSTART;TZID=GMT-0330:20261124T150000', '2026-11-24T18:30:00.000Z'],
    ['DTSTART;TZID=Europe/Berlin:20261124T150000', '2026-11-24T14:00:00.000Z'],
    ['DTSTART:20261124T150000Z', '2026-11-24T15:00:00.000Z'],
  ])('%s', (line, at) => {
    expect(start(line)).toMatchObject({ at });
  });
  test('a day that does not say that it is one', () => {
    expect(start('DTSTART:20261124')).toEqual({ at: null, local: '2026-11-24', zone: null });
    expect(start('DTSTART;VALUE=DATE:20261124')).toEqual({ at: null, local: '2026-11-24', zone: null });
  });
  test('a zone whose rule is a bomb is not worked out', () => {
    expect(start('DTSTART;TZID=Bomb:20261124T150000', zone('Bomb', 'FREQ=SECONDLY'))).toMatchObject({
      at: null,
      zone: 'Bomb',
    });
  });
});

test('a file that stands in words under the label of base64 is listed, and can be read', () => {
  const data = Buffer.from('The bytes of it, and some more of them to make a line.');
  const mail = Buffer.from(
    [
      `${head}Content-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n`,
      'Here is the file that you asked me for, dear Ann.',
      ...uuencode('report.bin', data),
      '',
    ].join('\r\n'),
    'latin1',
  );
  const [file] = readMail(mail).attachments;
  expect(file).toMatchObject({ partId: '1.uu1', filename: 'report.bin', size: data.length });
  expect(readPart(mail, '1.uu1')).toEqual(data);
});
