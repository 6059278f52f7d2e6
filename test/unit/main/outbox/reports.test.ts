import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { CachePort } from '../../../../src-main/cache/cache-port.ts';
import { readMail, readPart } from '../../../../src-main/mime/read/read-mail.ts';
import type { OutboxStore } from '../../../../src-main/outbox/outbox-store.ts';
import type { StoredItem } from '../../../../src-main/outbox/outbox-item.ts';
import { openReportStore, type ReportStore } from '../../../../src-main/outbox/reports/report-store.ts';
import { createReports, type Reports } from '../../../../src-main/outbox/reports/reports.ts';

const now = Date.UTC(2026, 10, 21);
const ours = '<abc123@example.test>';
let directory: string;
let store: ReportStore;
let reports: Reports;
let items: Partial<StoredItem>[];
let mails: Map<string, string>;
let told: number;

async function open(): Promise<void> {
  store = await openReportStore(join(directory, 'reports.log'), now);
  told = 0;
  reports = createReports({
    store,
    outbox: { all: () => items } as unknown as OutboxStore,
    cache: {
      call: (method: string) =>
        Promise.resolve(
          method === 'folders'
            ? [{ folderId: 'f1', role: 'inbox' }]
            : method === 'rows'
              ? [{ date: new Date(now).toISOString() }]
              : {
                  rows: [...mails].map(([messageId, text]) => ({
                    messageId,
                    subject: /^Subject: (.*)$/m.exec(text)?.[1] ?? '',
                    from: [{ name: '', address: /^From: (.*)$/m.exec(text)?.[1] ?? '' }],
                    date: new Date(now).toISOString(),
                  })),
                },
        ),
    } as unknown as CachePort,
    rawOf: (messageId) => Promise.resolve(Buffer.from((mails.get(messageId) ?? '').replaceAll('\n', '\r\n'))),
    read: (bytes) => Promise.resolve(readMail(bytes)),
    part: (bytes, partId) => Promise.resolve(readPart(bytes, partId)),
    onReport: () => (told += 1),
    log: (_level, message, detail) => {
      throw new Error(`${message} ${JSON.stringify(detail)}`);
    },
  });
}

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'reports-'));
  mails = new Map();
  items = [
    {
      messageIdHeader: ours,
      envelopeId: 'ph0a1b',
      accountId: 'a1',
      sentAt: now - 60_000,
      finalDot: false,
      recipients: ['bob@example.test', 'cat@example.test'].map((address) => ({
        address,
        state: 'accepted',
        reply: null,
      })),
    },
  ];
  await open();
});
afterEach(async () => {
  await store.close();
  await rm(directory, { recursive: true });
});

const dsn = (given: {
  envid?: string;
  original?: string;
  final?: string;
  action?: string;
  status?: string;
  diagnostic?: string;
  quoted?: string;
  from?: string;
}): string => `From: ${given.from ?? 'MAILER-DAEMON@mx.example.test'}
To: ann@example.test
Subject: Undelivered Mail Returned to Sender
Message-ID: <dsn1@mx.example.test>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b1"

--b1
Content-Type: text/plain

I'm sorry to have to inform you.
--b1
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.test
${given.envid === undefined ? '' : `Original-Envelope-Id: ${given.envid}\n`}
${given.original === undefined ? '' : `Original-Recipient: rfc822;${given.original}\n`}Final-Recipient: rfc822; ${given.final ?? 'bob@example.test'}
Action: ${given.action ?? 'failed'}
Status: ${given.status ?? '5.1.1'}
Diagnostic-Code: smtp; ${given.diagnostic ?? '550 5.1.1 <bob@example.test> User\n    unknown'}

--b1
Content-Type: text/rfc822-headers

Subject: Hello
Message-ID: ${given.quoted ?? ours}
--b1--
`;

describe('a delivery report', () => {
  test('is matched by the envelope id first, and says why in a sentence', async () => {
    mails.set('m1', dsn({ envid: 'ph0a1b', original: 'bob@example.test', quoted: '<other@example.test>' }));
    await reports.look('a1');
    expect(reports.of(ours)).toEqual([
      {
        state: 'reported',
        address: 'bob@example.test',
        recipient: 'bob@example.test',
        action: 'failed',
        status: '5.1.1',
        detail:
          'Could not be delivered to bob@example.test because there is no such mailbox. The server says: 550 5.1.1 <bob@example.test> User unknown',
        at: new Date(now).toISOString(),
        reportMessageId: 'm1',
        proof: 'envelope-id',
      },
    ]);
    expect(told).toBe(1);
  });

  test('is matched by the Message-ID of the quoted header, and survives a restart, once', async () => {
    mails.set('m1', dsn({}));
    await reports.look('a1');
    expect(reports.of(ours)).toMatchObject([{ proof: 'message-id', recipient: 'bob@example.test' }]);
    await store.close();
    // Sent mails leave the outbox after 7 days; what was noted of them does not need it.
    items = [];
    await open();
    await reports.look('a1');
    expect(reports.of(ours)).toHaveLength(1);
    mails.set('m2', dsn({ action: 'delayed', final: 'cat@example.test', status: '4.4.1', diagnostic: 'x' }));
    await reports.look('a1');
    expect(reports.of(ours).map((report) => [report.recipient, report.action])).toEqual([
      ['bob@example.test', 'failed'],
      ['cat@example.test', 'delayed'],
    ]);
  });

  test('that names a mail we did not send is noted nowhere', async () => {
    mails.set('m1', dsn({ envid: 'ph9999', quoted: '<theirs@evil.test>' }));
    await reports.look('a1');
    expect(reports.of(ours)).toEqual([]);
    expect(reports.of('<theirs@evil.test>')).toEqual([]);
    expect(told).toBe(0);
  });

  test('about somebody who was no recipient speaks of none of them', async () => {
    mails.set('m1', dsn({ final: 'boss@evil.test', diagnostic: '550 pay\u202e here' }));
    await reports.look('a1');
    expect(reports.of(ours)).toMatchObject([{ recipient: null, address: 'boss@evil.test' }]);
    expect(reports.of(ours)[0]?.detail).not.toMatch(/\p{Cf}/u);
  });

  test('of a forwarded address is told by ORCPT', async () => {
    mails.set('m1', dsn({ original: 'cat@example.test', final: 'cat@elsewhere.test', action: 'delivered' }));
    await reports.look('a1');
    expect(reports.of(ours)).toMatchObject([{ recipient: 'cat@example.test', action: 'delivered' }]);
  });
});

test('a read receipt is the result for who sent it', async () => {
  mails.set(
    'm1',
    `From: cat@example.test
To: ann@example.test
Subject: Read: Hello
MIME-Version: 1.0
Content-Type: multipart/report; report-type=disposition-notification; boundary="b1"

--b1

It was read.
--b1
Content-Type: message/disposition-notification

Final-Recipient: rfc822;cat@example.test
Original-Message-ID: ${ours}
Disposition: manual-action/MDN-sent-manually; displayed
--b1--
`,
  );
  await reports.look('a1');
  expect(reports.of(ours)).toMatchObject([
    { recipient: 'cat@example.test', action: 'read', detail: 'cat@example.test opened this mail.' },
  ]);
  await store.close();
  await open();
  expect(reports.of(ours)).toHaveLength(1);
});

describe('a bounce without a machine’s part', () => {
  test.each([
    [
      'qmail',
      'failure notice',
      `Hi. This is the qmail-send program at example.test.
I'm afraid I wasn't able to deliver your message to the following addresses.

<cat@example.test>:
Sorry, no mailbox here by that name. (#5.1.1)

--- Below this line is a copy of the message.

Message-ID: ${ours}
To: bob@example.test, cat@example.test
`,
      { recipient: 'cat@example.test', action: 'failed', status: '5.1.1' },
    ],
    [
      'a delay',
      'Warning: message delayed 24 hours: Delivery Status',
      `A message that you sent has not yet been delivered to:

  bob@example.test
    host mx.example.test: 450 4.2.0 greylisted

No action is required on your part; delivery will continue. Message identifier ${ours}
`,
      { recipient: 'bob@example.test', action: 'delayed', status: '4.2.0' },
    ],
  ])('%s is matched by the Message-ID that it quotes', async (_name, subject, text, expected) => {
    mails.set(
      'm1',
      `From: MAILER-DAEMON@example.test\nSubject: ${subject}\nMessage-ID: <n@x.test>\n\n${text}`,
    );
    await reports.look('a1');
    expect(reports.of(ours)).toMatchObject([{ ...expected, proof: 'message-id' }]);
  });

  test('an answer that quotes the Message-ID is none', async () => {
    mails.set(
      'm1',
      `From: bob@example.test\nSubject: Re: Hello\nIn-Reply-To: ${ours}\n\nbob@example.test 550 no\n`,
    );
    mails.set('m2', `From: bob@example.test\nSubject: Out of office\nIn-Reply-To: ${ours}\n\nI am away.\n`);
    await reports.look('a1');
    expect(reports.of(ours)).toEqual([]);
  });
});
