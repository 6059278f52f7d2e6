import { AppError } from '../../src-shared/error.ts';
import { mostConfigBytes, readClientConfig, UnreadableConfig } from './client-config.ts';
import { type Answer, type Asking, type FoundServer, serverWords, type Source } from './found-server.ts';
import { type MailName, registrable } from './names.ts';

const timeoutMs = 4_500;

/** The settings file at autoconfig.<domain>. The domain is the mail's own, so it may learn who asks. */
export function askAutoconfig(asking: Asking): Promise<Answer> {
  const { domain, address } = asking.mail;
  return askForConfig(
    asking,
    'autoconfig',
    `https://autoconfig.${domain}/mail/config-v1.1.xml?emailaddress=${encodeURIComponent(address)}`,
  );
}

/** The settings file at the domain itself. */
export function askWellKnown(asking: Asking): Promise<Answer> {
  return askForConfig(
    asking,
    'well-known',
    `https://${asking.mail.domain}/.well-known/autoconfig/mail/config-v1.1.xml`,
  );
}

async function askForConfig(asking: Asking, source: Source, url: string): Promise<Answer> {
  const { host } = new URL(url);
  const servers = await fetchConfig(asking, source, url);
  if (servers === null || servers.length === 0) {
    const detail =
      servers === null
        ? `${host} has no settings file.`
        : `The settings file of ${host} names no usable server.`;
    return { servers: [], tried: [{ source, outcome: 'nothing', detail }] };
  }
  const detail = `The settings file of ${host} names: ${servers.map(serverWords).join(', ')}.`;
  return { servers, tried: [{ source, outcome: 'found', detail }] };
}

/** The servers in a settings file; null where there is none. @throws AppError */
export async function fetchConfig(
  { mail, network, signal }: Asking,
  source: Source,
  url: string,
): Promise<FoundServer[] | null> {
  const xml = await fetchConfigText(url, { mail, network, signal });
  return xml === null ? null : readConfig(xml, source, mail, new URL(url).host);
}

/** The file's text; null where the server says that there is none. @throws AppError */
export async function fetchConfigText(
  url: string,
  { mail, network, signal }: Pick<Asking, 'mail' | 'network' | 'signal'>,
): Promise<string | null> {
  const { status, body } = await network.fetchHttps(url, {
    maxBytes: mostConfigBytes,
    timeoutMs,
    signal,
    onRedirect: (to) => withoutAddress(to, mail),
  });
  if (status === 404 || status === 410) return null;
  if (status !== 200) throw failed(`${new URL(url).host} answered with the error ${status}.`);
  return Buffer.from(body).toString('utf8');
}

/** @throws AppError */
export function readConfig(xml: string, source: Source, mail: MailName, from: string): FoundServer[] {
  try {
    return readClientConfig(xml, source, mail);
  } catch (error) {
    if (!(error instanceof UnreadableConfig)) throw error;
    throw failed(`What ${from} gave as a settings file was not used: ${error.message}.`, error);
  }
}

/**
 * A redirect may leave the mail's own domain, the address may not: it is taken out of the query, and where it
 * stands elsewhere (null) the redirect is not followed.
 */
export function withoutAddress(to: URL, mail: MailName): URL | null {
  if (registrable(to.hostname) === registrable(mail.domain)) return to;
  const clean = new URL(to);
  for (const [name, value] of [...clean.searchParams]) {
    if (names(`${name}=${value}`, mail)) clean.searchParams.delete(name);
  }
  clean.hash = '';
  return names(decoded(clean.href), mail) ? null : clean;
}

function names(text: string, { address, local }: MailName): boolean {
  const low = decoded(text).toLowerCase();
  return low.includes(address.toLowerCase()) || low.includes(`${local.toLowerCase()}@`);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function failed(detail: string, cause?: unknown): AppError {
  return new AppError({ code: 'refused', scope: 'app', next: 'tell-user', detail }, cause);
}
