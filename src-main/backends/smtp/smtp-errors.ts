import { AppError, type AppErrorData, type ServerWords } from '../../../src-shared/error.ts';
import { printable, type ServerPlace } from '../socket/socket-errors.ts';
import { replyWords, type SmtpReply } from './smtp-wire.ts';

/** The one place where refusals of SMTP become AppErrors. */
export type Step = 'greet' | 'sign in' | 'take mail' | 'take the message';

function wordsOf(reply: SmtpReply, place: ServerPlace): ServerWords {
  return {
    host: `${place.host}:${place.port}`,
    text: printable(reply.text),
    code: reply.enhanced === null ? String(reply.code) : `${reply.code} ${reply.enhanced}`,
  };
}

function said(reply: SmtpReply): string {
  const text = printable(reply.text).replace(/\.+$/, '');
  return text === '' ? 'without a reason' : `saying: ${text}`;
}

/** A 4yz or 5yz that concerns the whole connection, not a mail. */
export function connectionRefusal(reply: SmtpReply, step: Step, place: ServerPlace): AppError {
  const temporary = reply.code < 500;
  const data: AppErrorData = {
    code: 'refused',
    scope: 'account',
    next: temporary ? 'retry' : 'tell-user',
    detail: `${place.host} did not ${step} (sending), ${said(reply)}. ${temporary ? 'Posthorn tries again.' : 'The message is kept here.'}`,
    server: wordsOf(reply, place),
  };
  return new AppError(data);
}

/** A refused AUTH, told apart from a server in trouble and from one that wants encryption first. */
export function signInRefusal(reply: SmtpReply, place: ServerPlace, oauthError: string | null): AppError {
  const server = wordsOf(reply, place);
  if (oauthError !== null) server.text = `${server.text} (${printable(oauthError)})`.trim();
  if (reply.code === 530 || reply.code === 538 || reply.enhanced === '5.7.11') {
    return new AppError({
      code: 'tls-missing',
      scope: 'account',
      next: 'tell-user',
      server,
      detail: `${place.host} takes the password for sending only over an encrypted connection.`,
    });
  }
  if (reply.code < 500) {
    return new AppError({
      code: 'refused',
      scope: 'account',
      next: 'retry',
      server,
      detail: `${place.host} does not let Posthorn sign in for sending just now, ${said(reply)}. Posthorn tries again.`,
    });
  }
  return new AppError({
    code: 'auth-failed',
    scope: 'account',
    next: 'ask-password',
    server,
    detail: `${place.host} did not accept the name or the password for sending. The server says: ${server.text}`,
  });
}

/** Something the message needs and the server does not offer; nothing was sent. */
export function cannotCarry(why: string, place: ServerPlace): AppError {
  return new AppError({
    code: 'refused',
    scope: 'message',
    next: 'tell-user',
    detail: `${place.host} cannot take this message: ${why} Nothing was sent; the message is kept.`,
  });
}

export function lastWords(reply: SmtpReply): string {
  return printable(replyWords(reply));
}
