import { mkdtempSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer, type TlsOptions } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeCertificates, type Certificates } from '../../src-main/demo/certificates.ts';
import { run } from '../../src-main/demo/run-program.ts';
import { protocols, refusedSignIn } from '../harness/sign-in.ts';

/** T05: what is wrong with a server's certificate, or its TLS, is refused before a byte is said to it. */
const dir = mkdtempSync(join(tmpdir(), 'posthorn-bad-tls-'));
const options = new Map<string, TlsOptions>();
let authority: Certificates;
let trusted = '';

const made = (folder: string): TlsOptions => ({
  cert: readFileSync(join(folder, 'cert.pem')),
  key: readFileSync(join(folder, 'key.pem')),
});

/** Signed by our authority for localhost, with a key and days of its own. */
async function signed(name: string, key: readonly string[], days: readonly string[]): Promise<TlsOptions> {
  const folder = join(dir, name);
  mkdirSync(folder);
  const at = (file: string): string => join(folder, file);
  await run('openssl', [
    ...['req', '-newkey', ...key, '-nodes', '-subj', '/CN=localhost'],
    ...['-keyout', at('key.pem'), '-out', at('csr.pem')],
  ]);
  writeFileSync(at('index.txt'), '');
  writeFileSync(at('serial'), '4711\n');
  writeFileSync(
    at('ca.cnf'),
    [
      '[ca]\ndefault_ca = own\n[own]',
      `database = ${at('index.txt')}\nserial = ${at('serial')}\nnew_certs_dir = ${folder}`,
      'default_md = sha256\npolicy = any\nx509_extensions = ext\n[any]\ncommonName = supplied',
      '[ext]\nsubjectAltName = DNS:localhost,IP:127.0.0.1\nextendedKeyUsage = serverAuth\n',
    ].join('\n'),
  );
  await run('openssl', [
    ...['ca', '-batch', '-notext', '-config', at('ca.cnf'), '-cert', authority.ca],
    ...['-keyfile', join(authority.dir, 'ca.key'), '-in', at('csr.pem'), '-out', at('cert.pem'), ...days],
  ]);
  return made(folder);
}

beforeAll(async () => {
  authority = await makeCertificates(join(dir, 'authority'));
  trusted = readFileSync(authority.ca, 'utf8');
  const good = made(authority.dir);
  const month = ['-days', '30'];
  const curve = ['ec', '-pkeyopt', 'ec_paramgen_curve:P-256'];
  const own = join(dir, 'own');
  mkdirSync(own);
  await run('openssl', [
    ...['req', '-x509', '-newkey', ...curve, '-nodes', '-days', '30', '-subj', '/CN=localhost'],
    ...['-addext', 'subjectAltName=DNS:localhost', '-keyout', join(own, 'key.pem')],
    ...['-out', join(own, 'cert.pem')],
  ]);
  options.set('self-signed', made(own));
  options.set('of an unknown authority', made((await makeCertificates(join(dir, 'stranger'))).dir));
  options.set(
    'for another host',
    made((await makeCertificates(join(dir, 'other'), { authority, wrongHost: true })).dir),
  );
  options.set(
    'run out',
    await signed('late', curve, ['-startdate', '20200101000000Z', '-enddate', '20210101000000Z']),
  );
  options.set(
    'not yet valid',
    await signed('early', curve, ['-startdate', '20980101000000Z', '-enddate', '20990101000000Z']),
  );
  // Security level 0 on the server's side: it is ours that has to say no.
  const weak = { ciphers: 'DEFAULT@SECLEVEL=0' };
  options.set('with an RSA key of 1,024 bits', { ...(await signed('weak', ['rsa:1024'], month)), ...weak });
  options.set('on a server of TLS 1.0', { ...good, ...weak, minVersion: 'TLSv1', maxVersion: 'TLSv1' });
  options.set('on a server of TLS 1.1', { ...good, ...weak, minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1' });
  options.set('that is good', good);
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

async function meet(protocol: (typeof protocols)[number], wrong: string) {
  let said = '';
  const greeting = { imap: '* BYE later\r\n', pop3: '-ERR later\r\n', smtp: '421 later\r\n' }[protocol];
  const server = createServer(options.get(wrong) ?? {}, (socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => (said += chunk.toString('latin1')));
    socket.write(greeting);
  });
  server.on('tlsClientError', () => undefined);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    const { port } = server.address() as AddressInfo;
    const error = await refusedSignIn(protocol, {
      ...{ host: 'localhost', port, tls: 'implicit', password: 'secret', extraCa: [trusted] },
    });
    return { error, said };
  } finally {
    server.close();
  }
}

describe.each(protocols)('T05: %s and a certificate', (protocol) => {
  test.each([
    ['self-signed', 'tls-certificate'],
    ['of an unknown authority', 'tls-certificate'],
    ['for another host', 'tls-certificate'],
    ['run out', 'tls-certificate'],
    ['not yet valid', 'tls-certificate'],
    ['with an RSA key of 1,024 bits', 'tls-'],
    ['on a server of TLS 1.0', 'tls-'],
    ['on a server of TLS 1.1', 'tls-'],
  ])('%s is refused in words, and nothing is said to the server', async (wrong, code) => {
    const { error, said } = await meet(protocol, wrong);
    expect(said).toBe('');
    expect(error.code).toContain(code);
    expect(error.next).toBe('tell-user');
    expect(error.detail).toMatch(/[a-z]{3,} [a-z]{2,}.*\./i);
  });

  test('that is good is not what it fails on', async () => {
    expect((await meet(protocol, 'that is good')).error.code).toBe('refused');
  });
});
