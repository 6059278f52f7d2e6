import { AppError, type AppErrorData, type ErrorScope, type ServerWords } from '../../../src-shared/error.ts';
import type { WriteOutcome } from '../backend.ts';
import { ConnectionLost } from '../socket/connection-lost.ts';
import { connectionFailure, printable, type ServerPlace } from '../socket/socket-errors.ts';
import type { ResponseCode, Tagged } from './port.ts';

/** The one place where refusals of IMAP become AppErrors. */
const soon = new Set(['UNAVAILABLE', 'INUSE', 'SERVERBUG', 'LIMIT', 'CONTACTADMIN', 'THROTTLED', 'TEMPFAIL']);
const wrongPassword = new Set(['AUTHENTICATIONFAILED', 'AUTHORIZATIONFAILED', 'EXPIRED']);
const soonWords =
  /too many|try again|temporar|unavailable|throttl|maximum number of connections|connection limit|rate limit|overloaded|internal (?:server )?error|backend|timed? ?out/i;

const goneWords =
  /(?:mailbox|folder) (?:does(?:n't| not) exist|not found|is nonexistent)|(?:unknown|no such|nonexistent|non-existent) (?:mailbox|folder)/i;

/** True for refusals that time heals: too many connections, throttling, a server in trouble. */
export function isTemporary(code: ResponseCode | null, text: string): boolean {
  return code !== null && soon.has(code.name) ? true : code === null && soonWords.test(text);
}

/** True when the server limits how many connections an account may have. */
export function isConnectionLimit(error: unknown): boolean {
  if (!(error instanceof AppError)) return false;
  const words = error.data.server;
  return (
    words !== undefined &&
    (words.code === 'LIMIT' || /too many|maximum number of connections|connection limit/i.test(words.text))
  );
}

function words(place: ServerPlace, text: string, code: ResponseCode | null): ServerWords {
  return {
    host: `${place.host}:${place.port}`,
    text: printable(text),
    ...(code === null ? {} : { code: code.name }),
  };
}

/** A tagged NO or BAD. `what` completes "could not …" in plain words. */
export function refusal(tagged: Tagged, what: string, scope: ErrorScope, place: ServerPlace): AppError {
  const server = words(place, tagged.text, tagged.code);
  const said = server.text === '' ? 'without a reason' : `saying: ${server.text.replace(/\.+$/, '')}`;
  const data = (code: AppErrorData['code'], next: AppErrorData['next'], detail: string): AppError =>
    new AppError({ code, scope, next, detail, server });
  const name = tagged.code?.name ?? '';
  if (name === 'OVERQUOTA' || (name === '' && /over ?quota|quota exceeded/i.test(tagged.text))) {
    return data('quota', 'tell-user', `The mailbox on ${place.host} is full, so Posthorn could not ${what}.`);
  }
  if (isTemporary(tagged.code, tagged.text)) {
    return data(
      'refused',
      'retry',
      `${place.host} could not ${what} just now, ${said}. Posthorn tries again.`,
    );
  }
  if (name === 'NONEXISTENT' || name === 'TRYCREATE' || (name === '' && goneWords.test(tagged.text))) {
    return data(
      'not-found',
      'tell-user',
      `The folder is not on ${place.host} any more, so Posthorn could not ${what}.`,
    );
  }
  if (name === 'ALREADYEXISTS')
    return data('refused', 'tell-user', `${place.host} has a folder of that name already.`);
  return data('refused', 'tell-user', `${place.host} refused to ${what}, ${said}.`);
}

/** A refused sign-in, told apart from a server that has no room or is in trouble. */
export function signInRefusal(tagged: Tagged, place: ServerPlace, oauthError: string | null): AppError {
  const server = words(
    place,
    oauthError === null ? tagged.text : `${tagged.text} (${oauthError})`.trim(),
    tagged.code,
  );
  const said = server.text === '' ? '' : ` The server says: ${server.text}`;
  if (tagged.code?.name === 'PRIVACYREQUIRED') {
    return new AppError({
      code: 'tls-missing',
      scope: 'account',
      next: 'tell-user',
      server,
      detail: `${place.host} takes the password only over an encrypted connection.`,
    });
  }
  if (
    !wrongPassword.has(tagged.code?.name ?? '') &&
    (isTemporary(tagged.code, tagged.text) || tagged.status === 'BAD')
  ) {
    return new AppError({
      code: 'refused',
      scope: 'account',
      next: tagged.status === 'BAD' ? 'tell-user' : 'retry',
      server,
      detail: `${place.host} does not let Posthorn sign in just now.${said}`,
    });
  }
  return new AppError({
    code: 'auth-failed',
    scope: 'account',
    next: 'ask-password',
    server,
    detail: `${place.host} did not accept the name or the password.${said}`,
  });
}

/** A server that says goodbye in place of a greeting. */
export function greetingRefusal(text: string, code: ResponseCode | null, place: ServerPlace): AppError {
  return new AppError({
    code: 'refused',
    scope: 'account',
    next: 'retry',
    server: words(place, text, code),
    detail: `${place.host} turned the connection away${text === '' ? '' : `, saying: ${printable(text)}`}. Posthorn tries again later.`,
  });
}

/** A write: what was on the wire when the connection died may or may not have happened. */
export async function writeOutcome<T>(run: () => Promise<T>, place: ServerPlace): Promise<WriteOutcome<T>> {
  try {
    return { state: 'done', value: await run() };
  } catch (error) {
    if (error instanceof ConnectionLost && error.sent) {
      return {
        state: 'unknown',
        detail: `The connection to ${place.host} was lost before the server answered.`,
      };
    }
    throw connectionFailure(error, place);
  }
}
