const mailtoFields = new Set(['to', 'cc', 'bcc', 'subject', 'body', 'in-reply-to', 'references']);

/**
 * A link's target as it may stand in a message: http, https or mailto, absolute; null for anything
 * else. A mailto link keeps only the fields of RFC 6068 that are harmless ("attach" is not).
 */
export function safeLink(raw: string): string | null {
  const text = raw.replace(/[\p{Cc}\u2028\u2029]/gu, '').trim();
  const absolute = text.startsWith('//') ? `https:${text}` : text;
  let url: URL;
  try {
    url = new URL(absolute);
  } catch {
    return null;
  }
  if (url.protocol === 'http:' || url.protocol === 'https:') {
    // "https://www.bank.example@evil.test/": nobody signs in this way from a mail.
    url.username = '';
    url.password = '';
    return url.host === '' ? null : url.href;
  }
  if (url.protocol !== 'mailto:') return null;
  const kept = url.search
    .slice(1)
    .split('&')
    .filter((pair) => mailtoFields.has((pair.split('=')[0] ?? '').toLowerCase()));
  return `mailto:${url.pathname}${kept.length > 0 ? `?${kept.join('&')}` : ''}`;
}
