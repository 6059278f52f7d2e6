import { expect, test } from 'vitest';
import { isMisleading } from '../../../../src-renderer/features/message-view/link-check.ts';

test.each([
  ['https://example.org/a', 'example.org', false],
  ['https://mail.example.org/a', 'https://example.org', false],
  ['https://www.example.org', 'example.org/path', false],
  ['https://example.org.evil.test/', 'www.example.org', true],
  ['https://evil.test/', 'https://bank.example/login', true],
  ['https://evil.test/', 'read more', false],
  ['https://example.org/', 'ann@other.example', false],
  ['mailto:ann@example.org', 'example.com', false],
])('%s behind “%s”: misleading %s', (url, words, expected) => {
  expect(isMisleading({ url, words })).toBe(expected);
});
