import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Certificates } from '../../src-main/demo/certificates.ts';
import { run } from '../../src-main/demo/run-program.ts';

export interface ClientCertificateFiles {
  cert: string;
  key: string;
  /** Certificate and key in one PEM file. */
  pem: string;
  /** The same with the key under the passphrase. */
  lockedPem: string;
  p12: string;
}

/** A certificate for `name`, issued by the authority that the test's servers know, with files under "open sesame". */
export async function makeClientCertificate(
  dir: string,
  authority: Certificates,
  name: string,
): Promise<ClientCertificateFiles> {
  mkdirSync(dir, { recursive: true });
  const at = (file: string): string => join(dir, `${name}-${file}`);
  writeFileSync(at('ext'), 'extendedKeyUsage=clientAuth\n');
  await run('openssl', [
    ...['req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-subj', `/CN=${name}`],
    ...['-keyout', at('key.pem'), '-out', at('csr')],
  ]);
  await run('openssl', [
    ...['x509', '-req', '-in', at('csr'), '-days', '30', '-extfile', at('ext'), '-out', at('cert.pem')],
    ...['-CA', authority.ca, '-CAkey', join(authority.ca, '..', 'ca.key'), '-CAcreateserial'],
  ]);
  const secret = 'pass:open sesame';
  await run('openssl', [
    ...[
      'pkcs12',
      '-export',
      '-in',
      at('cert.pem'),
      '-inkey',
      at('key.pem'),
      '-passout',
      secret,
      '-out',
      at('p12'),
    ],
  ]);
  await run('openssl', [
    'pkcs8',
    '-topk8',
    '-in',
    at('key.pem'),
    '-passout',
    secret,
    '-out',
    at('locked.key'),
  ]);
  const cert = readFileSync(at('cert.pem'), 'utf8');
  writeFileSync(at('both.pem'), cert + readFileSync(at('key.pem'), 'utf8'));
  writeFileSync(at('locked.pem'), readFileSync(at('locked.key'), 'utf8') + cert);
  return {
    cert: at('cert.pem'),
    key: at('key.pem'),
    pem: at('both.pem'),
    lockedPem: at('locked.pem'),
    p12: at('p12'),
  };
}
