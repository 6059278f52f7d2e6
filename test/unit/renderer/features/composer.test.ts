import { describe, expect, it } from 'vitest';
import type { FullMessage } from '../../../../src-shared/ipc/areas/mail.ts';
import type { AccountView } from '../../../../src-shared/ipc/areas/account.ts';
import {
  formatAddress,
  isMailAddress,
  parseAddressList,
} from '../../../../src-renderer/features/composer/address-list.ts';
import {
  answerRecipients,
  forwardSubject,
  listAddress,
  replySubject,
  senderFor,
  sendersOf,
} from '../../../../src-renderer/features/composer/answering.ts';
import { parseMailto } from '../../../../src-renderer/features/composer/mailto.ts';
import { plainBody, richBody } from '../../../../src-renderer/features/composer/quoting.ts';
import {
  signatureHtml,
  swapHtmlSignature,
  swapTextSignature,
} from '../../../../src-renderer/features/composer/signature.ts';
import { docToText, textToHtml } from '../../../../src-renderer/features/composer/text-body.ts';
import { promisedAttachment, warningsFor } from '../../../../src-renderer/features/composer/warnings.ts';

const own = new Set(['ina@example.org', 'ina@work.example']);
const isOwn = ({ address }: { address: string }): boolean => own.has(address.toLowerCase());
const person = (address: string, name = '') => ({ name, address });
const message = (part: Partial<FullMessage>): FullMessage => ({
  messageId: 'm1',
  folderId: 'f',
  accountId: 'a',
  threadId: 't',
  subject: 'Plans',
  from: [person('ann@example.net', 'Ann')],
  to: [person('ina@example.org')],
  date: '2026-11-20T14:31:00Z',
  sentAt: '2026-11-20T14:31:00Z',
  size: 1,
  flags: [],
  hasAttachments: false,
  messageIdHeader: '<1@x>',
  preview: '',
  readableOffline: true,
  pending: null,
  headers: [],
  cc: [],
  bcc: [],
  replyTo: [],
  text: 'One\n\n> old',
  html: null,
  attachments: [],
  remoteImages: { count: 0, hosts: [], trackers: [] },
  inReplyTo: '',
  references: [],
  protection: [],
  sections: [],
  report: null,
  invitation: null,
  reportedMail: null,
  invitationAnswer: null,
  receiptWish: null,
  defects: [],
  ...part,
});
const account = (accountId: string, ...addresses: string[]): AccountView =>
  ({
    accountId,
    address: addresses[0],
    settings: {
      identities: addresses.map((address, at) => ({
        identityId: `${accountId}${String(at)}`,
        name: '',
        address,
        signature: '',
      })),
    },
  }) as unknown as AccountView;
const addresses = (list: readonly { address: string }[]): string[] => list.map((one) => one.address);

describe('addresses as people type and paste them', () => {
  it('reads lists with names, quotes, comments and line ends', () => {
    expect(
      parseAddressList(
        '"Lee, Ann" <ann@example.net>, tom@example.org; Zoë <zoe@münchen.example>\nbo@x.y (Bo)',
      ),
    ).toEqual([
      { name: 'Lee, Ann', address: 'ann@example.net', valid: true },
      { name: '', address: 'tom@example.org', valid: true },
      { name: 'Zoë', address: 'zoe@münchen.example', valid: true },
      { name: 'Bo', address: 'bo@x.y', valid: true },
    ]);
    expect(addresses(parseAddressList('a@b.c d@e.f'))).toEqual(['a@b.c', 'd@e.f']);
  });
  it('marks what is no address and keeps its words', () => {
    expect(parseAddressList('Ann Lee, ann@, <x>')).toMatchObject([
      { address: 'Ann Lee', valid: false },
      { address: 'ann@', valid: false },
      { valid: false },
    ]);
    for (const bad of ['a b@c.d', 'a@b..c', 'a@@b.c', 'a@b.c\r\nBcc: x@y.z', '@b.c', 'a@'])
      expect(isMailAddress(bad)).toBe(false);
    for (const good of ['root@localhost', 'a@[127.0.0.1]', 'δοκιμή@παράδειγμα.δοκιμή', "o'neil+x@b.c"])
      expect(isMailAddress(good)).toBe(true);
  });
  it('writes them so that they are read back', () => {
    for (const one of [person('a@b.c'), person('a@b.c', 'Ann Lee'), person('a@b.c', 'Lee, Ann "the" \\ x')])
      expect(parseAddressList(formatAddress(one))).toEqual([{ ...one, valid: true }]);
  });
});

describe('mailto: addresses', () => {
  it('takes recipients, subject and body and nothing else', () => {
    expect(
      parseMailto(
        'mailto:ann@example.net,tom@x.y?cc=z@x.y&subject=Caf%C3%A9%0D%0ABcc:%20evil@x.y&body=a%0D%0Ab&attach=/etc/passwd&from=x@y.z&In-Reply-To=1',
      ),
    ).toEqual({
      to: [
        { name: '', address: 'ann@example.net', valid: true },
        { name: '', address: 'tom@x.y', valid: true },
      ],
      cc: [{ name: '', address: 'z@x.y', valid: true }],
      bcc: [],
      subject: 'Café Bcc: evil@x.y',
      body: 'a\nb',
    });
    expect(parseMailto('https://example.org')).toBeNull();
    expect(parseMailto('MAILTO:?subject=100%')?.subject).toBe('100%');
  });
});

describe('answering', () => {
  it('marks a subject once, whatever language marked it', () => {
    expect(replySubject('AW: Re[2]: RE: Plans')).toBe('Re: Plans');
    expect(replySubject('Regarding: x')).toBe('Re: Regarding: x');
    expect(forwardSubject('WG: Fwd: Plans')).toBe('Fwd: Plans');
    expect(replySubject('')).toBe('Re:');
  });
  it('answers to Reply-To, everybody without oneself, and on to the same people from a sent mail', () => {
    const mail = message({
      replyTo: [person('desk@example.net')],
      to: [person('Ina@Example.org'), person('tom@x.y')],
      cc: [person('ina@work.example'), person('zoe@x.y'), person('TOM@x.y')],
    });
    expect(addresses(answerRecipients(mail, 'reply', isOwn).to)).toEqual(['desk@example.net']);
    const all = answerRecipients(mail, 'reply-all', isOwn);
    expect([addresses(all.to), addresses(all.cc)]).toEqual([['desk@example.net', 'tom@x.y'], ['zoe@x.y']]);
    expect(
      addresses(
        answerRecipients(
          message({ from: [person('ina@example.org')], to: [person('tom@x.y')] }),
          'reply',
          isOwn,
        ).to,
      ),
    ).toEqual(['tom@x.y']);
    expect(answerRecipients(mail, 'forward', isOwn)).toEqual({ to: [], cc: [] });
  });
  it('follows Mail-Followup-To and knows the list', () => {
    const mail = message({
      headers: [
        { name: 'Mail-Followup-To', value: 'list@x.y' },
        { name: 'List-Post', value: '<mailto:list@x.y>' },
        { name: 'List-Id', value: '<list.x.y>' },
      ],
    });
    expect(addresses(answerRecipients(mail, 'reply-all', isOwn).to)).toEqual(['list@x.y']);
    expect(listAddress(mail)).toBe('list@x.y');
    expect(listAddress(message({}))).toBeNull();
  });
  it('sends from the identity that was addressed, even by Delivered-To', () => {
    const senders = sendersOf([
      account('a', 'ina@example.org', 'alias@example.org'),
      account('b', 'ina@work.example'),
    ]);
    expect(senderFor(message({ to: [person('ALIAS@example.org')] }), senders)?.identity.address).toBe(
      'alias@example.org',
    );
    expect(
      senderFor(
        message({ to: [person('team@x.y')], headers: [{ name: 'Delivered-To', value: 'ina@work.example' }] }),
        senders,
      )?.account.accountId,
    ).toBe('b');
    expect(senderFor(message({ to: [person('team@x.y')] }), senders)?.account.accountId).toBe('a');
    // One's other account wrote it: the account that received it answers.
    const between = message({
      accountId: 'a',
      from: [person('ina@work.example')],
      to: [person('ina@example.org')],
    });
    expect(senderFor(between, senders)?.account.accountId).toBe('a');
    expect(
      addresses(
        answerRecipients(
          between,
          'reply',
          () => true,
          () => false,
        ).to,
      ),
    ).toEqual(['ina@work.example']);
  });
  it('quotes below an empty place for one’s own words', () => {
    const text = plainBody(message({}), 'reply', 'Ina');
    expect(text).toMatch(/^\n\n-- \nIna\n\nOn 20 November 2026.* Ann wrote:\n> One\n>\n>> old$/u);
    expect(richBody(message({ text: '<b>&' }), 'reply', '')).toContain(
      '<blockquote><p>&lt;b&gt;&amp;</p></blockquote>',
    );
    expect(plainBody(message({ text: 'Body' }), 'forward', '')).toMatch(
      /From: Ann <ann@example\.net>[\s\S]*Subject: Plans[\s\S]*\n\nBody$/u,
    );
  });
});

describe('plain and rich', () => {
  it('keeps every word of rich text', () => {
    const text = (words: string, ...marks: object[]) => ({ type: 'text', text: words, marks });
    const paragraph = (...content: object[]) => ({ type: 'paragraph', content });
    const link = { type: 'link', attrs: { href: 'https://example.org/a' } };
    const doc = {
      type: 'doc',
      content: [
        paragraph(
          text('Dear '),
          text('Ann', { type: 'bold' }),
          { type: 'hardBreak' },
          text('see '),
          text('this', link),
        ),
        paragraph(),
        {
          type: 'bulletList',
          content: [
            { type: 'listItem', content: [paragraph(text('one'))] },
            {
              type: 'listItem',
              content: [
                paragraph(text('two')),
                {
                  type: 'orderedList',
                  attrs: { start: 3 },
                  content: [{ type: 'listItem', content: [paragraph(text('deep'))] }],
                },
              ],
            },
          ],
        },
        {
          type: 'blockquote',
          content: [paragraph(text('said')), { type: 'blockquote', content: [paragraph(text('before'))] }],
        },
        { type: 'signature', content: [paragraph(text('--\u00a0')), paragraph(text('Ina'))] },
      ],
    };
    expect(docToText(doc as never)).toBe(
      'Dear Ann\nsee this <https://example.org/a>\n\n\n- one\n- two\n  3. deep\n\n> said\n>\n>> before\n\n-- \nIna',
    );
  });
  it('makes paragraphs and quotes of plain text, as text', () => {
    expect(textToHtml('a <b>\nb\n\n> q\n>> r\nend')).toBe(
      '<p>a &lt;b&gt;<br>b</p><blockquote><p>q</p><blockquote><p>r</p></blockquote></blockquote><p>end</p>',
    );
    expect(textToHtml('')).toBe('<p></p>');
  });
  it('exchanges signatures, but not what somebody changed', () => {
    const html = `<p>Hi</p>${signatureHtml('Old')}<blockquote><p>q</p></blockquote>`;
    expect(swapHtmlSignature(html, 'New & co')).toBe(
      `<p>Hi</p>${signatureHtml('New & co')}<blockquote><p>q</p></blockquote>`,
    );
    expect(swapHtmlSignature(html, '')).toBe('<p>Hi</p><blockquote><p>q</p></blockquote>');
    expect(swapTextSignature('Hi\n\n-- \nOld\n\n> q', 'Old', 'New')).toBe('Hi\n\n-- \nNew\n\n> q');
    expect(swapTextSignature('Hi\n\n-- \nOlder me', 'Old me', 'New')).toBe('Hi\n\n-- \nOlder me');
  });
});

describe('warnings', () => {
  const mail = {
    subject: 's',
    text: 'Hi',
    to: [{ ...person('a@b.c'), valid: true }],
    cc: [],
    attachments: 0,
    from: 'ina@example.org',
    expectedFrom: null,
    list: null,
  };
  it('sees a forgotten attachment in one’s own words only', () => {
    expect(promisedAttachment('See the attached file')).toBe('attached');
    expect(promisedAttachment('Anbei die Rechnung')).toBe('Anbei');
    expect(promisedAttachment('Thanks\n> see attached')).toBeNull();
    expect(promisedAttachment('Thanks\n-- \nattachments welcome')).toBeNull();
    expect(promisedAttachment('He is unattached')).toBeNull();
  });
  it('says each thing once', () => {
    const many = Array.from({ length: 15 }, (_, at) => ({ ...person(`p${String(at)}@x.y`), valid: true }));
    const warnings = warningsFor(
      {
        ...mail,
        subject: ' ',
        to: [...many, { ...person('LIST@x.y'), valid: true }],
        list: 'list@x.y',
        expectedFrom: 'ina@work.example',
      },
      new Set(),
    );
    expect(warnings.map((one) => one.id)).toEqual(['subject', 'many', 'list', 'from']);
    expect(warningsFor({ ...mail, subject: '' }, new Set(['subject']))).toEqual([]);
    expect(warningsFor(mail, new Set())).toEqual([]);
  });
});
