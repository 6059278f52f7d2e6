import { afterAll, beforeAll, expect, test } from 'vitest';
import { startDovecot, type Dovecot } from '../../src-main/demo/dovecot.ts';
import { addAccount, folderNamed, Profile, rowsOf, synced } from './sync-world.ts';

let dovecot: Dovecot;
beforeAll(async () => {
  dovecot = await startDovecot({ users: [{ name: 'u1', password: 'secret' }] });
});
afterAll(() => dovecot.stop());

/** Of each, a server makes something else for its ENVELOPE than those who check the sender do. */
const heads: readonly [name: string, head: string, sender: string][] = [
  ['a comment before a bare word', 'From: (x) boss@good.test <mal@evil.test>', 'mal@evil.test'],
  ['an address for a name', 'From: boss@good.test <mal@evil.test>', 'mal@evil.test'],
  ['a group', 'From: boss@good.test:mal@evil.test;', 'mal@evil.test'],
  ['a NUL', 'From: boss@good.test\0<mal@evil.test>', 'mal@evil.test'],
  ['two fields', 'From: boss@good.test\r\nFrom: mal@evil.test', 'boss@good.test'],
  ['a quote that never closes', 'From: "Boss <boss@good.test>', 'boss@good.test'],
  ['a bracket that never closes', 'From: Boss <boss@good.test', 'boss@good.test'],
  ['encoded words for an address', 'From: =?utf-8?Q?boss_=3Cboss=40good.test=3E?=', ''],
  [
    'encoded words in an address',
    'From: =?utf-8?Q?boss=40good.test?=@evil.test',
    '=?utf-8?Q?boss=40good.test?=@evil.test',
  ],
  ['two subjects', 'From: mal@evil.test\r\nSubject: one\r\nSubject: two', 'mal@evil.test'],
];

test('the list and an opened mail name the sender that is checked, whatever the server made of it', async () => {
  const mails = heads.map(([name, head], at) => ({
    bytes: Buffer.from(
      `X-Name: ${name}\r\n${head}\r\nMessage-ID: <${at}@x.test>\r\nTo: ann@x.test\r\n\r\nx\r\n`,
    ),
    flags: [],
    internalDate: new Date(Date.UTC(2026, 10, 2, 10, 0, at)),
  }));
  dovecot.seedMaildir('u1', 'INBOX', mails);
  const profile = new Profile(['--extra-ca', dovecot.ca]);
  try {
    const posthorn = profile.start();
    const accountId = await addAccount(posthorn, dovecot, 'u1');
    await synced(posthorn, accountId);
    const rows = await rowsOf(posthorn, (await folderNamed(posthorn, accountId, 'INBOX')).folderId);
    for (const [at, [name, , sender]] of heads.entries()) {
      const row = rows.find(({ messageIdHeader }) => messageIdHeader === `<${at}@x.test>`);
      const messageId = row?.messageId ?? '';
      const shown = await posthorn.call('message.get', { messageId });
      expect([name, shown.from[0]?.address]).toEqual([name, sender]);
      expect([name, row?.from]).toEqual([name, shown.from]);
      const read = await posthorn.call('mime.inspect', {
        base64: mails[at]?.bytes.toString('base64') ?? '',
      });
      // Dovecot gives another character for a NUL: the address says enough.
      const addresses = shown.from.map(({ address }) => address);
      expect([addresses, shown.to, shown.subject]).toEqual([
        read.from.map(({ address }) => address),
        read.to,
        read.subject,
      ]);
      const { domain } = await posthorn.call('message.trust', { messageId });
      expect([name, domain]).toEqual([name, sender.slice(sender.lastIndexOf('@') + 1)]);
    }
  } finally {
    await profile.remove();
  }
});
