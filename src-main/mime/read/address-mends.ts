/**
 * An address list as the senders of broken ones meant it, for the parser behind. Nothing is made up: what is
 * taken out or put in are quotes, brackets, commas and blanks. `odd`: something had to be mended.
 */
export function mendAddressList(raw: string): { text: string; odd: boolean } {
  const { text: quoted, odd } = mendQuotes(sealWords(raw));
  let text = quoted.includes('(') ? withoutOpenBrackets(quoted) : quoted;
  if (text.includes('<')) {
    text = outsideQuotes(text, (piece) =>
      piece
        // "<ann@x> <bob@y>": two, or the second would be a part of the first one's name.
        .replace(/>[ \t]*</g, '>,<')
        // "Ann <ann@x, Bob <bob@y>": the bracket that was forgotten. A route ("<@a,@b:ann@x>") has one for both.
        .replace(/<([^<>,;:()]{0,400}@[^<>,;:()]{0,400}),(?=[^<>]{0,400}<)/g, '<$1>,')
        .replace(/<[ \t]*mailto:/gi, '<'),
    );
  }
  if (/[\w.+-] @ ?\w/.test(text) && !/[<"(]/.test(text))
    text = text.replace(/([\w.+-]) @ ?(?=[\w-]{1,250}(?:$|[.,;\s]))/g, '$1@');
  // "jdoe@test . example" (RFC 5322 A.6.3): with its blanks the domain would end at "test", which is somebody else's.
  if (/\s\./.test(text)) text = outsideQuotes(text, joinDots);
  if (text.includes(';') && text.includes(':'))
    // "<Undisclosed-Recipient:;@host>", "undisclosed-recipients:@host;": a server completed what is no address.
    text = outsideQuotes(text, (piece) =>
      piece
        .replace(/<([^<>:;@,]{1,100}):[ \t]*(?:@[\w.-]{1,250})?;[^<>]{0,250}>/g, '$1:;')
        .replace(/:[ \t]*(?:@[\w.-]{1,250}[ \t]*;|;[ \t]*@[\w.-]{1,250})/g, ':;'),
    );
  if (text.includes(';') && text.includes('('))
    // Comments in place of members, and behind a group.
    text = text
      .replace(/:[ \t]*\((?:[^()]|\([^()]*\))*\)[ \t]*;/g, ':;')
      .replace(/;[ \t]*\([^()]*\)\s*$/, ';');
  return { text, odd };
}

/** A bracket that never closes is no comment: it would swallow the address. */
function withoutOpenBrackets(text: string): string {
  const opened: number[] = [];
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const char = text[i];
    if (char === '\\') i++;
    else if (char === '"' && opened.length === 0) quoted = !quoted;
    else if (!quoted && char === '(') opened.push(i);
    else if (!quoted && char === ')') opened.pop();
  }
  if (opened.length === 0) return text;
  const pieces: string[] = [];
  let from = 0;
  for (const at of opened) {
    pieces.push(text.slice(from, at));
    from = at + 1;
  }
  return [...pieces, text.slice(from)].join(' ');
}

const qWord = /(?<!")=\?[^?\s]{1,60}\?q\?([^?]{1,1000})\?=/gi;

/**
 * Brackets, quotes and colons that stand unencoded in an encoded word belong to it (RFC 2047 5 (3) forbids them there):
 * "=?utf-8?q?Boss_<boss@good>?= <mal@evil>" is from mal@evil. Where there is no address but in such a word, it is one.
 */
function sealWords(raw: string): string {
  if (!raw.includes('=?') || !raw.replace(qWord, '').includes('@')) return raw;
  return raw.replace(qWord, (word, inside: string) =>
    word.replace(inside, () =>
      inside.replace(/[<>":;()@\\]/g, (char) => `=${char.charCodeAt(0).toString(16).toUpperCase()}`),
    ),
  );
}

function joinDots(piece: string): string {
  let out = piece;
  // From the left, one dot each time; a domain has at most 127 labels.
  for (let i = 0; i < 127; i++) {
    const next = out.replace(/(@[\w.-]{1,250})[ \t]{1,100}\.[ \t]{0,100}(?=[\w-])/g, '$1.');
    if (next === out) break;
    out = next;
  }
  return out;
}

/** A quote that never closes would swallow all that follows; a backslash outside of quotes escapes nothing (RFC 5322 3.2.1). */
function mendQuotes(raw: string): { text: string; odd: boolean } {
  if (!raw.includes('"')) return { text: raw, odd: false };
  const pieces: string[] = [];
  let from = 0;
  let opened = -1;
  let depth = 0;
  for (let i = 0; i < raw.length; i++) {
    const char = raw[i];
    if (char === '\\') {
      if (opened < 0 && depth === 0 && raw[i + 1] === '"') {
        pieces.push(raw.slice(from, i));
        from = i + 2;
      }
      i++;
    } else if (opened >= 0) {
      if (char === '"') opened = -1;
    } else if (char === '(') depth++;
    else if (char === ')' && depth > 0) depth--;
    else if (char === '"' && depth === 0) opened = i;
  }
  const odd = pieces.length > 0 || opened >= 0;
  if (opened >= 0) {
    pieces.push(raw.slice(from, opened), raw.slice(opened + 1));
  } else pieces.push(raw.slice(from));
  return { text: odd ? pieces.join('') : raw, odd };
}

/** Applies `change` to what stands between quoted strings. */
function outsideQuotes(text: string, change: (piece: string) => string): string {
  if (!text.includes('"')) return change(text);
  return text
    .split(/("(?:[^"\\]|\\.)*")/)
    .map((piece, index) => (index % 2 === 1 ? piece : change(piece)))
    .join('');
}
