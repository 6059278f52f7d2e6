import type { ServerId } from './port.ts';

/** What is not used of a server although it offers it. */
export type Distrusted = 'qresync' | 'status-mailboxid' | 'notify';

interface Quirk {
  /** Looked for in "name version vendor" of the ID answer, or in the greeting. */
  server: RegExp;
  off: readonly Distrusted[];
  reason: string;
}

/**
 * Servers whose answers are known to be wrong. Nothing here is needed for safety: what QRESYNC says is checked against
 * EXISTS, and a lie only costs a full comparison. Leaving it off saves asking twice.
 */
const quirks: readonly Quirk[] = [
  {
    server: /^Cyrus IMAPD 3\.[0-6]\./i,
    off: ['status-mailboxid'],
    reason:
      'STATUS (MAILBOXID) answers with bytes of freed memory (measured with 3.6.1), which may hold line breaks; SELECT names the right one.',
  },
  {
    server: /icloud|apple/i,
    off: ['qresync', 'notify'],
    reason: 'Reported by other clients, not measured here: removals missing from VANISHED (EARLIER).',
  },
  {
    server: /exchange|outlook|office ?365|microsoft/i,
    off: ['qresync', 'notify'],
    reason: 'Reported by other clients, not measured here: UIDs and mod-sequences change behind the session.',
  },
];

/** Servers whose QRESYNC was run against the whole contract suite here. Others say the same only as a promise. */
const provenQresync = /^(?:dovecot|cyrus imapd)\b/i;

/** What not to ask of the server that introduced itself so. Unknown servers: no QRESYNC. */
export function distrustOf(id: ServerId | null, greeting: string): ReadonlySet<Distrusted> {
  const name = id === null ? '' : [id.name, id.version, id.vendor].join(' ').trim();
  const off = new Set<Distrusted>();
  for (const quirk of quirks)
    if (quirk.server.test(name) || quirk.server.test(greeting)) for (const one of quirk.off) off.add(one);
  if (!provenQresync.test(name)) off.add('qresync');
  return off;
}
