import type { Candidate, DiscoveredServer } from '../../src-shared/ipc/areas/account.ts';
import { type FoundServer, type Source, sources } from './found-server.ts';

/** What probing said of a server; `unknown` when it was not asked or was stopped. */
export type Verdict = 'verified' | 'unknown' | 'failed';

type Judge = (server: FoundServer) => Verdict;
type Incoming = FoundServer & { protocol: 'imap' | 'pop3' };

const mostCandidates = 12;

/**
 * Pairs servers for reading and for sending, best first: not encrypted last of all, then what failed its probe, then
 * by source, IMAP before POP3, implicit TLS before STARTTLS, the source's own order. A source that names no server for
 * sending borrows the best one of another.
 */
export function rankCandidates(found: readonly FoundServer[], verdict: Judge): Candidate[] {
  const servers = withoutNeedlessPlain(withNamesOfConfig(found), verdict);
  const incoming = servers.filter(isIncoming);
  const outgoing = servers.filter(({ protocol }) => protocol === 'smtp');
  const pairs: { in: Incoming; out: FoundServer }[] = [];
  for (const source of sources) {
    const own = sorted(
      outgoing.filter((server) => server.source === source),
      verdict,
    );
    const outs = own.some((server) => verdict(server) !== 'failed')
      ? own
      : [...own, ...sorted(outgoing, verdict).slice(0, 1)];
    const best = sorted(outs, verdict);
    sorted(
      incoming.filter((server) => server.source === source),
      verdict,
    ).forEach((server, at) => {
      // Other ways to send are worth a line only beside the best way to read.
      for (const out of at === 0 ? best : best.slice(0, 1)) pairs.push({ in: server, out });
    });
  }
  const seen = new Set<string>();
  return pairs
    .map((pair, at) => ({
      ...pair,
      at,
      key: [worst(key(pair.in, verdict), key(pair.out, verdict)), ...key(pair.in, verdict)],
    }))
    .sort((a, b) => compare(a.key, b.key) || compare(key(a.out, verdict), key(b.out, verdict)) || a.at - b.at)
    .filter((pair) => {
      const same = `${placeOf(pair.in)} ${placeOf(pair.out)}`;
      return !seen.has(same) && seen.add(same);
    })
    .slice(0, mostCandidates)
    .map((pair) => ({
      source: pair.in.source,
      incoming: { protocol: pair.in.protocol, ...shown(pair.in) },
      outgoing: shown(pair.out),
    }));
}

function isIncoming(server: FoundServer): server is Incoming {
  return server.protocol !== 'smtp';
}

function sorted<T extends FoundServer>(servers: readonly T[], verdict: Judge): T[] {
  return [...servers].sort((a, b) => compare(key(a, verdict), key(b, verdict)));
}

const verdicts: readonly Verdict[] = ['verified', 'unknown', 'failed'];

function key(server: FoundServer, verdict: Judge): number[] {
  return [
    server.tls === 'none' ? 1 : 0,
    verdicts.indexOf(verdict(server)),
    sources.indexOf(server.source),
    server.protocol === 'pop3' ? 1 : 0,
    server.tls === 'implicit' ? 0 : 1,
  ];
}

/** A pair is as good as the worse of its two, as far as encryption and probes go. */
function worst([plainA = 0, verdictA = 0]: number[], [plainB = 0, verdictB = 0]: number[]): number {
  return Math.max(plainA, plainB) * verdicts.length + Math.max(verdictA, verdictB);
}

function compare(a: readonly number[], b: readonly number[]): number {
  for (let at = 0; at < a.length; at += 1) {
    const difference = (a[at] ?? 0) - (b[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/**
 * A server without encryption stays only where nothing better is known: not beside one with encryption in the same
 * role and source, nor beside one of any source that was seen to work.
 */
function withoutNeedlessPlain(servers: readonly FoundServer[], verdict: Judge): FoundServer[] {
  return servers.filter(
    (plain) =>
      plain.tls !== 'none' ||
      !servers.some(
        (other) =>
          other.tls !== 'none' &&
          isIncoming(other) === isIncoming(plain) &&
          (other.source === plain.source || verdict(other) === 'verified'),
      ),
  );
}

const configSources: readonly Source[] = ['autoconfig', 'well-known'];

/** SRV and guesses cannot know the name to sign in with; the domain's own settings file for the same server does. */
function withNamesOfConfig(servers: readonly FoundServer[]): FoundServer[] {
  return servers.map((server) => {
    if (server.source !== 'srv' && server.source !== 'guess') return server;
    const file = servers.find(
      (other) =>
        configSources.includes(other.source) &&
        other.protocol === server.protocol &&
        other.host === server.host,
    );
    return file === undefined ? server : { ...server, username: file.username };
  });
}

function placeOf({ protocol, host, port, tls, username }: FoundServer): string {
  return `${protocol} ${host} ${port} ${tls} ${username}`;
}

function shown({ host, port, tls, auth, username }: FoundServer): DiscoveredServer {
  return { host, port, tls, auth: [...auth], username };
}
