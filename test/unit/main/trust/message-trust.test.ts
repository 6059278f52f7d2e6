import { expect, test } from 'vitest';
import type { Contact } from '../../../../src-shared/cache-protocol.ts';
import type { AccountSettings } from '../../../../src-shared/model/account.ts';
import type { MessageTrust } from '../../../../src-shared/ipc/areas/trust.ts';
import { readMail } from '../../../../src-main/mime/read/read-mail.ts';
import { messageTrust } from '../../../../src-main/trust/message-trust.ts';
import { organisation } from '../../../../src-main/trust/own-results.ts';

const own = [{ name: 'Ina Bergström', address: 'ina@home.example' }];
const account = {
  incoming: { host: 'imap.home.example' },
  identities: own,
} as unknown as AccountSettings;

const seen: Contact[] = [
  { name: 'Karl Lindqvist', address: 'karl@lindqvist.example', weight: 12 },
  { name: 'Bank', address: 'news@mybank.example', weight: 4 },
  { name: 'Mail Delivery System', address: 'mailer-daemon@one.example', weight: 9 },
  { name: '', address: 'once@stranger.example', weight: 1 },
];
const people = {
  weightOf: (address: string) =>
    Promise.resolve(seen.find((person) => person.address === address.toLowerCase())?.weight ?? 0),
  named: (name: string) => Promise.resolve(seen.filter((person) => person.name === name)),
  domains: () =>
    Promise.resolve(
      new Set(
        seen
          .filter(({ weight }) => weight > 1)
          .map(({ address }) => organisation(address.split('@')[1] ?? '')),
      ),
    ),
};

const trust = (
  header: string,
  more: { role?: 'sent' | 'drafts'; file?: boolean; authservIds?: string[] } = {},
): Promise<MessageTrust> =>
  messageTrust(
    {
      mail: readMail(
        Buffer.from(`${header.trim()}\nSubject: x\nDate: Fri, 20 Nov 2026 10:00:00 +0000\n\nx\n`),
      ),
      account:
        more.file === true
          ? null
          : { ...account, ...(more.authservIds === undefined ? {} : { authservIds: more.authservIds }) },
      role: more.role ?? null,
      own,
      picturesFrom: ['karl@lindqvist.example'],
    },
    people,
  );
const from = 'From: Karl Lindqvist <karl@lindqvist.example>';
const border =
  'Received: from out.lindqvist.example (out.lindqvist.example [192.0.2.1]) by mx.home.example with ESMTPS';

test('a signature that a field below tells of does not count where the server told of signatures', async () => {
  const { verdict } = await trust(
    [
      'Authentication-Results: mx.home.example; dkim=none; spf=pass smtp.mailfrom=evil.test',
      'Authentication-Results: mx.home.example; dkim=pass header.d=lindqvist.example',
      from,
    ].join('\n'),
  );
  expect(verdict).toBe('unchecked');
});

test.each([
  [
    'DMARC',
    `Authentication-Results: mx.home.example; dmarc=pass (p=reject) header.from=lindqvist.example`,
    'verified',
  ],
  [
    'a signature of the sender',
    `Authentication-Results: home.example 1; dkim=pass header.d=mail.lindqvist.example`,
    'verified',
  ],
  [
    'a signature given as header.i',
    `Authentication-Results: mx.home.example; dkim=pass header.i=@lindqvist.example`,
    'verified',
  ],
  [
    'a server of the sender',
    `Authentication-Results: mx.home.example; spf=pass smtp.mailfrom=bounce@lindqvist.example`,
    'verified',
  ],
  [
    'a signature of somebody else',
    `Authentication-Results: mx.home.example; dkim=pass header.d=mailer.example`,
    'unchecked',
  ],
  [
    'DMARC for somebody else',
    `Authentication-Results: mx.home.example; dmarc=pass header.from=mailer.example`,
    'unchecked',
  ],
  [
    'a comment that lies',
    `Authentication-Results: mx.home.example; none (dmarc=pass header.from=lindqvist.example)`,
    'unchecked',
  ],
  [
    'a quoted lie',
    `Authentication-Results: mx.home.example; spf=none smtp.mailfrom="x; dmarc=pass header.from=lindqvist.example"`,
    'unchecked',
  ],
  [
    'DMARC failed',
    `Authentication-Results: mx.home.example; dmarc=fail header.from=lindqvist.example`,
    'failed',
  ],
  [
    'nothing right',
    `Authentication-Results: mx.home.example; spf=fail smtp.mailfrom=lindqvist.example; dkim=fail header.d=lindqvist.example`,
    'failed',
  ],
  [
    'a broken signature alone',
    `Authentication-Results: mx.home.example; dkim=fail header.d=lindqvist.example`,
    'unchecked',
  ],
  ['nothing', ``, 'unchecked'],
])('%s', async (_what, field, verdict) => {
  const answer = await trust([field, border, from].filter((line) => line !== '').join('\n'));
  expect(answer.verdict).toBe(verdict);
  expect(answer.domain).toBe('lindqvist.example');
  expect(answer.showImages).toBe(verdict === 'verified');
  expect(answer.sentence).toContain(
    {
      verified: 'Really from lindqvist.example',
      unchecked: 'Could not be checked',
      failed: 'Claims to be from lindqvist.example, but',
    }[verdict] ?? 'x',
  );
});

test.each([
  [
    'another server’s',
    [`Authentication-Results: mx.evil.test; dmarc=pass header.from=lindqvist.example`, border],
  ],
  [
    'a name that only begins like ours',
    [`Authentication-Results: home.example.evil.test; dmarc=pass header.from=lindqvist.example`, border],
  ],
  [
    'one below a foreign server',
    [
      border,
      'Received: from x by relay.evil.test',
      `Authentication-Results: mx.home.example; dmarc=pass header.from=lindqvist.example`,
    ],
  ],
  [
    'one below the sender’s own fields',
    [border, from, `Authentication-Results: mx.home.example; dmarc=pass header.from=lindqvist.example`],
  ],
  ['one without a name', [`Authentication-Results: dmarc=pass header.from=lindqvist.example`, border]],
  [
    'one below a foreign server that says in a comment that it is ours',
    [
      'Received: from x (by mx.home.example) by relay.evil.test with ESMTP',
      `Authentication-Results: mx.home.example; dmarc=pass header.from=lindqvist.example`,
    ],
  ],
  [
    'one below a made-up step of ours, behind the border',
    [
      border,
      'Received: from a.home.example by mx.home.example with ESMTP',
      `Authentication-Results: mx.home.example; dmarc=pass header.from=lindqvist.example`,
    ],
  ],
  [
    'one below what the sender wrote before the From',
    [
      border,
      'Message-ID: <1@evil.test>',
      `Authentication-Results: mx.home.example; dmarc=pass header.from=lindqvist.example`,
    ],
  ],
])('S05: a forged result is not believed: %s', async (_what, lines) => {
  const answer = await trust([...lines, ...(lines.includes(from) ? [] : [from])].join('\n'));
  expect(answer.verdict).toBe('unchecked');
  expect(answer.checkedBy).toBeNull();
});

test('S05: what our server says above counts before a forged field of its name below', async () => {
  const answer = await trust(
    [
      'Authentication-Results: mx.home.example; dmarc=fail header.from=lindqvist.example',
      border,
      'Authentication-Results: mx.home.example; dmarc=pass header.from=lindqvist.example',
      from,
    ].join('\n'),
  );
  expect(answer.verdict).toBe('failed');
});

test('fields of one server over several lines are taken together, also below its own Received line', async () => {
  const answer = await trust(
    [
      'Received: from mx.home.example by store.home.example with LMTP',
      border,
      'Authentication-Results: mx.home.example; spf=softfail smtp.mailfrom=lindqvist.example',
      'Authentication-Results: mx.home.example;\n\tdkim=pass (2048-bit key) header.d=lindqvist.example header.b="abc"',
      from,
    ].join('\n'),
  );
  expect(answer).toMatchObject({ verdict: 'verified', checkedBy: 'mx.home.example' });
  expect(answer.results.map(({ method, result }) => `${method}=${result}`)).toEqual([
    'spf=softfail',
    'dkim=pass',
  ]);
});

test('steps inside a provider, under names that only it knows, do not hide what its border found', async () => {
  const answer = await trust(
    [
      'Received: from compute5.internal (compute5.inner.internal [10.0.2.45]) by slot07 with LMTPA',
      'Received: from mx2 ([10.0.2.201]) by compute5.internal (Proxy)',
      'Received: (qmail 4711 invoked by uid 1000); 20 Nov 2026 10:00:00 -0000',
      'Received: from mx2.home.example (localhost [127.0.0.1]) by front.inner (Postfix)',
      'Authentication-Results: mx2.home.example; dmarc=pass header.from=lindqvist.example',
      border,
      from,
    ].join('\n'),
  );
  expect(answer).toMatchObject({ verdict: 'verified', checkedBy: 'mx2.home.example' });
});

test('a field with the signer before the result, and no mark behind the server’s name, is read too', async () => {
  const answer = await trust(
    [
      'Authentication-Results: mta1.home.example header.i=@lindqvist.example; header.s=key; dkim=pass (ok)',
      border,
      from,
    ].join('\n'),
  );
  expect(answer).toMatchObject({
    verdict: 'verified',
    results: [{ method: 'dkim', result: 'pass', domain: 'lindqvist.example' }],
  });
});

test('a list that signs for itself is named, one that only says so is not believed', async () => {
  const results = (d: string) =>
    `Authentication-Results: mx.home.example; dmarc=fail header.from=lindqvist.example; dkim=pass header.d=${d}`;
  const list = 'List-Id: Sailors <sailors.lists.example>';
  const real = await trust([results('lists.example'), border, list, from].join('\n'));
  expect(real).toMatchObject({ verdict: 'unchecked', list: { name: 'Sailors' } });
  expect(real.reason).toContain('lists.example');
  expect((await trust([results('evil.test'), border, list, from].join('\n'))).verdict).toBe('failed');
});

test.each([
  ['two From lines', `From: ceo@company.example\nFrom: eve@evil.test`, 'several-senders'],
  ['two people', `From: ceo@company.example, eve@evil.test`, 'several-senders'],
  ['an address in the name', `From: "CEO <ceo@company.example>" <eve@evil.test>`, 'address-in-name'],
  [
    'a second address in the name',
    `From: "eve@evil.test ceo@company.example" <eve@evil.test>`,
    'address-in-name',
  ],
  ['an address in wide letters', `From: "ceo＠company.example" <eve@evil.test>`, 'address-in-name'],
  ['an address in words', `From: "ceo (at) company.example" <eve@evil.test>`, 'address-in-name'],
  ['a known name with letters unseen', `From: "Karl\u200b Lind\u2060qvist" <k@evil.test>`, 'look-alike-name'],
  [
    'an encoded address in the name',
    `From: =?utf-8?Q?ceo=40company.example?= <eve@evil.test>`,
    'address-in-name',
  ],
  ['a domain one letter off', `From: Bank <news@mybamk.example>`, 'look-alike-domain'],
  ['rn for m', `From: Bank <news@rnybank.example>`, 'look-alike-domain'],
  ['a known domain as the beginning', `From: Bank <news@mybank.example.evil.test>`, 'look-alike-domain'],
  ['Cyrillic letters', `From: Bank <news@xn--myank-3ve.example>`, 'odd-letters'],
  ['a known name', `From: Karl Lindqvist <karl.lindqvist@freemail.test>`, 'look-alike-name'],
  ['my own name', `From: Ina Bergström <x@freemail.test>`, 'look-alike-name'],
  ['answers elsewhere', `${from}\nReply-To: karl@lindqvist-office.test`, 'reply-elsewhere'],
  ['the first time', `From: <new@nobody.example>`, 'first-time'],
])('%s is told', async (_what, header, code) => {
  const { warnings } = await trust(Buffer.from(header).toString('utf8'));
  expect(warnings.map((warning) => warning.code)).toContain(code);
  for (const { detail } of warnings) expect(detail).toMatch(/\.$/);
});

test.each([
  ['somebody known', from],
  [
    'a list that wants answers',
    `${from}\nReply-To: sailors@lists.example\nList-Post: <mailto:sailors@lists.example>`,
  ],
  [
    'a list without an address for posts that is written to',
    `${from}\nTo: Sailors@lists.example\nMailing-List: list sailors@lists.example\nReply-To: sailors@lists.example`,
  ],
  [
    'a list that sends in its own name what is answered to its author',
    'From: Ann via Sailors <karl@lindqvist.example>\nList-Post: <mailto:karl@lindqvist.example>\nReply-To: ann@other.example',
  ],
  ['answers within the organisation', `${from}\nReply-To: office@mail.lindqvist.example`],
])('nothing is odd about %s', async (_what, header) => {
  expect((await trust(header)).warnings).toEqual([]);
});

test('the robots of two mail servers may bear one name', async () => {
  const { warnings } = await trust('From: Mail Delivery System <MAILER-DAEMON@two.example>');
  expect(warnings.map(({ code }) => code)).toEqual(['first-time']);
});

test('answers elsewhere are told of where a mail that is no list names them as a recipient', async () => {
  const { warnings } = await trust(`${from}\nTo: eve@evil.test\nReply-To: eve@evil.test`);
  expect(warnings.map(({ code }) => code)).toEqual(['reply-elsewhere']);
});

test('one’s own mail, and files', async () => {
  expect((await trust('From: ina@home.example', { role: 'sent' })).verdict).toBe('own');
  expect((await trust('From: eve@evil.test', { role: 'sent' })).verdict).toBe('unchecked');
  const field = 'Authentication-Results: mx.home.example; dmarc=pass header.from=lindqvist.example';
  expect(await trust(`${field}\n${from}`, { file: true })).toMatchObject({
    verdict: 'unchecked',
    checkedBy: null,
  });
});

test.each([
  [
    'one click',
    'List-Unsubscribe: <mailto:off@l.example>, <https://l.example/u?1>\nList-Unsubscribe-Post: List-Unsubscribe=One-Click',
    { kind: 'one-click', target: 'l.example', url: 'https://l.example/u?1' },
  ],
  [
    'one click in clear is none',
    'List-Unsubscribe: <http://l.example/u>\nList-Unsubscribe-Post: List-Unsubscribe=One-Click',
    { kind: 'page', target: 'l.example', url: 'http://l.example/u' },
  ],
  [
    'a mail',
    'List-Unsubscribe: <mailto:off@l.example?subject=off>',
    { kind: 'mail', target: 'off@l.example', url: 'mailto:off@l.example?subject=off' },
  ],
  [
    'a page',
    'List-Unsubscribe: <https://u:p@l.example/u>',
    { kind: 'page', target: 'l.example', url: 'https://l.example/u' },
  ],
  ['nothing that can be used', 'List-Unsubscribe: <javascript:alert(1)>, <file:///etc/passwd>', null],
  [
    'a mail to nobody gives way to the page',
    'List-Unsubscribe: <mailto:?to=a@evil.test>, <https://list.example/u>',
    { kind: 'page', target: 'list.example', url: 'https://list.example/u' },
  ],
  [
    'an address of several lines is shown in one',
    'List-Unsubscribe: <mailto:a%0d%0aBcc:b@evil.test>',
    { kind: 'mail', target: 'a Bcc:b@evil.test', url: 'mailto:a%0d%0aBcc:b@evil.test' },
  ],
])('unsubscribing: %s', async (_what, header, unsubscribe) => {
  expect((await trust(`${from}\n${header}`)).unsubscribe).toEqual(unsubscribe);
});

test('checks are believed by the names that the user gave, and by no other then', async () => {
  const by = (name: string): string =>
    `Authentication-Results: ${name}; dmarc=pass header.from=lindqvist.example\n${from}`;
  expect((await trust(by('mx.elsewhere.example'))).verdict).toBe('unchecked');
  const named = { authservIds: ['mx.elsewhere.example'] };
  expect(await trust(by('MX.elsewhere.example'), named)).toMatchObject({
    verdict: 'verified',
    checkedBy: 'mx.elsewhere.example',
  });
  expect((await trust(by('evil.elsewhere.example'), named)).verdict).toBe('unchecked');
  expect((await trust(by('mx.home.example'), named)).verdict).toBe('unchecked');
});

test('words without end in what other servers found cost no time', async () => {
  const begin = performance.now();
  const field = `Authentication-Results: mx.evil.example; x=y ${'a'.repeat(16_000)}`;
  await trust([border, ...Array.from({ length: 15 }, () => field), from].join('\n'));
  expect(performance.now() - begin).toBeLessThan(2_000);
});
