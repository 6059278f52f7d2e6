import { spawnSync } from 'node:child_process';
import { simpleParser } from 'mailparser';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startDovecot, type Dovecot } from '../../src-main/demo/dovecot.ts';
import { startLocalSubmission, type LocalSubmission } from '../../src-main/demo/local-delivery.ts';
import type { SmtpMail } from '../../src-main/demo/submission.ts';
import type { Params } from '../../src-shared/ipc/contract.ts';
import { until, type CallFailed, type Headless } from '../harness/headless.ts';
import { folderNamed, Profile, rowsOf } from './sync-world.ts';

/** C01, C03, C04: what a compose field says reaches the server as it was meant, or not at all. */
let dovecot: Dovecot;
let submission: LocalSubmission;
const profile = new Profile([]);
let posthorn: Headless;
let accountId: string;

const hasPython = spawnSync('python3', ['-c', 'import email']).status === 0;
if (!hasPython) console.log('The second parser (Python’s email) is skipped: there is no python3');

beforeAll(async () => {
  dovecot = await startDovecot({ users: ['ann', 'bob'].map((name) => ({ name, password: 'secret' })) });
  // The poorest server: neither 8BITMIME nor SMTPUTF8.
  submission = await startLocalSubmission(dovecot, { server: { hide8BITMIME: true, hideSMTPUTF8: true } });
  posthorn = profile.start(['--extra-ca', dovecot.ca]);
  const server = { host: 'localhost', username: 'ann', password: 'secret' };
  accountId = (
    await posthorn.call('account.add', {
      address: 'ann@example.test',
      name: 'Ann',
      mode: 'disconnected',
      incoming: { ...server, protocol: 'imap', port: dovecot.imapsPort, tls: 'implicit' },
      outgoing: { ...server, port: submission.smtpPort, tls: 'starttls' },
    })
  ).accountId;
  await posthorn.call('sync.run');
});
afterAll(async () => {
  await profile.remove();
  await submission.stop();
  await dovecot.stop();
});

type Mail = Omit<Params<'message.send'>, 'accountId'>;

/** What the sink got, or null when the program refused to build the mail, naming what is wrong with it. */
async function sendOrRefuse(mail: Mail): Promise<SmtpMail | null> {
  let sent: { outboxId: string; messageIdHeader: string };
  try {
    sent = await posthorn.call('message.send', { accountId, ...mail });
  } catch (thrown) {
    expect((thrown as CallFailed).data).toMatchObject({ code: 'bad-params' });
    return null;
  }
  const { outboxId, messageIdHeader } = sent;
  return await until(async () => {
    const item = (await posthorn.call('outbox.list', { all: true })).find((one) => one.outboxId === outboxId);
    if (item?.state === 'failed') throw new Error(item.error?.detail);
    return submission.taken.find((taken) => taken.bytes.includes(messageIdHeader));
  }, 'the sink has it');
}

const headerOf = (mail: SmtpMail): string => mail.bytes.toString('latin1').split('\r\n\r\n')[0] ?? '';
const allowed =
  /^(?:Date|From|Reply-To|To|Cc|Subject|Message-ID|In-Reply-To|References|MIME-Version|Content-Type|Content-Transfer-Encoding|Content-Disposition):|^[ \t]/;

function expectClean(mail: SmtpMail): void {
  // Nothing but CRLF ends a line, and no line of the header is one that we did not write.
  expect(mail.bytes.toString('latin1').replaceAll('\r\n', '')).not.toMatch(/[\r\n\0]/);
  const lines = headerOf(mail).split('\r\n');
  expect(lines.filter((line) => !allowed.test(line))).toEqual([]);
  expect(lines.filter((line) => /^To:/.test(line)).length).toBe(1);
  expect(lines.filter((line) => /^(?:Bcc|X-Injected):/i.test(line))).toEqual([]);
  expect(mail.to).toEqual(['bob@example.test']);
}

const breaks: [string, string][] = [
  ['CR', '\r'],
  ['LF', '\n'],
  ['CRLF', '\r\n'],
  ['NUL', '\0'],
  ['NEL', '\u0085'],
  ['U+2028', '\u2028'],
  ['U+2029', '\u2029'],
  ['an encoded CRLF', '=?utf-8?q?=0D=0A?='],
];
const base64 = Buffer.from('x').toString('base64');
const to = ['bob@example.test'];
const evil = (char: string): string => `ok${char}Bcc: bob@example.test${char}X-Injected: 1`;
const fields: [string, (char: string) => Mail][] = [
  ['the subject', (char) => ({ to, subject: evil(char) })],
  ['To', (char) => ({ to: `bob@example.test${char}Bcc: eve@evil.test` })],
  ['a name in To', (char) => ({ to: [{ name: evil(char), address: 'bob@example.test' }] })],
  ['an address in To', (char) => ({ to: [{ address: `bob@example.test${char}Bcc: eve@evil.test` }] })],
  ['Cc', (char) => ({ to, cc: `bob@example.test${char}Bcc: eve@evil.test` })],
  ['Bcc', (char) => ({ to, bcc: [`bob@example.test>${char}RCPT TO:<eve@evil.test`] })],
  ['From', (char) => ({ to, from: `Ann${char}Bcc: eve@evil.test <ann@example.test>` })],
  ['In-Reply-To', (char) => ({ to, inReplyTo: `<a@b>${char}Bcc: eve@evil.test` })],
  ['the name of an attachment', (char) => ({ to, attachments: [{ filename: evil(char), base64 }] })],
  [
    'the type of an attachment',
    (char) => ({ to, attachments: [{ filename: 'a', contentType: `text/x${char}X-Injected: 1`, base64 }] }),
  ],
  [
    'the id of an attachment',
    (char) => ({
      to,
      html: `<img src="cid:a${char}X-Injected: 1">`,
      attachments: [{ filename: 'a.png', contentId: `a${char}X-Injected: 1`, base64 }],
    }),
  ],
  ['the text', (char) => ({ to, text: `one${char}.${char}\r\n.\r\nRCPT TO:<eve@evil.test>\r\n` })],
];

describe.each(breaks)('C01: %s', (_name, char) => {
  test.each(fields)('in %s smuggles nothing in', async (_field, make) => {
    const mail = await sendOrRefuse(make(char));
    if (mail !== null) expectClean(mail);
  });

  test('in the name of an identity smuggles nothing in', async () => {
    const [account] = await posthorn.call('account.list');
    const [identity] = account?.settings.identities ?? [];
    if (identity === undefined) throw new Error('no identity');
    const named = await posthorn
      .call('account.update', { accountId, identities: [{ ...identity, name: evil(char) }] })
      .then(
        () => true,
        () => false,
      );
    const mail = await sendOrRefuse({ to, subject: 'named' });
    if (mail !== null) expectClean(mail);
    if (named) await posthorn.call('account.update', { accountId, identities: [identity] });
  });
});

test('C01: an answer to a hostile mail carries none of its headers over', async () => {
  await dovecot.deliver(
    'ann@example.test',
    [
      'From: "Eve\u2028Bcc: eve@evil.test" <eve@evil.test>',
      'To: ann@example.test',
      'Subject: =?utf-8?q?hello=0D=0AX-Injected:_1?=',
      'Message-ID: <a@b',
      '\tBcc: eve@evil.test>',
      'References: <r1@x>\u2028<r2@x>\0 <ok@x>',
      '',
      'x',
      '',
    ].join('\r\n'),
  );
  await posthorn.call('sync.run', { accountId, bodies: 'all' });
  const inbox = await folderNamed(posthorn, accountId, 'INBOX');
  const row = await until(
    async () =>
      (await rowsOf(posthorn, inbox.folderId)).find((one) => one.from[0]?.address === 'eve@evil.test'),
    'the hostile mail is here',
  );
  const mail = await sendOrRefuse({ to, subject: `Re: ${row.subject}`, inReplyTo: row.messageId, text: 'x' });
  if (mail === null) {
    const plain = await sendOrRefuse({ to, subject: 'Re: hello', inReplyTo: row.messageId, text: 'x' });
    expect(plain).not.toBeNull();
    if (plain !== null) expectClean(plain);
  } else expectClean(mail);
});

test('C03: a quoted local part is never read as another address', async () => {
  const address = '"eve@evil.test x"@internal.example';
  await posthorn.call('message.send', { accountId, to: [address, 'bob@example.test'], subject: 'quoted' });
  await until(
    async () => submission.taken.some((mail) => mail.bytes.includes('Subject: quoted')),
    'the other recipient has it',
  );
  const { lines } = await posthorn.call('test.wire');
  const names = lines.map(({ line }) => line).filter((line) => line.startsWith('> RCPT TO:'));
  expect(names.filter((line) => line.includes('evil.test'))).toEqual([`> RCPT TO:<${address}>`]);
  const mail = submission.taken.find((taken) => taken.bytes.includes('Subject: quoted'));
  expect(mail === undefined ? '' : headerOf(mail)).toContain(address);
});

/** What Python's parser finds; it shares nothing with ours or with mailparser. */
function python(bytes: Buffer): { subject: string; text: string; files: string[]; defects: number } {
  const script = `
import sys, json, email
from email import policy
m = email.message_from_bytes(sys.stdin.buffer.read(), policy=policy.default)
body = m.get_body(('plain',))
print(json.dumps({'subject': m['subject'], 'text': body.get_content(),
  'files': [a.get_filename() for a in m.iter_attachments()],
  'defects': sum(len(p.defects) for p in m.walk())}))`;
  const run = spawnSync('python3', ['-c', script], {
    input: bytes,
    env: { PYTHONIOENCODING: 'utf-8', PATH: process.env['PATH'] },
  });
  return JSON.parse(run.stdout.toString()) as ReturnType<typeof python>;
}

/** RFC 3676 4.2 to 4.4, for a parser that gives flowed text as it stands. */
function unflowed(text: string): string {
  const out: string[] = [];
  let goesOn = false;
  for (const raw of text.trimEnd().split(/\r?\n/)) {
    const line = raw.startsWith(' ') ? raw.slice(1) : raw;
    if (goesOn) out.push(`${out.pop() ?? ''}${line}`);
    else out.push(line);
    goesOn = line.endsWith(' ');
  }
  return out.join('\n');
}

describe('C04: a mail that strains every rule of the format', () => {
  const text = [
    '.starts with a dot',
    '..two',
    '.',
    'From here it is no mbox',
    'ü'.repeat(600),
    'x'.repeat(2_500),
    `${'word '.repeat(300)}end`,
    '  indented and trailing  ',
    '🎉 done',
  ].join('\n');
  const subject = `🎉 ${'Grüße aus Köln '.repeat(12)}ende`;
  const files = ['Rechnung für März – “ganz” 100%.pdf', `${'lang-'.repeat(30)}.txt`, '日本語.txt'];

  test('is valid for two parsers that are not ours, over a server without 8BITMIME and SMTPUTF8', async () => {
    const mail = await sendOrRefuse({
      to,
      subject,
      text,
      attachments: files.map((filename) => ({ filename, base64 })),
    });
    const bytes = mail?.bytes ?? Buffer.alloc(0);
    expect(bytes.toString('latin1')).not.toMatch(/[^\x01-\x7f]/);
    expect(
      Math.max(
        ...bytes
          .toString('latin1')
          .split('\r\n')
          .map((line) => line.length),
      ),
    ).toBeLessThanOrEqual(998);
    // format=flowed takes blanks off the ends of lines.
    const wanted = text.replace(/ +$/gm, '');
    const parsed = await simpleParser(bytes);
    expect(parsed.subject).toBe(subject);
    expect(parsed.attachments.map((attachment) => attachment.filename)).toEqual(files);
    expect((parsed.text ?? '').trimEnd()).toBe(wanted);
    if (!hasPython) return;
    const second = python(bytes);
    expect(second).toMatchObject({ subject, files, defects: 0 });
    expect(unflowed(second.text)).toBe(wanted);
  });
});
