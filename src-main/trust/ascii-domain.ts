import { domainToASCII } from 'node:url';

/** The domain of a mail address as servers write it: ASCII, lower case; "" when there is none. */
export function asciiDomain(address: string): string {
  const at = address.lastIndexOf('@');
  const domain = at < 0 ? '' : address.slice(at + 1).replace(/\.$/, '');
  return domainToASCII(domain) || domain.toLowerCase();
}
