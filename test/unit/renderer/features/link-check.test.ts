import { expect, test } from 'vitest';
import { isHostName } from '../../../../src-renderer/features/message-view/host-words.ts';
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
  ['src/config.yaml', 'https://code.example.org/x', null],
  ['Read README.md', 'https://code.example.org/x', null],
  ['bank.rs', 'https://evil.test/', 'other-host'],
  ['www.bank.example', 'https://www.bank.example:8443/', null],
  ['Click here', 'https://xn--pypal-4ve.com/', 'odd-letters'],
  ['Click here', 'https://xn--mnchen-3ya.de/', null],
  ['bank.example', 'mailto:ann@example.org', null],
  ['paypal.net', 'https://evil.test/', 'other-host'],
  ['ASP.NET', 'https://learn.example/', null],
  ['bank\u200b.example', 'https://evil.test/', 'other-host'],
  ['b\u00adank.example', 'https://evil.test/', 'other-host'],
  ['\u2066bank.example\u2069', 'https://evil.test/', 'other-host'],
  ['bank.example\u202c', 'https://evil.test/', 'other-host'],
  ['\u202egro.knab//:sptth', 'https://evil.test/', 'other-host'],
  ['bank。example', 'https://evil.test/', 'other-host'],
  ['ｂａｎｋ．ｅｘａｍｐｌｅ', 'https://evil.test/', 'other-host'],
  ['bank․example', 'https://evil.test/', 'other-host'],
  ['bank.example | sign in', 'https://evil.test/', 'other-host'],
  ['bank.example|sign in', 'https://evil.test/', 'other-host'],
  ['bank.example›login', 'https://evil.test/', 'other-host'],
  ['bank.example…', 'https://evil.test/', 'other-host'],
  ['bank.example\\login', 'https://evil.test/', 'other-host'],
  ['https://bank.example@evil.test/', 'https://evil.test/', 'other-host'],
  ['https://192.0.2.1/', 'https://evil.test/', 'other-host'],
  ['http://[2001:db8::1]/', 'https://evil.test/', 'other-host'],
  ['http://localhost:8080/', 'https://evil.test/', 'other-host'],
  ['https://192.0.2.1/a', 'http://192.0.2.1:81/', null],
  ['bank.example', 'https://bank.example./', null],
  ['See https://bank.example.', 'https://www.bank.example/', null],
  ['(https://bank.example)', 'https://www.bank.example/', null],
  ['ann.smith@bank.example', 'https://bank.example/', null],
  ['münchen.de', 'https://xn--mnchen-3ya.de/', null],
  ['and so on …', 'https://evil.test/', null],
  ['Click here', 'https://xn--80ak6aa92e.com/', 'odd-letters'],
  ['аpple.com', 'https://xn--pple-43d.com/', 'odd-letters'],
])('"%s" leading to %s: %s', (words, url, doubt) => {
  expect(linkDoubt({ url, words })).toBe(doubt);
  expect(linkDoubt({ url, words }, isHostName)).toBe(doubt);
});

test.each([
  ['Mr.Smith', null],
  ['e.g.this', null],
  ['file.txt', null],
  ['v2.0', null],
  ['Node.js', null],
  ['readme.md', null],
  ['state.value', null],
  ['java.util.List', null],
  ['The end.It is over', null],
  ['Sign in.Next step', null],
  ['bank.it', 'other-host'],
  ['Bank.It', 'other-host'],
  ['bank.It', 'other-host'],
  [' sparkasse.De ', 'other-host'],
  ['bank.Com', 'other-host'],
  ['BANK.COM', 'other-host'],
  ['bank.co.uk', 'other-host'],
  ['bank.local', 'other-host'],
  ['банк.рф', 'other-host'],
  ['www.state.value', 'other-host'],
  ['ann@state.value', 'other-host'],
])('words that are no address are no doubt: %s', (words, doubt) => {
  expect(linkDoubt({ url: 'https://evil.test/', words }, isHostName)).toBe(doubt);
});

test('a target is shown with its true host', () => {
  expect(targetWords('https://xn--mnchen-3ya.de/a?b#c')).toBe('https://münchen.de/a?b#c');
  expect(targetWords('https://xn--pypal-4ve.com/')).toBe('https://xn--pypal-4ve.com/');
  expect(targetWords('mailto:ann@example.org')).toBe('ann@example.org');
});

test.each(['a.', 'www.', '@a.', 'a'])('words without end are looked at once: %s…', (words) => {
  const began = performance.now();
  expect(linkDoubt({ url: 'https://evil.test/', words: `bank.it ${words.repeat(50_000)}@` })).toBe(
    'other-host',
  );
  linkDoubt({ url: 'https://evil.test/', words: `${words.repeat(50_000)}@` });
  expect(performance.now() - began).toBeLessThan(2_000);
});

test.each([
  'first.last@bank.it',
  'xhttps://bank.it',
  '...bank.it',
  'a..bank.it',
  'no-www.bank.it',
  'a@b@bank.it',
])('a host within other words is seen: %s', (words) => {
  expect(linkDoubt({ url: 'https://evil.test/', words }, isHostName)).toBe('other-host');
});
