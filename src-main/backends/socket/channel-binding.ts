import type { Duplex } from 'node:stream';
import { TLSSocket } from 'node:tls';
import type { ChannelBinding } from '../sasl/mechanism.ts';

/**
 * What ties a sign-in to the TLS below it (RFC 5056), or undefined where nothing does.
 *
 * TLS 1.3 has tls-exporter alone (RFC 9266 4.2), and only where the user names a -PLUS mechanism: Cyrus 3.6
 * offers -PLUS on TLS 1.3 and then knows no binding but tls-unique, so that asking unbidden would lock its users
 * out. TLS 1.2 has tls-unique (RFC 5929 3): our own Finished, the first of a full handshake. A resumed session has
 * none to be trusted (the triple handshake attack).
 */
export function channelBindingOf(stream: Duplex, preferred: string | undefined): ChannelBinding | undefined {
  if (!(stream instanceof TLSSocket)) return undefined;
  if (stream.getProtocol() === 'TLSv1.3') {
    if (preferred?.toUpperCase().endsWith('-PLUS') !== true) return undefined;
    return {
      type: 'tls-exporter',
      data: stream.exportKeyingMaterial(32, 'EXPORTER-Channel-Binding', Buffer.alloc(0)),
    };
  }
  if (stream.getProtocol() !== 'TLSv1.2' || stream.isSessionReused()) return undefined;
  const data = stream.getFinished();
  return data === undefined ? undefined : { type: 'tls-unique', data };
}
