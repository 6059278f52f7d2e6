interface BaseSubject {
  base: string;
  /** Something was taken off that replies and forwarded mail carry. */
  isReply: boolean;
}

const blob = String.raw`\[[^[\]]*\]\s*`;
const trailer = /(?:\s|\(fwd\))$/i;
const leader = new RegExp(String.raw`^(?:\s+|(?:${blob})*(?:re|fwd?)\s*(?:${blob})?:)`, 'i');
const prefix = new RegExp(`^${blob}`);

/** RFC 5256 section 2.1, of a subject whose encoded words are read. */
export function baseSubject(subject: string): BaseSubject {
  let text = subject.replace(/\s+/g, ' ');
  let isReply = false;
  for (;;) {
    for (let end = trailer.exec(text); end !== null; end = trailer.exec(text)) {
      isReply ||= end[0].length > 1;
      text = text.slice(0, end.index);
    }
    for (let before = ''; before !== text;) {
      before = text;
      const found = leader.exec(text)?.[0];
      if (found !== undefined) {
        isReply ||= found.trim() !== '';
        text = text.slice(found.length);
      }
      const rest = text.replace(prefix, '');
      if (rest !== '') text = rest;
    }
    if (!/^\[fwd:.*\]$/i.test(text)) return { base: text.toLowerCase(), isReply };
    isReply = true;
    text = text.slice(5, -1);
  }
}
