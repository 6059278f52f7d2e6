export interface UsedLink {
  url: string;
  words: string;
}

/** Host of an http(s) address in lower case without "www."; null for anything else. */
export function hostOf(url: string): string | null {
  try {
    const parsed = new URL(url);
    return parsed.protocol === 'http:' || parsed.protocol === 'https:'
      ? parsed.hostname.replace(/^www\./, '')
      : null;
  } catch {
    return null;
  }
}

/**
 * True when the words of a link name a host and the link leads to another one. "example.org" for
 * https://mail.example.org is honest; "example.org" for https://example.org.evil.test is not.
 */
export function isMisleading(link: UsedLink): boolean {
  const target = hostOf(link.url);
  if (target === null) return false;
  const named = /(?:https?:\/\/)?((?:[\p{L}\p{N}_-]+\.)+\p{L}{2,})(?=[/:?#\s]|$)/iu.exec(link.words)?.[1];
  if (named === undefined || /^[^\s]+@/.test(link.words.trim())) return false;
  const shown = hostOf(`https://${named}`);
  return shown !== null && target !== shown && !target.endsWith(`.${shown}`);
}
