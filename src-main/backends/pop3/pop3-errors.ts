import { AppError, type ServerWords } from '../../../src-shared/error.ts';
import { printable, type ServerPlace } from '../socket/socket-errors.ts';
import type { Pop3Reply } from './pop3-wire.ts';

/** The one place where refusals of POP3 become AppErrors. */
function wordsOf(reply: Pop3Reply, place: ServerPlace): ServerWords {
  return {
    host: `${place.host}:${place.port}`,
    text: printable(reply.text),
    ...(reply.code === null ? {} : { code: reply.code }),
  };
}

function said(reply: Pop3Reply): string {
  const text = printable(reply.text).replace(/\.+$/, '');
  return text === '' ? 'without a reason' : `saying: ${text}`;
}

/** RFC 2449 8.1.1 and RFC 3206: these pass by themselves. */
const passing = new Set(['IN-USE', 'LOGIN-DELAY', 'SYS/TEMP']);

export function signInRefused(reply: Pop3Reply, place: ServerPlace): AppError {
  const server = wordsOf(reply, place);
  if (reply.code !== null && passing.has(reply.code)) {
    const why =
      reply.code === 'IN-USE'
        ? 'another program is collecting its mail just now'
        : reply.code === 'LOGIN-DELAY'
          ? 'it was asked a short while ago'
          : 'it is in trouble';
    return new AppError({
      code: 'refused',
      scope: 'account',
      next: 'retry',
      server,
      detail: `${place.host} does not open the mailbox: ${why}. Posthorn tries again later.`,
    });
  }
  if (reply.code === 'SYS/PERM') {
    return new AppError({
      code: 'refused',
      scope: 'account',
      next: 'tell-user',
      server,
      detail: `${place.host} cannot open the mailbox, ${said(reply)}. Ask the provider.`,
    });
  }
  return new AppError({
    code: 'auth-failed',
    scope: 'account',
    next: 'ask-password',
    server,
    detail: `${place.host} did not accept the name or the password, ${said(reply)}.`,
  });
}

/** Nothing was asked: the server said that it wants no sign-in before `ms` are over. */
export function askedTooSoon(ms: number, place: ServerPlace): AppError {
  const minutes = Math.ceil(ms / 60_000);
  return new AppError({
    code: 'refused',
    scope: 'account',
    next: 'retry',
    detail: `${place.host} lets its mail be collected only now and then. Posthorn looks again in ${minutes === 1 ? 'a minute' : `${minutes} minutes`}.`,
    server: {
      host: `${place.host}:${place.port}`,
      code: 'LOGIN-DELAY',
      text: `wait ${Math.ceil(ms / 1_000)} seconds`,
    },
  });
}

/** A refused command after signing in. `what` finishes "did not …". */
export function commandRefused(reply: Pop3Reply, what: string, place: ServerPlace): AppError {
  return new AppError({
    code: 'refused',
    scope: 'message',
    next: reply.code !== null && passing.has(reply.code) ? 'retry' : 'tell-user',
    server: wordsOf(reply, place),
    detail: `${place.host} did not ${what}, ${said(reply)}. Nothing was removed.`,
  });
}

export function notReady(reply: Pop3Reply, place: ServerPlace): AppError {
  return new AppError({
    code: 'refused',
    scope: 'account',
    next: 'retry',
    server: wordsOf(reply, place),
    detail: `${place.host} is not ready for collecting mail, ${said(reply)}. Posthorn tries again.`,
  });
}
