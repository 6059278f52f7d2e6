import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startDovecot, type Dovecot } from '../../src-main/demo/dovecot.ts';
import { startTinyDns, type TinyDns } from '../../src-main/demo/tiny-dns.ts';
import { opendkimMissing, signedByOpendkim, type UnsignedMail } from '../servers/opendkim.ts';
import { addAccount, folderNamed, Profile, rowBySubject, synced } from './sync-world.ts';

const missing = opendkimMissing();
if (missing !== undefined) console.log(`signatures by OpenDKIM are skipped: ${missing}`);

describe.skipIf(missing !== undefined)('a server that says nothing of senders', () => {
  let dovecot: Dovecot;
  let dns: TinyDns;
  const profiles: Profile[] = [];

  const text = 'Dear Bob,\r\n\r\nthe meeting is at ten.\r\n';
  const mail = (subject: string): UnsignedMail => ({
    headers: [
      ['From', 'Ann <ann@sender.test>'],
      ['To', 'bob@example.test'],
      ['Subject', subject],
      ['Date', 'Sun, 22 Nov 2026 10:00:00 +0000'],
      ['Message-ID', `<${subject.replaceAll(' ', '-')}@sender.test>`],
    ],
    body: text,
  });

  beforeAll(async () => {
    const [own, gone, other] = await Promise.all([
      signedByOpendkim(
        'sender.test',
        'mail',
        ['signed', 'changed', 'two subjects', 'refused by the server'].map(mail),
      ),
      signedByOpendkim('sender.test', 'gone', [mail('key gone')]),
      signedByOpendkim('mailer.test', 'mail', [mail('signed by another')]),
    ]);
    dns = await startTinyDns({
      [own.key.name]: [{ type: 'TXT', text: own.key.text }],
      [other.key.name]: [{ type: 'TXT', text: other.key.text }],
    });
    dovecot = await startDovecot({ users: [{ name: 'u1', password: 'secret' }] });
    const [signed, changed, two, refused] = own.mails.map((bytes) => bytes.toString());
    const { headers, body } = mail('unsigned');
    const mails = [
      signed,
      changed?.replace('at ten', 'at two'),
      `Subject: two subjects on top\r\n${two}`,
      `Authentication-Results: mx.example.test; dmarc=fail header.from=sender.test\r\n${refused}`,
      gone.mails[0]?.toString(),
      other.mails[0]?.toString(),
      `${headers.map((field) => field.join(': ')).join('\r\n')}\r\n\r\n${body}`,
    ].map((message) => Buffer.from(message ?? ''));
    dovecot.seedMaildir(
      'u1',
      'INBOX',
      mails.map((bytes, at) => ({
        bytes,
        flags: [],
        internalDate: new Date(Date.UTC(2026, 10, 22, 10, 0, at)),
      })),
    );
  });
  afterAll(async () => {
    for (const profile of profiles) await profile.remove();
    await dns.stop();
    await dovecot.stop();
  });

  test('its signature is checked when the user asks, and only the sender’s domain is asked', async () => {
    const profile = new Profile(['--extra-ca', dovecot.ca, '--dns', `${dns.host}:${dns.port}`]);
    profiles.push(profile);
    const posthorn = profile.start();
    const accountId = await addAccount(posthorn, dovecot, 'u1');
    await synced(posthorn, accountId);
    const { folderId } = await folderNamed(posthorn, accountId, 'INBOX');
    const keysAsked = (): string[] => dns.queries.filter((query) => query.includes('_domainkey'));
    const idOf = async (subject: string): Promise<string> =>
      (await rowBySubject(posthorn, folderId, subject)).messageId;

    const signed = await idOf('signed');
    await posthorn.call('message.get', { messageId: signed });
    const before = await posthorn.call('message.trust', { messageId: signed });
    expect(before).toMatchObject({ verdict: 'unchecked', canCheck: true, checkedBy: null });
    expect(keysAsked()).toEqual([]);

    const checked = await posthorn.call('message.checkSender', { messageId: signed });
    expect(checked).toMatchObject({
      verdict: 'verified',
      sentence: 'Really from sender.test',
      checkedBy: 'Posthorn',
      canCheck: false,
      results: [{ method: 'dkim', result: 'pass', domain: 'sender.test' }],
    });
    expect(keysAsked()).toEqual(['mail._domainkey.sender.test TXT']);
    // Asked once: it is remembered, also by the other call.
    expect(await posthorn.call('message.trust', { messageId: signed })).toEqual(checked);
    await posthorn.call('message.checkSender', { messageId: signed });
    expect(keysAsked()).toHaveLength(1);

    for (const [subject, result, words] of [
      ['changed', 'fail', 'does not fit'],
      ['two subjects', 'partial', 'a part of this message only'],
      ['key gone', 'no-key', 'knows nothing'],
      ['signed by another', 'not-asked', 'Only mailer.test signed it'],
    ] as const) {
      const found = await posthorn.call('message.checkSender', { messageId: await idOf(subject) });
      expect([subject, found.verdict, found.results[0]?.result]).toEqual([subject, 'unchecked', result]);
      expect(found.reason).toContain(words);
    }
    expect(keysAsked().filter((query) => query.includes('mailer'))).toEqual([]);

    const asked = keysAsked().length;
    const unsigned = await posthorn.call('message.checkSender', { messageId: await idOf('unsigned') });
    expect(unsigned).toMatchObject({ verdict: 'unchecked', canCheck: false, checkedBy: null });
    // The own server's word stands above the signature.
    const refused = await posthorn.call('message.checkSender', {
      messageId: await idOf('refused by the server'),
    });
    expect(refused).toMatchObject({ verdict: 'failed', canCheck: false });
    expect(keysAsked()).toHaveLength(asked);
  });

  test('offline it says so, and a name server without an answer is asked again the next time', async () => {
    const silent = await startTinyDns({});
    const profile = new Profile(['--extra-ca', dovecot.ca, '--dns', `${silent.host}:${silent.port}`]);
    profiles.push(profile);
    const posthorn = profile.start();
    const accountId = await addAccount(posthorn, dovecot, 'u1');
    await synced(posthorn, accountId);
    const { folderId } = await folderNamed(posthorn, accountId, 'INBOX');
    const { messageId } = await rowBySubject(posthorn, folderId, 'signed');
    await posthorn.call('message.get', { messageId });
    await silent.stop();
    const first = await posthorn.call('message.checkSender', { messageId });
    expect(first).toMatchObject({ verdict: 'unchecked', results: [{ result: 'temperror' }] });
    expect(first.reason).toContain('did not answer');
    expect(await posthorn.call('message.trust', { messageId })).toMatchObject({ canCheck: true });
    await posthorn.call('connectivity.set', { online: false });
    await expect(posthorn.call('message.checkSender', { messageId })).rejects.toMatchObject({
      data: { code: 'offline' },
    });
  });
});
