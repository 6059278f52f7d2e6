import { afterAll, beforeAll, expect, test } from 'vitest';
import { startDovecot, type Dovecot } from '../../src-main/demo/dovecot.ts';
import { startLocalSubmission, type LocalSubmission } from '../../src-main/demo/local-delivery.ts';
import { readMail, readPart } from '../../src-main/mime/read/read-mail.ts';
import type { FullMessage } from '../../src-shared/ipc/areas/mail.ts';
import { requestLines } from '../harness/calendar-lines.ts';
import { until, type Headless } from '../harness/headless.ts';
import { folderNamed, Profile, rowsOf } from './sync-world.ts';

/** Answers of one click, from the click to the bytes that the server takes. */
let dovecot: Dovecot;
let submission: LocalSubmission;
const profile = new Profile([]);
let posthorn: Headless;
let accountId: string;

beforeAll(async () => {
  dovecot = await startDovecot({
    users: ['ann', 'bob'].map((name) => ({ name, password: 'secret' })),
    defaultQuota: '100M',
  });
  submission = await startLocalSubmission(dovecot);
  posthorn = profile.start(['--extra-ca', dovecot.ca]);
  const server = { host: 'localhost', username: 'bob', password: 'secret' };
  ({ accountId } = await posthorn.call('account.add', {
    address: 'bob@example.test',
    name: 'Bob Öz',
    mode: 'disconnected',
    incoming: { ...server, protocol: 'imap', port: dovecot.imapsPort, tls: 'implicit' },
    outgoing: { ...server, port: submission.smtpPort, tls: 'starttls' },
  }));
});
afterAll(async () => {
  await profile.remove();
  await submission.stop();
  await dovecot.stop();
});

/** Puts a mail into Bob's inbox as it stands, and opens it. */
async function arrives(lines: readonly string[]): Promise<FullMessage> {
  await dovecot.doveadm(['save', '-u', 'bob', '-m', 'INBOX'], Buffer.from(lines.join('\r\n')));
  const id = lines.find((line) => line.startsWith('Message-ID: '))?.slice(12) ?? '';
  return await until(async () => {
    await posthorn.call('sync.run', { accountId, bodies: 'all' });
    const inbox = await folderNamed(posthorn, accountId, 'INBOX');
    const row = (await rowsOf(posthorn, inbox.folderId)).find((one) => one.messageIdHeader === id);
    return row === undefined ? null : await posthorn.call('message.get', { messageId: row.messageId });
  }, 'the mail');
}
const again = ({ messageId }: FullMessage): Promise<FullMessage> =>
  posthorn.call('message.get', { messageId });

const invitation = (sequence: number): string[] => [
  'From: Ann <ann@example.test>',
  'To: bob@example.test',
  'Subject: Proofs',
  `Message-ID: <inv${sequence}@example.test>`,
  'Date: Mon, 16 Nov 2026 10:00:00 +0000',
  'MIME-Version: 1.0',
  'Content-Type: multipart/alternative; boundary=b',
  '',
  '--b',
  '',
  'Come, please.',
  '--b',
  'Content-Type: text/calendar; charset=utf-8; method=REQUEST',
  '',
  ...requestLines('event-1@example.test', sequence, [
    'SUMMARY:Proofs\\, third round',
    'ORGANIZER;CN=Ann:mailto:ann@example.test',
    'ATTENDEE;CN=Bob;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:Bob@example.test',
  ]),
  '--b--',
  '',
];

test('an answer to an invitation waits without network, then arrives byte-right, and is remembered', async () => {
  const mail = await arrives(invitation(0));
  expect(mail.invitation).toMatchObject({ method: 'request', uid: 'event-1@example.test' });
  expect(mail.invitationAnswer).toEqual({
    as: 'Bob@example.test',
    invited: true,
    to: 'ann@example.test',
    answer: null,
    answeredAt: null,
    since: 'same',
  });
  // Nothing goes unasked.
  expect(await posthorn.call('outbox.list', { all: true })).toEqual([]);
  await posthorn.call('connectivity.set', { online: false });
  const { messageId } = mail;
  // Taken back while it can be: nothing was answered, and no draft is left of it.
  const first = await posthorn.call('message.answerInvitation', {
    messageId,
    answer: 'accept',
    undoSeconds: 60,
  });
  expect((await again(mail)).invitationAnswer).toMatchObject({ answer: 'accept' });
  expect(await posthorn.call('outbox.cancel', first)).toEqual({ draftId: null });
  expect((await again(mail)).invitationAnswer).toMatchObject({ answer: null });
  expect(await posthorn.call('draft.list')).toEqual([]);

  const { outboxId } = await posthorn.call('message.answerInvitation', { messageId, answer: 'tentative' });
  await posthorn.kill();
  posthorn = profile.start(['--extra-ca', dovecot.ca]);
  expect(await posthorn.call('outbox.list')).toMatchObject([{ outboxId, state: 'queued' }]);
  await posthorn.call('connectivity.set', { online: true });
  const taken = await until(
    () =>
      Promise.resolve(
        submission.taken.find(
          ({ bytes }) => bytes.includes('METHOD:REPLY') || bytes.includes('text/calendar'),
        ),
      ),
    'the answer',
  );
  expect(taken.from).toBe('bob@example.test');
  expect(taken.to).toEqual(['ann@example.test']);
  const read = readMail(taken.bytes);
  expect(read.subject).toBe('Maybe: Proofs, third round');
  expect(read.inReplyTo).toBe('<inv0@example.test>');
  expect(read.tree.contentType).toBe('multipart/alternative');
  expect(read.tree.children.map(({ contentType }) => contentType)).toEqual(['text/plain', 'text/calendar']);
  expect(taken.bytes.toString()).toMatch(/Content-Type: text\/calendar; charset=utf-8; method=REPLY\r\n/);
  const calendar = Buffer.from(readPart(taken.bytes, '2') ?? []).toString();
  expect(calendar.replace(/DTSTAMP:\d{8}T\d{6}Z/, 'DTSTAMP:now').split('\r\n')).toEqual([
    'BEGIN:VCALENDAR',
    'PRODID:-//Posthorn//Posthorn//EN',
    'VERSION:2.0',
    'METHOD:REPLY',
    'BEGIN:VTIMEZONE',
    'TZID:Europe/Berlin',
    'BEGIN:STANDARD',
    'DTSTART:19701025T030000',
    'TZOFFSETFROM:+0200',
    'TZOFFSETTO:+0100',
    'RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10',
    'END:STANDARD',
    'END:VTIMEZONE',
    'BEGIN:VEVENT',
    'UID:event-1@example.test',
    'SEQUENCE:0',
    'DTSTART;TZID=Europe/Berlin:20261124T150000',
    'DTEND;TZID=Europe/Berlin:20261124T160000',
    'SUMMARY:Proofs\\, third round',
    'ORGANIZER;CN=Ann:mailto:ann@example.test',
    'DTSTAMP:now',
    'ATTENDEE;PARTSTAT=TENTATIVE;CN="Bob Öz":mailto:Bob@example.test',
    'END:VEVENT',
    'END:VCALENDAR',
    '',
  ]);
  expect((await again(mail)).invitationAnswer).toMatchObject({ answer: 'tentative', since: 'same' });
  const update = await arrives(invitation(1));
  expect(update.invitation?.sentence).toBe('Ann changed this event.');
  expect(update.invitationAnswer).toMatchObject({ answer: 'tentative', since: 'changed' });
  // Taken back, the answer before it holds again.
  const second = await posthorn.call('message.answerInvitation', {
    messageId: update.messageId,
    answer: 'decline',
    undoSeconds: 60,
  });
  expect((await again(update)).invitationAnswer).toMatchObject({ answer: 'decline', since: 'same' });
  await posthorn.call('outbox.cancel', { outboxId: second.outboxId });
  expect((await again(update)).invitationAnswer).toMatchObject({ answer: 'tentative', since: 'changed' });
});

const asking = (name: string, more: readonly string[] = ['Return-Path: <ann@example.test>']): string[] => [
  ...more,
  'From: Ann <ann@example.test>',
  'To: bob@example.test',
  `Subject: ${name}`,
  `Message-ID: <${name}@example.test>`,
  'Date: Mon, 16 Nov 2026 10:00:00 +0000',
  'Disposition-Notification-To: Ann <ann@example.test>',
  '',
  'Have you seen this?',
  '',
];

test('a receipt is asked for once, goes with an empty sender in the form of RFC 8098, and is never sent unasked', async () => {
  const mail = await arrives(asking('seen'));
  expect(mail.receiptWish).toEqual({
    to: ['ann@example.test'],
    sentence: 'Ann asks to be told that you read this.',
    warning: null,
  });
  const { messageId } = mail;
  const first = await posthorn.call('message.answerReceipt', { messageId, send: true, undoSeconds: 60 });
  expect((await again(mail)).receiptWish).toBeNull();
  expect(await posthorn.call('outbox.cancel', { outboxId: first.outboxId ?? '' })).toEqual({ draftId: null });
  expect((await again(mail)).receiptWish).not.toBeNull();
  await posthorn.call('message.answerReceipt', { messageId, send: true });
  const taken = await until(
    () => Promise.resolve(submission.taken.find(({ bytes }) => bytes.includes('disposition-notification'))),
    'the receipt',
  );
  expect(taken.from).toBe('');
  expect(taken.to).toEqual(['ann@example.test']);
  expect(taken.bytes.toString()).toMatch(
    /Content-Type: multipart\/report; report-type=disposition-notification;\s+boundary=/,
  );
  expect(
    Buffer.from(readPart(taken.bytes, '2') ?? [])
      .toString()
      .trimEnd()
      .split('\r\n'),
  ).toEqual([
    'Final-Recipient: rfc822;bob@example.test',
    'Original-Message-ID: <seen@example.test>',
    'Disposition: manual-action/MDN-sent-manually; displayed',
  ]);
  expect(readMail(taken.bytes).report).toMatchObject({
    kind: 'receipt',
    about: '<seen@example.test>',
    recipients: [{ address: 'bob@example.test', action: 'read' }],
  });
  await expect(posthorn.call('message.answerReceipt', { messageId, send: true })).rejects.toThrow(
    /decided already/,
  );
  await until(async () => {
    await posthorn.call('sync.run', { accountId });
    const flags = await dovecot.doveadm([
      'fetch',
      '-u',
      'bob',
      'flags',
      'mailbox',
      'INBOX',
      'HEADER',
      'Message-ID',
      '<seen@example.test>',
    ]);
    return flags.toString().includes('$MDNSent');
  }, '$MDNSent on the server');
  expect(submission.taken.filter(({ bytes }) => bytes.includes('disposition-notification'))).toHaveLength(1);

  const declined = await arrives(asking('declined', []));
  expect(declined.receiptWish?.warning).toContain('did not note where the message came from');
  expect(
    await posthorn.call('message.answerReceipt', { messageId: declined.messageId, send: false }),
  ).toEqual({ outboxId: null });
  expect((await again(declined)).receiptWish).toBeNull();
  expect(await posthorn.call('outbox.list')).toEqual([]);
});
