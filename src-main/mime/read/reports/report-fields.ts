import type { MailAddress } from '../../../../src-shared/model/message.ts';
import { oneLine } from '../encoded-words.ts';
import type { HeaderField } from '../header-block.ts';

/** What a report reader wants to know of the mail around it. */
export interface ReportMail {
  fields: readonly HeaderField[];
  from: readonly MailAddress[];
  to: readonly MailAddress[];
  subject: string;
  text: string;
}

const addressIn = /[^\s<>()[\]:;,"']{1,64}@[A-Za-z0-9][A-Za-z0-9.-]{0,250}/;

/** Fields of a part for machines, names in lower case. */
export function fieldsOf(text: string): [string, string][] {
  return text
    .replace(/\r\n?/g, '\n')
    .replace(/\n[ \t]+/g, ' ')
    .split('\n')
    .flatMap((line): [string, string][] => {
      const match = /^([\w-]{1,60})[ \t]*:(.*)$/.exec(line);
      return match === null ? [] : [[(match[1] ?? '').toLowerCase(), (match[2] ?? '').trim()]];
    });
}

/** The first field of that name, "" when there is none. */
export function value(fields: readonly HeaderField[], name: string): string {
  return fields.find((field) => field.name.toLowerCase() === name)?.raw ?? '';
}

export function firstAddress(text: string): string | null {
  return addressIn.exec(text.slice(0, 4_000).replace(/^[\w.-]{1,40};/, ''))?.[0] ?? null;
}

/** Message-ID of the mail that is spoken of: from its header, or from a text that quotes it. */
export function aboutOf(original: readonly HeaderField[], quoted: string): string {
  const id = /<[^\s<>]{1,900}>/.exec(value(original, 'message-id'))?.[0];
  return id ?? /^message-id:[ \t]*(<[^\s<>]{1,900}>)/im.exec(quoted)?.[1] ?? '';
}

/** A stranger's words on one line. */
export function clean(text: string): string {
  return oneLine(text).slice(0, 500);
}
