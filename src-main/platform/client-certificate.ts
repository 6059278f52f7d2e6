import { createHash, X509Certificate } from 'node:crypto';
import { Duplex } from 'node:stream';
import { createSecureContext, TLSSocket, type SecureContextOptions } from 'node:tls';
import { AppError } from '../../src-shared/error.ts';

/** A certificate with its private key, as it came: a PKCS#12 file, or PEM texts one after the other. */
export interface ClientCertificate {
  /** Base64 of the file. */
  data: string;
  passphrase?: string | undefined;
}

export interface ClientCertificateFacts {
  /** Whom it names, for a list: the common name, else the whole subject on one line. */
  subject: string;
  issuer: string;
  /** ISO 8601; empty when it cannot be read. */
  validTo: string;
  /** Everything in it that a server may take for a user's name, in small letters. */
  names: string[];
}

/** What TLS is told of it. */
export function certificateContext({ data, passphrase }: ClientCertificate): SecureContextOptions {
  const bytes = Buffer.from(data, 'base64');
  const secret = passphrase === undefined ? {} : { passphrase };
  return isPem(bytes) ? { cert: bytes, key: bytes, ...secret } : { pfx: bytes, ...secret };
}

/** Names the same certificate with the same passphrase, and tells nothing of them. */
export function certificateId({ data, passphrase }: ClientCertificate): string {
  return createHash('sha256')
    .update(data)
    .update('\0')
    .update(passphrase ?? '')
    .digest('hex');
}

/**
 * Opens it as TLS would, so that what does not work is found before anybody connects.
 * @throws AppError `bad-params`; `file` names it in the words.
 */
export function examineCertificate(
  certificate: ClientCertificate,
  file = 'The certificate',
): ClientCertificateFacts {
  const { raw } = ownCertificate(certificate, file);
  const x509 = new X509Certificate(raw);
  const subject = fieldsOf(x509.subject);
  const emails = (x509.subjectAltName ?? '').split(', ').flatMap((entry) => {
    const email = /^email:(.+)$/i.exec(entry)?.[1];
    return email === undefined ? [] : [email];
  });
  const names = [
    ...subject.filter(([key]) => /^(?:CN|emailAddress|UID)$/i.test(key)).map(([, name]) => name),
    ...emails,
  ];
  const until = Date.parse(x509.validTo);
  return {
    subject: names[0] ?? subject.map(([, value]) => value).join(', '),
    issuer: commonName(x509.issuer),
    validTo: Number.isNaN(until) ? '' : new Date(until).toISOString(),
    names: names.map((name) => name.toLowerCase()),
  };
}

function ownCertificate(certificate: ClientCertificate, file: string): { raw: Buffer } {
  const bytes = Buffer.from(certificate.data, 'base64');
  const lacking = isPem(bytes) ? lackingInPem(bytes.toString('latin1')) : null;
  if (lacking !== null) throw unfit(`${file} ${lacking}`);
  let socket: TLSSocket | null = null;
  try {
    const secureContext = createSecureContext(certificateContext(certificate));
    socket = new TLSSocket(
      new Duplex({ read: () => undefined, write: (_chunk, _encoding, done) => done() }),
      {
        secureContext,
      },
    );
    // Known without a handshake; with PKCS#12 there is no other documented way to it.
    const own = socket.getCertificate();
    if (own === null || !('raw' in own)) throw new Error('no certificate in it');
    return { raw: own.raw };
  } catch (error) {
    throw unfit(`${file} ${whyNot(error, bytes, certificate.passphrase !== undefined)}`, error);
  } finally {
    socket?.destroy();
  }
}

const isPem = (bytes: Buffer): boolean => bytes.includes('-----BEGIN ');

/** PKCS#8 or the older way of OpenSSL (RFC 1421 header). */
const isLocked = (bytes: Buffer): boolean =>
  bytes.includes('-----BEGIN ENCRYPTED PRIVATE KEY-----') || bytes.includes('Proc-Type: 4,ENCRYPTED');

function lackingInPem(text: string): string | null {
  if (!/-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----/.test(text))
    return 'holds no certificate. Choose a file with the certificate and its private key.';
  if (!/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(text))
    return 'holds a certificate without its private key. Choose a file with both (PKCS#12, or both as PEM).';
  return null;
}

/** OpenSSL's words by what Node 24 with OpenSSL 3 says of such files (measured). */
function whyNot(error: unknown, bytes: Buffer, hasPassphrase: boolean): string {
  const said = error instanceof Error ? error.message : String(error);
  // One wrong passphrase in 150 (measured) ends in right padding, and then in a key that nothing can read.
  const garbled = /DECODER/.test(said) && isLocked(bytes);
  if (garbled || /mac verify failure|bad decrypt|interrupted or cancelled|empty password/i.test(said))
    return hasPassphrase
      ? 'does not open with this passphrase. Nothing was changed; try again.'
      : 'is protected by a passphrase. Give it together with the file.';
  if (/key values mismatch|key type mismatch/i.test(said))
    return 'holds a private key that does not belong to its certificate.';
  if (/Unsupported PKCS12/i.test(said))
    return 'is protected in an old way (RC2 or 40-bit) that is not safe any more. Export it anew from where it came.';
  if (/Unable to load private key/i.test(said))
    return 'holds a certificate without its private key. Choose a file with both.';
  return 'is not a certificate that Posthorn can read (PKCS#12 or PEM).';
}

function unfit(detail: string, cause?: unknown): AppError {
  return new AppError({ code: 'bad-params', scope: 'account', next: 'tell-user', detail }, cause);
}

/** "CN=ann\nemailAddress=ann@example.test" as pairs; several values of one line stay one. */
function fieldsOf(name: string): [string, string][] {
  return name.split('\n').flatMap((line) => {
    const at = line.indexOf('=');
    return at === -1 ? [] : [[line.slice(0, at), line.slice(at + 1)] as [string, string]];
  });
}

function commonName(name: string): string {
  const fields = fieldsOf(name);
  return (fields.find(([key]) => key === 'CN') ?? fields[0])?.[1] ?? '';
}
