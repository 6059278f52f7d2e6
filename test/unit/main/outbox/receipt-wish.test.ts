import { expect, test } from 'vitest';
import { readMail } from '../../../../src-main/mime/read/read-mail.ts';
import { dispositionNotification } from '../../../../src-main/mime/compose/receipt.ts';
import { receiptWish } from '../../../../src-main/outbox/answers/receipt-wish.ts';
import type { FolderRole } from '../../../../src-shared/model/folder.ts';

const wish = (more: readonly string[], role: FolderRole | null = 'inbox') =>
  receiptWish(
    readMail(
      Buffer.from(
        ['From: Ann <ann@example.org>', 'To: bob@example.org', 'Subject: x', ...more, '', 'text'].join(
          '\r\n',
        ),
      ),
    ),
    role,
  );
const asked = 'Disposition-Notification-To: ann@example.org';
const path = 'Return-Path: <ann@example.org>';

test('a plain wish is a question without a warning', () => {
  expect(wish([asked, path])).toEqual({
    to: ['ann@example.org'],
    sentence: 'Ann asks to be told that you read this.',
    warning: null,
  });
});

test.each([
  [
    'goes elsewhere',
    [asked, 'Return-Path: <bounce@mailer.example>'],
    'but the message came from bounce@mailer.example',
  ],
  ['nobody noted where it came from', [asked], 'did not note where the message came from'],
  [
    'several',
    ['Disposition-Notification-To: ann@example.org, eve@evil.test', path],
    'ann@example.org, eve@evil.test',
  ],
])('%s: that is said', (_name, more, words) => {
  expect(wish(more)?.warning).toContain(words);
});

test.each([
  ['no wish', [path]],
  ['a list', [asked, path, 'List-Id: <l.example.org>']],
  ['a newsletter', [asked, path, 'List-Unsubscribe: <https://example.org/off>']],
  ['bulk', [asked, path, 'Precedence: bulk']],
  ['a machine', [asked, path, 'Auto-Submitted: auto-generated']],
  ['a bounce', [asked, 'Return-Path: <>']],
  ['an unreadable address', ['Disposition-Notification-To: nobody', path]],
  ['a form that is demanded and not known', [asked, path, 'Disposition-Notification-Options: x=required,1']],
])('%s: nothing is asked', (_name, more) => {
  expect(wish(more)).toBeNull();
});

test.each(['sent', 'drafts', 'junk', 'trash'] as const)('nothing is asked in %s', (role) => {
  expect(wish([asked, path], role)).toBeNull();
});

test('no line of a receipt can begin another', () => {
  expect(() =>
    dispositionNotification({
      reader: 'bob@example.org',
      originalRecipient: null,
      messageIdHeader: '<a\r\nX: y@z>',
    }),
  ).toThrow();
});
