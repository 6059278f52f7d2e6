import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readFacts, readMail, readPart } from '../../../../src-main/mime/read/read-mail.ts';
import { everyByte, base64Lines, head, message } from '../../../fixtures/mime/message.ts';
import { appleHeader, binhex, compressRtf, uuencode, yencode } from '../../../fixtures/mime/packers.ts';
import { protectedMails } from '../../../fixtures/mime/protected-mails.ts';
import { writeTnef } from '../../../fixtures/mime/tnef-writer.ts';

/** Seconds that the mutations may take; more by hand: MIME_FUZZ_SECONDS=600, with MIME_FUZZ_SEED to repeat. */
const seconds = Number(process.env['MIME_FUZZ_SECONDS'] ?? 4);
const seed = Number(process.env['MIME_FUZZ_SEED'] ?? Date.now() % 2_147_483_647);

const rtf = '{\\rtf1\\ansi\\fromhtml1{\\*\\htmltag64 <p>}a{\\*\\htmltag72 </p>}}';
const winmail = writeTnef({
  message: { 0x1009: [0x102, compressRtf(rtf)] },
  files: [{ title: 'a.bin', data: everyByte, props: { 0x3707: [0x1f, Buffer.from('b', 'utf16le')] } }],
});
const base64Part = (type: string, bytes: Buffer): string[] => [
  `Content-Type: ${type}`,
  'Content-Transfer-Encoding: base64',
  '',
  ...base64Lines(bytes),
];
const seeds: Buffer[] = [
  ...protectedMails.map((one) => one.bytes),
  message([...head, ...base64Part('application/ms-tnef', winmail)]),
  message([...head, ...base64Part('application/applefile', appleHeader('n', everyByte))]),
  message([
    ...head,
    '',
    ...uuencode('a', everyByte),
    ...yencode('b', everyByte),
    ...binhex('c', 'TEXT', everyByte),
  ]),
  message([
    'From: =?utf-8?B?w4Q=?= =?utf-8?Q?=C3=84?= <a@example.org>, "b, c" (x (y)) <@r:d@example.org>',
    'To: group: a@example.org, b@example.org;, =?iso-2022-jp?B?GyRCJCIbKEI=?= <c@example.org>',
    "Content-Type: multipart/mixed; boundary*0=a; boundary*1=b; name*=utf-8''%C3%84",
    'Date: Fri, 20 Nov 2026 10:00:00 +0100 (CET)',
    '',
    '--ab',
    'Content-Type: text/plain; format=flowed; delsp=yes; charset=utf-16le',
    'Content-Transfer-Encoding: quoted-printable',
    '',
    '> a =41=\r\n b ',
    '--ab',
    'Content-Type: message/rfc822',
    '',
    'Content-Type: multipart/alternative; boundary=c',
    '',
    '--c',
    'Content-Type: text/enriched',
    '',
    '<bold>x</bold>',
    '--c',
    'Content-Type: text/html; charset=gb2312',
    '',
    '<table><tr><td>x',
    '--c--',
    '--ab--',
  ]),
];
const tokens = [
  '\r\n', '\n', '\r', '\0', ' ', '\t', '"', '(', ')', '<', '>', ';', ':', ',', '=', '=?', '?=', '=?utf-8?Q?', '--', '--b', '--ab\r\n', '--c--',
  '\x80', '\xff\xfe', '\x1b$B', '+AGE-', '~{', 'Content-Type: multipart/mixed; boundary=b\r\n', 'Content-Type: message/rfc822\r\n\r\n',
  'Content-Transfer-Encoding: base64\r\n', 'Content-Transfer-Encoding: x-uue\r\n', 'begin 644 x\n', '=ybegin line=128 size=9 name=x\n',
  '-----BEGIN PGP MESSAGE-----', '{\\rtf1', 'name*1*=', '&#x110000;',
]; // prettier-ignore

const place = fc.nat({ max: 1_000_000 });
const change = fc.oneof(
  fc.record({ kind: fc.constant('cut' as const), at: place, length: fc.nat({ max: 400 }) }),
  fc.record({ kind: fc.constant('flip' as const), at: place, length: fc.integer({ min: 1, max: 255 }) }),
  fc.record({ kind: fc.constant('repeat' as const), at: place, length: fc.nat({ max: 200 }) }),
  fc.record({ kind: fc.constant('insert' as const), at: place, length: fc.nat({ max: tokens.length - 1 }) }),
  fc.record({ kind: fc.constant('splice' as const), at: place, length: fc.nat({ max: seeds.length - 1 }) }),
);

function changed(bytes: Buffer, { kind, at, length }: { kind: string; at: number; length: number }): Buffer {
  const place = at % (bytes.length + 1);
  const [before, after] = [bytes.subarray(0, place), bytes.subarray(place)];
  if (kind === 'cut') return Buffer.concat([before, after.subarray(length)]);
  if (kind === 'repeat') return Buffer.concat([before, after.subarray(0, length), after]);
  if (kind === 'insert') return Buffer.concat([before, Buffer.from(tokens[length] ?? '', 'latin1'), after]);
  if (kind === 'splice') return Buffer.concat([before, (seeds[length] ?? after).subarray(place % 300)]);
  const flipped = Buffer.from(bytes);
  if (place < flipped.length) flipped[place] = (flipped[place] ?? 0) ^ length;
  return flipped;
}

test(
  'mail changed at random opens, and each of its parts can be read',
  { timeout: (seconds + 60) * 1_000 },
  () => {
    process.stdout.write(`mime-fuzz: MIME_FUZZ_SEED=${seed}\n`);
    let runs = 0;
    fc.assert(
      fc.property(
        fc.nat({ max: seeds.length - 1 }),
        fc.array(change, { minLength: 1, maxLength: 8 }),
        (from, changes) => {
          runs++;
          const bytes = changes.reduce(changed, seeds[from] ?? Buffer.alloc(0)).subarray(0, 200_000);
          const mail = readMail(bytes);
          expect(mail.defects.map((one) => one.code)).not.toContain('unreadable');
          expect(mail.date === null || /^\d{4}-/.test(mail.date)).toBe(true);
          for (const { partId, filename, contentType } of mail.attachments) {
            expect(readPart(bytes, partId), `part ${partId}`).not.toBeNull();
            expect(filename).toMatch(/^[^/\\\p{Cc}\u202a-\u202e]+$/u);
            expect(contentType).not.toBe('');
          }
          for (const { protection } of mail.sections)
            if (protection !== null) expect(mail.protection[protection]?.what).toBe('signed');
          expect(readFacts(bytes).text).toBe(mail.text);
        },
      ),
      { seed, numRuns: 10_000_000, interruptAfterTimeLimit: seconds * 1_000, markInterruptAsFailure: false },
    );
    process.stdout.write(`mime-fuzz: ${runs} mails in ${seconds} s\n`);
    expect(runs).toBeGreaterThan(0);
  },
);
