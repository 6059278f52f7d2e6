import { AppError, type CertificateFacts } from '../../../src-shared/error.ts';
import { SaslError } from '../sasl/mechanism.ts';
import { ConnectionLost } from './connection-lost.ts';

/** The one place where errors of sockets, TLS and SASL become AppErrors, whatever protocol runs above. */
export interface ServerPlace {
  host: string;
  port: number;
}

/** The words of a server, without what could disturb a line or a terminal. */
export function printable(text: string): string {
  let out = '';
  for (const character of text.slice(0, 500)) {
    const code = character.codePointAt(0) ?? 0;
    out += code < 0x20 || (code >= 0x7f && code < 0xa0) ? ' ' : character;
  }
  return out.trim();
}

export function saslFailure(error: SaslError, place: ServerPlace): AppError {
  const detail = `${place.host}: ${error.message}`;
  if (error.kind === 'needs-tls') {
    return new AppError(
      { code: 'tls-missing', scope: 'account', next: 'tell-user', detail: `${detail} Nothing was sent.` },
      error,
    );
  }
  if (error.kind === 'bad-characters')
    return new AppError({ code: 'auth-failed', scope: 'account', next: 'ask-password', detail }, error);
  return new AppError(
    {
      code: error.kind === 'none-usable' ? 'auth-failed' : 'refused',
      scope: 'account',
      next: 'tell-user',
      detail,
    },
    error,
  );
}

export function tlsMissing(place: ServerPlace, why: string): AppError {
  return new AppError({
    code: 'tls-missing',
    scope: 'account',
    next: 'tell-user',
    detail: `${place.host} ${why}, so Posthorn did not sign in. The password was not sent.`,
  });
}

export function certificateRefused(facts: CertificateFacts): AppError {
  return new AppError({
    code: 'tls-certificate',
    scope: 'account',
    next: 'tell-user',
    certificate: facts,
    detail: `The certificate of ${facts.host} cannot be trusted: ${facts.reason} The password was not sent.`,
  });
}

/** Signing in by the client certificate alone was refused: another password would not help. */
export function certificateNotAccepted(error: AppError, place: ServerPlace): AppError {
  if (error.code !== 'auth-failed') return error;
  return new AppError(
    {
      ...error.data,
      next: 'tell-user',
      detail: `${place.host} does not let in whoever shows this certificate under this sign-in name. Nothing here was changed. Ask who gave you the certificate, or choose another one.`,
    },
    error,
  );
}

/** Alerts of TLS by which a server says no to our own certificate, or to having none. */
const ownCertificate: readonly (readonly [RegExp, string])[] = [
  [
    /ALERT_CERTIFICATE_REQUIRED/,
    'lets in only who shows a certificate, and this account has none. Choose one.',
  ],
  [
    /ALERT_CERTIFICATE_EXPIRED/,
    'does not take your certificate: it has expired. Ask who gave it to you for a new one.',
  ],
  [/ALERT_CERTIFICATE_REVOKED/, 'does not take your certificate: it was withdrawn by who issued it.'],
  [/ALERT_UNKNOWN_CA/, 'does not take your certificate: it does not know who issued it.'],
  [
    /ALERT_(?:BAD_CERTIFICATE|UNSUPPORTED_CERTIFICATE|CERTIFICATE_UNKNOWN|ACCESS_DENIED)/,
    'does not take your certificate. Ask who gave it to you, or choose another one.',
  ],
];

/** A protocol that gathers why its connection ended has only the words: "tlsv1 alert unknown ca". */
function saidOfTls(error: Error): string {
  return `${'code' in error ? String(error.code) : ''} ${error.message.replaceAll(' ', '_')}`.toUpperCase();
}

/** No version of TLS is known to both: no trouble of the network, and no waiting mends it (RFC 8996). */
function oldTls(error: unknown, place: ServerPlace): AppError | null {
  if (!(error instanceof Error) || !/UNSUPPORTED_PROTOCOL|ALERT_PROTOCOL_VERSION/.test(saidOfTls(error)))
    return null;
  return tlsMissing(place, 'knows no encryption that is safe today (TLS 1.2 or newer)');
}

function certificateAlert(error: unknown, place: ServerPlace): AppError | null {
  if (!(error instanceof Error)) return null;
  const said = saidOfTls(error);
  const words = ownCertificate.find(([alert]) => alert.test(said))?.[1];
  if (words === undefined) return null;
  return new AppError(
    { code: 'auth-failed', scope: 'account', next: 'tell-user', detail: `${place.host} ${words}` },
    error,
  );
}

/** A lost connection or an error of the socket. Anything that is an AppError already passes. */
export function connectionFailure(error: unknown, place: ServerPlace): AppError {
  if (error instanceof AppError) return error;
  if (error instanceof SaslError) return saslFailure(error, place);
  const alert = certificateAlert(error, place) ?? oldTls(error, place);
  if (alert !== null) return alert;
  if (error instanceof ConnectionLost) {
    return new AppError(
      {
        code: error.timedOut ? 'timeout' : 'connection-lost',
        scope: 'account',
        next: 'retry',
        detail: `The connection to ${place.host} was lost (${printable(error.message)}). Posthorn connects again.`,
      },
      error,
    );
  }
  const code = errorCode(error);
  if (code === 'ABORT_ERR' || (error instanceof Error && error.name === 'AbortError')) {
    return new AppError({ code: 'cancelled', scope: 'account', next: 'retry', detail: 'Cancelled.' }, error);
  }
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN' || code === 'EAI_FAIL' || code === 'ENODATA') {
    return new AppError(
      {
        code: 'host-unknown',
        scope: 'account',
        next: 'wait-online',
        detail: `There is no server named ${place.host}, or the network cannot say where it is.`,
      },
      error,
    );
  }
  if (code.startsWith('E')) {
    const reason = reasons[code] ?? 'the network failed';
    return new AppError(
      {
        code: code === 'ETIMEDOUT' ? 'timeout' : 'offline',
        scope: 'account',
        next: 'wait-online',
        detail: `Posthorn cannot reach ${place.host}:${place.port}: ${reason}.`,
      },
      error,
    );
  }
  const message = error instanceof Error ? error.message : String(error);
  return new AppError(
    {
      code: 'bug',
      scope: 'account',
      next: 'bug',
      detail: `Posthorn made a mistake with ${place.host}: ${printable(message)}`,
    },
    error,
  );
}

const reasons: Record<string, string | undefined> = {
  ECONNREFUSED: 'nothing answers there',
  ECONNRESET: 'the connection was cut',
  EPIPE: 'the connection was cut',
  ETIMEDOUT: 'no answer in time',
  EHOSTUNREACH: 'there is no way to it',
  ENETUNREACH: 'there is no network',
  EPROTO: 'it does not speak TLS as expected',
};

function errorCode(error: unknown): string {
  if (typeof error !== 'object' || error === null || !('code' in error) || typeof error.code !== 'string')
    return '';
  if (error.code.startsWith('ERR_SSL') || error.code.startsWith('ERR_TLS')) return 'EPROTO';
  return error.code;
}
