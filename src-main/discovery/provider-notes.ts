import { registrable } from './names.ts';

/** Providers whose servers do not take the password of the web site, and what helps until browser sign-in exists. */
const providers = [
  {
    hosts: /(?:^|\.)(?:gmail|googlemail|google)\.com$/,
    note: 'Google does not take your usual password here, and Posthorn cannot yet sign in by browser. Turn on 2-step verification in your Google account, make an app password (myaccount.google.com/apppasswords), and enter that as the password.',
  },
  {
    hosts:
      /(?:^|\.)(?:outlook\.[a-z.]+|hotmail\.[a-z.]+|live\.[a-z.]+|msn\.com|passport\.com|office365\.com|office\.com|microsoft\.com)$/,
    note: 'Microsoft takes only sign-in by browser for this mailbox, which Posthorn cannot do yet. Your password or an app password works only where an administrator still allows it; otherwise this account cannot be added for now.',
  },
] as const;

/** Plain sentences about the provider behind a domain, by the domain itself, its MX hosts and the servers found. */
export function providerNotes(domain: string, hosts: readonly string[]): string[] {
  return providers
    .filter(({ hosts: pattern }) =>
      [domain, ...hosts].some((host) => pattern.test(host) || pattern.test(registrable(host))),
    )
    .map(({ note }) => note);
}
