import { createHash } from 'node:crypto';
import { join } from 'node:path';
import * as v from 'valibot';
import { makeDirectory, readFileIfThere, writeFileAtomic } from '../platform/atomic-file.ts';
import { fetchConfigText, readConfig } from './autoconfig.ts';
import { type Answer, type Asking, type FoundServer, serverWords, type Source } from './found-server.ts';

const day = 24 * 3_600_000;
/** How long an answer is believed; that a domain is unknown there is asked again sooner. */
const keepFound = 7 * day;
const keepUnknown = day;

const entrySchema = v.object({ url: v.string(), savedAt: v.number(), xml: v.nullable(v.string()) });

/**
 * A database of providers' settings files by domain, at a URL of the user's choice. It learns a domain and nothing
 * else. Answers are kept in `cacheDir`, a cache that may vanish at any time.
 */
export interface ProviderDatabase {
  /** Null: the domain is not in it. @throws AppError */
  find(domain: string, source: Source, asking: Asking): Promise<FoundServer[] | null>;
  /** Its host, for words. */
  readonly host: string;
}

/** Null when the user wants none (''). @throws TypeError for what is no URL. */
export function openProviderDatabase(url: string, cacheDir: string): ProviderDatabase | null {
  if (url.trim() === '') return null;
  const { host } = new URL(url);
  return {
    host,
    async find(domain, source, asking) {
      const address = `${url.replace(/\/+$/, '')}/${encodeURIComponent(domain)}`;
      const file = join(cacheDir, `${createHash('sha256').update(address).digest('hex').slice(0, 40)}.json`);
      const now = asking.clock.now();
      let xml = await readCached(file, address, now);
      if (xml === undefined) {
        xml = await fetchConfigText(address, asking);
        // Only what can be read is worth keeping.
        const servers = xml === null ? null : readConfig(xml, source, asking.mail, host);
        await makeDirectory(cacheDir);
        await writeFileAtomic(file, JSON.stringify({ url: address, savedAt: now, xml }));
        return servers;
      }
      return xml === null ? null : readConfig(xml, source, asking.mail, host);
    },
  };
}

/** Undefined: not kept, too old, or damaged. */
async function readCached(file: string, url: string, now: number): Promise<string | null | undefined> {
  const bytes = await readFileIfThere(file);
  if (bytes === null) return undefined;
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), entrySchema), bytes.toString('utf8'));
  if (!parsed.success || parsed.output.url !== url) return undefined;
  const { savedAt, xml } = parsed.output;
  const age = now - savedAt;
  return age >= 0 && age < (xml === null ? keepUnknown : keepFound) ? xml : undefined;
}

/** What the database knows of the mail's domain. @throws AppError */
export async function askDatabase(asking: Asking, database: ProviderDatabase): Promise<Answer> {
  const { domain } = asking.mail;
  const servers = (await database.find(domain, 'provider-database', asking)) ?? [];
  const source = 'provider-database';
  if (servers.length === 0) {
    return {
      servers,
      tried: [{ source, outcome: 'nothing', detail: `${database.host} does not know ${domain}.` }],
    };
  }
  const detail = `${database.host} names for ${domain}: ${servers.map(serverWords).join(', ')}.`;
  return { servers, tried: [{ source, outcome: 'found', detail }] };
}
