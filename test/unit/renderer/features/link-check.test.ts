import { expect, test } from 'vitest';
import { linkDoubt, targetWords } from '../../../../src-renderer/features/message-view/link-check.ts';

test.each([
  ['https://example.org/a', 'example.org', false],
  ['https://mail.example.org/a', 'https://example.org', false],
  ['https://www.example.org', 'example.org/path', false],
  ['https://example.org.evil.test/', 'www.example.org', true],
  ['https://evil.test/', 'https://bank.example/login', true],
  ['https://evil.test/', 'read more', false],
  ['https://other.example/', 'ann@other.example', false],
  ['mailto:ann@example.org', 'example.com', false],
])('%s behind “%s”: misleading %s', (url, words, expected) => {
  expect(linkDoubt({ url, words }) === 'other-host').toBe(expected);
});

test.each([
  ['ann@bank.example', 'https://evil.test/', 'other-host'],
  ['Sign in at bank.example, now', 'https://evil.test/bank.example', 'other-host'],
  ['report.pdf', 'https://files.example.org/x', null],
  ['www.bank.example', 'https://www.bank.example:8443/', null],
  ['Click here', 'https://xn--pypal-4ve.com/', 'odd-letters'],
  ['Click here', 'https://xn--mnchen-3ya.de/', null],
  ['bank.example', 'mailto:ann@example.org', null],
])('"%s" leading to %s: %s', (words, url, doubt) => {
  expect(linkDoubt({ url, words })).toBe(doubt);
});

test('a target is shown with its true host', () => {
  expect(targetWords('https://xn--mnchen-3ya.de/a?b#c')).toBe('https://münchen.de/a?b#c');
  expect(targetWords('https://xn--pypal-4ve.com/')).toBe('https://xn--pypal-4ve.com/');
  expect(targetWords('mailto:ann@example.org')).toBe('ann@example.org');
});
