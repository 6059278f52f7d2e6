const bracketed = /<[^<>]{1,1000}>/g;
/** More in one header are an attack or a loop; the oldest names the conversation, the newest are nearest. */
const mostIds = 200;

/**
 * The Message-IDs of a References header, oldest first, each once, with angle brackets. Folded ids are joined; where
 * nobody wrote brackets, words that look like ids count.
 */
export function messageIdsIn(text: string): string[] {
  const found = new Set<string>();
  for (const match of text.matchAll(bracketed)) {
    const id = match[0].replace(/\s+/g, '');
    if (id.length > 2) found.add(id);
  }
  if (found.size === 0) {
    for (const word of text.split(/[\s,;]+/))
      if (/^[^\s@<>"()]+@[^\s@<>"()]+$/.test(word)) found.add(`<${word}>`);
  }
  const ids = [...found];
  return ids.length > mostIds ? [...ids.slice(0, 1), ...ids.slice(1 - mostIds)] : ids;
}

/**
 * The message that In-Reply-To names, or ''. Old programs write a sentence there ("Message from Ann <ann@x> of Monday
 * <id@x>"): an address that follows "from" is not an id, or all answers to Ann were one conversation.
 */
export function answeredIdIn(text: string): string {
  for (const match of text.matchAll(bracketed)) {
    // Few words stand before an id: whoever writes a megabyte there must not be read again for each.
    if (/\bfrom\b[^<>]*$/i.test(text.slice(Math.max(0, match.index - 200), match.index))) continue;
    const first = match[0].replace(/\s+/g, '');
    if (first.length > 2) return first;
    break;
  }
  return text.includes('<') ? '' : (messageIdsIn(text)[0] ?? '');
}

/**
 * One form of an id however it was written: brackets, no white space, no needless quotes (RFC 5256 5.1:
 * `<"a.b"@x>` is `<a.b@x>`).
 */
export function canonicalMessageId(id: string): string {
  let plain = id;
  if (/[\s"]/.test(plain))
    plain = plain
      .replace(/\s+/g, '')
      .replace(/"((?:[^"\\@<>]|\\.)*)"(?=@)/, (_, inner: string) => inner.replaceAll('\\', ''));
  if (plain === '' || (plain.startsWith('<') && plain.endsWith('>'))) return plain;
  return `<${plain.replace(/^<|>$/g, '')}>`;
}
