import { composeMail, multipart, rfcDate, words } from './compose.ts';
import type { Person } from './compose.ts';
import { people, senders } from './people.ts';

export interface OddMail {
  hoursAgo: number;
  flags: readonly string[];
  bytes: (date: Date) => Buffer;
}

/** The mails every mailbox has and no generator would make: a bounce, a broken one, one without a subject, … */
export function oddities(me: Person, account: 'personal' | 'work'): OddMail[] {
  const domain = me.address.split('@')[1] ?? 'test';
  if (account === 'work') {
    return [
      { hoursAgo: 2.6, flags: [], bytes: (date) => bounce(me, domain, date) },
      { hoursAgo: 29, flags: ['\\Seen'], bytes: (date) => broken(me, date) },
    ];
  }
  return [
    {
      hoursAgo: 33,
      flags: ['\\Seen'],
      bytes: (date) =>
        composeMail({
          from: people.priya,
          to: [me],
          date,
          subject: undefined,
          messageId: id('nosubject', domain),
          text: 'See above. Or rather: there is nothing above.\n\nPriya',
        }),
    },
    {
      hoursAgo: 36,
      flags: [],
      bytes: (date) =>
        composeMail({
          from: people.ayse,
          to: [me],
          date,
          subject: 'Randevu onayı, 09:30',
          messageId: id('randevu', domain),
          charset: 'iso-8859-9',
          text: 'Sayın Verhoeven,\n\nLütfen on dakika önce geliniz.\n\nDr. Ayşe Yıldırım',
        }),
    },
    {
      hoursAgo: 51,
      flags: ['\\Seen'],
      bytes: (date) =>
        composeMail({
          from: people.tomas,
          to: [me],
          date,
          subject: '🌊🌊🌊',
          messageId: id('waves', domain),
          text: '👋🏽 👨‍👩‍👧‍👦 🏴󠁧󠁢󠁳󠁣󠁴󠁿\n\nTomáš',
        }),
    },
    { hoursAgo: 80, flags: [], bytes: (date) => forwarded(me, domain, date) },
    {
      hoursAgo: 100,
      flags: ['\\Seen'],
      bytes: (date) =>
        composeMail({
          from: senders.passport,
          to: [me],
          date,
          subject: 'Your appointment',
          messageId: id('passport', domain),
          text: '',
          headers: [
            ['Auto-Submitted', 'auto-generated'],
            ['X-Priority', '1'],
          ],
        }),
    },
  ];
}

const id = (word: string, domain: string): string => `<${word}.${domain}@odd.example>`;

function bounce(me: Person, domain: string, date: Date): Buffer {
  const report = multipart(
    'report; report-type=delivery-status',
    [
      {
        headers: [['Content-Type', 'text/plain; charset=us-ascii']],
        body: Buffer.from(
          'Your message could not be delivered.\r\n\r\np.okafor@example.net: the mailbox is full.\r\n',
        ),
      },
      {
        headers: [['Content-Type', 'message/delivery-status']],
        body: Buffer.from(
          'Reporting-MTA: dns; mx.example.net\r\nArrival-Date: ' +
            `${rfcDate(date)}\r\n\r\nFinal-Recipient: rfc822; p.okafor@example.net\r\nAction: failed\r\nStatus: 5.2.2\r\n` +
            'Diagnostic-Code: smtp; 552 5.2.2 Mailbox full\r\n',
        ),
      },
      {
        headers: [['Content-Type', 'text/rfc822-headers']],
        body: Buffer.from(
          `From: ${me.address}\r\nTo: p.okafor@example.net\r\nSubject: Agenda for 2 December\r\n`,
        ),
      },
    ],
    'bounce-report',
  );
  const head: [string, string][] = [
    ['Return-Path', '<>'],
    ['Date', rfcDate(date)],
    ['From', `${senders.daemon.name} <${senders.daemon.address}>`],
    ['To', me.address],
    ['Subject', 'Not delivered: Agenda for 2 December'],
    ['Message-ID', id('bounce', domain)],
    ['Auto-Submitted', 'auto-replied'],
    ['MIME-Version', '1.0'],
    ...report.headers,
  ];
  return Buffer.concat([
    Buffer.from(`${head.map(([n, v]) => `${n}: ${v}`).join('\r\n')}\r\n\r\n`),
    report.body,
  ]);
}

/** An unreadable date, raw 8-bit in the subject, a boundary that never ends, base64 cut short, two From lines. */
function broken(me: Person, date: Date): Buffer {
  const text = [
    'Received: from somewhere by elsewhere; ' + rfcDate(date),
    'Date: yesterday, about noon',
    'From: Scanner <scanner@office.example>',
    'From: second@office.example',
    `To: ${me.address}`,
    'Subject: Ihr Scan f\xfcr Raum 3 =?utf-8?B?8J+',
    'MIME-Version: 1.0',
    'Content-Type: multipart/mixed; boundary=never-ends',
    '',
    '--never-ends',
    'Content-Type: text/plain; charset=unknown-8bit',
    '',
    'Gr\xfc\xdfe vom Scanner.',
    '--never-ends',
    'Content-Type: application/pdf; name="scan.pdf',
    'Content-Transfer-Encoding: base64',
    '',
    'JVBERi0xLjQKJeLjz9MKMSAwIG9iago8PC9UeXBl',
    'L0NhdG',
  ].join('\r\n');
  return Buffer.from(text, 'latin1');
}

function forwarded(me: Person, domain: string, date: Date): Buffer {
  const inner = composeMail({
    from: people.sofia,
    to: [people.ann],
    date: new Date(date.getTime() - 86_400_000),
    subject: 'El faro de noche',
    messageId: id('inner', domain),
    text: 'Mira qué luz.\n\nSofía',
  });
  const mixed = multipart(
    'mixed',
    [
      {
        headers: [['Content-Type', 'text/plain; charset=utf-8']],
        body: Buffer.from('Thought you would like this.\r\n\r\nAnn'),
      },
      {
        headers: [
          ['Content-Type', 'message/rfc822'],
          ['Content-Disposition', 'attachment; filename="El faro.eml"'],
        ],
        body: inner,
      },
    ],
    'forwarded-mail',
  );
  const head: [string, string][] = [
    ['Date', rfcDate(date)],
    ['From', `${people.ann.name} <${people.ann.address}>`],
    ['To', me.address],
    ['Subject', words('Fwd: El faro de noche ✨')],
    ['Message-ID', id('forward', domain)],
    ['MIME-Version', '1.0'],
    ...mixed.headers,
  ];
  return Buffer.concat([
    Buffer.from(`${head.map(([n, v]) => `${n}: ${v}`).join('\r\n')}\r\n\r\n`),
    mixed.body,
  ]);
}
