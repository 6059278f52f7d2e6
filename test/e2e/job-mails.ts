import { composeMail } from '../../src-main/demo/mails/compose.ts';
import type { SeedMail } from '../../src-main/demo/maildir.ts';
import { requestLines } from '../harness/calendar-lines.ts';

export const invitation = {
  first: 'Proofs third round',
  second: 'Tea on the quay',
  third: 'Assembly of the owners',
} as const;

const office = { name: 'Marta Lindqvist', address: 'ina@noordlicht.test' };
const idOf = (subject: string): string => `<${subject.toLowerCase().replace(/\W+/g, '-')}@job.test>`;

/** Mails that want something of their reader, each named by its subject. */
export function jobMails(ina: string): SeedMail[] {
  const to = [{ name: 'Ina Verhoeven', address: ina }];
  const from = office;
  const letter = (subject: string, minutesAgo: number, more: object = {}, above = ''): SeedMail => {
    const date = new Date(Date.now() - minutesAgo * 60_000);
    const bytes = composeMail({
      from,
      to,
      date,
      subject,
      messageId: idOf(subject),
      text: 'Words.\n',
      ...more,
    });
    return { bytes: Buffer.concat([Buffer.from(above), bytes]), internalDate: date };
  };
  const raw = (subject: string, minutesAgo: number, type: string, parts: readonly string[]): SeedMail => {
    const date = new Date(Date.now() - minutesAgo * 60_000);
    const head = [
      `From: Marta Lindqvist <${office.address}>`,
      `To: ${ina}`,
      `Subject: ${subject}`,
      `Message-ID: ${idOf(subject)}`,
      `Date: ${date.toUTCString().replace('GMT', '+0000')}`,
      'MIME-Version: 1.0',
      `Content-Type: ${type}; boundary=b`,
    ];
    const bytes = [...head, '', ...parts.map((part) => `--b\r\n${part}`), '--b--', ''].join('\r\n');
    return { bytes: Buffer.from(bytes), internalDate: date };
  };
  const wish = [['Disposition-Notification-To', `Marta Lindqvist <${office.address}>`]] as const;
  const returned = `Return-Path: <${office.address}>\r\n`;
  const armour = '-----BEGIN PGP MESSAGE-----\r\n\r\nhQEMA+/=\r\n-----END PGP MESSAGE-----';
  return [
    ...Object.values(invitation).map((subject, at) =>
      raw(subject, 3 + at, 'multipart/alternative', [
        'Content-Type: text/plain\r\n\r\nPlease come, and bring the second proof with you.',
        `Content-Type: text/calendar; charset=utf-8; method=REQUEST\r\n\r\n${calendar(subject, ina)}`,
      ]),
    ),
    letter('Please confirm', 7, { headers: wish, text: 'The lock is closed on Monday.\n' }, returned),
    letter('Confirm this, too', 8, { headers: wish }, returned),
    raw(
      'Minutes of the board',
      9,
      'multipart/signed; protocol="application/pgp-signature"; micalg=pgp-sha256',
      [
        'Content-Type: text/plain\r\n\r\nFive were there, and all of them agreed.',
        'Content-Type: application/pgp-signature; name=signature.asc\r\n\r\n-----BEGIN PGP SIGNATURE-----\r\n\r\nhQEMA\r\n-----END PGP SIGNATURE-----',
      ],
    ),
    raw('For your eyes', 10, 'multipart/encrypted; protocol="application/pgp-encrypted"', [
      'Content-Type: application/pgp-encrypted\r\n\r\nVersion: 1',
      `Content-Type: application/octet-stream; name=encrypted.asc\r\nContent-Disposition: inline; filename=encrypted.asc\r\n\r\n${armour}`,
    ]),
    letter(
      'Lights of the coast, November',
      11,
      {
        from: { name: 'Lights of the coast', address: 'news@lights.example' },
        html: '<h1>Lights of the coast</h1><p>The old lamp of the northern pier shines again.</p>',
        headers: [
          ['List-Id', 'Lights of the coast <news.lights.example>'],
          ['List-Unsubscribe', '<https://leave.lights.example/u?who=4711>, <mailto:leave@lights.example>'],
          ['List-Unsubscribe-Post', 'List-Unsubscribe=One-Click'],
        ],
      },
      'Authentication-Results: mx.verhoeven.test; dkim=pass header.d=lights.example;\r\n spf=pass smtp.mailfrom=lights.example; dmarc=pass header.from=lights.example\r\n',
    ),
    letter(
      'Your account will be closed',
      12,
      { from: { name: 'Your bank', address: 'service@bank.example' } },
      'Authentication-Results: mx.verhoeven.test; dkim=none; spf=fail smtp.mailfrom=bank.example;\r\n dmarc=fail header.from=bank.example\r\n',
    ),
  ];
}

function calendar(summary: string, ina: string): string {
  return requestLines(`${summary.replaceAll(' ', '-')}@calendar.test`, 2, [
    'RRULE:FREQ=WEEKLY;COUNT=10',
    `SUMMARY:${summary}`,
    'LOCATION:Room 4\\, Lindqvist print works',
    'URL:https://leak.lights.example/url',
    'ATTACH:https://leak.lights.example/attach',
    'ORGANIZER;CN=Marta Lindqvist:mailto:ina@noordlicht.test',
    `ATTENDEE;CN=Ina Verhoeven;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:${ina}`,
    'ATTENDEE;CN=Jonas Verhoeven;PARTSTAT=ACCEPTED:mailto:jonas@verhoeven.test',
    'BEGIN:VALARM',
    'ACTION:AUDIO',
    'TRIGGER:-PT15M',
    'ATTACH:https://leak.lights.example/alarm',
    'END:VALARM',
  ]).join('\r\n');
}
