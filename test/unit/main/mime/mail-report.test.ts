import { describe, expect, test } from 'vitest';
import { readMail } from '../../../../src-main/mime/read/read-mail.ts';
import { message } from '../../../fixtures/mime/message.ts';

const daemon = [
  'Return-Path: <>',
  'From: Mail Delivery System <MAILER-DAEMON@mx.example.net>',
  'To: me@example.org',
  'Date: Fri, 20 Nov 2026 10:00:00 +0100',
  'Subject: Undelivered Mail Returned to Sender',
];
const told = (bytes: Buffer): unknown => {
  const { report } = readMail(bytes);
  return report === null
    ? null
    : [report.kind, report.about, ...report.recipients.map((one) => [one.address, one.action, one.reason])];
};
const multipart = (type: string, parts: string[][], head = daemon): Buffer =>
  message([
    ...head,
    `Content-Type: multipart/report; report-type=${type}; boundary=r`,
    '',
    ...parts.flatMap((part) => ['--r', ...part]),
    '--r--',
  ]);
const original = [
  'Content-Type: message/rfc822',
  '',
  'To: ann@example.net',
  'Message-ID: <1@example.org>',
  '',
  'hello',
];

describe('bounces', () => {
  test('by the part for machines (RFC 3464), several recipients', () => {
    const status = [
      'Content-Type: message/delivery-status',
      '',
      'Reporting-MTA: dns; mx.example.net',
      '',
      'Final-Recipient: rfc822; ann@example.net',
      'Action: failed',
      'Status: 5.1.1',
      'Diagnostic-Code: smtp; 550 5.1.1 no such user',
      '',
      'Final-Recipient: rfc822; bob@example.net',
      'Status: 4.2.2',
      'Diagnostic-Code: smtp; 452 4.2.2 over quota',
    ];
    const bytes = multipart('delivery-status', [['', 'sorry'], status, original]);
    expect(told(bytes)).toEqual([
      'delivery',
      '<1@example.org>',
      ['ann@example.net', 'failed', 'there is no such mailbox'],
      ['bob@example.net', 'delayed', 'the mailbox is full'],
    ]);
    expect(readMail(bytes).report?.recipients[0]?.sentence).toBe(
      'Could not be delivered to ann@example.net because there is no such mailbox. The server says: 550 5.1.1 no such user',
    );
  });

  test.each([
    [
      'qmail',
      [
        'Hi. This is the qmail-send program at x.example.',
        '<ann@example.net>:',
        'Remote host said: 552 mailbox full',
        '--- Below this line is a copy of the message.',
        'Message-ID: <1@example.org>',
        'To: someone@example.com',
      ],
      'the mailbox is full',
    ],
    [
      'Exchange',
      [
        'Your message',
        '  To:      me@example.org',
        'did not reach the following recipient(s):',
        '',
        'ann@example.net on Thu, 29 Apr 2010',
        '    The recipient name is not recognized',
      ],
      'there is no such mailbox',
    ],
    [
      'sendmail',
      [
        '   ----- Transcript of session follows -----',
        '554 <ann@example.net>... 550 Host unknown',
        '   ----- Unsent message follows -----',
        'To: x@example.com',
      ],
      'no way to its server was found',
    ],
    [
      'a sentence',
      [
        'There was an error delivering your mail to <ann@example.net>.',
        'Could not deliver for the last 432000 seconds. Giving up.',
      ],
      'its server did not take it in time',
    ],
  ])('by what %s writes', (_name, text, reason) => {
    expect(told(message([...daemon, '', ...text]))).toEqual([
      'delivery',
      text.includes('Message-ID: <1@example.org>') ? '<1@example.org>' : '',
      ['ann@example.net', 'failed', reason],
    ]);
  });

  test('one that goes on trying is a delay', () => {
    const bytes = message([
      ...daemon,
      '',
      'THIS IS A WARNING MESSAGE ONLY.',
      'Delivery to the following recipient has been delayed:',
      '',
      '     ann@example.net',
      '',
      '450 4.2.2 Mailbox full',
    ]);
    expect(told(bytes)).toEqual(['delivery', '', ['ann@example.net', 'delayed', 'the mailbox is full']]);
  });

  test('a question whether an address could be reached is no bounce', () => {
    const status = [
      'Content-Type: message/delivery-status',
      '',
      'Reporting-MTA: dns; mx',
      '',
      'Final-Recipient: rfc822; ann@example.net',
      'Action: deliverable',
      'Status: 2.1.5',
    ];
    expect(told(multipart('delivery-status', [['', 'report'], status]))).toBeNull();
  });

  test('what people write about mail is none', () => {
    const person = [
      'From: Ann <ann@example.net>',
      'To: me@example.org',
      'Date: Fri, 20 Nov 2026 10:00:00 +0100',
    ];
    expect(
      told(
        message([...person, 'Subject: Delivery status of your parcel', '', 'It comes to bob@example.net.']),
      ),
    ).toBeNull();
    expect(told(message([...person, 'Subject: hello', '', 'hi']))).toBeNull();
  });
});

describe('other reports', () => {
  test('a read receipt says what was done, no more', () => {
    const receipt = (disposition: string): string[] => [
      'Content-Type: message/disposition-notification',
      '',
      'Final-Recipient: rfc822; ann@example.net',
      'Original-Message-ID: <1@example.org>',
      `Disposition: manual-action/MDN-sent-manually; ${disposition}`,
    ];
    const sentence = (disposition: string): string | undefined =>
      readMail(multipart('disposition-notification', [['', 'read'], receipt(disposition)])).report
        ?.recipients[0]?.sentence;
    expect(told(multipart('disposition-notification', [['', 'read'], receipt('displayed')]))).toEqual([
      'receipt',
      '<1@example.org>',
      ['ann@example.net', 'read', 'displayed'],
    ]);
    expect(sentence('displayed')).toBe('ann@example.net opened this mail.');
    expect(sentence('deleted')).toContain('maybe without reading it');
    expect(sentence('denied')).toContain('without saying that this mail was read');
  });

  test('a complaint (RFC 5965), also one that hides who complained', () => {
    const feedback = (...lines: string[]): Buffer =>
      multipart('feedback-report', [
        ['', 'see'],
        ['Content-Type: message/feedback-report', '', 'Feedback-Type: abuse', ...lines],
      ]);
    expect(
      told(feedback('Original-Rcpt-To: <ann@example.net>', 'Original-Rcpt-To: bob@example.net')),
    ).toEqual([
      'complaint',
      '',
      ['ann@example.net', 'complained', 'reported this mail as unwanted'],
      ['bob@example.net', 'complained', 'reported this mail as unwanted'],
    ]);
    expect(readMail(feedback()).report?.recipients[0]?.sentence).toBe(
      'A recipient, who is not named, reported this mail as unwanted.',
    );
  });

  test('an automatic answer (RFC 3834)', () => {
    const bytes = message([
      'From: Ann <ann@example.net>',
      'Auto-Submitted: auto-replied (vacation)',
      'In-Reply-To: <1@example.org>',
      'Subject: Away',
      '',
      'back on Monday',
    ]);
    expect(told(bytes)).toEqual([
      'automatic-answer',
      '<1@example.org>',
      ['ann@example.net', 'answered', 'vacation'],
    ]);
  });
});

test.each([
  [
    'about a parcel',
    ['Subject: Delivery status: your parcel', '', 'It could not be delivered. Write to help@parcels.example'],
  ],
  [
    'on a list',
    [
      'List-Id: <exim.lists.example>',
      'Subject: Mail delivery problem',
      '',
      'ann@x.example: "550 user unknown". Why?',
    ],
  ],
])('mail of people %s is no bounce', (_name, lines) => {
  expect(told(message(['From: Shop <shop@example.net>', 'To: me@example.org', ...lines]))).toBeNull();
});
