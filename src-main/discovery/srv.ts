import type { SrvRecord } from 'node:dns';
import type { TriedSource } from '../../src-shared/ipc/areas/account.ts';
import { type Answer, type Asking, type FoundServer, serverWords } from './found-server.ts';
import { asciiHost } from './names.ts';

/** RFC 6186 and 8314. The plain services are used with STARTTLS only. */
const services = [
  { name: '_imaps', protocol: 'imap', tls: 'implicit', words: 'IMAP with TLS' },
  { name: '_imap', protocol: 'imap', tls: 'starttls', words: 'IMAP on the plain port' },
  { name: '_pop3s', protocol: 'pop3', tls: 'implicit', words: 'POP3 with TLS' },
  { name: '_pop3', protocol: 'pop3', tls: 'starttls', words: 'POP3 on the plain port' },
  { name: '_submissions', protocol: 'smtp', tls: 'implicit', words: 'sending with TLS' },
  { name: '_submission', protocol: 'smtp', tls: 'starttls', words: 'sending on the plain port' },
] as const;

type Service = (typeof services)[number];

export interface SrvAnswer extends Answer {
  /** What the domain says it does not offer (target "."): never guessed. */
  notOffered: { protocol: FoundServer['protocol']; tls: FoundServer['tls'] }[];
}

/** What the domain's SRV records say. @throws AppError when not one question was answered. */
export async function askSrv({ mail, network }: Asking): Promise<SrvAnswer> {
  const answer: SrvAnswer = { servers: [], tried: [], notOffered: [] };
  const failures: unknown[] = [];
  const asked = await Promise.allSettled(
    services.map((service) => network.srv(`${service.name}._tcp.${mail.domain}`)),
  );
  asked.forEach((result, at) => {
    const service = services[at];
    if (service === undefined) return;
    if (result.status === 'rejected') failures.push(result.reason);
    else read(service, result.value, mail, answer);
  });
  if (failures.length === services.length) throw failures[0];
  if (answer.servers.length > 0) {
    answer.tried.unshift({
      source: 'srv',
      outcome: 'found',
      detail: `${mail.domain} itself names: ${answer.servers.map(serverWords).join(', ')}.`,
    });
  } else if (answer.tried.length === 0) {
    answer.tried.push({
      source: 'srv',
      outcome: 'nothing',
      detail: `${mail.domain} itself names no servers for mail.`,
    });
  }
  return answer;
}

function read(
  service: Service,
  records: readonly SrvRecord[],
  mail: Asking['mail'],
  answer: SrvAnswer,
): void {
  const tried = (outcome: TriedSource['outcome'], detail: string): void => {
    answer.tried.push({ source: 'srv', outcome, detail });
  };
  // RFC 2782: a single record with the root as its target. Node gives the root's name as ''.
  if (records.length > 0 && records.every(({ name }) => name === '' || name === '.')) {
    answer.notOffered.push({ protocol: service.protocol, tls: service.tls });
    tried('not-offered', `${mail.domain} says that it does not offer ${service.words} (${service.name}).`);
    return;
  }
  for (const { name, port } of inOrder(records)) {
    if (name === '' || name === '.') continue;
    const host = asciiHost(name);
    if (host === null || port < 1 || port > 65_535) {
      tried(
        'failed',
        `What ${mail.domain} names for ${service.words} (${service.name}) is no server that can be used.`,
      );
      continue;
    }
    // RFC 6186 4: the whole address is the first name to try.
    answer.servers.push({
      source: 'srv',
      protocol: service.protocol,
      host,
      port,
      tls: service.tls,
      auth: [],
      username: mail.address,
    });
  }
}

/** RFC 2782: lower priority first. Weights are for sharing load; the heaviest stands for its kind here. */
export function inOrder(records: readonly SrvRecord[]): SrvRecord[] {
  return [...records].sort((a, b) => a.priority - b.priority || b.weight - a.weight);
}
