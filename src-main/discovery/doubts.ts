import type { Discovery } from '../../src-shared/ipc/areas/account.ts';
import { type FoundServer, serverWords } from './found-server.ts';
import type { Verdict } from './rank.ts';

const unreachable =
  'None of the places that know mail servers could be reached. Check the network and try again, or enter the servers by hand.';

/** Sentences about what is wrong with the best of what was found. */
export function doubts(
  found: readonly FoundServer[],
  candidates: Discovery['candidates'],
  tried: Discovery['tried'],
  verdict: (server: FoundServer) => Verdict,
): string[] {
  const [best] = candidates;
  if (best === undefined) {
    const named = [...new Set(found.map(serverWords))];
    if (named.length === 0) return reachedNobody(tried) ? [unreachable] : [];
    return [
      `Servers were found (${named.join(', ')}), but not both for reading and for sending mail. Enter what is missing by hand.`,
    ];
  }
  const words: string[] = [];
  for (const { incoming, outgoing } of candidates) {
    for (const { host, port, tls } of [incoming, outgoing]) {
      if (tls === 'none') {
        words.push(
          `${host}:${port} is named without encryption: anybody on the way could read your password and your mail. It is not used unless you choose that yourself.`,
        );
      }
    }
  }
  const places = [
    `${best.incoming.host}:${best.incoming.port}`,
    `${best.outgoing.host}:${best.outgoing.port}`,
  ];
  for (const server of found) {
    const place = `${server.host}:${server.port}`;
    if (places.includes(place) && verdict(server) === 'failed') {
      words.push(
        `${place} is named as the server, but did not answer as it should. Check the settings before you go on.`,
      );
    }
  }
  return [...new Set(words)];
}

/** A guess that finds nobody and a database that is not asked say nothing about the network. */
function reachedNobody(tried: Discovery['tried']): boolean {
  const asked = tried.filter(({ source }) => ['srv', 'autoconfig', 'well-known', 'mx'].includes(source));
  return asked.length > 0 && asked.every(({ outcome }) => outcome === 'failed');
}
