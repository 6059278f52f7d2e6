import type { Contact } from '../../src-shared/cache-protocol.ts';
import type { CachePort } from '../cache/cache-port.ts';
import type { Clock } from '../platform/clock.ts';
import { organisation } from './own-results.ts';

/** The people one knows, for telling strangers who look like them. */
export interface KnownPeople {
  /** How often an address was seen: 1 for each mail from it, 5 for each to it. */
  weightOf(address: string): Promise<number>;
  /** Those who bear this very name. */
  named(name: string): Promise<Contact[]>;
  /** Registered domains of people seen more than once, the weightiest first. */
  domains(): Promise<ReadonlySet<string>>;
}

const mostPeople = 2_000;
/** New people are few; asking for all with each message that is opened would cost more than the message. */
const keptMs = 120_000;

export function createKnownPeople(cache: CachePort, clock: Clock): KnownPeople {
  let kept: { at: number; domains: Promise<ReadonlySet<string>> } | null = null;
  return {
    async weightOf(address) {
      const text = address.toLowerCase();
      const found = await cache.call('contacts', { text, limit: 20 });
      return found.find((person) => person.address === text)?.weight ?? 0;
    },
    async named(name) {
      const found = await cache.call('contacts', { text: name.toLowerCase(), limit: 20 });
      return found.filter((person) => person.name.trim().toLowerCase() === name.trim().toLowerCase());
    },
    domains() {
      const now = clock.monotonic();
      if (kept === null || now - kept.at > keptMs) {
        const domains = cache
          .call('contacts', { text: '', limit: mostPeople })
          .then(
            (people) =>
              new Set(
                people
                  .filter(({ weight }) => weight > 1)
                  .map(({ address }) => organisation(address.slice(address.lastIndexOf('@') + 1))),
              ),
          );
        kept = { at: now, domains };
        domains.catch(() => {
          kept = null;
        });
      }
      return kept.domains;
    },
  };
}
