import { expect, test } from 'vitest';
import { mergeIncoming, secretsFor } from '../../../../src-main/accounts/server-settings.ts';

const old = {
  protocol: 'imap' as const,
  host: 'mail.example.org',
  port: 993,
  tls: 'implicit' as const,
  username: 'ann',
  trustFingerprint256: 'ab',
};
const kept = { password: 'old secret', token: undefined };

test('another host gets no password that was given for the old one', () => {
  expect(() => secretsFor(old, { host: 'other.example.net' }, kept)).toThrow(
    /not sent to other\.example\.net/,
  );
  expect(secretsFor(old, { host: 'other.example.net', password: 'new' }, kept)).toEqual({
    password: 'new',
    token: undefined,
  });
});

test('the same host in other letters, or another port, keeps it', () => {
  expect(secretsFor(old, { host: 'MAIL.example.org', port: 1993 }, kept).password).toBe('old secret');
  expect(secretsFor(old, undefined, kept).password).toBe('old secret');
});

test('a trusted certificate is forgotten with its host or port', () => {
  expect(mergeIncoming(old, { host: 'other.example.net' }).trustFingerprint256).toBeUndefined();
  expect(mergeIncoming(old, { port: 994 }).trustFingerprint256).toBeUndefined();
  expect(mergeIncoming(old, { username: 'bob' }).trustFingerprint256).toBe('ab');
  expect(mergeIncoming(old, { host: 'other.example.net', password: 'x' })).not.toHaveProperty('password');
});
