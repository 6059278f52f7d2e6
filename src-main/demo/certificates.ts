import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './run-program.ts';

export interface Certificates {
  dir: string;
  /** PEM of the authority; what a client has to trust. */
  ca: string;
  cert: string;
  key: string;
}

export interface CertificateWishes {
  /** Mail domains: each gets `<domain>`, `imap.`, `pop.`, `smtp.`, `mail.` and `autoconfig.` names. */
  domains?: readonly string[];
  /** Further DNS names. */
  names?: readonly string[];
  /** Use this authority (files `ca.pem`, `ca.key`) instead of a new one, so that one `ca` serves several servers. */
  authority?: Certificates;
  /** Validity in days; 0 or less makes a certificate that has run out. */
  days?: number;
  /** Leave 127.0.0.1 and localhost out: a certificate for another host. */
  wrongHost?: boolean;
}

/** Makes an authority and a server certificate below `dir` with the openssl program. */
export async function makeCertificates(dir: string, wishes: CertificateWishes = {}): Promise<Certificates> {
  mkdirSync(dir, { recursive: true });
  chmodSync(dir, 0o755);
  const at = (name: string): string => join(dir, name);
  const authority = wishes.authority;
  if (authority === undefined) {
    await run('openssl', [
      ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '60'],
      ...['-subj', '/CN=Posthorn test authority', '-keyout', at('ca.key'), '-out', at('ca.pem')],
    ]);
  }
  const caDir = authority?.dir ?? dir;
  const domains = wishes.domains ?? ['example.test'];
  const prefixes = ['', 'imap.', 'pop.', 'smtp.', 'mail.', 'autoconfig.'];
  const names = [
    ...(wishes.wrongHost === true ? [] : ['localhost']),
    ...domains.flatMap((domain) => prefixes.map((prefix) => `${prefix}${domain}`)),
    ...(wishes.names ?? []),
  ];
  const ips = wishes.wrongHost === true ? [] : ['127.0.0.1', '127.0.0.2', '127.0.0.3'];
  const alternatives = [...names.map((name) => `DNS:${name}`), ...ips.map((ip) => `IP:${ip}`)].join(',');
  writeFileSync(at('srv.ext'), `subjectAltName=${alternatives}\nextendedKeyUsage=serverAuth\n`);
  await run('openssl', [
    ...['req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'],
    ...['-subj', `/CN=${names[0] ?? 'localhost'}`, '-keyout', at('key.pem'), '-out', at('srv.csr')],
  ]);
  await run('openssl', [
    ...['x509', '-req', '-in', at('srv.csr'), '-CA', join(caDir, 'ca.pem'), '-CAkey', join(caDir, 'ca.key')],
    ...[
      '-CAcreateserial',
      '-days',
      String(wishes.days ?? 60),
      '-extfile',
      at('srv.ext'),
      '-out',
      at('cert.pem'),
    ],
  ]);
  // The servers read it after giving up root; it guards nothing but made-up mail on loopback.
  chmodSync(at('key.pem'), 0o644);
  return { dir, ca: join(caDir, 'ca.pem'), cert: at('cert.pem'), key: at('key.pem') };
}
