import { AppError } from '../../../src-shared/error.ts';

/** What ends a line somewhere: for SMTP, for a parser that takes Unicode seriously, or for C. */
const lineBreakers = /[\r\n\0\u0085\u2028\u2029\v\f]/u;

/** @throws AppError `bad-params` that names the field: nothing is quietly repaired that could hide a second header. */
export function guardField(field: string, value: string): string {
  if (lineBreakers.test(value))
    throw badField(field, 'it holds a line break or a NUL character, which could smuggle in another header.');
  return value.toWellFormed();
}

export function badField(field: string, why: string): AppError {
  return new AppError({
    code: 'bad-params',
    scope: 'message',
    next: 'tell-user',
    detail: `The message was not sent. ${field}: ${why}`,
  });
}
