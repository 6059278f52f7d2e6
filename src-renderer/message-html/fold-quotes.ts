import { quoteStart, type MailLine } from './quote-start.ts';

/** Elements whose content is quoted, by what mail programs call them. */
const quoting =
  'blockquote, .gmail_quote, .gmail_quote_container, .yahoo_quoted, .protonmail_quote, .tutanota_quote, .moz-cite-prefix, .mail-quote, .ms-outlook-mobile-reference-message, .nylas-quote, .quote';
/** Elements after which everything is quoted. Ids carry the sanitiser's prefix. */
const before =
  '[id$="OLK_SRC_BODY_SECTION"], [id$="divRplyFwdMsg"], [id$="appendonsend"], hr[id$="stopSpelling"], hr[id*="zwchr"], [id$="reply-intro"], [id$="mail-editor-reference-message-container"], .OutlookMessageHeader, .zmail_extra, .WM_QUOTED, .yahoo-quoted-begin, a[name$="_MailOriginal"]';
/** What notifications and newsletters cite as part of what they are drawn as; mail programs mark what they quote. */
const drawn = 'table blockquote:not([type="cite"], [class])';
const signing = '.gmail_signature, .moz-signature, [id$="Signature"], .signature';
/** Outlook's block stands below a thin line of these colours. */
const outlookLine =
  /border-top:\s*(?:solid\s+(?:#?(?:e1e1e1|b5c4df)|rgb\((?:225|181)[^)]*\))\s+1(?:\.0)?p[tx]|1(?:\.0)?p[tx]\s+solid\s+(?:#?(?:e1e1e1|b5c4df)|rgb\((?:225|181)))/i;
const inline = new Set([
  'a',
  'abbr',
  'acronym',
  'b',
  'bdi',
  'bdo',
  'big',
  'cite',
  'code',
  'del',
  'dfn',
  'em',
  'font',
  'i',
  'img',
  'ins',
  'kbd',
  'label',
  'mark',
  'nobr',
  'q',
  's',
  'samp',
  'small',
  'span',
  'strike',
  'strong',
  'sub',
  'sup',
  'time',
  'tt',
  'u',
  'var',
  'wbr',
]);
/** More text nodes are no letter that people write; not looked through. */
const mostNodes = 30_000;

interface DomLine extends MailLine {
  /** What the line begins with: nothing before it on the line. */
  node: Node | null;
  /** Where in a text of several lines it begins. */
  offset: number;
}

/** The lines of an element as they are seen, in order. */
function linesOf(root: Element): DomLine[] {
  const lines: DomLine[] = [];
  const none: DomLine = { text: '', quoted: false, node: null, offset: 0 };
  let current = none;
  let rest = false;
  let nodes = 0;
  let inSignature = 0;
  const end = (): void => {
    if (current.node !== null) lines.push(current);
    current = none;
  };
  const put = (node: Node, text: string, quoted: boolean, offset = 0): void => {
    if (current.node === null) {
      const signature = inSignature > 0 && !quoted;
      current = {
        text: '',
        quoted,
        node,
        offset,
        ...(rest ? { rest: true } : {}),
        ...(signature ? { signature: true } : {}),
      };
      rest = false;
    }
    current.text += text;
  };
  const walk = (parent: Node, quoted: boolean, pre: boolean): void => {
    for (const node of parent.childNodes) {
      nodes += 1;
      if (nodes > mostNodes) return;
      if (node.nodeType === 3) {
        const text = (node.nodeValue ?? '').replace(/[\u200b\u00a0]/g, ' ');
        if (pre && text.includes('\n')) {
          let offset = 0;
          for (const part of text.split('\n')) {
            put(node, part, quoted || /^\s?>/.test(part), offset);
            offset += part.length + 1;
            if (offset <= text.length) end();
          }
        } else if (text.trim() !== '') put(node, text.replace(/\s+/g, ' '), quoted);
        continue;
      }
      if (node.nodeType !== 1) continue;
      const element = node as Element;
      const name = element.localName;
      if (name === 'style' || name === 'title') continue;
      if (name === 'br') {
        if (current.node === null) put(element, '', quoted);
        end();
        continue;
      }
      const isInline = inline.has(name);
      if (!isInline) end();
      const style = element.getAttribute('style');
      if (element.matches(before) || (style !== null && outlookLine.test(style))) {
        end();
        rest = true;
      }
      if (name === 'img' && !/^[01](?:px)?$/.test(element.getAttribute('width') ?? ''))
        put(element, '\uFFFC', quoted);
      const isQuote =
        element.matches(quoting) &&
        !element.matches(drawn) &&
        !/^(?:font-family|margin:0 0 0 40px)/i.test(style ?? '');
      const signs = element.matches(signing) ? 1 : 0;
      inSignature += signs;
      walk(element, quoted || isQuote, pre || name === 'pre' || /white-space:\s*pre/i.test(style ?? ''));
      inSignature -= signs;
      if (!isInline) end();
    }
  };
  walk(root, false, false);
  end();
  for (const line of lines) {
    if (!line.quoted && /^\s?>/.test(line.text)) line.quoted = true;
  }
  return lines;
}

/** Class of the fold. */
const quoteFold = 'posthorn-fold';

/**
 * Puts what is quoted below an answer into a fold of the frame, closed; the label is ours. Elements around the place
 * are split there, so that styles go on. Gives whether there was something to fold.
 */
export function foldQuotes(body: Element, label: string): boolean {
  const lines = linesOf(body);
  const at = quoteStart(lines);
  const { node = null, offset = 0 } = (at === null ? undefined : lines[at]) ?? {};
  const last = body.lastChild;
  if (node === null || last === null) return false;
  const document = body.ownerDocument;
  const range = document.createRange();
  if (offset > 0) range.setStart(node, offset);
  else setStartBehindWords(range, beginning(node, body), body);
  range.setEndAfter(last);
  const details = document.createElement('details');
  details.className = quoteFold;
  const summary = document.createElement('summary');
  summary.textContent = label;
  details.append(summary, range.extractContents());
  body.append(details);
  return true;
}

/** Empty lines and a rule that stand before the quote go with it: the fold has room of its own. */
function setStartBehindWords(range: Range, first: Node, body: Element): void {
  const walker = body.ownerDocument.createTreeWalker(body);
  walker.currentNode = first;
  let last: Node | null = walker.previousNode();
  while (last !== null && !isSeen(last)) last = walker.previousNode();
  // An element that holds what is quoted stands before it without being above it.
  if (last === null || last === body || last.contains(first)) return range.setStartBefore(first);
  while (last.parentNode !== null && last.parentNode !== body && last.nextSibling === null)
    last = last.parentNode;
  if (last.contains(first)) return range.setStartBefore(first);
  range.setStartAfter(last);
}

function isSeen(node: Node): boolean {
  if (node.nodeType === 3)
    return node.parentElement?.localName !== 'style' && /[^\s\u200b]/.test(node.nodeValue ?? '');
  if (node.nodeType !== 1) return false;
  const element = node as Element;
  return element.matches('img, video, audio, input, [style*="background"], [bgcolor]');
}

/** The outermost element that begins with this node: a box is folded whole, with its rule and its padding. */
function beginning(node: Node, body: Element): Node {
  let from = node;
  for (;;) {
    const parent = from.parentNode;
    if (parent === null || parent === body) return from;
    for (let sibling = from.previousSibling; sibling !== null; sibling = sibling.previousSibling) {
      const text = (sibling.textContent ?? '').trim();
      const shows =
        sibling.nodeType === 1 &&
        ((sibling as Element).matches('img') || (sibling as Element).querySelector('img') !== null);
      if (text !== '' || shows) return from;
    }
    from = parent;
  }
}
