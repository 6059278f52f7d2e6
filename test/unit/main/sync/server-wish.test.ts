import { expect, test } from 'vitest';
import { speaksForAccount, wishedWaitMs } from '../../../../src-main/sync/server-wish.ts';
import type { AppErrorData } from '../../../../src-shared/error.ts';

const said = (text: string, code?: string): AppErrorData => ({
  code: 'refused',
  scope: 'account',
  next: 'retry',
  detail: 'not now',
  server: { text, ...(code === undefined ? {} : { code }) },
});

test.each([
  ['Request is throttled. Suggested Backoff Time: 299000 milliseconds', 299_000],
  ['[THROTTLED] back-off 45', 45_000],
  ['BACKOFF=90 s', 90_000],
  ['Too many requests, try again in 5 minutes', 300_000],
  ['Rate limit hit. Please wait 20 seconds before retrying.', 20_000],
  ['Retry after 120', 120_000],
  ['Account locked, try again in 24 hours', 30 * 60_000],
])('“%s” asks for %i ms', (text, ms) => {
  expect(wishedWaitMs(said(text))).toBe(ms);
  expect(speaksForAccount(said(text))).toBe(true);
});

test('a refusal without a time, for good, or of one message asks for none of the account', () => {
  expect(wishedWaitMs(said('Temporary failure, code 451'))).toBeNull();
  expect(wishedWaitMs({ ...said('try again in 5 minutes'), next: 'tell-user' })).toBeNull();
  expect(speaksForAccount(said('Mailbox in use, try again in 5 seconds', 'INUSE'))).toBe(false);
});
