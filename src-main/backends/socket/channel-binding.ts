import type { X509Certificate } from 'node:crypto';
import { createHash } from 'node:crypto';
import type { Duplex } from 'node:stream';
import { TLSSocket } from 'node:tls';
import type { ChannelBinding } from '../sasl/mechanism.ts';

/** Cyrus knows no binding but tls-unique and offers -PLUS on TLS 1.3 all the same (measured with 3.6.1). */
const onlyUnique = /\bCyrus (?:IMAP|POP3|NNTP|timsieved)/i;

/**
 * What can tie a sign-in to the TLS below it (RFC 5056), the best first; empty where nothing does.
 *
 * TLS 1.3 has tls-exporter (RFC 9266). TLS 1.2 has tls-unique (RFC 5929 3): our own Finished, the first of a full
 * handshake; a resumed session has none to be trusted (the triple handshake attack). tls-server-end-point (RFC 5929
 * 4) needs only the server's certificate: weaker, but all that servers behind something else that does TLS can know.
 */
export function channelBindingsOf(stream: Duplex, greeting: string): ChannelBinding[] {
  if (!(stream instanceof TLSSocket)) return [];
  const version = stream.getProtocol();
  const bindings: ChannelBinding[] = [];
  if (version === 'TLSv1.3')
    bindings.push({
      type: 'tls-exporter',
      data: stream.exportKeyingMaterial(32, 'EXPORTER-Channel-Binding', Buffer.alloc(0)),
    });
  if (version === 'TLSv1.2' && !stream.isSessionReused()) {
    const data = stream.getFinished();
    if (data !== undefined) bindings.push({ type: 'tls-unique', data });
  }
  if (onlyUnique.test(greeting)) return bindings.filter(({ type }) => type === 'tls-unique');
  const certificate = stream.getPeerX509Certificate();
  const data = certificate === undefined ? null : endPoint(certificate);
  return data === null ? bindings : [...bindings, { type: 'tls-server-end-point', data }];
}

/**
 * RFC 5929 4.1: the hash of the certificate by the hash of its signature, SHA-256 in place of MD5 and SHA-1. Null:
 * the signature uses no hash that can be named (Ed25519), or one that stands in its parameters (RSA-PSS).
 */
export function endPoint(certificate: X509Certificate): Buffer | null {
  const found = /(?:MD5|SHA-?(?:1|224|256|384|512))(?!\d)/i.exec(certificate.signatureAlgorithm ?? '')?.[0];
  if (found === undefined) return null;
  const name = found.toLowerCase().replace('-', '');
  return createHash(name === 'md5' || name === 'sha1' ? 'sha256' : name)
    .update(certificate.raw)
    .digest();
}
