import { isIP } from 'node:net';
import { getDomain } from 'tldts';
import type { MailHeader } from '../../src-shared/model/mail.ts';
import { parseAuthResults, type AuthResult } from './auth-results.ts';
import { isInnerHost, readStep } from './received-step.ts';

/** The domain that somebody registered ("example.co.uk" of "mx.example.co.uk"); the host itself where there is none. */
export function organisation(host: string): string {
  const bare = host.toLowerCase().replace(/\.$/, '');
  return getDomain(bare, { allowPrivateDomains: true, validateHostname: false }) ?? bare;
}

/** Whose receiving servers go by other names than where mail is fetched. */
const alsoNamed: Readonly<Record<string, readonly string[]>> = {
  'gmail.com': ['google.com'],
  'googlemail.com': ['google.com'],
  'fastmail.com': ['messagingengine.com'],
  'me.com': ['icloud.com', 'mac.com', 'apple.com'],
  'icloud.com': ['me.com', 'mac.com', 'apple.com'],
  'mac.com': ['icloud.com', 'me.com', 'apple.com'],
  'zoho.com': ['zohomail.com'],
  'zoho.eu': ['zohomail.eu'],
  'proton.me': ['protonmail.ch'],
  'protonmail.com': ['protonmail.ch'],
  'yandex.com': ['yandex.net'],
  'yandex.ru': ['yandex.net'],
  'aol.com': ['yahoo.com'],
  'mailbox.org': ['heinlein-hosting.de'],
  'gmx.de': ['gmx.net'],
  'gmx.com': ['gmx.net'],
  'ionos.de': ['kundenserver.de'],
  'ionos.com': ['kundenserver.de'],
  '1und1.de': ['kundenserver.de'],
};
const microsoft = new Set(['office365.com', 'outlook.com', 'hotmail.com', 'live.com', 'msn.com']);

/** Whose word about a message is believed. */
export interface OwnServer {
  /** Organisations of the server where mail is fetched and of the account's addresses. */
  organisations: ReadonlySet<string>;
  /** Exchange Online writes its results without a name. */
  nameless: boolean;
  /** The names that the user gave, lower case: these alone are believed. */
  named: ReadonlySet<string> | null;
}

export function ownServer(
  incomingHost: string,
  addresses: readonly string[],
  authservIds: readonly string[] | null = null,
): OwnServer {
  const domains = addresses.map((address) => address.slice(address.lastIndexOf('@') + 1));
  const organisations = new Set<string>();
  // Of named servers too: their Received lines are no foreign ones.
  for (const host of [incomingHost, ...domains, ...(authservIds ?? [])]) {
    if (host === '' || isIP(host) !== 0 || !host.includes('.')) continue;
    const own = organisation(host);
    organisations.add(own);
    for (const other of alsoNamed[own] ?? []) organisations.add(other);
  }
  return {
    organisations,
    nameless: authservIds === null && microsoft.has(organisation(incomingHost)),
    named: authservIds === null ? null : new Set(authservIds.map((name) => name.toLowerCase())),
  };
}

export interface OwnResults {
  checkedBy: string | null;
  results: AuthResult[];
}

/** Fields that writers set: a server puts its own above all of them (RFC 8601 4.1). */
const written = new Set([
  ...['from', 'subject', 'date', 'to', 'cc', 'message-id', 'reply-to', 'in-reply-to', 'references'],
  ...['mime-version', 'content-type'],
]);

/**
 * What the account's own server says about a message. Anybody can write such fields, so only those count that
 * bear its name and stand above the first trace of a foreign server (RFC 8601 4.1, 5): from the top, until a
 * Received line by somebody else or below that of the border, where the own server took it from a foreign one; and of
 * these the topmost block, for what a server adds it adds above.
 */
export function ownResults(headers: readonly MailHeader[], server: OwnServer): OwnResults {
  let checkedBy: string | null = null;
  const results: AuthResult[] = [];
  let pastBorder = false;
  for (const { name, value } of headers) {
    const field = name.toLowerCase();
    if (written.has(field)) break;
    if (field === 'received') {
      if (checkedBy !== null || pastBorder) break;
      const { from, by } = readStep(value);
      if (by === null || (isIP(by) === 0 && !isOwnHost(by, server))) break;
      pastBorder = from !== null && !isOwnHost(from, server);
      continue;
    }
    if (field !== 'authentication-results') continue;
    const parsed = parseAuthResults(value);
    if (parsed === null) continue;
    const named = parsed.authservId !== '';
    if (named ? !isOwnName(parsed.authservId, server) : !server.nameless) continue;
    checkedBy ??= named ? parsed.authservId : 'Outlook';
    // Checks may be spread over several fields; what is said twice was said first by the one above, also of several
    // signatures: a sender's own field stands below the server's, where that leaves it in.
    const said = new Set(results.map(({ method }) => method));
    for (const result of parsed.results)
      if (
        !said.has(result.method) &&
        (result.method === 'dkim' || !results.some((known) => known.method === result.method))
      )
        results.push(result);
  }
  return { checkedBy, results };
}

function isOwnName(authservId: string, { named, organisations }: OwnServer): boolean {
  return named === null ? organisations.has(organisation(authservId)) : named.has(authservId);
}

/** A host of the own server, or one that only an own network knows. */
function isOwnHost(host: string, { organisations }: OwnServer): boolean {
  return organisations.has(organisation(host)) || isInnerHost(host);
}
