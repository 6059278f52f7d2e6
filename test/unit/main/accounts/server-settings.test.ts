import { expect, test } from 'vitest';
import { mergeIncoming, secretsFor, withCertificate } from '../../../../src-main/accounts/server-settings.ts';

const old = {
  protocol: 'imap' as const,
  host: 'mail.example.org',
  port: 993,
  tls: 'implicit' as const,
  username: 'ann',
  trustFingerprint256: 'ab',
};
const kept = { password: 'old secret', token: undefined, certificate: undefined };
const certificate = { data: 'Y2VydA==' };
const view = { name: 'ann.p12', subject: 'ann', issuer: 'us', validTo: '' };

test('another host gets no password that was given for the old one', () => {
  expect(() => secretsFor(old, { host: 'other.example.net' }, kept, undefined)).toThrow(
    /not sent to other\.example\.net/,
  );
  expect(secretsFor(old, { host: 'other.example.net', password: 'new' }, kept, undefined)).toEqual({
    password: 'new',
    token: undefined,
    certificate: undefined,
  });
});

test('the same host in other letters, or another port, keeps it', () => {
  expect(secretsFor(old, { host: 'MAIL.example.org', port: 1993 }, kept, undefined).password).toBe(
    'old secret',
  );
  expect(secretsFor(old, undefined, kept, undefined).password).toBe('old secret');
});

test('a trusted certificate is forgotten with its host or port', () => {
  expect(mergeIncoming(old, { host: 'other.example.net' }).trustFingerprint256).toBeUndefined();
  expect(mergeIncoming(old, { port: 994 }).trustFingerprint256).toBeUndefined();
  expect(mergeIncoming(old, { username: 'bob' }).trustFingerprint256).toBe('ab');
  expect(mergeIncoming(old, { host: 'other.example.net', password: 'x' })).not.toHaveProperty('password');
});

test('a certificate stays with its host, is replaced, or taken away', () => {
  const having = { ...kept, certificate };
  const taken = { certificate: { data: 'bmV3' }, view };
  expect(secretsFor(old, { username: 'bob' }, having, undefined).certificate).toEqual(certificate);
  expect(secretsFor(old, { password: 'new' }, having, undefined).certificate).toEqual(certificate);
  expect(secretsFor(old, {}, having, taken).certificate).toEqual({ data: 'bmV3' });
  expect(secretsFor(old, {}, having, null).certificate).toBeUndefined();
  expect(secretsFor(old, { host: 'b.example' }, having, taken)).toEqual({
    password: undefined,
    token: undefined,
    certificate: { data: 'bmV3' },
  });
  expect(() => secretsFor(old, { host: 'b.example' }, { ...having, password: undefined }, undefined)).toThrow(
    /not sent to b\.example/,
  );
  expect(withCertificate({ ...old, clientCertificate: view }, kept, null)).not.toHaveProperty(
    'clientCertificate',
  );
  expect(withCertificate(old, having, taken)).toMatchObject({ clientCertificate: view });
});
