import { connect as connectTcp, type NetConnectOpts, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { type ConnectionOptions as TlsOptions, connect as connectTls, type TLSSocket } from 'node:tls';
import type { CertificateFacts } from '../../../src-shared/error.ts';
import type { ClientCertificate } from '../../platform/client-certificate.ts';
import type { Clock } from '../../platform/clock.ts';
import { certificateRefused, connectionFailure, type ServerPlace } from './socket-errors.ts';
import { ConnectionLost } from './connection-lost.ts';

/** What `platform/` knows about reaching hosts (--connect-to) and trusting them. */
export interface MailNetwork {
  connectOptions(host: string, port: number): NetConnectOpts;
  tlsConnectOptions(target: {
    host: string;
    port: number;
    trustFingerprint256?: string | undefined;
    clientCertificate?: ClientCertificate | undefined;
  }): TlsOptions;
}

export interface StreamTarget extends ServerPlace {
  trustFingerprint256?: string | undefined;
  clientCertificate?: ClientCertificate | undefined;
  network: MailNetwork;
  clock: Clock;
  timeoutMs: number;
  signal?: AbortSignal | undefined;
}

/** A TCP connection, or an AppError that says why not. */
export async function openTcp(target: StreamTarget): Promise<Socket> {
  const socket = connectTcp(target.network.connectOptions(target.host, target.port));
  await settled(socket, 'connect', target);
  socket.setNoDelay(true);
  socket.setKeepAlive(true, 30_000);
  return socket;
}

/**
 * TLS over a connected socket. The certificate is judged after the handshake and before anything is
 * written: a pinned fingerprint replaces chain and name, else both must hold.
 * @throws AppError `tls-certificate` with the certificate's facts.
 */
export async function secure(below: Duplex, target: StreamTarget): Promise<TLSSocket> {
  const options = target.network.tlsConnectOptions(target);
  // Judged below, where the certificate is at hand to be shown; Node alone would only say no.
  const socket = connectTls({ ...options, socket: below, rejectUnauthorized: false });
  await settled(socket, 'secureConnect', target);
  const facts = certificateFacts(socket, target);
  const pinned = target.trustFingerprint256?.replaceAll(':', '').toLowerCase();
  if (pinned !== undefined) {
    if (facts.fingerprint256 === pinned) return socket;
    socket.destroy();
    throw certificateRefused({
      ...facts,
      reason: 'it is not the certificate that you chose to trust for this host.',
    });
  }
  if (socket.authorized) return socket;
  socket.destroy();
  throw certificateRefused({ ...facts, reason: reasonOf(socket, target) });
}

function settled(socket: Socket, event: 'connect' | 'secureConnect', target: StreamTarget): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = (error: unknown): void => {
      timer.cancel();
      socket.off(event, onReady);
      socket.off('error', end);
      socket.off('close', onClose);
      target.signal?.removeEventListener('abort', onAbort);
      if (error === null) resolve();
      else {
        socket.destroy();
        // A late error of a destroyed socket must not end the process.
        socket.on('error', () => undefined);
        reject(connectionFailure(error, target));
      }
    };
    const onReady = (): void => end(null);
    const onClose = (): void => end(new ConnectionLost('the server closed it', false));
    const onAbort = (): void => end(new ConnectionLost('the connection was dropped', false));
    const timer = target.clock.setTimeout(
      () => end(new ConnectionLost('no answer in time', false, true)),
      target.timeoutMs,
    );
    socket.once(event, onReady);
    socket.on('error', end);
    socket.on('close', onClose);
    target.signal?.addEventListener('abort', onAbort);
    if (target.signal?.aborted === true) onAbort();
  });
}

function certificateFacts(socket: TLSSocket, place: ServerPlace): CertificateFacts {
  const certificate = socket.getPeerCertificate();
  const name = (entity: unknown): string => {
    if (typeof entity !== 'object' || entity === null) return '';
    const fields = entity as Record<string, unknown>;
    const text = fields['CN'] ?? fields['O'] ?? '';
    return Array.isArray(text) ? text.join(', ') : typeof text === 'string' ? text : '';
  };
  const date = (text: string | undefined): string => {
    const time = Date.parse(text ?? '');
    return Number.isNaN(time) ? '' : new Date(time).toISOString();
  };
  return {
    host: place.host,
    port: place.port,
    fingerprint256: (certificate.fingerprint256 ?? '').replaceAll(':', '').toLowerCase(),
    subject: name(certificate.subject),
    issuer: name(certificate.issuer),
    validFrom: date(certificate.valid_from),
    validTo: date(certificate.valid_to),
    reason: '',
  };
}

function reasonOf(socket: TLSSocket, place: ServerPlace): string {
  const raw: unknown = socket.authorizationError;
  const code = typeof raw === 'string' ? raw : raw instanceof Error && 'code' in raw ? String(raw.code) : '';
  switch (code) {
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return `it was made for another name than ${place.host}.`;
    case 'CERT_HAS_EXPIRED':
      return 'it has expired.';
    case 'CERT_NOT_YET_VALID':
      return 'it is not valid yet (or the clock of this computer is wrong).';
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
      return 'the server made it itself, nobody vouches for it.';
    case 'SELF_SIGNED_CERT_IN_CHAIN':
    case 'UNABLE_TO_GET_ISSUER_CERT':
    case 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY':
    case 'UNABLE_TO_VERIFY_LEAF_SIGNATURE':
      return 'it was issued by somebody whom this computer does not know.';
    case 'CERT_REVOKED':
      return 'it was withdrawn by who issued it.';
    default:
      return `it could not be checked${code === '' ? '' : ` (${code})`}.`;
  }
}
