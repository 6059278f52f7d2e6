import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { startDovecot, type Dovecot } from '../../src-main/demo/dovecot.ts';
import { startLocalSubmission, type LocalSubmission } from '../../src-main/demo/local-delivery.ts';
import type { DeliveryReport, OutboxItem } from '../../src-shared/ipc/areas/sending.ts';
import type { Params } from '../../src-shared/ipc/contract.ts';
import { until, type Headless } from '../harness/headless.ts';
import { postfixMissing, startPostfix, type Postfix } from '../servers/postfix.ts';
import { RawImap } from '../servers/raw-imap.ts';
import { folderNamed, Profile, rowsOf, settled } from './sync-world.ts';

/** The outbox to the end of days, in the whole program: later, never twice, and what comes back. */
let dovecot: Dovecot;
let plain: LocalSubmission;
let filing: LocalSubmission;
let postfix: Postfix | null = null;
let plainRules: LocalSubmission['script'];
let filingRules: LocalSubmission['script'];
const profile = new Profile([]);
let posthorn: Headless;
const noPostfix = postfixMissing();
if (noPostfix !== undefined) console.log(`Postfix tests skipped: ${noPostfix}`);

const flags = (): string[] => ['--extra-ca', dovecot.ca];

beforeAll(async () => {
  dovecot = await startDovecot({
    users: [
      ...['ann', 'pat', 'fil', 'bob', 'eve'].map((name) => ({ name, password: 'secret' })),
      { name: 'tiny', password: 'secret', quota: '100k' },
    ],
    defaultQuota: '100M',
  });
  plain = await startLocalSubmission(dovecot);
  plainRules = plain.script;
  filing = await startLocalSubmission(dovecot, { filesSent: true });
  filingRules = filing.script;
  if (noPostfix === undefined) postfix = await startPostfix(dovecot);
  posthorn = profile.start(flags());
});
afterAll(async () => {
  await profile.remove();
  await plain.stop();
  await filing.stop();
  await postfix?.stop();
  await dovecot.stop();
});
afterEach(() => {
  plain.script = plainRules;
  filing.script = filingRules;
});

const accounts = new Map<string, string>();
async function account(user: string, smtpPort: number): Promise<string> {
  const known = accounts.get(user);
  if (known !== undefined) return known;
  const server = { host: 'localhost', username: user, password: 'secret' };
  const { accountId } = await posthorn.call('account.add', {
    address: `${user}@example.test`,
    mode: 'disconnected',
    incoming: { ...server, protocol: 'imap', port: dovecot.imapsPort, tls: 'implicit' },
    outgoing: { ...server, port: smtpPort, tls: 'starttls' },
  });
  accounts.set(user, accountId);
  await posthorn.call('sync.run', { accountId });
  return accountId;
}
const ann = (): Promise<string> => account('ann', plain.smtpPort);

async function restarted(): Promise<void> {
  await posthorn.kill();
  posthorn = profile.start(flags());
}

async function inFolder(user: string, folder: string, messageIdHeader: string): Promise<Buffer[]> {
  const raw = await RawImap.open({ port: dovecot.imapPort, user, password: 'secret' });
  try {
    return (await raw.messages(folder))
      .filter((message) => message.messageId === messageIdHeader)
      .map((message) => message.bytes);
  } finally {
    await raw.close();
  }
}

async function itemOf(outboxId: string): Promise<OutboxItem> {
  const found = (await posthorn.call('outbox.list', { all: true })).find(
    (item) => item.outboxId === outboxId,
  );
  if (found === undefined) throw new Error('not in the outbox');
  return found;
}
const becomes = (outboxId: string, state: OutboxItem['state']): Promise<boolean> =>
  // A second try on a busy computer took 12 to 30 s.
  until(async () => (await itemOf(outboxId)).state === state, `${outboxId} becomes ${state}`, 90_000);
const send = (params: Params<'message.send'>) => posthorn.call('message.send', params);
const takenBy = (submission: LocalSubmission, id: string) =>
  submission.taken.filter((mail) => mail.bytes.includes(id));

async function sentRow(accountId: string, messageIdHeader: string): Promise<string> {
  return await until(async () => {
    await posthorn.call('sync.run', { accountId });
    const sent = await folderNamed(posthorn, accountId, 'Sent');
    return (await rowsOf(posthorn, sent.folderId)).find((row) => row.messageIdHeader === messageIdHeader)
      ?.messageId;
  }, 'the copy in Sent');
}

async function reports(accountId: string, messageId: string, atLeast = 1): Promise<DeliveryReport[]> {
  return await until(async () => {
    await posthorn.call('sync.run', { accountId });
    const found = await posthorn.call('message.reportsFor', { messageId });
    return found.length >= atLeast ? found : null;
  }, 'a report');
}

describe('send later', () => {
  test('waits through a kill, goes once at its time with that date', async () => {
    const accountId = await ann();
    const sendAt = new Date(Math.ceil(Date.now() / 1000) * 1000 + 3_600_000);
    const { outboxId, messageIdHeader } = await send({
      accountId,
      to: 'bob@example.test',
      subject: 'later',
      text: 'x',
      sendAt: sendAt.toISOString(),
    });
    await restarted();
    await posthorn.call('sync.run');
    expect(await itemOf(outboxId)).toMatchObject({ state: 'scheduled', sendAt: sendAt.toISOString() });
    expect(takenBy(plain, messageIdHeader)).toEqual([]);
    await posthorn.call('test.clock', { advanceMs: 8 * 3_600_000 });
    await becomes(outboxId, 'sent');
    await restarted();
    await posthorn.call('test.clock', { advanceMs: 8 * 3_600_000 });
    // A connection under way had no answer for eight hours: it is made anew, after a rest.
    await settled(posthorn, accountId, 60_000);
    const [mail, ...more] = takenBy(plain, messageIdHeader);
    expect(more).toEqual([]);
    expect(mail?.bytes.toString()).toContain(`Date: ${sendAt.toUTCString().replace('GMT', '+0000')}\r\n`);
    expect(await inFolder('ann', 'Sent', messageIdHeader)).toHaveLength(1);
  });

  test('taken back, it is a draft that can be edited and scheduled anew', async () => {
    // Its clock stands where this one does again.
    await restarted();
    const accountId = await ann();
    const sendAt = new Date(Date.now() + 3_600_000).toISOString();
    const first = await send({ accountId, to: 'bob@example.test', subject: 'plan', text: 'one', sendAt });
    const { draftId: kept } = await posthorn.call('outbox.cancel', { outboxId: first.outboxId });
    const draftId = kept ?? '';
    const second = await send({ draftId, accountId, text: 'two', sendAt });
    expect(await itemOf(second.outboxId)).toMatchObject({ state: 'scheduled' });
    await posthorn.call('outbox.retry', { outboxId: second.outboxId });
    await becomes(second.outboxId, 'sent');
    const taken = plain.taken.filter((mail) => mail.bytes.includes('Subject: plan\r\n'));
    expect(taken.map((mail) => mail.bytes.toString().split('\r\n\r\n')[1]?.trim())).toEqual(['two']);
  });
});

describe('never twice', () => {
  test('case 70: a draft that is sent by two clicks goes once', async () => {
    const accountId = await ann();
    const { draftId } = await posthorn.call('draft.save', {
      accountId,
      to: 'bob@example.test',
      subject: 'double click',
      text: 'x',
    });
    const results = await Promise.allSettled([1, 2, 3].map(() => send({ draftId, accountId })));
    expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(1);
    await posthorn.call('sync.run', { accountId });
    await expect(send({ draftId, accountId })).rejects.toThrow();
    expect(plain.taken.filter((mail) => mail.bytes.includes('Subject: double click'))).toHaveLength(1);
  });

  test('case 65: an unknown end is settled by the server’s own copy in Sent, without asking', async () => {
    const accountId = await account('fil', filing.smtpPort);
    filing.script = { ...filingRules, afterData: () => 'cut-after-taking' };
    const { outboxId, messageIdHeader } = await send({
      accountId,
      to: 'bob@example.test',
      subject: 'cut',
      text: 'x',
    });
    await becomes(outboxId, 'unknown');
    await posthorn.call('sync.run', { accountId });
    await becomes(outboxId, 'sent');
    await posthorn.call('sync.run', { accountId });
    expect(takenBy(filing, messageIdHeader)).toHaveLength(1);
    expect(await inFolder('fil', 'Sent', messageIdHeader)).toHaveLength(1);
  });

  test('case 65: without a copy there it is asked, and never sent again by itself', async () => {
    const accountId = await ann();
    plain.script = { ...plainRules, afterData: () => 'cut-after-taking' };
    const { outboxId, messageIdHeader } = await send({
      accountId,
      to: 'bob@example.test',
      subject: 'cut too',
      text: 'x',
    });
    await becomes(outboxId, 'unknown');
    plain.script = plainRules;
    await restarted();
    for (let hour = 0; hour < 3; hour += 1) {
      await posthorn.call('test.clock', { advanceMs: 3_600_000 });
      await posthorn.call('sync.run', { accountId });
    }
    expect(await itemOf(outboxId)).toMatchObject({ state: 'unknown', error: { code: 'outcome-unknown' } });
    expect(takenBy(plain, messageIdHeader)).toHaveLength(1);
    // Another program of the same user files it meanwhile: that is an answer.
    const raw = await RawImap.open({ port: dovecot.imapPort, user: 'ann', password: 'secret' });
    await raw.append('Sent', takenBy(plain, messageIdHeader)[0]?.bytes ?? '');
    await raw.close();
    await posthorn.call('sync.run', { accountId });
    await becomes(outboxId, 'sent');
    await posthorn.call('sync.run', { accountId });
    expect(takenBy(plain, messageIdHeader)).toHaveLength(1);
    expect(await inFolder('ann', 'Sent', messageIdHeader)).toHaveLength(1);
  });

  test('case 66 and R15: a mail put off goes again with the same bytes, to those alone who lack it', async () => {
    const accountId = await ann();
    let tries = 0;
    plain.script = {
      ...plainRules,
      onRecipient: (address) =>
        address.startsWith('eve') && tries++ === 0 ? { code: 451, text: '4.7.1 greylisted' } : undefined,
    };
    const { outboxId, messageIdHeader } = await send({
      accountId,
      to: ['bob@example.test', 'eve@example.test'],
      subject: 'greylisted',
      text: 'x',
    });
    await until(async () => (await itemOf(outboxId)).tries === 1, 'the first try');
    expect((await itemOf(outboxId)).recipients).toMatchObject([
      { state: 'accepted' },
      { state: 'deferred', detail: expect.stringContaining('451 4.7.1 greylisted') as string },
    ]);
    await restarted();
    await posthorn.call('test.clock', { advanceMs: 60_000 });
    await becomes(outboxId, 'sent');
    const taken = takenBy(plain, messageIdHeader);
    expect(taken.map((mail) => mail.to)).toEqual([['bob@example.test'], ['eve@example.test']]);
    expect(taken[0]?.bytes.equals(taken[1]?.bytes ?? Buffer.alloc(0))).toBe(true);
    await settled(posthorn, accountId, 60_000);
    expect(await inFolder('ann', 'Sent', messageIdHeader)).toHaveLength(1);
  });
});

describe('the copy in Sent', () => {
  test('case 69: a server that files by itself leaves one, whatever the account is set to', async () => {
    const accountId = await account('fil', filing.smtpPort);
    for (const sentCopy of ['append', 'server'] as const) {
      await posthorn.call('account.update', { accountId, sentCopy });
      await posthorn.call('sync.run', { accountId });
      const { outboxId, messageIdHeader } = await send({
        accountId,
        to: 'bob@example.test',
        subject: `filed by ${sentCopy}`,
        text: 'x',
      });
      await becomes(outboxId, 'sent');
      await posthorn.call('test.clock', { advanceMs: 11 * 60_000 });
      await posthorn.call('sync.run', { accountId });
      await posthorn.call('sync.run', { accountId });
      expect(await posthorn.call('journal.list', { accountId })).toEqual([]);
      expect(await inFolder('fil', 'Sent', messageIdHeader)).toHaveLength(1);
    }
  });

  test('a server that should file it and does not is given ten minutes', async () => {
    const accountId = await ann();
    await posthorn.call('account.update', { accountId, sentCopy: 'server' });
    await posthorn.call('sync.run', { accountId });
    const { outboxId, messageIdHeader } = await send({
      accountId,
      to: 'bob@example.test',
      subject: 'not filed',
      text: 'x',
    });
    await becomes(outboxId, 'sent');
    await posthorn.call('sync.run', { accountId });
    expect(await inFolder('ann', 'Sent', messageIdHeader)).toEqual([]);
    await posthorn.call('test.clock', { advanceMs: 10 * 60_000 + 1 });
    await until(async () => (await inFolder('ann', 'Sent', messageIdHeader)).length === 1, 'filed from here');
    await posthorn.call('account.update', { accountId, sentCopy: 'append' });
  });

  test('case 68 and R16: refused by a full mailbox it is kept, shown, and filed when there is room; sent once', async () => {
    const accountId = await account('tiny', plain.smtpPort);
    const raw = await RawImap.open({ port: dovecot.imapPort, user: 'tiny', password: 'secret' });
    await raw.append('INBOX', `Subject: big\r\n\r\n${'x'.repeat(90_000)}\r\n`);
    const { outboxId, messageIdHeader } = await send({
      accountId,
      to: 'bob@example.test',
      subject: 'no room',
      text: 'y'.repeat(20_000),
    });
    await becomes(outboxId, 'sent');
    const parked = await until(
      async () => (await posthorn.call('journal.list', { accountId })).find((op) => op.state === 'parked'),
      'the copy is refused',
    );
    expect(parked).toMatchObject({ kind: 'append', error: { code: 'quota' } });
    await posthorn.call('test.clock', { advanceMs: 3_600_001 });
    await posthorn.call('sync.run', { accountId });
    expect(await posthorn.call('journal.list', { accountId })).toMatchObject([{ state: 'parked' }]);
    await raw.select('INBOX');
    await raw.ok('UID STORE 1:* +FLAGS (\\Deleted)');
    await raw.ok('EXPUNGE');
    await raw.close();
    await posthorn.call('test.clock', { advanceMs: 3_600_001 });
    await until(
      async () => (await inFolder('tiny', 'Sent', messageIdHeader)).length === 1,
      'the copy is filed',
    );
    await posthorn.call('sync.run', { accountId });
    expect(await posthorn.call('journal.list', { accountId })).toEqual([]);
    expect(takenBy(plain, messageIdHeader)).toHaveLength(1);
  });
});

describe('attachments', () => {
  test('are taken in when they are attached: a file that vanishes afterwards is sent all the same', async () => {
    const accountId = await ann();
    const dir = mkdtempSync(join(tmpdir(), 'posthorn-attach-'));
    const file = join(dir, 'report.txt');
    writeFileSync(file, 'as it was');
    const { draftId } = await posthorn.call('draft.save', {
      accountId,
      to: 'bob@example.test',
      subject: 'with a file',
      attachments: [{ file }],
    });
    rmSync(dir, { recursive: true });
    const { outboxId, messageIdHeader } = await send({ draftId, accountId });
    await becomes(outboxId, 'sent');
    expect(takenBy(plain, messageIdHeader)[0]?.bytes.toString()).toContain(
      Buffer.from('as it was').toString('base64'),
    );
    await expect(
      send({ accountId, to: 'bob@example.test', subject: 'gone', attachments: [{ file }] }),
    ).rejects.toMatchObject({
      data: { detail: expect.stringContaining('report.txt cannot be read') as string },
    });
    expect((await posthorn.call('outbox.list')).some((item) => item.subject === 'gone')).toBe(false);
  });

  test('a message forwarded whole arrives with every byte', async () => {
    const accountId = await ann();
    const original = `From: bob@example.test\r\nTo: ann@example.test\r\nSubject: =?utf-8?q?odd?=\r\nMessage-ID: <whole@example.test>\r\nX-Odd:  two  blanks\r\n\r\n.dot\r\nFrom here\r\n\r\n`;
    await dovecot.deliver('ann@example.test', original);
    await posthorn.call('sync.run', { accountId, bodies: 'all' });
    const inbox = await folderNamed(posthorn, accountId, 'INBOX');
    const row = (await rowsOf(posthorn, inbox.folderId)).find(
      (one) => one.messageIdHeader === '<whole@example.test>',
    );
    const given = await posthorn.call('message.source', { messageId: row?.messageId ?? '' });
    const source = Buffer.from('base64' in given ? given.base64 : '', 'base64');
    expect(source.length).toBeGreaterThan(100);
    const { outboxId, messageIdHeader } = await send({
      accountId,
      to: 'bob@example.test',
      subject: 'Fwd: odd',
      text: 'see',
      attachments: [{ messageId: row?.messageId ?? '' }],
    });
    await becomes(outboxId, 'sent');
    const bytes = takenBy(plain, messageIdHeader)[0]?.bytes ?? Buffer.alloc(0);
    expect(bytes.toString()).toContain('Content-Type: message/rfc822');
    expect(bytes.includes(source)).toBe(true);
  });
});

describe('what comes back', () => {
  test('a report of a server that knows no DSN is matched by the Message-ID', async () => {
    const accountId = await ann();
    // LMTP refuses it for a full mailbox after the server took it.
    const { outboxId, messageIdHeader } = await send({
      accountId,
      to: ['tiny@example.test', 'bob@example.test'],
      subject: 'too much',
      text: 'z'.repeat(120_000),
    });
    await becomes(outboxId, 'sent');
    const messageId = await sentRow(accountId, messageIdHeader);
    const [report] = await reports(accountId, messageId);
    expect(report).toMatchObject({
      state: 'reported',
      recipient: 'tiny@example.test',
      action: 'failed',
      proof: 'message-id',
      detail: expect.stringMatching(
        /^Could not be delivered to tiny@example\.test because .*quota/i,
      ) as string,
    });
    expect(await itemOf(outboxId)).toMatchObject({
      state: 'sent',
      recipients: [
        { address: 'tiny@example.test', state: 'accepted', report: { action: 'failed' } },
        { address: 'bob@example.test', state: 'accepted', report: null },
      ],
    });
    await restarted();
    expect(await posthorn.call('message.reportsFor', { messageId })).toEqual([report]);
    // The mail that came back leads to the mail that it speaks of; that one reports nothing itself.
    expect(await posthorn.call('message.reportsIn', { messageId: report?.reportMessageId ?? '' })).toEqual([
      { report, sent: { messageId, subject: 'too much' } },
    ]);
    expect(await posthorn.call('message.reportsIn', { messageId })).toEqual([]);
  });

  test('a forged report changes nothing: noted beside a mail of ours, nowhere for one that is not', async () => {
    const accountId = await ann();
    const { outboxId, messageIdHeader } = await send({
      accountId,
      to: 'bob@example.test',
      subject: 'target',
      text: 'x',
    });
    await becomes(outboxId, 'sent');
    const forged = (id: string, n: number): string =>
      `From: MAILER-DAEMON@evil.test\r\nTo: ann@example.test\r\nSubject: Undelivered\r\nMessage-ID: <forged${n}@evil.test>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n--b\r\n\r\nno\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\nOriginal-Envelope-Id: guessed\r\n\r\nFinal-Recipient: rfc822; bob@example.test\r\nAction: failed\r\nStatus: 5.0.0\r\n\r\n--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: ${id}\r\n\r\n--b--\r\n`;
    await dovecot.deliver('ann@example.test', forged('<never@example.test>', 1));
    await dovecot.deliver('ann@example.test', forged(messageIdHeader, 2));
    const messageId = await sentRow(accountId, messageIdHeader);
    expect(await reports(accountId, messageId)).toMatchObject([{ state: 'reported', proof: 'message-id' }]);
    expect(await itemOf(outboxId)).toMatchObject({
      state: 'sent',
      recipients: [{ state: 'accepted' }],
      tries: 1,
    });
    const all = await posthorn.call('outbox.list', { all: true });
    expect(all.some((item) => item.messageIdHeader === '<never@example.test>')).toBe(false);
  });

  test.skipIf(noPostfix !== undefined)(
    'Postfix reports by the envelope id: what failed, what arrived; and nothing when it is told so',
    async () => {
      const accountId = await account('pat', postfix?.submissionPort ?? 0);
      const failed = await send({ accountId, to: 'nobody@example.test', subject: 'to nobody', text: 'x' });
      await becomes(failed.outboxId, 'sent');
      const [report] = await reports(accountId, await sentRow(accountId, failed.messageIdHeader));
      expect(report).toMatchObject({
        recipient: 'nobody@example.test',
        action: 'failed',
        status: '5.1.1',
        proof: 'envelope-id',
        detail: expect.stringMatching(
          /^Could not be delivered to nobody@example\.test because there is no such mailbox\. The server says: .*550/,
        ) as string,
      });
      const arrived = await send({
        accountId,
        to: 'bob@example.test',
        subject: 'to bob',
        text: 'x',
        dsn: 'delivery',
      });
      await becomes(arrived.outboxId, 'sent');
      expect(await reports(accountId, await sentRow(accountId, arrived.messageIdHeader))).toMatchObject([
        // Dovecot's LMTP promises no report of its own: RFC 3461 calls that relayed.
        { recipient: 'bob@example.test', action: 'relayed', proof: 'envelope-id' },
      ]);
      const silent = await send({
        accountId,
        to: 'nobody@example.test',
        subject: 'to nobody, silently',
        text: 'x',
        dsn: 'never',
      });
      await becomes(silent.outboxId, 'sent');
      await until(async () => (await postfix?.queue())?.includes('is empty'), 'Postfix is done');
      const messageId = await sentRow(accountId, silent.messageIdHeader);
      expect(await posthorn.call('message.reportsFor', { messageId })).toEqual([]);
      const { lines } = await posthorn.call('test.wire');
      const names = lines.filter(({ line }) => line.startsWith('> RCPT TO:<')).map(({ line }) => line);
      expect(names.slice(-3)).toEqual([
        '> RCPT TO:<nobody@example.test> NOTIFY=FAILURE,DELAY ORCPT=rfc822;nobody@example.test',
        '> RCPT TO:<bob@example.test> NOTIFY=SUCCESS,FAILURE,DELAY ORCPT=rfc822;bob@example.test',
        '> RCPT TO:<nobody@example.test> NOTIFY=NEVER ORCPT=rfc822;nobody@example.test',
      ]);
    },
  );
});
