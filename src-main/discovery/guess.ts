import { type Answer, type Asking, type FoundServer, serverWords } from './found-server.ts';
import type { SrvAnswer } from './srv.ts';

const kinds = [
  { protocol: 'imap', prefix: 'imap.', ports: { implicit: 993, starttls: 143 } },
  { protocol: 'pop3', prefix: 'pop.', ports: { implicit: 995, starttls: 110 } },
  { protocol: 'smtp', prefix: 'smtp.', ports: { implicit: 465, starttls: 587 } },
] as const;

const tlsModes = ['implicit', 'starttls'] as const;

/**
 * The usual names and ports, each tried: only a server that answers in its protocol, over TLS whose certificate is
 * good for that name, is an answer. No name of a user is told.
 */
export async function askGuess(
  asking: Asking,
  srv: Pick<SrvAnswer, 'servers' | 'notOffered'>,
): Promise<Answer> {
  const guesses = guessesFor(asking.mail, srv);
  if (guesses.length === 0) {
    const detail = `${asking.mail.domain} says that it offers none of this, so nothing was guessed.`;
    return { servers: [], tried: [{ source: 'guess', outcome: 'not-offered', detail }] };
  }
  const probed = await Promise.all(
    guesses.map(async (server) => ({ server, probe: await asking.prober.probe(server) })),
  );
  const servers = probed.flatMap(({ server, probe }) => (probe.ok ? [server] : []));
  // A host that is not there says nothing of interest; a server that answers wrongly does.
  const odd = probed.flatMap(({ probe }) => (!probe.ok && probe.answered ? [probe.detail] : []));
  if (servers.length > 0) {
    const detail = [`These answer: ${servers.map(serverWords).join(', ')}.`, ...odd].join(' ');
    return { servers, tried: [{ source: 'guess', outcome: 'found', detail }] };
  }
  const detail = [`No mail server answers under the usual names of ${asking.mail.domain}.`, ...odd].join(' ');
  return { servers, tried: [{ source: 'guess', outcome: odd.length > 0 ? 'failed' : 'nothing', detail }] };
}

export function guessesFor(
  { domain, address }: Asking['mail'],
  { servers, notOffered }: Pick<SrvAnswer, 'servers' | 'notOffered'>,
): FoundServer[] {
  const guesses: FoundServer[] = [];
  for (const { protocol, prefix, ports } of kinds) {
    const refused = notOffered.filter((entry) => entry.protocol === protocol);
    // Refused in one form and offered in none: the whole protocol is not offered.
    if (refused.length > 0 && !servers.some((server) => server.protocol === protocol)) continue;
    for (const tls of tlsModes) {
      if (refused.some((entry) => entry.tls === tls)) continue;
      for (const host of [`${prefix}${domain}`, `mail.${domain}`, domain]) {
        guesses.push({ source: 'guess', protocol, host, port: ports[tls], tls, auth: [], username: address });
      }
    }
  }
  return guesses;
}
