import type { ReadMail } from '../../src-shared/model/mail.ts';
import { ordinal } from '../../src-shared/text/ordinal.ts';

/** One piece of a message that was sent in several (RFC 2046 5.2.2). */
export interface Fragment {
  id: string;
  /** From 1. */
  number: number;
  /** Only the last piece must say it; null when this one does not. */
  total: number | null;
  bytes: Uint8Array;
  /** Where its header ends. */
  bodyStart: number;
}

export const mostFragments = 100;
const mostBytes = 60_000_000;
const headerBytes = 64 * 1024;

/** Whether it is worth reading the message for `fragmentOf`: every message that is opened is asked this. */
export function mayBeFragment(bytes: Uint8Array): boolean {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, headerBytes));
  return /^content-type:\s*message\/partial/im.test(head.toString('latin1'));
}

/** Null when the message is no piece of another, or does not say which. */
export function fragmentOf(mail: ReadMail, bytes: Uint8Array): Fragment | null {
  if (mail.tree.contentType !== 'message/partial') return null;
  const type = mail.headers.find(({ name }) => name.toLowerCase() === 'content-type')?.value ?? '';
  const parameter = (name: string): string =>
    new RegExp(`;\\s*${name}\\s*=\\s*(?:"([^"]{1,500})"|([^\\s;"]{1,500}))`, 'i')
      .exec(type)
      ?.slice(1)
      .find(Boolean) ?? '';
  const id = parameter('id');
  const [number, total] = [Number(parameter('number')), Number(parameter('total'))];
  const fits = (value: number): boolean => Number.isInteger(value) && value >= 1 && value <= mostFragments;
  if (id === '' || !fits(number)) return null;
  return {
    id,
    number,
    total: fits(total) && total >= number ? total : null,
    bytes,
    bodyStart: mail.tree.bodyStart,
  };
}

/**
 * The message that the pieces 1 … n make, in their order. Its header is that of the first piece, but for what RFC 2046
 * 5.2.2.1 takes from the header inside of it: Content-*, Subject, Message-ID, Encrypted and MIME-Version. Null: too large.
 */
export function joinFragments(fragments: readonly Fragment[]): Buffer | null {
  const [first] = fragments;
  if (first === undefined || fragments.reduce((sum, { bytes }) => sum + bytes.length, 0) > mostBytes)
    return null;
  const outer = Buffer.from(first.bytes.subarray(0, first.bodyStart)).toString('latin1');
  const body = Buffer.from(first.bytes.subarray(first.bodyStart));
  const end = /\r?\n\r?\n/.exec(body.subarray(0, headerBytes).toString('latin1'));
  if (end === null) return null;
  const inner = body.subarray(0, end.index).toString('latin1');
  const header = [
    ...fieldsOf(outer).filter((field) => !taken.test(field)),
    ...fieldsOf(inner).filter((field) => taken.test(field)),
  ].join('\r\n');
  return Buffer.concat([
    Buffer.from(`${header}\r\n\r\n`, 'latin1'),
    body.subarray(end.index + end[0].length),
    ...fragments.slice(1).map(({ bytes, bodyStart }) => bytes.subarray(bodyStart)),
  ]);
}

const taken = /^(?:content-[\w-]+|subject|message-id|encrypted|mime-version)[ \t]*:/i;

/** Whole fields, each with the lines that continue it. */
function fieldsOf(header: string): string[] {
  return header.split(/\r?\n(?![ \t])/).filter((field) => /^[!-9;-~]+[ \t]*:/.test(field));
}

/** "Put together from its 3 pieces.", or which are missing. `own`: the one that is opened; `here`: the numbers of all. */
export function fragmentsSentence(own: number, here: readonly number[], total: number | null): string {
  if (total === null)
    return `This is the ${ordinal(own)} piece of a message that was sent in several. How many there are is not known yet: the last one is not here. What this piece holds is shown.`;
  const missing = Array.from({ length: total }, (_, at) => at + 1).filter((number) => !here.includes(number));
  if (missing.length === 0) return `Put together from the ${total} pieces that it was sent in.`;
  const shown = missing.slice(0, 10).map(ordinal);
  const last = missing.length > 10 ? `${missing.length - 10} more` : shown.pop();
  const names =
    shown.length === 0
      ? `The ${last}`
      : `The ${shown.join(', the ')} and ${missing.length > 10 ? '' : 'the '}${last}`;
  return `This is the ${ordinal(own)} of the ${total} pieces that one message was sent in. ${names} ${missing.length === 1 ? 'is' : 'are'} not here yet. Until then, what this piece holds is shown.`;
}
