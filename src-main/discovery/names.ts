import { isIP } from 'node:net';
import { domainToASCII } from 'node:url';
import { getDomain } from 'tldts';
import { AppError } from '../../src-shared/error.ts';

/** The address for which servers are looked for, in its parts. */
export interface MailName {
  /** As the user wrote it, with the domain in ASCII and lower case. */
  address: string;
  local: string;
  domain: string;
}

/** @throws AppError `bad-params` */
export function readMailName(text: string): MailName {
  const at = text.lastIndexOf('@');
  const local = text.slice(0, at).trim();
  const domain = asciiHost(text.slice(at + 1).trim());
  if (at < 1 || local === '' || hasControls(local) || domain === null || isIP(domain) !== 0) {
    throw new AppError({
      code: 'bad-params',
      scope: 'account',
      next: 'tell-user',
      detail: 'That is not a mail address: it should read name@example.org.',
    });
  }
  return { address: `${local}@${domain}`, local, domain };
}

/**
 * A host name out of a record or a settings file, in ASCII and lower case; null for anything that
 * could be more than a name (blanks, line ends, paths, ports).
 */
export function asciiHost(text: string): string | null {
  if (hasControls(text) || /[\s/\\@:?#%<>[\]"']/u.test(text)) return null;
  const ascii = domainToASCII(text.replace(/\.$/, '')).toLowerCase();
  if (ascii === '' || ascii.length > 253) return null;
  return ascii.split('.').every((label) => /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/.test(label))
    ? ascii
    : null;
}

export function hasControls(text: string): boolean {
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code < 0x20 || (code >= 0x7f && code < 0xa0)) return true;
  }
  return false;
}

/**
 * What one party registered: "imap.mail.example.co.uk" → "example.co.uk". Names below which a company lets others
 * register (the private part of the public suffix list) count as suffixes: their customers are strangers to each other.
 */
export function registrable(host: string): string {
  return getDomain(host, { allowPrivateDomains: true }) ?? host;
}
