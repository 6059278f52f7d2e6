import type { Mechanism, SaslCredentials, SaslService } from './mechanism.ts';

/**
 * OAUTHBEARER (RFC 7628) and Google's older XOAUTH2. A refusal comes as a JSON challenge that must
 * be answered (with \x01, or with nothing) before the server sends its final no.
 */
function bearer(name: string, message: string, breaker: Buffer): Mechanism {
  let sent = false;
  let error: string | null = null;
  const first = Buffer.from(message, 'utf8');
  return {
    name,
    showsSecret: true,
    initial: () => {
      sent = true;
      return first;
    },
    step: (challenge) => {
      if (!sent) {
        sent = true;
        return first;
      }
      error = readError(challenge);
      return breaker;
    },
    finish: () => undefined,
    serverError: () => error,
  };
}

export function oauthBearer(credentials: SaslCredentials, service: SaslService): Mechanism {
  const name = credentials.username.replaceAll('=', '=3D').replaceAll(',', '=2C');
  const message = `n,a=${name},\u0001host=${service.host}\u0001port=${service.port}\u0001auth=Bearer ${credentials.token ?? ''}\u0001\u0001`;
  return bearer('OAUTHBEARER', message, Buffer.from([1]));
}

export function xoauth2(credentials: SaslCredentials): Mechanism {
  return bearer(
    'XOAUTH2',
    `user=${credentials.username}\u0001auth=Bearer ${credentials.token ?? ''}\u0001\u0001`,
    Buffer.alloc(0),
  );
}

function readError(challenge: Buffer): string {
  const text = challenge.toString('utf8');
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed === 'object' && parsed !== null && 'status' in parsed) return String(parsed.status);
  } catch {
    // Not JSON: the text itself is all there is.
  }
  return text.slice(0, 200);
}
