import { hasOddLetters, shownHost } from '../../../src-shared/text/shown-host.ts';

export interface UsedLink {
  url: string;
  words: string;
}

/** What is doubtful about a link: its words name another host, or its host is written in mixed letters. */
export type LinkDoubt = 'other-host' | 'odd-letters';

export interface DoubtfulLink extends UsedLink {
  doubt: LinkDoubt;
}

/** Host of an http(s) address in lower case (ASCII) without "www."; null for anything else. */
export function hostOf(url: string): string | null {
  const parsed = URL.parse(url);
  return parsed !== null && (parsed.protocol === 'http:' || parsed.protocol === 'https:')
    ? parsed.hostname.replace(/\.$/, '').replace(/^www\./, '')
    : null;
}

/** A link's target in one line: its true host first, as a person can read it. */
export function targetWords(url: string): string {
  const parsed = URL.parse(url);
  const host = hostOf(url);
  if (parsed === null || host === null) return url.replace(/^mailto:/i, '');
  return `${parsed.protocol}//${shownHost(parsed.hostname)}${parsed.port === '' ? '' : `:${parsed.port}`}${parsed.pathname}${parsed.search}${parsed.hash}`;
}

/** Endings of files that are written like a host's name; those that are a country's ("md", "rs") are no such endings. */
const fileEnd = new RegExp(
  [
    '\\.(?:pdf|docx?|xlsx?|pptx?|od[tsp]|rtf|txt|html?|epub|ics|eml|png|jpe?g|gif|svg|webp|csv|mp[34]|exe)$',
    '\\.(?:js|jsx|tsx?|css|cpp|hpp|java|swift|rb|php|json|xml|ya?ml|toml|ini|conf|cfg|log|sql|lock|patch|diff|tar|t?gz|rar)$',
    '^(?:readme|changelog|contributing|licen[sc]e|security)\\.md$|^(?:asp|ado|vb|ml)\\.net$',
  ].join('|'),
  'iu',
);
/** What is written like a host. Looked for where such words begin, for within them it takes the square of their length. */
const hostLike =
  /(?:(https?:\/\/|@)|(?<![\p{L}\p{N}_-]\.?)(www\.)?)((?:[\p{L}\p{N}_-]+\.)+\p{L}{2,})(?![\p{L}\p{M}\p{N}_@-]|\.[\p{L}\p{N}])/giu;

/**
 * "example.org" for https://mail.example.org is honest; "example.org" for https://example.org.evil.test is
 * not, nor "ann@example.org" for anything on the web elsewhere. `isHost`: whether bare words can be a host's name.
 */
export function linkDoubt(link: UsedLink, isHost: (words: string) => boolean = () => true): LinkDoubt | null {
  const target = hostOf(link.url);
  if (target === null) return null;
  const elsewhere = (shown: string | null): boolean =>
    shown !== null && target !== shown && !target.endsWith(`.${shown}`);
  for (const words of readings(link.words)) {
    for (const [address] of words.matchAll(/https?:\/\/[^\s/?#\\<>"'“”‘’«»|]+/giu)) {
      const named = URL.parse(address.replace(/[.,;:!)]+$/u, ''));
      // "https://bank.example@evil.test" reads as the bank's.
      if (named !== null && (named.username.includes('.') || elsewhere(hostOf(named.href))))
        return 'other-host';
    }
    for (const match of words.matchAll(hostLike)) {
      const [, scheme = '', www = '', named = ''] = match;
      const before = scheme + www;
      // All that a link says is no end of one sentence and the beginning of the next, whatever its capitals.
      const said = named === words.trim() ? named.toLowerCase() : named;
      if (before === '' && (fileEnd.test(named) || !isHost(said))) continue;
      if (elsewhere(hostOf(`https://${named}`))) return 'other-host';
    }
  }
  return hasOddLetters(target) ? 'odd-letters' : null;
}

/**
 * The words as the eye takes them: letters of other widths and other full stops as plain ones, without characters
 * that are not seen, and the other way round where a character turns them.
 */
function readings(words: string): string[] {
  const plain = words
    .normalize('NFKC')
    .replace(/[\u3002\uff61]/gu, '.')
    .replace(/[\p{Cf}\u034f\u115f\u1160\u3164\ufe00-\ufe0f]/gu, '');
  return /[\u202d\u202e]/u.test(words) ? [plain, Array.from(plain).reverse().join('')] : [plain];
}
