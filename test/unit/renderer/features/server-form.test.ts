import { describe, expect, it } from 'vitest';
import {
  addParams,
  commonHost,
  emptyForm,
  fillFrom,
  fingerprintLines,
  isAddress,
  speak,
  trust,
} from '../../../../src-renderer/features/accounts/server-form.ts';
import { serverProblem } from '../../../../src-renderer/ui/server-place.ts';
import { portFor } from '../../../../src-renderer/state/usual-ports.ts';
import type { Candidate } from '../../../../src-shared/ipc/areas/account.ts';

const server = (host: string, port: number) => ({
  host,
  port,
  tls: 'implicit' as const,
  auth: [],
  username: 'ina@example.org',
});
const candidate: Candidate = {
  source: 'srv',
  incoming: { protocol: 'imap', ...server('imap.example.org', 993) },
  outgoing: server('smtp.example.org', 465),
};

describe('the form of an account', () => {
  it('asks main for exactly what was shown', () => {
    const form = { ...fillFrom({ ...emptyForm(), address: ' ina@example.org ' }, candidate), password: 'p' };
    expect(addParams(form, ' Ina ')).toEqual({
      address: 'ina@example.org',
      name: 'Ina',
      mode: 'disconnected',
      incoming: {
        protocol: 'imap',
        host: 'imap.example.org',
        port: 993,
        tls: 'implicit',
        username: 'ina@example.org',
        password: 'p',
      },
      outgoing: { host: 'smtp.example.org', port: 465, tls: 'implicit', username: 'ina@example.org' },
    });
    expect(addParams({ ...form, receiveOnly: true }, '').outgoing).toBeNull();
  });
  it('adds a POP3 account by an answer that names it, or by hand with the port that goes with it', () => {
    const pop3 = {
      ...candidate,
      incoming: { protocol: 'pop3' as const, ...server('pop.example.org', 995) },
    };
    expect(addParams(fillFrom(emptyForm(), pop3), '').incoming).toMatchObject({
      protocol: 'pop3',
      host: 'pop.example.org',
      port: 995,
    });
    const byHand = speak(fillFrom(emptyForm(), candidate), 'pop3');
    expect(addParams(byHand, '').incoming).toMatchObject({ protocol: 'pop3', port: 995 });
    const odd = { ...byHand, incoming: { ...byHand.incoming, port: 10_110 } };
    expect(addParams(speak(odd, 'imap'), '').incoming).toMatchObject({ protocol: 'imap', port: 10_110 });
  });
  it('gives a certificate to both servers of one sign-in, and each its own', () => {
    const certificate = { data: 'AA==', name: 'ina.p12', passphrase: 'p' };
    const filled = fillFrom(emptyForm(), candidate);
    const form = { ...filled, incoming: { ...filled.incoming, certificate } };
    const auth = { clientCertificate: certificate };
    expect(addParams(form, '')).toMatchObject({ incoming: { auth }, outgoing: { auth } });
    expect(addParams(form, '').incoming).not.toHaveProperty('password');
    expect(addParams({ ...form, sameSignIn: false }, '').outgoing).not.toHaveProperty('auth');
  });
  it('gives trust only to the host and port that showed the certificate', () => {
    const form = trust(fillFrom(emptyForm(), candidate), {
      host: 'IMAP.example.org',
      port: 993,
      fingerprint256: 'ab',
      subject: '',
      issuer: '',
      validFrom: '',
      validTo: '',
      reason: '',
    });
    const params = addParams(form, '');
    expect(params.incoming.trustFingerprint256).toBe('ab');
    expect(params.outgoing?.trustFingerprint256).toBeUndefined();
  });
  it('does not try a server in clear text without the ticked sentence', () => {
    const plain = { ...emptyForm().incoming, host: 'h', username: 'u', tls: 'none' as const };
    expect(serverProblem(plain, true)).toBe('plaintext');
    expect(serverProblem({ ...plain, plaintextAgreed: true }, true)).toBeNull();
    expect(serverProblem({ ...plain, host: 'https://h/' }, true)).toBe('host');
    expect(serverProblem({ ...plain, port: 70_000 }, true)).toBe('port');
  });
  it('follows usual ports and leaves unusual ones', () => {
    expect(portFor('imap', 'starttls', 993)).toBe(143);
    expect(portFor('outgoing', 'starttls', 465)).toBe(587);
    expect(portFor('pop3', 'starttls', 995)).toBe(110);
    expect(portFor('imap', 'starttls', 10_143)).toBe(10_143);
  });
  it('names where a password would go, never shorter than true', () => {
    expect(commonHost(['imap.mail.example', 'smtp.mail.example'])).toBe('mail.example');
    expect(commonHost(['imap.example', 'smtp.example'])).toBeNull();
    expect(commonHost(['imap.a.example', 'smtp.b.example'])).toBeNull();
    expect(commonHost(['imap.a.example'])).toBe('imap.a.example');
  });
  it('reads addresses and fingerprints', () => {
    expect(isAddress('ina@example.org')).toBe(true);
    for (const bad of ['ina', 'ina@', 'ina@example', 'a b@c.d', '<a@b.c>'])
      expect(isAddress(bad)).toBe(false);
    expect(fingerprintLines('9f3a61c05e7b12d8440e9ca7b3582df106ee813c7a95d42bc81f60a957e204bd')).toHaveLength(
      4,
    );
  });
});
