import { hasOddLetters, shownHost } from '../../../src-shared/text/shown-host.ts';

export interface UsedLink {
  url: string;
  words: string;
}

/** What is doubtful about a link: its words name another host, or its host is written in mixed letters. */
export type LinkDoubt = 'other-host' | 'odd-letters';

/** Host of an http(s) address in lower case (ASCII) without "www."; null for anything else. */
export function hostOf(url: string): string | null {
  const parsed = URL.parse(url);
  return parsed !== null && (parsed.protocol === 'http:' || parsed.protocol === 'https:')
    ? parsed.hostname.replace(/^www\./, '')
    : null;
}

/** A link's target in one line: its true host first, as a person can read it. */
export function targetWords(url: string): string {
  const parsed = URL.parse(url);
  const host = hostOf(url);
  if (parsed === null || host === null) return url.replace(/^mailto:/i, '');
  return `${parsed.protocol}//${shownHost(parsed.hostname)}${parsed.port === '' ? '' : `:${parsed.port}`}${parsed.pathname}${parsed.search}${parsed.hash}`;
}

/** Endings of files that are written like a host's name. */
const fileEnd = /\.(?:pdf|docx?|xlsx?|pptx?|txt|html?|png|jpe?g|gif|csv|js|json|xml|mp[34]|exe|net)$/iu;

/**
 * "example.org" for https://mail.example.org is honest; "example.org" for https://example.org.evil.test is
 * not, nor "ann@example.org" for anything on the web elsewhere.
 */
export function linkDoubt(link: UsedLink): LinkDoubt | null {
  const target = hostOf(link.url);
  if (target === null) return null;
  for (const [, before = '', named = ''] of link.words.matchAll(
    /(https?:\/\/|@|\bwww\.)?((?:[\p{L}\p{N}_-]+\.)+\p{L}{2,})(?=[/:?#\s,;.!)\]'"»”’]|$)/giu,
  )) {
    if (before === '' && fileEnd.test(named)) continue;
    const shown = hostOf(`https://${named}`);
    if (shown !== null && target !== shown && !target.endsWith(`.${shown}`)) return 'other-host';
  }
  return hasOddLetters(target) ? 'odd-letters' : null;
}
