import { catalogue, type WordKey } from '../../i18n/catalogue.ts';
import { t } from '../../i18n/t.ts';

/** In the order in which they are trusted, and shown. */
export const knownSources = ['autoconfig', 'well-known', 'srv', 'provider-database', 'mx', 'guess'] as const;

function words(key: string, domain: string, fallback: string): string {
  return Object.hasOwn(catalogue, key) ? t(key as WordKey, { domain }) : fallback;
}

export const sourceName = (source: string, domain: string): string =>
  words(`source.${source}`, domain, source);
export const sourceHint = (source: string, domain: string): string =>
  words(`source.${source}.hint`, domain, '');
export const sourceShort = (source: string, domain: string): string =>
  words(`source.${source}.short`, domain, source);
export const outcomeWords = (outcome: string): string => words(`outcome.${outcome}`, '', outcome);
export const sourceLead = (source: string): string => words(`source.${source}.lead`, '', '');
