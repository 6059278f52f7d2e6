import { addRecipients, parseAddressList, type Recipient } from './address-list.ts';

export interface Mailto {
  to: Recipient[];
  cc: Recipient[];
  bcc: Recipient[];
  subject: string;
  body: string;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

const oneLine = (text: string): string => text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ').trim();

/**
 * A mailto: address (RFC 6068): to, cc, bcc, subject and body, and nothing else. A link must not
 * attach files, set a sender or add header fields. Null when it is no mailto: address.
 */
export function parseMailto(url: string): Mailto | null {
  const match = /^mailto:([^?#]*)(?:\?([^#]*))?/iu.exec(url.trim());
  if (match === null) return null;
  const result: Mailto = {
    to: parseAddressList(decode(match[1] ?? '')),
    cc: [],
    bcc: [],
    subject: '',
    body: '',
  };
  for (const pair of (match[2] ?? '').split(/&(?:amp;)?/u)) {
    const equals = pair.indexOf('=');
    if (equals < 1) continue;
    const value = decode(pair.slice(equals + 1));
    const name = decode(pair.slice(0, equals)).toLowerCase();
    if (name === 'to' || name === 'cc' || name === 'bcc')
      result[name] = addRecipients(result[name], parseAddressList(value));
    else if (name === 'subject') result.subject = oneLine(value).slice(0, 1000);
    else if (name === 'body') result.body = value.replace(/\r\n?/gu, '\n').slice(0, 100_000);
  }
  return result;
}
