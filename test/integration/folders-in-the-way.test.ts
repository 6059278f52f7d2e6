import { afterEach, expect, onTestFailed, test } from 'vitest';
import { startDovecot, type Dovecot } from '../../src-main/demo/dovecot.ts';
import { startLocalSubmission, type LocalSubmission } from '../../src-main/demo/local-delivery.ts';
import { until } from '../harness/headless.ts';
import { RawImap } from '../servers/raw-imap.ts';
import { ImapMeddler } from '../servers/imap-meddler.ts';
import {
  addAccount,
  folderNamed,
  mail,
  Profile,
  serverState,
  settled,
  shownState,
  synced,
} from './sync-world.ts';

let dovecot: Dovecot | undefined;
let submission: LocalSubmission | undefined;
let profile: Profile | undefined;

afterEach(async () => {
  await profile?.remove();
  await submission?.stop();
  await dovecot?.stop();
  dovecot = submission = profile = undefined;
});

const peerOf = ({ imapPort }: Dovecot): Promise<RawImap> =>
  RawImap.open({ port: imapPort, user: 'ann', password: 'secret' });

test('R36: a server that keeps every folder below the prefix INBOX.', async () => {
  dovecot = await startDovecot({
    users: [{ name: 'ann', password: 'secret' }],
    separator: '.',
    prefix: 'INBOX.',
    specialUse: false,
  });
  const peer = await peerOf(dovecot);
  for (const name of ['INBOX.Käse', 'INBOX.Käse.Ünter 😀', 'INBOX.Sent']) {
    await peer.create(name);
    await peer.append(name, mail(name.length));
  }
  await peer.append('INBOX', mail(1));
  profile = new Profile(['--extra-ca', dovecot.ca]);
  onTestFailed(() => console.log(profile?.stderr().slice(-4_000)));
  const posthorn = profile.start();
  const accountId = await addAccount(posthorn, dovecot, 'ann');
  await posthorn.call('sync.run', { accountId });
  expect(await shownState(posthorn, accountId)).toEqual(await serverState(peer));
  const folders = await posthorn.call('folder.list', { accountId });
  expect(folders.filter(({ role }) => role !== null).map(({ role, path }) => [role, path])).toEqual(
    expect.arrayContaining([
      ['inbox', 'INBOX'],
      ['sent', 'INBOX.Sent'],
    ]),
  );
  // As the window asks for a new folder beside the others, and as one is needed for what one does.
  const { folderId } = await posthorn.call('folder.create', { accountId, path: 'Größe' });
  const inbox = folders.find(({ role }) => role === 'inbox')?.folderId ?? '';
  const { rows } = await posthorn.call('message.list', { folderId: inbox });
  await posthorn.call('message.archive', { messageIds: rows.map(({ messageId }) => messageId) });
  await settled(posthorn, accountId);
  expect((await peer.folders()).map(({ path }) => path)).toEqual(
    expect.arrayContaining(['INBOX.Größe', 'INBOX.Archive']),
  );
  await posthorn.call('folder.rename', { folderId, path: 'INBOX.Größer' });
  await settled(posthorn, accountId);
  const paths = (await peer.folders()).map(({ path }) => path);
  expect(paths).toContain('INBOX.Größer');
  expect(paths).not.toContain('INBOX.Größe');
  expect(await shownState(posthorn, accountId)).toEqual(await serverState(peer));
  await peer.close();
});

test.each([
  ['says so', undefined, ['INBOX', 'INBOX.Archive', 'INBOX.Größe']],
  // Nothing tells it, and nothing is asked that was not offered: the server refuses, and the user is told.
  ['cannot say so', 'IMAP4rev1 LITERAL+ IDLE UIDPLUS MOVE', ['INBOX']],
] as const)(
  'RFC 2342: an inbox alone, on a server that keeps folders below INBOX. and %s',
  async (_, capability, expected) => {
    dovecot = await startDovecot({
      users: [{ name: 'ann', password: 'secret' }],
      separator: '.',
      prefix: 'INBOX.',
      specialUse: false,
      ...(capability === undefined ? {} : { capability }),
    });
    const peer = await peerOf(dovecot);
    await peer.append('INBOX', mail(1));
    const meddler = await ImapMeddler.start({ host: '127.0.0.1', port: dovecot.imapPort });
    profile = new Profile([]);
    onTestFailed(() => console.log(profile?.stderr().slice(-4_000), meddler.commands.slice(-60).join('\n')));
    let posthorn = profile.start();
    await posthorn.call('connectivity.set', { online: true });
    const accountId = await addAccount(posthorn, { imapsPort: meddler.port }, 'ann', { tls: 'none' });
    await synced(posthorn, accountId);
    // It is known after a restart and off the network, too.
    expect(await posthorn.quit()).toBe(0);
    posthorn = profile.start();
    await posthorn.call('connectivity.set', { online: false });
    const inbox = await folderNamed(posthorn, accountId, 'INBOX');
    const { rows } = await posthorn.call('message.list', { folderId: inbox.folderId });
    await posthorn.call('folder.create', { accountId, path: 'Größe' });
    await posthorn.call('message.archive', { messageIds: rows.map(({ messageId }) => messageId) });
    await posthorn.call('connectivity.set', { online: true });
    await until(async () => {
      await posthorn.call('sync.run', { accountId });
      return (await posthorn.call('journal.list')).every(({ state }) => state === 'parked');
    }, 'nothing waits');
    expect((await peer.folders()).map(({ path }) => path).toSorted()).toEqual(expected);
    expect((await posthorn.call('journal.list')).length > 0).toBe(capability !== undefined);
    const asked = meddler.commands.filter((line) => /^\S+ NAMESPACE/.test(line));
    expect(asked.length > 0).toBe(capability === undefined);
    await peer.close();
    await meddler.stop();
  },
);

test.each([
  ['deleted', ['DELETE']],
  ['renamed', ['RENAME', 'Old ']],
] as const)(
  'R12: Drafts and Sent are %s by another program while a draft and a mail wait: neither is lost, neither comes twice',
  async (_, [command, renamed]) => {
    dovecot = await startDovecot({
      users: ['ann', 'bob'].map((name) => ({ name, password: 'secret' })),
      specialUse: false,
    });
    submission = await startLocalSubmission(dovecot);
    const peer = await peerOf(dovecot);
    for (const name of ['Drafts', 'Sent']) await peer.create(name);
    profile = new Profile(['--extra-ca', dovecot.ca]);
    onTestFailed(() => console.log(profile?.stderr().slice(-4_000)));
    const posthorn = profile.start();
    const login = { host: 'localhost', username: 'ann', password: 'secret' };
    const { accountId } = await posthorn.call('account.add', {
      address: 'ann@example.test',
      mode: 'disconnected',
      incoming: { ...login, protocol: 'imap', port: dovecot.imapsPort, tls: 'implicit' },
      outgoing: { ...login, port: submission.smtpPort, tls: 'starttls' },
    });
    const { draftId } = await posthorn.call('draft.save', {
      accountId,
      to: 'bob@example.test',
      subject: 'plan',
      text: 'first words',
      close: true,
    });
    await settled(posthorn, accountId);
    expect(await peer.messages('Drafts')).toHaveLength(1);
    await posthorn.call('connectivity.set', { online: false });
    await posthorn.call('draft.save', { draftId, accountId, text: 'last words', close: true });
    const { outboxId, messageIdHeader } = await posthorn.call('message.send', {
      accountId,
      to: 'bob@example.test',
      subject: 'waiting',
      text: 'x',
    });
    // Dovecot hangs up on whoever deletes the folder that he has open.
    await peer.select('INBOX');
    for (const name of ['Drafts', 'Sent'])
      await peer.ok(command, name, ...(renamed === undefined ? [] : [`"${renamed}${name}"`]));
    await posthorn.call('connectivity.set', { online: true });
    await until(async () => {
      await posthorn.call('sync.run', { accountId });
      const items = await posthorn.call('outbox.list', { all: true });
      return items.find((item) => item.outboxId === outboxId)?.state === 'sent';
    }, 'the mail is sent');
    await settled(posthorn, accountId);
    expect(submission.taken.filter(({ bytes }) => bytes.includes(messageIdHeader))).toHaveLength(1);
    const everywhere: string[] = [];
    for (const { path } of await peer.folders())
      for (const { bytes } of await peer.messages(path))
        everywhere.push(`${path}: ${bytes.toString('latin1')}`);
    expect(everywhere.filter((one) => one.includes(messageIdHeader))).toHaveLength(1);
    expect(everywhere.filter((one) => one.includes('last words'))).toHaveLength(1);
    // As it was before, it may lie where the other program put it.
    expect(everywhere.filter((one) => one.includes('first words')).length).toBeLessThan(2);
    expect(await posthorn.call('draft.list')).toMatchObject([
      { draftId, subject: 'plan', text: 'last words' },
    ]);
    expect(await shownState(posthorn, accountId)).toEqual(await serverState(peer));
    await peer.close();
  },
);
