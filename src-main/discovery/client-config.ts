import { XMLParser } from 'fast-xml-parser';
import { tlsModeSchema } from '../../src-shared/model/account.ts';
import type { FoundServer, Source } from './found-server.ts';
import { asciiHost, hasControls, type MailName } from './names.ts';

/** A settings file that is none: said in the words of the error. */
export class UnreadableConfig extends Error {}

/** The largest settings file that is read; real ones have 1–4 KB. */
export const mostConfigBytes = 256 * 1024;
const mostServers = 16;

const tlsOf: Record<string, FoundServer['tls'] | undefined> = {
  ssl: 'implicit',
  starttls: 'starttls',
  plain: 'none',
};

/** Thunderbird's words for what a server takes, as SASL names. */
const authOf: Record<string, readonly string[] | undefined> = {
  'password-cleartext': ['PLAIN', 'LOGIN'],
  plain: ['PLAIN', 'LOGIN'],
  'password-encrypted': ['CRAM-MD5'],
  secure: ['CRAM-MD5'],
  oauth2: ['XOAUTH2'],
  gssapi: ['GSSAPI'],
  ntlm: ['NTLM'],
  'tls-client-cert': ['EXTERNAL'],
};

/**
 * Reads Thunderbird's settings file (config-v1.1.xml): every IMAP, POP3 and SMTP server in it, in its order, with the
 * placeholders filled in. Servers that cannot be understood are left out.
 * @throws UnreadableConfig
 */
export function readClientConfig(xml: string, source: Source, mail: MailName): FoundServer[] {
  if (xml.length > mostConfigBytes) throw new UnreadableConfig('it is too large');
  // No settings file needs a document type; entities are what it is abused for.
  if (/<!\s*(?:doctype|entity)/i.test(xml))
    throw new UnreadableConfig('it defines entities, which no settings file needs');
  const provider = child(child(parse(xml), 'clientConfig'), 'emailProvider');
  if (provider === undefined) throw new UnreadableConfig('it is not a file with mail settings');
  const read = (element: string): FoundServer[] =>
    list(provider, element).flatMap((entry) => readServer(entry, source, mail) ?? []);
  const servers = [
    ...read('incomingServer').filter(({ protocol }) => protocol !== 'smtp'),
    ...read('outgoingServer'),
  ];
  return servers.slice(0, mostServers);
}

function parse(xml: string): unknown {
  const parser = new XMLParser({
    ignoreAttributes: false,
    attributeNamePrefix: '@',
    parseTagValue: false,
    parseAttributeValue: false,
    processEntities: false,
    htmlEntities: false,
    trimValues: true,
  });
  try {
    // Validated: the half of a file may hold half a port.
    return parser.parse(xml, true);
  } catch {
    throw new UnreadableConfig('it is not readable XML');
  }
}

function readServer(entry: unknown, source: Source, mail: MailName): FoundServer | null {
  const type = text(entry, '@type').toLowerCase();
  if (type !== 'imap' && type !== 'pop3' && type !== 'smtp') return null;
  const host = asciiHost(filled(text(entry, 'hostname'), mail));
  const port = text(entry, 'port');
  const tls = tlsOf[text(entry, 'socketType').toLowerCase()];
  if (host === null || !/^\d{1,5}$/.test(port) || Number(port) < 1 || Number(port) > 65_535) return null;
  if (tls === undefined || !tlsModeSchema.options.includes(tls)) return null;
  const auth = list(entry, 'authentication').flatMap((word) => authOf[String(word).toLowerCase()] ?? []);
  const username = filled(text(entry, 'username'), mail);
  const usable =
    username !== '' && username.length <= 320 && !hasControls(username) && !/%[A-Z]+%/.test(username);
  return {
    source,
    protocol: type,
    host,
    port: Number(port),
    tls,
    auth: [...new Set(auth)],
    username: usable ? username : mail.address,
  };
}

/** Replaced by functions: "$&" in an address is text, not a pattern. */
function filled(template: string, mail: MailName): string {
  return template
    .replaceAll('%EMAILADDRESS%', () => mail.address)
    .replaceAll('%EMAILLOCALPART%', () => mail.local)
    .replaceAll('%EMAILDOMAIN%', () => mail.domain);
}

function child(value: unknown, name: string): unknown {
  return list(value, name)[0];
}

/** One element comes as itself, several come as an array. */
function list(value: unknown, name: string): unknown[] {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return [];
  const found = (value as Record<string, unknown>)[name];
  return Array.isArray(found) ? found : [found];
}

function text(value: unknown, name: string): string {
  const found = child(value, name);
  if (typeof found === 'string') return found;
  return found === undefined || name === '#text' ? '' : text(found, '#text');
}
