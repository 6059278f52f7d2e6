import type { TriedSource } from '../../src-shared/ipc/areas/account.ts';
import { AppError } from '../../src-shared/error.ts';
import { fetchConfig } from './autoconfig.ts';
import { type Answer, type Asking, type FoundServer, serverWords } from './found-server.ts';
import { asciiHost, registrable } from './names.ts';
import type { ProviderDatabase } from './provider-database.ts';

/** More than this many hosters for one domain is a mistake or a trick. */
const mostHosters = 2;

/**
 * Who takes the domain's mail usually keeps it too: their settings are looked for under their own domain. They are
 * a third party here, so they learn no address.
 */
export async function askMx(
  asking: Asking,
  database: ProviderDatabase | null,
  /** Told the hosts that take the domain's mail, the preferred first, before anybody is asked about them. */
  onHosts: (hosts: readonly string[]) => void,
): Promise<Answer> {
  const { domain } = asking.mail;
  const records = await asking.network.mx(domain);
  const hosts = records.flatMap(({ exchange }) => asciiHost(exchange) ?? []);
  onHosts(hosts);
  const answer = (outcome: TriedSource['outcome'], detail: string, servers: FoundServer[] = []): Answer => ({
    servers,
    tried: [{ source: 'mx', outcome, detail }],
  });
  if (records.length === 0) return answer('nothing', `${domain} names no server that takes its mail.`);
  // RFC 7505: a lone MX of "." says that the domain takes no mail.
  if (hosts.length === 0) return answer('not-offered', `${domain} says that it takes no mail.`);
  const own = registrable(domain);
  const hosters = [...new Set(hosts.map(registrable))]
    .filter((hoster) => hoster !== own)
    .slice(0, mostHosters);
  if (hosters.length === 0)
    return answer('nothing', `${domain} takes its mail itself, so there is nobody else to ask.`);

  const failures: string[] = [];
  for (const hoster of hosters) {
    const servers = await askHoster(asking, hoster, database, failures);
    if (servers.length > 0) {
      return answer(
        'found',
        `${hoster} takes the mail of ${domain}; its settings name: ${servers.map(serverWords).join(', ')}.`,
        servers,
      );
    }
  }
  const who = `${hosters.join(' and ')} takes the mail of ${domain}`;
  return failures.length > 0
    ? answer('failed', `${who}, but its settings were not found. ${failures.join(' ')}`)
    : answer('nothing', `${who}, but its settings are not known.`);
}

async function askHoster(
  asking: Asking,
  hoster: string,
  database: ProviderDatabase | null,
  failures: string[],
): Promise<FoundServer[]> {
  const asked = await Promise.allSettled([
    database?.find(hoster, 'mx', asking) ?? null,
    fetchConfig(asking, 'mx', `https://autoconfig.${hoster}/mail/config-v1.1.xml`),
  ]);
  for (const result of asked) {
    if (result.status === 'fulfilled' && result.value !== null && result.value.length > 0)
      return result.value;
    if (result.status === 'rejected') {
      if (!(result.reason instanceof AppError)) throw result.reason;
      failures.push(result.reason.data.detail);
    }
  }
  return [];
}
