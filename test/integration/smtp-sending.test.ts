import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { startDovecot, type Dovecot } from '../../src-main/demo/dovecot.ts';
import { startLocalSubmission, type LocalSubmission } from '../../src-main/demo/local-delivery.ts';
import type { OutboxItem } from '../../src-shared/ipc/areas/sending.ts';
import { until, type Headless } from '../harness/headless.ts';
import { RawImap } from '../servers/raw-imap.ts';
import { folderNamed, Profile, rowsOf } from './sync-world.ts';

/** The whole program, from message.send to the recipient's mailbox and the sender's Sent folder. */
let dovecot: Dovecot;
let submission: LocalSubmission;
let rules: LocalSubmission['script'];
let profile: Profile;
let posthorn: Headless;

beforeAll(async () => {
  dovecot = await startDovecot({
    users: [
      ...['ann', 'bob', 'dot', 'eve'].map((name) => ({ name, password: 'secret' })),
      { name: 'tiny', password: 'secret', quota: '50k' },
    ],
    defaultQuota: '100M',
  });
  submission = await startLocalSubmission(dovecot);
  rules = submission.script;
});
afterAll(async () => {
  await submission.stop();
  await dovecot.stop();
});
afterEach(async () => {
  submission.script = rules;
  await profile.remove();
});

async function begin(user: string): Promise<string> {
  profile = new Profile(['--extra-ca', dovecot.ca]);
  posthorn = profile.start();
  const { accountId } = await posthorn.call('account.add', {
    address: `${user}@example.test`,
    name: 'Ann Lee',
    mode: 'disconnected',
    incoming: {
      protocol: 'imap',
      host: 'localhost',
      port: dovecot.imapsPort,
      tls: 'implicit',
      username: user,
      password: 'secret',
    },
    outgoing: {
      host: 'localhost',
      port: submission.smtpPort,
      tls: 'starttls',
      username: user,
      password: 'secret',
    },
  });
  await posthorn.call('sync.run');
  return accountId;
}

async function onServer(user: string, folder: string, subject: string): Promise<Buffer[]> {
  const raw = await RawImap.open({ port: dovecot.imapPort, user, password: 'secret' });
  try {
    const found = (await raw.messages(folder))
      .map((message) => message.bytes)
      .filter((bytes) => bytes.toString('latin1').includes(`Subject: ${subject}\r\n`));
    return found;
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

describe('a mail written without network', () => {
  test('goes once when there is one, the same bytes at the recipient, in Sent and here; the mail answered is marked', async () => {
    const accountId = await begin('ann');
    await dovecot.deliver(
      'ann@example.test',
      'From: bob@example.test\r\nTo: ann@example.test\r\nSubject: question\r\nMessage-ID: <q1@example.test>\r\nDate: Mon, 16 Nov 2026 10:00:00 +0000\r\n\r\nwell?\r\n',
    );
    await posthorn.call('sync.run', { bodies: 'all' });
    const inbox = await folderNamed(posthorn, accountId, 'INBOX');
    const [question] = await rowsOf(posthorn, inbox.folderId);
    await posthorn.call('connectivity.set', { online: false });
    const { draftId } = await posthorn.call('draft.save', {
      accountId,
      to: 'bob@example.test',
      subject: 'Re: question',
      text: '> well?\n\nYes. 🎉',
      inReplyTo: question?.messageId ?? '',
    });
    const { outboxId, messageIdHeader } = await posthorn.call('message.send', {
      draftId,
      accountId,
      bcc: 'eve@example.test',
      attachments: [{ filename: 'Käse.txt', base64: Buffer.from('cheese').toString('base64') }],
    });
    expect(await itemOf(outboxId)).toMatchObject({ state: 'queued', messageIdHeader });
    expect(await posthorn.call('draft.list')).toEqual([]);
    expect(await posthorn.quit()).toBe(0);
    posthorn = profile.start();
    expect(await itemOf(outboxId)).toMatchObject({ state: 'queued' });
    await posthorn.call('connectivity.set', { online: true });
    await posthorn.call('sync.run');
    await until(async () => (await itemOf(outboxId)).state === 'sent', 'sent');
    await posthorn.call('sync.run');
    const taken = submission.taken.filter((mail) => mail.bytes.includes(messageIdHeader));
    expect(taken).toHaveLength(1);
    expect(taken[0]?.to.toSorted()).toEqual(['bob@example.test', 'eve@example.test']);
    expect(taken[0]?.bytes.toString()).not.toContain('eve@');
    expect(taken[0]?.bytes.toString()).toContain(
      'In-Reply-To: <q1@example.test>\r\nReferences: <q1@example.test>\r\n',
    );
    const filed = await onServer('ann', 'Sent', 'Re: question');
    expect(filed).toHaveLength(1);
    expect(filed[0]?.equals(taken[0]?.bytes ?? Buffer.alloc(0))).toBe(true);
    expect((await posthorn.call('message.list', { folderId: inbox.folderId })).rows[0]).toMatchObject({
      flags: expect.arrayContaining(['\\Answered']) as string[],
      pending: null,
    });
    expect(await posthorn.call('journal.list')).toEqual([]);
    expect(await onServer('ann', 'Drafts', 'Re: question')).toEqual([]);
  });
});

describe('a draft', () => {
  test('has one copy on the server, its newest; it goes when the draft goes', async () => {
    const accountId = await begin('dot');
    const { draftId } = await posthorn.call('draft.save', {
      accountId,
      to: 'bob@example.test',
      subject: 'plan',
      text: 'one',
      close: true,
    });
    await posthorn.call('sync.run');
    for (const text of ['two', 'three']) {
      await posthorn.call('draft.save', { draftId, accountId, text, close: true });
      await posthorn.call('sync.run');
    }
    const copies = await onServer('dot', 'Drafts', 'plan');
    expect(copies.map((copy) => copy.toString().split('\r\n\r\n')[1]?.trim())).toEqual(['three']);
    const drafts = await folderNamed(posthorn, accountId, 'Drafts');
    const [row] = await rowsOf(posthorn, drafts.folderId);
    expect(row?.flags.toSorted()).toEqual(['\\Draft', '\\Seen']);
    expect(await posthorn.call('draft.open', { messageId: row?.messageId ?? '' })).toEqual({ draftId });
    await posthorn.call('connectivity.set', { online: false });
    for (const text of ['four', 'five'])
      await posthorn.call('draft.save', { draftId, accountId, text, close: true });
    expect((await rowsOf(posthorn, drafts.folderId)).map((entry) => entry.preview)).toEqual(['five']);
    await posthorn.call('connectivity.set', { online: true });
    await posthorn.call('sync.run');
    expect(
      (await onServer('dot', 'Drafts', 'plan')).map((copy) => copy.toString().split('\r\n\r\n')[1]?.trim()),
    ).toEqual(['five']);
    await posthorn.call('draft.discard', { draftId });
    await posthorn.call('sync.run');
    expect(await onServer('dot', 'Drafts', 'plan')).toEqual([]);
    expect(await rowsOf(posthorn, drafts.folderId)).toEqual([]);
  });
});

describe('killed while sending', () => {
  test.each<[string, string, number]>([
    ['outbox.queued', 'sent', 1],
    ['outbox.before-final-dot', 'sent', 1],
    ['outbox.after-final-dot', 'unknown', 0],
    ['outbox.sent', 'sent', 1],
    ['outbox.filed', 'sent', 1],
  ])('at %s it ends as %s, taken once', async (name, state, inSent) => {
    const accountId = await begin('ann');
    const subject = `killed at ${name}`;
    await posthorn.call('test.crashAt', { name });
    await posthorn
      .call('message.send', { accountId, to: 'bob@example.test', subject, text: 'x' })
      .catch(() => undefined);
    await posthorn.exited;
    posthorn = profile.start();
    await posthorn.call('sync.run');
    const [item] = await until(async () => {
      const items = await posthorn.call('outbox.list', { all: true });
      return items[0]?.state === state ? items : null;
    }, `state ${state}`);
    await posthorn.call('sync.run');
    expect(submission.taken.filter((mail) => mail.bytes.includes(item?.messageIdHeader ?? '')).length).toBe(
      1,
    );
    expect(await onServer('ann', 'Sent', subject)).toHaveLength(inSent);
    if (state !== 'unknown') return;
    await posthorn.call('outbox.resolve', { outboxId: item?.outboxId ?? '', as: 'sent' });
    await posthorn.call('sync.run');
    expect(await onServer('ann', 'Sent', subject)).toHaveLength(1);
    expect(submission.taken.filter((mail) => mail.bytes.includes(item?.messageIdHeader ?? '')).length).toBe(
      1,
    );
  });
});

describe('when a server refuses', () => {
  test('a full mailbox keeps the copy here, visibly, and nothing is sent again', async () => {
    const accountId = await begin('tiny');
    const base64 = Buffer.alloc(80_000, 7).toString('base64');
    const { outboxId, messageIdHeader } = await posthorn.call('message.send', {
      accountId,
      to: 'bob@example.test',
      subject: 'big',
      text: 'x',
      attachments: [{ filename: 'a.bin', base64 }],
    });
    await until(async () => (await itemOf(outboxId)).state === 'sent', 'sent');
    await posthorn.call('sync.run');
    const parked = await until(
      async () =>
        (await posthorn.call('journal.list')).find(
          (entry) => entry.kind === 'append' && entry.state === 'parked',
        ),
      'the copy is parked',
    );
    expect(parked.error?.code).toBe('quota');
    await posthorn.quit();
    posthorn = profile.start();
    await posthorn.call('journal.retry', { opId: parked.opId });
    await posthorn.call('sync.run');
    expect((await posthorn.call('journal.list')).map((entry) => [entry.kind, entry.state])).toEqual([
      ['append', 'parked'],
    ]);
    expect(submission.taken.filter((mail) => mail.bytes.includes(messageIdHeader))).toHaveLength(1);
  });

  test('case 67: a refused password holds the mail until there is another; refused recipients come back as a draft', async () => {
    const accountId = await begin('eve');
    submission.script = { onAuth: () => ({ code: 535, text: '5.7.8 no' }) };
    const { outboxId } = await posthorn.call('message.send', {
      accountId,
      to: ['bob@example.test', 'nobody@example.test'],
      subject: 'held',
      text: 'x',
    });
    await until(async () => (await itemOf(outboxId)).state === 'held', 'held');
    expect((await itemOf(outboxId)).error).toMatchObject({ code: 'auth-failed', next: 'ask-password' });
    submission.script = rules;
    await posthorn.call('account.setPassword', { accountId, outgoing: 'secret' });
    await until(
      async () => (await itemOf(outboxId)).state === 'failed',
      'sent to one, refused for the other',
    );
    expect((await itemOf(outboxId)).recipients).toMatchObject([
      { address: 'bob@example.test', state: 'accepted' },
      {
        address: 'nobody@example.test',
        state: 'refused',
        reply: expect.stringContaining('550 5.1.1') as string,
      },
    ]);
    const { draftId: kept } = await posthorn.call('outbox.cancel', { outboxId });
    const draftId = kept ?? '';
    expect(await posthorn.call('draft.list')).toMatchObject([
      { draftId, to: ['nobody@example.test'], problem: expect.stringContaining('no such mailbox') as string },
    ]);
  });

  test('an account is not kept when its server for sending refuses the password', async () => {
    profile = new Profile(['--extra-ca', dovecot.ca]);
    posthorn = profile.start();
    const server = { host: 'localhost', tls: 'implicit' as const, username: 'ann' };
    await expect(
      posthorn.call('account.add', {
        address: 'ann@example.test',
        mode: 'disconnected',
        incoming: { ...server, protocol: 'imap', port: dovecot.imapsPort, password: 'secret' },
        outgoing: { ...server, port: submission.smtpsPort, password: 'wrong' },
      }),
    ).rejects.toMatchObject({ data: { code: 'auth-failed' } });
    expect(await posthorn.call('account.list')).toEqual([]);
  });
});
